"""What owns pods or leads to them is removed: what goes with it, what stays, what holds it."""

from __future__ import annotations

import pytest
from kube_writable import (
    APPS,
    WEB,
    Raw,
    WritableApi,
    deployment,
    ref,
    replicaset,
)

from fleetui.actions.policy import Policy, judge
from fleetui.core.change import Ask, Caution, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Invalid
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

PODS = "/api/v1/namespaces/shop/pods"
SVC = "/api/v1/namespaces/shop/services/web"
BATCH = "/apis/batch/v1/namespaces/shop"
NET = "/apis/networking.k8s.io/v1/namespaces/shop/ingresses"


@pytest.fixture
def api(served: tuple[WritableApi, KubernetesSettings]) -> WritableApi:
    api = served[0]
    api.put(WEB, deployment())
    api.put(f"{APPS}/replicasets/web-1", replicaset(1, "web:1"))
    for number in (1, 2):
        pod(api, f"web-{number}", "web-1")
    api.put(SVC, {"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {"host": "shop.example", "http": {"paths": [{"path": "/", "backend": backend}]}}
    api.put(f"{NET}/front", {"spec": {"rules": [rule]}})
    return api


def silent(_: object) -> None:
    return


def pod(api: WritableApi, name: str, owner: str, **metadata: object) -> None:
    owners = [{"kind": "ReplicaSet", "name": owner, "uid": f"uid-{owner}", "controller": True}]
    api.put(f"{PODS}/{name}", {
        "metadata": {"labels": {"app": "web"}, "ownerReferences": owners, **metadata},
        "spec": {"containers": [{"name": "main"}]}, "status": {"phase": "Running"},
    })  # fmt: skip


async def planned(own: KubernetesWriter, kind: str, name: str = "web", **values: str) -> Plan:
    return await own.plan(Ask(Verb.REMOVE, ref(kind, name), tuple(values.items())))


async def test_a_deployment_goes_with_its_pods_and_is_followed_till_these_are_gone(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, "deploy")
    assert api.writes == []
    assert WEB in api.objects  # it was only tried
    assert ("DELETE", WEB, True) in api.asked
    facts = dict(plan.facts)
    assert facts["go with it"] == "1 ReplicaSet, 2 pods"
    assert facts["stay, and point to it"] == "svc/web"
    assert Caution("its 2 pods end, and nothing makes them anew", True) in plan.cautions
    assert Caution("svc/web may have no endpoint then", True) in plan.cautions
    assert plan.permission == "delete deployments in shop: allowed"
    assert (plan.amount, plan.members, plan.refused) == (-2, 2, "")
    assert judge(Policy(), [plan], 0.0).word == "web"
    told = await own.carry_out(plan, silent)
    assert api.writes == [("DELETE", WEB)]
    assert (told.phase, told.reason) == (
        Phase.ROLLING, "it is gone; 2 of its pods are still there",
    )  # fmt: skip
    del api.objects[f"{PODS}/web-1"]
    api.objects[f"{PODS}/web-2"]["metadata"]["finalizers"] = ["example.org/log"]
    told = await own.progress(plan)
    assert told.reason == "it is gone; one of its pods is still there, held by example.org/log"
    del api.objects[f"{PODS}/web-2"]
    assert (await own.progress(plan)).phase is Phase.DONE
    with pytest.raises(Invalid, match="cannot be kept"):
        await own.halt(plan)


async def test_orphans_stay_and_are_not_waited_for(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, "deploy", cascade="orphan")
    assert [one.text for one in plan.cautions] == [
        "what it made stays, and nothing makes it anew or changes it"
    ]
    assert plan.amount is None
    assert (await own.carry_out(plan, silent)).phase is Phase.DONE
    assert f"{PODS}/web-1" in api.objects
    with pytest.raises(Invalid, match="no way to remove"):
        await planned(own, "svc", cascade="upwards")
    with pytest.raises(Invalid, match="force is of a pod or a container"):
        await planned(own, "svc", force="yes")


async def test_what_changes_meanwhile_is_another_thing_but_for_its_number(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, "deploy")

    def scaled() -> None:
        api.objects[WEB]["spec"]["replicas"] = 5
        api.touch(WEB)

    api.before = scaled
    await own.carry_out(plan, silent)
    assert api.writes == [("DELETE", WEB)] * 2
    api.put(WEB, deployment())
    plan = await planned(own, "deploy")
    api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]["image"] = "web:9"
    api.touch(WEB)
    with pytest.raises(Conflict, match="spec was"):
        await own.carry_out(plan, silent)


async def test_what_holds_it_is_named(api: WritableApi, own: KubernetesWriter) -> None:
    api.objects[SVC]["metadata"]["finalizers"] = ["service.kubernetes.io/lb"]
    plan = await planned(own, "svc")
    assert Caution("it goes only when service.kubernetes.io/lb lets it") in plan.cautions
    told = await own.carry_out(plan, silent)
    assert (told.phase, told.reason) == (Phase.ROLLING, "held by service.kubernetes.io/lb")
    again = await planned(own, "svc")
    assert again.refused == "it is being deleted: held by service.kubernetes.io/lb"
    api.objects[SVC]["metadata"].pop("finalizers")
    del api.objects[SVC]
    assert (await own.progress(plan)).phase is Phase.DONE


async def test_what_would_lead_nowhere_is_named(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, "svc")
    assert dict(plan.facts)["led to by"] == "ing/front (shop.example/)"
    assert dict(plan.facts)["pods behind it stay"] == "2"
    assert Caution("ing/front (shop.example/) would lead nowhere", True) in plan.cautions
    front = await planned(own, "ing", "front")
    assert dict(front.facts)["routes"] == "shop.example/ → svc/web"
    assert (await own.carry_out(front, silent)).phase is Phase.DONE


async def test_an_owned_replicaset_comes_again_or_is_a_revision(
    api: WritableApi, own: KubernetesWriter
) -> None:
    made: Raw = api.objects[f"{APPS}/replicasets/web-1"]
    made["metadata"]["ownerReferences"][0]["name"] = "web"
    made["spec"] |= {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}}
    plan = await planned(own, "rs", "web-1")
    assert Caution("its 2 pods end") in plan.cautions
    assert Caution("Deployment web keeps it, and may make it again") in plan.cautions
    assert not any(one.grave for one in plan.cautions)
    made["spec"]["replicas"] = 0
    old = await planned(own, "rs", "web-1")
    assert Caution("revision 1 cannot be rolled back to any more", True) in old.cautions


