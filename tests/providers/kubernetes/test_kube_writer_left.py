"""A drain whose process ended: what it left is read from the cluster, and finished or put back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from kube_writable import WritableApi, ref, writable, writer

from fleetui.core.change import Ask, Phase, Plan, Verb
from fleetui.core.errors import Invalid
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter
from fleetui.providers.writing import Resumable

NODE = "/api/v1/nodes/node-1"
PODS = "/api/v1/namespaces/shop/pods"
TARGET = ref("node", "node-1")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WritableApi, KubernetesSettings]]:
    with writable(tmp_path) as (api, settings):
        api.put(NODE, {"spec": {}, "status": {}})
        for name in ("web-a", "web-b", "alone"):
            owner = {"kind": "ReplicaSet", "name": "web", "uid": "u", "controller": True}
            api.put(f"{PODS}/{name}", {
                "metadata": {"ownerReferences": [owner] if name != "alone" else []},
                "spec": {"nodeName": "node-1"}, "status": {"phase": "Running"},
            })  # fmt: skip
        yield api, settings


@pytest.fixture
async def next_(served: tuple[WritableApi, KubernetesSettings]) -> AsyncIterator[KubernetesWriter]:
    """The writer of the process that comes after."""
    made = writer(served[1])
    yield made
    await made.close()


async def broken_off(next_: KubernetesWriter, api: WritableApi) -> Plan:
    """Plan a drain, and have it done as far as closing the node and moving one pod."""
    plan = await next_.plan(Ask(Verb.DRAIN, TARGET, (("force", "yes"),)))
    api.objects[NODE]["spec"]["unschedulable"] = True
    del api.objects[f"{PODS}/web-a"]
    return plan


async def test_what_it_left_is_told(api: WritableApi, next_: KubernetesWriter) -> None:
    assert isinstance(next_, Resumable)
    plan = await broken_off(next_, api)
    left = await next_.left(plan)
    assert left is not None
    assert left.reason == (
        "it is cordoned, and not empty, 2 pods still to leave (web-b, alone): "
        "drain it again, or uncordon it"
    )
    assert (left.phase, left.half_way, left.updated, left.total) == (Phase.FAILED, True, 1, 3)
    assert await next_.progress(plan) == left
    api.objects[NODE]["spec"].clear()
    assert await next_.left(plan) is None
    with pytest.raises(Invalid, match="half-way any more"):
        await next_.rest(plan, Ask(Verb.UNCORDON, TARGET))
    api.objects[NODE]["spec"]["unschedulable"] = True
    del api.objects[f"{PODS}/web-b"], api.objects[f"{PODS}/alone"]
    assert await next_.left(plan) is None
    assert (await next_.progress(plan)).phase is Phase.DONE


async def test_it_is_finished_as_it_was_begun(api: WritableApi, next_: KubernetesWriter) -> None:
    plan = await broken_off(next_, api)
    rest = await next_.rest(plan, Ask(Verb.DRAIN, TARGET))
    assert rest.ask.value("force") == "yes"
    assert rest.refused == ""
    assert dict(rest.facts)["leave"] == "web-b, alone"
    assert dict(rest.facts)["half-way"].endswith("2 pods still to leave (web-b, alone)")
    # The node was open before all of it.
    assert rest.undo.ask == Ask(Verb.UNCORDON, TARGET)


async def test_it_is_put_back(api: WritableApi, next_: KubernetesWriter) -> None:
    plan = await broken_off(next_, api)
    back = await next_.rest(plan, Ask(Verb.UNCORDON, TARGET))
    assert back.ask == Ask(Verb.UNCORDON, TARGET)
    assert [one.text for one in back.cautions] == ["the pods that have left stay where they went"]
    await next_.carry_out(back, lambda _: None)
    assert "unschedulable" not in api.objects[NODE]["spec"]
    api.objects[NODE]["spec"]["unschedulable"] = True
    again = await next_.plan(Ask(Verb.DRAIN, TARGET, (("force", "yes"),)))
    texts = [c.text for c in (await next_.rest(again, Ask(Verb.UNCORDON, TARGET))).cautions]
    assert "it was cordoned already when this drain began" in texts


async def test_nothing_else_is_half_way(api: WritableApi, next_: KubernetesWriter) -> None:
    plan = await next_.plan(Ask(Verb.CORDON, TARGET))
    assert await next_.left(plan) is None
    with pytest.raises(Invalid, match="nothing of it is half-way"):
        await next_.rest(plan, Ask(Verb.UNCORDON, TARGET))
    assert api.writes == []
