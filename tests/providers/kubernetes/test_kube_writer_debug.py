"""A debug container: what its plan says, which one is used, and how it is waited for."""

from __future__ import annotations

import asyncio
import os
import pty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kube_writable import WritableApi, ref, writable

from fleetui.core.change import Ask, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Invalid, Left
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

WEB = "/api/v1/namespaces/shop/pods/web"
TARGET = ref("pod")
RUNS = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
TTY = {"stdin": True, "tty": True, "image": "busybox:1.37"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[WritableApi, KubernetesSettings]]:
    with writable(tmp_path) as (api, settings):
        api.put(WEB, {
            "spec": {"nodeName": "n1", "containers": [{"name": "main"}, {"name": "side"}]},
            "status": {"phase": "Running",
                       "containerStatuses": [{"name": "main", "state": RUNS}]},
        })  # fmt: skip
        yield api, settings


async def planned(own: KubernetesWriter, **values: str) -> Plan:
    return await own.plan(Ask(Verb.DEBUG, TARGET, tuple(values.items())))


def tell(api: WritableApi, name: str, state: dict[str, Any]) -> None:
    api.touch(WEB, ephemeralContainerStatuses=[{"name": name, "state": state}])


def containers(api: WritableApi) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.objects[WEB]["spec"].get("ephemeralContainers", [])
    return found


async def test_the_plan_says_what_comes_and_that_it_stays(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own)
    (change,) = plan.differences
    assert (change.before, change.after[:9]) == ("none", "debugger-")
    facts = dict(plan.facts)
    assert facts["image"] == "busybox:1.37"
    assert facts["sees processes of"] == "the container main"
    assert plan.cautions[0].text.startswith("it cannot be taken away again")
    assert plan.undo.ask is None
    assert "patch pods/ephemeralcontainers in shop: allowed" in plan.permission
    assert api.writes == []
    # What does not run shares no processes: without one that is named, none is looked into.
    plan = await planned(own, target="side", image="netshoot:2")
    assert plan.ask.value("target") == "side"
    assert "side does not run" in plan.cautions[0].text
    api.touch(WEB, containerStatuses=[])
    assert (await planned(own)).ask.value("target") == "none"


async def test_what_cannot_be_is_refused_in_words(api: WritableApi, own: KubernetesWriter) -> None:
    with pytest.raises(Invalid, match="no image"):
        await planned(own, image="two words")
    with pytest.raises(Invalid, match="no container nope: main, side"):
        await planned(own, target="nope")
    api.denied.add("pods/ephemeralcontainers")
    assert "patch pods/ephemeralcontainers in shop: not allowed" in (await planned(own)).refused
    api.forbidden[f"{WEB}/ephemeralcontainers"] = 404, (
        "the server could not find the requested resource")  # fmt: skip
    assert "Kubernetes 1.25 has" in (await planned(own)).refused
    api.forbidden[f"{WEB}/ephemeralcontainers"] = 422, "violates PodSecurity"
    assert (await planned(own)).refused == "violates PodSecurity"
    api.touch(WEB, phase="Succeeded")
    assert (await planned(own)).refused == "it is over"


async def test_who_may_not_open_a_websocket_is_told_before(
    api: WritableApi, own: KubernetesWriter
) -> None:
    # Only servers of 1.35 and later ask for it: they say so themselves.
    api.denied.add("create pods/attach")
    plan = await planned(own)
    assert plan.refused == ""
    assert "create pods/attach in shop: not allowed" in plan.permission
    api.denied.add("get pods/attach")
    assert "get pods/attach in shop: not allowed" in (await planned(own)).refused
    assert (await own.plan(Ask(Verb.EXEC, TARGET))).refused == ""
    api.denied.add("get pods/exec")
    assert "get pods/exec in shop: not allowed" in (await own.plan(Ask(Verb.EXEC, TARGET))).refused


