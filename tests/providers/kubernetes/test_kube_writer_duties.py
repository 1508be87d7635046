"""Pods, nodes and CronJobs: what their plans say, and what another process makes of them."""

from __future__ import annotations

import asyncio

import pytest
from kube_writable import WritableApi, ref, writer

from fleetui.core.change import Ask, Caution, Difference, Phase, Verb
from fleetui.core.errors import Conflict, Invalid
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

PODS = "/api/v1/namespaces/shop/pods"
NODE = "/api/v1/nodes/node-1"
CRON = "/apis/batch/v1/namespaces/shop/cronjobs/nightly"
BUDGET = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web"


def silent(_: object) -> None:
    return


def pod(api: WritableApi, name: str, owner: str = "ReplicaSet", **spec: object) -> None:
    owners = [{"kind": owner, "name": "web-1", "uid": "uid-web-1", "controller": True}]
    api.put(f"{PODS}/{name}", {
        "metadata": {"labels": {"app": "web"}, "ownerReferences": owners if owner else []},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main"}], **spec},
        "status": {"phase": "Running"},
    })  # fmt: skip


async def test_removing_says_who_comes_in_its_place(
    api: WritableApi, own: KubernetesWriter
) -> None:
    pod(api, "db-0", "StatefulSet", volumes=[{"name": "tmp", "emptyDir": {}}])
    plan = await own.plan(Ask(Verb.REMOVE, ref("pod", "db-0"), (("timeout", "2m"),)))
    assert plan.ask.value("timeout") == "120s"
    assert [one.text for one in plan.cautions] == [
        "sts/web-1 makes it anew under the same name, once it has ended",
        "what it wrote into tmp is lost",
    ]
    force = await own.plan(Ask(Verb.REMOVE, ref("pod", "db-0"), (("force", "yes"),)))
    assert any(one.grave and "it may run on" in one.text for one in force.cautions)
    with pytest.raises(Invalid, match="neither yes nor no"):
        await own.plan(Ask(Verb.REMOVE, ref("pod", "db-0"), (("force", "maybe"),)))
    with pytest.raises(Invalid, match="no length of time"):
        await own.plan(Ask(Verb.REMOVE, ref("pod", "db-0"), (("timeout", "soon"),)))

    pod(api, "alone", "")
    alone = await own.plan(Ask(Verb.REMOVE, ref("pod", "alone")))
    assert Caution("nothing makes another one in its place", True) in alone.cautions
    restart = await own.plan(Ask(Verb.RESTART, ref("pod", "alone")))
    assert restart.refused == "nothing would make a new one: remove it"
    pod(api, "kube-proxy", "Node")
    api.objects[f"{PODS}/kube-proxy"]["metadata"]["annotations"] = {
        "kubernetes.io/config.mirror": "x"
    }
    mirror = await own.plan(Ask(Verb.REMOVE, ref("pod", "kube-proxy")))
    assert "keeps it from a file" in mirror.refused


async def test_only_the_pod_that_was_meant_is_removed(
    api: WritableApi, own: KubernetesWriter
) -> None:
    pod(api, "db-0", "StatefulSet")
    plan = await own.plan(Ask(Verb.REMOVE, ref("pod", "db-0")))
    api.before = lambda: api.objects[f"{PODS}/db-0"]["metadata"].update(uid="uid-new")
    with pytest.raises(Conflict, match="uid"):
        await own.carry_out(plan, silent)
    assert f"{PODS}/db-0" in api.objects
    # Another one of its name is there: the one that was meant is gone.
    assert (await own.progress(plan)).phase is Phase.DONE