async def test_claims_stay_or_are_lost(api: WritableApi, own: KubernetesWriter) -> None:
    made = api.put(f"{APPS}/statefulsets/db", {"spec": {
        "replicas": 1, "selector": {"matchLabels": {"app": "db"}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}})  # fmt: skip
    assert dict((await planned(own, "sts", "db")).facts)["volumes"] == "(data) stay"
    made["spec"]["persistentVolumeClaimRetentionPolicy"] = {"whenDeleted": "Delete"}
    plan = await planned(own, "sts", "db")
    assert any(one.grave and "the data in them is lost" in one.text for one in plan.cautions)


async def test_jobs_and_their_schedules(api: WritableApi, own: KubernetesWriter) -> None:
    api.put(f"{BATCH}/cronjobs/nightly", {"spec": {"schedule": "0 1 * * *"}})
    job = api.put(f"{BATCH}/jobs/nightly-1", {
        "metadata": {"ownerReferences": [{"kind": "CronJob", "uid": "uid-nightly"}]},
        "spec": {"completions": 5, "parallelism": 2}, "status": {"active": 2, "succeeded": 1},
    })  # fmt: skip
    plan = await planned(own, "cronjob", "nightly")
    assert dict(plan.facts)["go with it"] == "1 Job, 2 pods"
    assert any("nothing runs on its schedule any more, and 1 Job of it goes" in c.text and c.grave
               for c in plan.cautions)  # fmt: skip
    running = await planned(own, "job", "nightly-1")
    assert Caution("it is not over: 2 pods of it are broken off", True) in running.cautions
    job["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    over = await planned(own, "job", "nightly-1")
    assert over.cautions == (Caution("its pods go with it, and their logs"),)
    assert judge(Policy(), [over], 0.0).word == ""


async def test_a_job_is_scaled_in_how_many_run_at_a_time(
    api: WritableApi, own: KubernetesWriter
) -> None:
    path = f"{BATCH}/jobs/load"
    api.put(path, {
        "metadata": {}, "spec": {"completions": 5, "parallelism": 2},
        "status": {"active": 2, "succeeded": 1},
    })  # fmt: skip

    async def scale(count: str) -> Plan:
        return await own.plan(Ask(Verb.SCALE, ref("job", "load"), (("count", count),)))

    plan = await scale("+1")
    assert [(d.before, d.after) for d in plan.differences] == [("2", "3")]
    assert dict(plan.facts) == {"completions": "1 of 5 done", "pods": "2 run"}
    told = await own.carry_out(plan, silent)
    assert (told.phase, told.reason) == (Phase.ROLLING, "2 of 3 run")
    api.touch(path, active=3)
    assert (await own.progress(plan)).phase is Phase.DONE
    assert (await own.halt(plan)).phase is Phase.ROLLED_BACK
    assert api.objects[path]["spec"]["parallelism"] == 2
    many = await scale("9")
    assert "only 4 are left to be done: no more run at a time" in [c.text for c in many.cautions]
    none = await scale("0")
    assert Caution("all 3 pods that run are deleted, and what they did so far is lost",
                   True) in none.cautions  # fmt: skip
    with pytest.raises(Invalid, match="no autoscaler owns"):
        await own.plan(Ask(Verb.SCALE, ref("job", "load"), (("min", "2"),)))
    api.touch(path, conditions=[{"type": "Complete", "status": "True"}])
    assert (await scale("4")).refused == "it is over: complete"
