"""A pod is resized where it runs: what the plan says, and what its kubelet makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kube_writable import WritableApi, ref, writable, writer

from fleetui.core.change import Ask, Difference, Phase, Plan, Verb
from fleetui.core.errors import Conflict
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

WEB = "/api/v1/namespaces/shop/pods/web"
OLD = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WritableApi, KubernetesSettings]]:
    with writable(tmp_path) as (api, settings):
        owner = {"kind": "StatefulSet", "name": "db", "uid": "u", "controller": True}
        api.put("/api/v1/nodes/n1", {"status": {"allocatable": {"cpu": "2", "memory": "1Gi"}}})
        api.put(WEB, {
            "metadata": {"ownerReferences": [owner]},
            "spec": {"nodeName": "n1", "containers": [{
                "name": "main", "resources": OLD,
                "resizePolicy": [{"resourceName": "memory", "restartPolicy": "RestartContainer"}],
            }]},
            "status": {"phase": "Running", "qosClass": "Burstable",
                       "containerStatuses": [{"name": "main", "restartCount": 1,
                                              "resources": OLD}]},
        })  # fmt: skip
        yield api, settings


async def planned(own: KubernetesWriter, **values: str) -> Plan:
    return await own.plan(Ask(Verb.RESIZE, ref("pod"), tuple(values.items())))


def silent(_: object) -> None:
    return


def tell(api: WritableApi, *conditions: dict[str, str], **amounts: Any) -> None:
    """Let the kubelet say how it is with it."""
    status = {"name": "main", "restartCount": amounts.pop("restarts", 1)}
    status["resources"] = amounts or OLD
    api.touch(WEB, conditions=list(conditions), containerStatuses=[status])


def condition(reason: str, said: str = "", kind: str = "PodResizePending") -> dict[str, str]:
    return {"type": kind, "status": "True", "reason": reason, "message": said}


async def test_the_plan_says_what_follows_from_it(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, cpu="1", memory="256MiB")
    assert plan.differences == (
        Difference("main: limits.cpu", "none", "1"),
        Difference("main: limits.memory", "128Mi", "256Mi"),
    )
    assert [one.text for one in plan.cautions] == [
        "its container main is restarted: its policy for memory",
        "sts/db makes new pods with the old sizes: resize that to keep them",
    ]
    facts = dict(plan.facts)
    assert facts["node"] == "n1: cpu 0.1 of 2, memory 64.0 MiB of 1.0 GiB are asked for"
    assert (facts["restart"], facts["quality of service"]) == ("its container main", "Burstable")
    # There was no limit of cores: in place, none is not to be had again.
    assert plan.undo.ask is None
    quiet = await planned(own, **{"requests.cpu": "200m"})
    assert dict(quiet.facts)["restart"] == "none: while it runs"
    assert quiet.undo.ask is not None
    assert quiet.undo.ask.value("requests.cpu") == "100m"
    assert (await planned(own, memory="128MiB")).nothing
    assert api.writes == []


@pytest.mark.parametrize(
    ("amount", "text"),
    [("200m", ""), ("3", "n1 has cpu 2 in all: it never fits"),
     ("1", "n1 has cpu 0.4 left, and it asks for cpu 0.9 more: it waits for room")],
)  # fmt: skip
async def test_what_its_node_has_no_room_for(
    api: WritableApi, own: KubernetesWriter, amount: str, text: str
) -> None:
    other = {"name": "a", "resources": {"requests": {"cpu": "1500m"}}}
    api.put("/api/v1/namespaces/shop/pods/other",
            {"spec": {"nodeName": "n1", "containers": [other]}, "status": {}})  # fmt: skip
    plan = await planned(own, **{"requests.cpu": amount})
    told = [one for one in plan.cautions if one.text.startswith("n1")]
    assert [one.text for one in told] == ([text] if text else [])
    assert [one.grave for one in told] == [amount == "3"][: len(told)]


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [(404, "the server could not find the requested resource",
      "this server cannot resize a pod in place; resize its workload"),
     (422, "Pod QOS Class may not change as a result of resizing",
      "its quality of service would be another than Burstable"),
     (422, "Forbidden: Pod running on node without support for resize",
      "its node's kubelet does not resize a pod in place; resize its workload"),
     (422, "something else", "something else")],
)  # fmt: skip
async def test_a_refusal_is_told_in_words_and_what_it_is_of(
    api: WritableApi, own: KubernetesWriter, code: int, said: str, words: str
) -> None:
    api.forbidden[f"{WEB}/resize"] = code, said
    plan = await planned(own, memory="256MiB")
    assert plan.refused.startswith(words)
    assert plan.differences[0].after == "256Mi"


async def test_it_is_followed_by_what_its_kubelet_says(
    served: tuple[WritableApi, KubernetesSettings], api: WritableApi, own: KubernetesWriter
) -> None:
    # What is said of the resize before this one is not said of this one.
    tell(api, condition("Infeasible", "of before"))
    plan = await planned(own, memory="256MiB", **{"requests.cpu": "200m"})
    begun = await own.carry_out(plan, silent)
    assert api.writes == [("PATCH", f"{WEB}/resize")]
    assert (begun.phase, begun.reason) == (Phase.ROLLING, "as before: of before")
    tell(api, condition("Deferred", "no memory"))
    other = writer(served[1])
    waits = await other.progress(plan)
    await other.close()
    assert waits.reason == "its node has no room now, and tries again: no memory"
    tell(api, condition("Error", "cgroup", "PodResizeInProgress"))
    assert (await own.progress(plan)).reason == "its node failed at it, and tries again: cgroup"
    tell(api)
    assert (await own.progress(plan)).reason == "its node has not taken it yet"
    tell(api, condition("Infeasible", "2Gi is too much"))
    never = await own.progress(plan)
    assert never.phase is Phase.FAILED
    assert never.reason.startswith("its node cannot, ever: 2Gi is too much")
    tell(api, requests={"cpu": "0.2", "memory": "64Mi"}, limits={"memory": "256Mi"}, restarts=2)
    done = await own.progress(plan)
    assert done.phase is Phase.DONE
    assert done.reason.startswith("in force: ")
    assert done.reason.endswith(", restarted for it")
    assert "limits.memory 256Mi" in done.reason


async def test_it_goes_back_where_it_is_stopped(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, memory="256MiB")
    assert (await own.progress(plan)).reason == "not done: its amounts are as they were"
    await own.carry_out(plan, silent)
    assert (await own.halt(plan)).phase is Phase.ROLLED_BACK
    amounts = api.objects[WEB]["spec"]["containers"][0]["resources"]
    assert amounts["limits"] == {"memory": "128Mi"}
    amounts["limits"]["memory"] = "512Mi"
    assert "somebody else" in (await own.progress(plan)).reason
    with pytest.raises(Conflict, match="amounts was"):
        await own.carry_out(plan, silent)