async def test_a_drain_goes_round_budgets_and_daemons(
    served: tuple[WritableApi, KubernetesSettings], api: WritableApi, own: KubernetesWriter
) -> None:
    api.put(NODE, {"spec": {}, "status": {}})
    api.put("/api/v1/nodes/node-2", {"spec": {}})
    for name in ("web-a", "web-b"):
        pod(api, name)
    pod(api, "agent", "DaemonSet")
    pod(api, "over")
    api.objects[f"{PODS}/over"]["status"]["phase"] = "Succeeded"
    api.put(BUDGET, {
        "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2},
    })  # fmt: skip
    api.forbidden[f"{PODS}/web-b/eviction"] = 429, "it would violate the budget"
    plan = await own.plan(Ask(Verb.DRAIN, ref("node", "node-1")))
    assert plan.differences == (Difference("scheduling", "open", "cordoned"),)
    assert plan.members == 2
    assert dict(plan.facts)["stay"] == "agent: they belong to the node"
    assert any("may not leave now: budget web wants 2 healthy" in c.text for c in plan.cautions)
    assert own.tethered(plan)

    assert (await own.carry_out(plan, silent)).phase is Phase.ROLLING
    async with asyncio.timeout(180):
        while "may not leave" not in (told := await own.progress(plan)).reason:
            await asyncio.sleep(0.01)
    assert told.total == 2
    assert f"{PODS}/web-a" not in api.objects
    assert f"{PODS}/agent" in api.objects
    other = writer(served[1])
    left = await other.progress(plan)
    await other.close()
    assert left.phase is Phase.FAILED
    assert left.reason.startswith("it is cordoned, and not empty, 1 pod still to leave (web-b)")
    assert left.half_way
    halted = await own.halt(plan)
    assert halted.phase is Phase.CANCELLED
    assert "1 pods are left; it stays cordoned" in halted.reason
    assert api.objects[NODE]["spec"]["unschedulable"] is True


async def test_the_last_open_node_is_warned_of(api: WritableApi, own: KubernetesWriter) -> None:
    api.put(NODE, {"spec": {}})
    api.put("/api/v1/nodes/node-2", {"spec": {"unschedulable": True}})
    plan = await own.plan(Ask(Verb.CORDON, ref("node", "node-1")))
    assert Caution("no other node takes pods: new ones would find no place", True) in plan.cautions
    await own.carry_out(plan, silent)
    assert plan.undo.ask is not None
    back = await own.plan(plan.undo.ask)
    assert back.differences == (Difference("scheduling", "cordoned", "open"),)


async def test_a_cronjob_is_triggered_once_and_followed(
    api: WritableApi, own: KubernetesWriter
) -> None:
    job = {"metadata": {"labels": {"app": "n"}}, "spec": {"template": {}}}
    api.put(CRON, {"spec": {"schedule": "0 0 * * *", "suspend": True, "jobTemplate": job}})
    plan = await own.plan(Ask(Verb.TRIGGER, ref("cronjob", "nightly")))
    assert Caution("it is suspended: only this one runs") in plan.cautions
    assert api.writes == []
    await own.carry_out(plan, silent)
    ((_, path),) = api.writes
    (made,) = (p for p in api.objects if p.startswith(f"{path}/"))
    owner = api.objects[made]["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["uid"]) == ("CronJob", "uid-nightly")
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "m"}
    assert (await own.progress(plan)).phase is Phase.ROLLING
    api.touch(made, conditions=[failed])
    told = await own.progress(plan)
    assert told.phase is Phase.FAILED
    assert "BackoffLimitExceeded" in told.reason
    resume = await own.plan(Ask(Verb.RESUME, ref("cronjob", "nightly")))
    await own.carry_out(resume, silent)
    assert api.objects[CRON]["spec"]["suspend"] is False


async def test_there_is_no_verb_that_a_kind_has_not(own: KubernetesWriter) -> None:
    assert Verb.FORWARD in own.verbs("svc")
    assert not {Verb.EXEC, Verb.SCALE} & own.verbs("svc")
    assert own.verbs("event") == frozenset()
    assert own.verbs("node") >= {Verb.CORDON, Verb.UNCORDON, Verb.DRAIN, Verb.EDIT}
    assert Verb.REMOVE not in own.verbs("node")
    with pytest.raises(Invalid, match="there is no drain for a pod"):
        await own.plan(Ask(Verb.DRAIN, ref("pod", "x")))
