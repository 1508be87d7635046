"""A pod's log: its lines, its containers in one, its restarts, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, Body, Request, api_server, kubeconfig, pod, status, until

from fleetui.core.errors import Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes import logs
from fleetui.providers.kubernetes.lines import Lines, stamp
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.line_cutter import MOST

POD = "/api/v1/namespaces/shop/pods/web"
REF = Ref("kubernetes", "test/shop", "pod", "uid-shop-web", "web")


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with api_server() as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_AGAIN_S", (0.01, 0.02))


def line(second: int, text: str) -> str:
    return f"2026-01-01T00:00:{second:02d}.000000000Z {text}\n"


def texts(lines: list[RawLine]) -> list[str]:
    return [f"- {one.text}" if one.stream == NOTE else one.text for one in lines]


def ended(code: int, **more: Any) -> Body:
    """Return a pod whose container has ended for good."""
    made = pod("web", **more)
    made["spec"]["restartPolicy"] = "Never"
    made["status"]["phase"] = "Succeeded" if code == 0 else "Failed"
    made["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": code}}
    return made


async def read(
    api: Api, tmp_path: Path, into: list[RawLine] | None = None, ref: Ref = REF, **query: Any
) -> list[RawLine]:
    """Return all lines until the log is over; `into` has them as they come."""
    path = kubeconfig(tmp_path / "config", api)
    settings = KubernetesSettings(kubeconfig=str(path), timeout=60.0)
    provider = Kubernetes("test", settings)
    found: list[RawLine] = [] if into is None else into
    try:
        async for batch in provider.logs(ref, LogQuery(**query)):
            found.extend(batch)
    finally:
        await provider.close()
    return found


async def test_what_is_there_is_read(api: Api, tmp_path: Path) -> None:
    api.answers[POD] = pod("web")
    api.answers[f"{POD}/log"] = (line(1, "one") + line(2, "\x1b[31mtwo\x1b[0m") + "three").encode()
    found = await read(api, tmp_path, tail=3, since=1767225600.0)
    assert texts(found) == ["one", "two", "three"]
    assert [one.at for one in found] == [1767225601000000000, 1767225602000000000, 0]
    assert {one.source for one in found} == {REF}
    (asked,) = api.asked(f"{POD}/log")
    assert asked.query == {
        "container": "app", "timestamps": "true", "tailLines": "3",
        "sinceTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip


async def test_the_run_before_this_one(api: Api, tmp_path: Path) -> None:
    api.answers[POD] = pod("web")
    api.fail("/log", code=400, body=status(400, "BadRequest", "previous container not found"))
    with pytest.raises(Invalid, match="previous container not found"):
        await read(api, tmp_path, previous=True, follow=True)
    (asked,) = api.asked(f"{POD}/log")
    assert asked.query["previous"] == "true"
    assert "follow" not in asked.query


async def test_another_pod_of_the_same_name_is_another(api: Api, tmp_path: Path) -> None:
    api.answers[POD] = pod("web")
    with pytest.raises(NotFound, match="replaced"):
        await read(api, tmp_path, ref=Ref("kubernetes", "test/shop", "pod", "other", "web"))
    with pytest.raises(Invalid, match="keeps no log"):
        await read(api, tmp_path, ref=Ref("kubernetes", "test/shop", "deploy", "u", "web"))


async def test_a_followed_log_goes_on_over_restarts_to_the_end(api: Api, tmp_path: Path) -> None:
    pods = [pod("web"), pod("web"), pod("web"), ended(3)]
    status_of = pods[2]["status"]["containerStatuses"][0]
    status_of["restartCount"] = 1
    status_of["lastState"] = {"terminated": {"exitCode": 1, "reason": "OOMKilled"}}
    api.answers[POD] = lambda _: pods.pop(0) if len(pods) > 1 else pods[0]
    answers = [line(1, "a"), line(1, "a") + line(2, "b"), line(2, "b") + line(3, "c")]
    api.answers[f"{POD}/log"] = lambda _: answers.pop(0).encode()
    found = await read(api, tmp_path, follow=True)
    assert texts(found) == ["a", "b", "- started again, exit 1, OOMKilled", "c", "- exit 3"]
    # Each time from the last line on, and no line twice.
    since = [one.query.get("sinceTime", "") for one in api.asked(f"{POD}/log")]
    assert since == ["", "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"]


async def test_what_has_not_begun_is_waited_for(api: Api, tmp_path: Path) -> None:
    pods = [pod("web")] * 4 + [ended(0)]
    api.answers[POD] = lambda _: pods.pop(0) if len(pods) > 1 else pods[0]
    api.answers[f"{POD}/log"] = line(1, "begun").encode()
    api.fail("/log", code=400, times=2, body=status(400, "BadRequest", "waiting to start"))
    found = await read(api, tmp_path, follow=True)
    assert texts(found) == ["- waiting to start", "begun", "- exit 0"]


async def test_a_lost_connection_is_told(api: Api, tmp_path: Path) -> None:
    api.answers[POD] = pod("web")
    found: list[RawLine] = []
    reading = asyncio.ensure_future(_streamed(api, tmp_path, found))
    await until(lambda: api.watching(f"{POD}/log"))
    api.send(f"{POD}/log", line(1, "one").encode() + b"2026-01-01T00:00:02Z half")
    await until(lambda: found)
    api.cut()
    with pytest.raises(ProviderError) as raised:
        await reading
    assert isinstance(raised.value, Unreachable)
    assert texts(found) == ["one"]


async def _streamed(api: Api, tmp_path: Path, found: list[RawLine]) -> None:
    real = api._answer

    async def answer(request: Request, writer: Any) -> None:
        if request.path == f"{POD}/log":
            await api._watch(request, writer)
        else:
            await real(request, writer)

    api._answer = answer  # type: ignore[method-assign]
    await read(api, tmp_path, into=found, follow=True)


async def test_several_containers_are_read_in_one_each_with_its_name(
    api: Api, tmp_path: Path
) -> None:
    many = pod("web")
    many["spec"]["initContainers"] = [
        {"name": "done"},
        {"name": "proxy", "restartPolicy": "Always"},
    ]
    many["spec"]["containers"] = [{"name": "app"}, {"name": "side"}]
    many["status"]["initContainerStatuses"] = [
        {"name": "done", "state": {"terminated": {"exitCode": 0}}}
    ]
    api.answers[POD] = many
    api.answers[f"{POD}/log"] = lambda r: line(1, f"of {r.query['container']}").encode()
    found = await read(api, tmp_path)
    assert sorted((one.container, one.text) for one in found) == [
        ("app", "of app"), ("proxy", "of proxy"), ("side", "of side"),
    ]  # fmt: skip
    # Of one alone the log is read, too, where that has done its work long ago.
    for name in ("done", "side"):
        (only,) = await read(api, tmp_path, container=name)
        assert (only.container, only.text) == (name, f"of {name}")
    with pytest.raises(Invalid, match="no container nay: there is app, side, done, proxy"):
        await read(api, tmp_path, container="nay")


async def test_the_run_before_of_one_container_and_one_for_debugging(
    api: Api, tmp_path: Path
) -> None:
    many = pod("web")
    many["spec"]["containers"] = [{"name": "app"}, {"name": "side"}]
    many["spec"]["ephemeralContainers"] = [{"name": "debugger"}]
    many["status"]["ephemeralContainerStatuses"] = [
        {"name": "debugger", "state": {"terminated": {"exitCode": 3}}}
    ]
    api.answers[POD] = many
    api.answers[f"{POD}/log"] = lambda r: line(
        1, " ".join(r.query[key] for key in ("container", "previous") if key in r.query)
    ).encode()
    assert texts(await read(api, tmp_path, container="side", previous=True)) == ["side true"]
    # It is never begun anew: its log is over with it.
    followed = await read(api, tmp_path, container="debugger", follow=True)
    assert texts(followed) == ["debugger", "- debugger: exit 3"]


async def test_one_container_of_one_needs_no_name(api: Api, tmp_path: Path) -> None:
    api.answers[POD] = pod("web")
    api.answers[f"{POD}/log"] = line(1, "level=warn msg=slow").encode()
    (found,) = await read(api, tmp_path)
    assert (found.container, found.text) == ("", "level=warn msg=slow")


async def test_one_of_several_without_a_log_does_no_harm(api: Api, tmp_path: Path) -> None:
    many = pod("web")
    many["spec"]["containers"] = [{"name": "app"}, {"name": "side"}]
    api.answers[POD] = many
    api.answers[f"{POD}/log"] = line(1, "x").encode()
    api.fail("/log", code=400, times=1, body=status(400, "BadRequest", "no log"))
    assert len(await read(api, tmp_path)) == 1
    api.fail("/log", code=400, body=status(400, "BadRequest", "no log"))
    with pytest.raises(Invalid, match="no log"):
        await read(api, tmp_path)


async def test_one_of_several_that_is_lost_goes_on_by_itself(api: Api, tmp_path: Path) -> None:
    many = ended(0)
    many["spec"]["containers"] = [{"name": "app"}, {"name": "side"}]
    many["status"]["containerStatuses"] = [
        {"name": name, "state": {"terminated": {"exitCode": 0}}} for name in ("app", "side")
    ]
    api.answers[POD] = many
    api.answers[f"{POD}/log"] = lambda r: line(1, r.query["container"]).encode()
    api.fail("/log", code=502, times=1, body=status(502, message="no kubelet"))
    found = texts(await read(api, tmp_path, follow=True))
    assert sum("lost: no kubelet" in one for one in found) == 1
    assert sum("connected again" in one for one in found) == 1
    assert {"app", "side", "- app: exit 0", "- side: exit 0"} <= set(found)


@pytest.mark.parametrize(
    ("text", "at", "start"),
    [
        (b"2026-01-01T00:00:01.5Z x", 1767225601500000000, 23),
        (b"2026-01-01T02:00:01.000000001+02:00 x", 1767225601000000001, 36),
        (b"2026-01-01T00:00:01Z", 1767225601000000000, 20),
        (b"2026-13-01T00:00:01Z x", 0, 0),
        (b"no time at all", 0, 0),
    ],
)
def test_times_stand_before_lines(text: bytes, at: int, start: int) -> None:
    assert stamp(text) == (at, start)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_are_the_same_however_bytes_are_cut(size: int) -> None:
    data = (line(1, "one") + line(2, "zwei ü") + "\r\n" + line(3, "x" * 50)).encode()
    cut = Lines(REF)
    found = [one for at in range(0, len(data), size) for one in cut.feed(data[at : at + size])]
    assert [one.text for one in found] == ["one", "zwei ü", "", "x" * 50]
    assert cut.end() == []


def test_a_line_without_end_takes_no_memory_without_end() -> None:
    lines = Lines(REF)
    for _ in range(4):
        assert lines.feed(b"x" * MOST) == []
    (one,) = lines.end()
    assert len(one.text) < MOST
    assert one.text.endswith("more")
