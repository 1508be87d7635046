"""Pods of a real cluster are looked into and resized where they run; a drain is broken off."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import select
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from scripted_writer import MemoryJournal

from fleetui.actions.door import Door
from fleetui.actions.proposal import Proposal
from fleetui.actions.resting import propose_rest
from fleetui.core.change import Phase, Verb
from fleetui.core.errors import Left
from fleetui.core.ref import Ref

from .changing import done, planned, propose
from .kube_changing import opened, ref
from .servers import kube_objects as objects
from .servers.kube_fates import ATTACHED
from .servers.kubernetes import KubeCluster, cri
from .test_kube_duties import spare, there, told

__all__ = ["spare"]


def one_pod(kube: KubeCluster, place: str) -> Ref:
    """Have a deployment of one pod, and return that pod."""
    kube.api.create(objects.deployment(place, "web", 1))
    kube.api.until_ready(place, "web", 1)
    name = kube.api.items("Pod", place, "app=web")[0]["metadata"]["name"]
    return ref(kube, place, "pod", name)


def tell(kube: KubeCluster, pod: Ref, **status: Any) -> None:
    """Say what no simulated kubelet says by itself."""
    place = pod.scope.partition("/")[2]
    kube.api.patch("Pod", place, pod.name, {"status": status}, "status")


def begun(kube: KubeCluster, pod: Ref, name: str, state: dict[str, Any]) -> None:
    """Let the kubelet say how an ephemeral container is, once it is in the pod."""
    place = pod.scope.partition("/")[2]

    def there() -> bool:
        spec = kube.api.get("Pod", place, pod.name)["spec"]
        return name in [one["name"] for one in spec.get("ephemeralContainers", [])]

    kube.until(there, f"{name} is in the pod")
    entry = {"name": name, "image": "busybox", "imageID": "", "restartCount": 0, "ready": False}
    tell(kube, pod, ephemeralContainerStatuses=[{**entry, "state": state}])


class AtTerminal:
    """A session on a terminal of the test's own."""

    def __init__(self, door: Door, proposal: Proposal) -> None:
        self.ours, self._theirs = pty.openpty()
        self.said = b""
        streams = (self._theirs, self._theirs, self._theirs)
        self.work = asyncio.create_task(door.enter(proposal, (), tty=True, streams=streams))

    def type(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    async def until(self, text: bytes, kube: KubeCluster | None = None) -> None:
        """Wait for a text; `kube`: its containers say hello meanwhile, to whoever is attached."""
        async with asyncio.timeout(30):
            while text not in self.said:
                if kube is not None:
                    with kube.log.with_name(ATTACHED).open("a", encoding="utf-8") as log:
                        log.write(cri("hello"))
                if await asyncio.to_thread(select.select, [self.ours], [], [], 0.2) != ([], [], []):
                    self.said += os.read(self.ours, 4096)

    def close(self) -> None:
        # Whatever still runs there is left by it.
        with contextlib.suppress(OSError):
            self.type(b"\x03\x1d")
        self.work.cancel()


@contextlib.contextmanager
def at_terminal(door: Door, proposal: Proposal) -> Iterator[AtTerminal]:
    terminal = AtTerminal(door, proposal)
    try:
        yield terminal
    finally:
        terminal.close()


def name_of(proposal: Proposal) -> str:
    return dict(proposal.plans[0].memo)["name"]


async def test_a_debug_container_is_added_entered_left_and_entered_again(
    kube: KubeCluster, place: str
) -> None:
    pod = one_pod(kube, place)
    running = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    async with opened(kube) as door:
        proposal = await propose(door, Verb.DEBUG, pod)
        assert proposal.verdict.allowed, proposal.verdict
        name = name_of(proposal)
        with at_terminal(door, proposal) as terminal:
            await terminal.until(b"is added, busybox:1.37")
            waits = {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}
            await asyncio.to_thread(begun, kube, pod, name, {"waiting": waits})
            await terminal.until(b"ImagePullBackOff: Back-off pulling image")
            await asyncio.to_thread(begun, kube, pod, name, running)
            await terminal.until(b"Ctrl-] leaves it running")
            await terminal.until(b"hello", kube)
            terminal.type(b"ls\r\x1d")
            with pytest.raises(Left, match=f"{name} runs on: D attaches to it again"):
                await terminal.work
        (row,) = door.book.rows()
        assert (row.phase, row.action) == ("done", "debug")

        again = await propose(door, Verb.DEBUG, pod)
        assert dict(again.plans[0].facts)["running there"] == name
        with at_terminal(door, again) as terminal:
            await terminal.until(b"hello", kube)
            terminal.type(b"\x1d")
            with pytest.raises(Left):
                await terminal.work
        spec = kube.api.get("Pod", place, pod.name)["spec"]
        (one,) = spec["ephemeralContainers"]
        assert (one["image"], one["targetContainerName"]) == ("busybox:1.37", "main")
        more = await propose(door, Verb.DEBUG, pod, new="yes")
        assert name_of(more) != name


async def test_who_may_not_add_one_is_told_before(kube: KubeCluster, place: str) -> None:
    pod = one_pod(kube, place)
    async with opened(kube, "reader") as door:
        plan = await planned(door, Verb.DEBUG, replace(pod, scope=f"reader/{place}"))
        assert plan.refused


async def test_a_pod_is_resized_where_it_runs(kube: KubeCluster, place: str) -> None:
    pod = one_pod(kube, place)

    def kubelet(amounts: dict[str, Any], *conditions: dict[str, str]) -> None:
        status = kube.api.get("Pod", place, pod.name)["status"]
        found = [{**one, "resources": amounts} for one in status["containerStatuses"]]
        kept = [one for one in status["conditions"] if "Resize" not in one["type"]]
        tell(kube, pod, containerStatuses=found, conditions=[*kept, *conditions])

    def asked() -> dict[str, Any]:
        spec = kube.api.get("Pod", place, pod.name)["spec"]
        found: dict[str, Any] = spec["containers"][0]["resources"]
        return found

    before = asked()
    async with opened(kube) as door:
        # A kubelet that says nothing of amounts is one that cannot do it: so the server has it.
        plan = await planned(door, Verb.RESIZE, pod, memory="128MiB")
        assert "kubelet does not resize a pod in place" in plan.refused
        kubelet(before)
        plan = await planned(door, Verb.RESIZE, pod, cpu="10m", memory="1MiB",
                             **{"requests.cpu": "10m", "requests.memory": "1MiB"})  # fmt: skip
        assert "quality of service" in plan.refused or "decreased" in plan.refused
        proposal = await propose(door, Verb.RESIZE, pod, memory="128MiB")
        assert proposal.verdict.allowed, proposal.verdict
        assert proposal.plans[0].differences[0].after == "128Mi"
        assert "deploy/web makes new pods with the old sizes" in proposal.plans[0].cautions[0].text
        request = door.begin(proposal, typed=proposal.verdict.word)
        run = request.runs[0]
        await told(run, "its node has not taken it yet")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        kubelet(before, {
            "type": "PodResizePending", "status": "True", "reason": "Deferred",
            "message": "Node did not have enough memory", "lastTransitionTime": stamp,
        })  # fmt: skip
        await told(run, "tries again: Node did not have enough memory")
        kubelet(asked())
        await request.wait()
        assert run.progress.phase is Phase.DONE, run.progress
        assert asked()["limits"]["memory"] == "128Mi"
        assert kube.api.get("Pod", place, pod.name)["metadata"]["uid"] == pod.uid


async def test_a_drain_whose_process_was_killed_is_finished_by_the_next(
    kube: KubeCluster, place: str, spare: str
) -> None:
    there(kube, place, "web", spare, 2)
    kube.api.create(objects.budget(place, "web", 2))
    kube.until(lambda: kube.api.items("PodDisruptionBudget", place)[0].get("status", {}).get(
        "currentHealthy") == 2, "the budget has counted")  # fmt: skip
    journal = MemoryJournal()
    async with opened(kube, journal=journal) as door:
        target = ref(kube, place, "node", spare)
        proposal = await propose(door, Verb.DRAIN, target)
        request = door.begin(proposal, typed=proposal.verdict.word)
        await told(request.runs[0], "2 of 2 are left")
        action = request.runs[0].action
    journal.written[action.id] = replace(journal.written[action.id], alive=False)
    async with opened(kube, journal=journal) as door:
        left = await door.pick_up()
        await door.settle(left, 30)
        (row,) = door.book.rows()
        assert (row.phase, row.half_way) == ("failed", True)
        assert "2 pods still to leave" in row.reason
        back = await propose_rest(door, action, back=True)
        assert [(d.before, d.after) for d in back.plans[0].differences] == [("cordoned", "open")]
        kube.api.delete("PodDisruptionBudget", place, "web")
        rest = await propose_rest(door, action, back=False)
        assert "half-way" in dict(rest.plans[0].facts)
        request = door.begin(rest, typed=rest.verdict.word)
        await request.wait()
        assert request.runs[0].progress.phase is Phase.DONE, request.runs[0].progress
        assert not (await propose_rest(door, action, back=False)).verdict.allowed
        await done(door, Verb.UNCORDON, target)