async def test_one_that_runs_there_is_used(api: WritableApi, own: KubernetesWriter) -> None:
    api.objects[WEB]["spec"]["ephemeralContainers"] = [
        {"name": "debugger-old", **TTY}, {"name": "debugger-mine", **TTY},
    ]  # fmt: skip
    api.touch(WEB, ephemeralContainerStatuses=[
        {"name": "debugger-old", "state": {"terminated": {"exitCode": 0}}},
        {"name": "debugger-mine", "state": RUNS},
    ])  # fmt: skip
    plan = await planned(own)
    assert plan.differences == ()
    assert dict(plan.facts)["running there"] == "debugger-mine"
    assert "sees what you type" in plan.cautions[0].text
    for values in ({"new": "yes"}, {"image": "netshoot:2"}, {"command": "ls"}, {"target": "main"}):
        assert (await planned(own, **values)).differences, values
    tell(api, "debugger-mine", {"waiting": {"reason": "ImagePullBackOff", "message": "no"}})
    waits = dict((await planned(own)).facts)["waiting there"]
    assert waits in {"debugger-mine: ImagePullBackOff: no", "debugger-old"}


async def test_it_is_added_once_and_read_back(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, image="netshoot:2", target="main")
    name = dict(plan.memo)["name"]
    assert (await own.progress(plan)).reason == f"not done: {name} was not added"
    code = asyncio.create_task(run(own, plan, ("sh", "-c", "true")))
    async with asyncio.timeout(10):
        while not containers(api):
            await asyncio.sleep(0.01)
    # It was over before anybody could attach: what it said is in its log.
    api.objects[f"{WEB}/log"] = {"said": "hello"}
    tell(api, name, {"terminated": {"exitCode": 3, "reason": "Error"}})
    out, _ = await code
    assert (b"hello" in out[0], out[1]) == (True, 3)
    (one,) = containers(api)
    assert one["command"] == ["sh", "-c", "true"]
    assert (one["image"], one["targetContainerName"]) == ("netshoot:2", "main")
    assert (one["tty"], one["stdin"], one["stdinOnce"]) == (False, True, True)
    assert (await own.progress(plan)).phase is Phase.DONE
    with pytest.raises(Invalid, match="by its session"):
        await own.carry_out(plan, lambda _: None)


async def run(
    own: KubernetesWriter, plan: Plan, argv: tuple[str, ...] = ()
) -> tuple[tuple[bytes, int], bytes]:
    """Run a session on pipes; return its output with its code, and what it told."""
    session = own.debugger(plan, argv, tty=False)
    ends = [os.pipe() for _ in range(3)]
    os.close(ends[0][1])
    streams = (ends[0][0], ends[1][1], ends[2][1])
    try:
        code = await asyncio.to_thread(session.run, *streams)
    finally:
        for fd in streams:
            os.close(fd)
        out, told = (os.read(end[0], 65_536) for end in ends[1:])
        for end in ends[1:]:
            os.close(end[0])
    return (out, code), told


async def test_without_a_terminal_nobody_waits_for_an_image(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own)
    name = dict(plan.memo)["name"]
    code = asyncio.create_task(run(own, plan))
    async with asyncio.timeout(10):
        while not containers(api):
            await asyncio.sleep(0.01)
    tell(api, name, {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})
    with pytest.raises(Left, match=f"{name} is added and does not run: ImagePullBackOff: no such"):
        await code


async def test_at_a_terminal_ctrl_c_leaves_it_there(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own)
    name = dict(plan.memo)["name"]
    ours, theirs = pty.openpty()
    session = own.debugger(plan, (), tty=True)
    work = asyncio.create_task(asyncio.to_thread(session.run, theirs, theirs, theirs))
    async with asyncio.timeout(10):
        while not containers(api):
            await asyncio.sleep(0.01)
    tell(api, name, {"waiting": {"reason": "ErrImageNeverPull", "message": "\x1b[31mno"}})
    said = b""
    async with asyncio.timeout(10):
        while b"ErrImageNeverPull" not in said:
            said += await asyncio.to_thread(os.read, ours, 4096)
    assert b"Ctrl-C leaves it" in said
    assert b"\x1b" not in said
    os.write(ours, b"\x03")
    with pytest.raises(Left) as left:
        await work
    assert left.value.phase is Phase.CANCELLED
    assert f"{name} stays in the pod" in left.value.what
    os.close(ours)
    os.close(theirs)


async def test_a_pod_that_was_made_anew_gets_none(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own)
    api.objects[WEB]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(Conflict, match="leaving was none"):
        await run(own, plan)
    assert containers(api) == []
