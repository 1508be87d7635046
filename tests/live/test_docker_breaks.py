"""An engine that is killed, hangs or is busy, seen through the program's own engine."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fleetui.core.objects import Event, Resource
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.engine.engine import Engine
from fleetui.providers.base import Happened, Hinted
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings

from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import PATIENCE_S, becomes

LIST = SourceKey("docker", "bastion", "containers")


@pytest.fixture(scope="module")
def fleet(docker_engine: DockerEngine) -> DockerEngine:
    for number in (1, 2, 3):
        docker_engine.run(f"web-{number}", labels=compose_labels("shop", "web", number))
    return docker_engine


@pytest.fixture
async def provider(fleet: DockerEngine) -> AsyncIterator[Docker]:
    made = Docker("bastion", DockerSettings(host=fleet.host, timeout=2, interval=1))
    yield made
    await made.close()


@pytest.fixture
async def engine(provider: Docker) -> AsyncIterator[Engine]:
    made = Engine([provider])
    yield made
    await made.close()


def names(engine: Engine, key: SourceKey = LIST) -> set[str]:
    return {row.name for row in engine.store.snapshot(key).rows}


def row(engine: Engine, name: str) -> Resource | None:
    return next((r for r in engine.store.snapshot(LIST).rows if r.name == name), None)


async def test_a_change_shows_by_itself(engine: Engine, fleet: DockerEngine) -> None:
    kinds = ("containers", "capacity", "images", "volumes", "networks", "events")
    keys = [key for kind in kinds for key in engine.keys(kind)]
    subscription = engine.subscribe(keys, lambda _tick: None)
    await becomes(lambda: "web-3" in names(engine), "the first list")
    fleet.run("brief", "sleep", "1000")
    await becomes(lambda: "brief" in names(engine), "a new container")
    fleet.client.remove_container("brief", force=True)
    await becomes(lambda: "brief" not in names(engine), "its removal")
    events = SourceKey("docker", "bastion", "events")

    def told() -> set[str]:
        rows = engine.store.snapshot(events).rows
        return {e.message for e in rows if isinstance(e, Event) and e.subject.endswith("/brief")}

    await becomes(lambda: told() >= {"created", "started", "removed"}, "the events")
    subscription.close()


async def test_killed_and_started_again(engine: Engine, fleet: DockerEngine) -> None:
    subscription = engine.subscribe([LIST], lambda _tick: None)
    snapshot: Snapshot = await becomes(
        lambda: names(engine) >= {"web-1", "web-2", "web-3"} and engine.store.snapshot(LIST),
        "the first list",
    )
    fleet.kill()
    fault = await becomes(
        lambda: (
            (one := engine.store.snapshot(LIST).fault) and str(fleet.socket) in one.line and one
        ),
        "a fault after the kill that says where",
    )
    assert fault.code == "unreachable"
    assert {r.ref for r in engine.store.snapshot(LIST).rows} == {r.ref for r in snapshot.rows}
    fleet.start()
    await becomes(lambda: engine.store.snapshot(LIST).fault is None, "it heals by itself")
    assert {r.ref for r in engine.store.snapshot(LIST).rows} == {r.ref for r in snapshot.rows}
    fleet.client.pause("web-1")
    await becomes(
        lambda: (found := row(engine, "web-1")) and found.state is State.PAUSED,
        "events flow again",
    )
    fleet.client.unpause("web-1")
    subscription.close()


async def test_hangs_and_goes_on(engine: Engine, fleet: DockerEngine) -> None:
    subscription = engine.subscribe([LIST], lambda _tick: None)
    await becomes(lambda: "web-3" in names(engine), "the first list")
    subscription.look_at([r.ref for r in engine.store.snapshot(LIST).rows])
    await becomes(
        lambda: (found := row(engine, "web-1")) and getattr(found, "memory", None), "a measurement"
    )
    fleet.signal(signal.SIGSTOP)
    try:
        await becomes(
            lambda: (one := engine.store.snapshot(LIST).fault) and "no answer in time" in one.what,
            "a fault of the hang",
        )
        assert "web-3" in names(engine)
    finally:
        fleet.signal(signal.SIGCONT)
    await becomes(lambda: engine.store.snapshot(LIST).fault is None, "it goes on")
    subscription.close()


async def test_closing_does_not_wait_for_a_hung_engine(fleet: DockerEngine) -> None:
    # It would wait for so long.
    provider = Docker("bastion", DockerSettings(host=fleet.host, timeout=PATIENCE_S, interval=1))
    engine = Engine([provider])
    engine.subscribe([LIST], lambda _tick: None)
    await becomes(lambda: "web-3" in names(engine), "the first list")
    fleet.signal(signal.SIGSTOP)
    try:
        engine.refresh([LIST])
        async with asyncio.timeout(PATIENCE_S / 2):
            await engine.close()
            await provider.close()
    finally:
        fleet.signal(signal.SIGCONT)


async def test_one_stream_serves_all_watchers_and_ends_with_the_last(
    provider: Docker, fleet: DockerEngine
) -> None:
    # Those of the tests before end a while after they are left.
    await becomes(lambda: fleet.client.info()["NEventsListener"] == 0, "nobody listens")
    await provider.fetch(LIST)
    watched = {kind: provider.watch(LIST.__class__("docker", "bastion", kind)) for kind in KINDS}
    got: dict[str, list[Any]] = {kind: [] for kind in KINDS}

    async def follow(kind: str) -> None:
        async for change in watched[kind]:
            got[kind].append(change)

    tasks = [asyncio.create_task(follow(kind)) for kind in KINDS]
    await becomes(lambda: all(Hinted() in got[k] for k in ("containers", "networks")), "the stream")
    assert fleet.client.info()["NEventsListener"] == 1
    fleet.client.restart("web-2", timeout=0)
    await becomes(
        lambda: any(
            isinstance(c, Happened) and any(e.message == "restarted" for e in c.events)
            for c in got["events"]
        ),
        "the restart is told",
    )
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await becomes(lambda: fleet.client.info()["NEventsListener"] == 0, "the stream ends")


KINDS = ("containers", "networks", "events")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'[{"Id": "abc", "Names": ["/we', "no JSON, or broke off"),
        (b"\x00\xff garbage \x1b[2J", "no JSON, or broke off"),
        (b'{"message": 1}', "not an engine's"),
        (b'["a", 2]', "not an engine's"),
        (None, "broke off"),
    ],
)
async def test_an_answer_that_is_none(
    answer: bytes | None, words: str, docker_engine: DockerEngine
) -> None:
    """Somebody listens on the socket, but does not speak as an engine does."""
    path = docker_engine.folder / "fake.sock"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version = False
        while line := await reader.readline():
            if line.strip():
                version = version or b"/version" in line
                continue
            body = json.dumps({"ApiVersion": "1.41"}).encode() if version else answer
            if body is not None:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
                version = False
            else:
                writer.close()
                return

    server = await asyncio.start_unix_server(serve, path)
    provider = Docker("bastion", DockerSettings(host=f"unix://{path}", timeout=30))
    try:
        with pytest.raises(Exception, match=words) as caught:
            await provider.fetch(LIST)
        assert "\x1b" not in str(caught.value)
        assert (await provider.check()).fault is not None
    finally:
        await provider.close()
        server.close()
        path.unlink(missing_ok=True)


async def test_an_answer_that_never_ends_holds_no_thread(docker_engine: DockerEngine) -> None:
    """A byte now and then keeps every time-out of a socket from striking."""
    path = docker_engine.folder / "drip.sock"
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/version" in head:
            body = b'{"ApiVersion": "1.41"}'
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        gone = asyncio.ensure_future(reader.read())
        while not gone.done():
            writer.write(b" ")
            await asyncio.wait([gone], timeout=0.1)
        left.set()
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    provider = Docker("bastion", DockerSettings(host=f"unix://{path}", timeout=1))
    try:
        with pytest.raises(Exception, match="no answer in time"):
            await provider.fetch(LIST)
        await asyncio.wait_for(left.wait(), PATIENCE_S)
    finally:
        await provider.close()
        server.close()
        path.unlink(missing_ok=True)


async def test_an_engine_that_dies_takes_no_other_with_it(fleet: DockerEngine) -> None:
    second = DockerEngine("10.233.42.1/24")
    providers = [Docker("near", DockerSettings(host=fleet.host, timeout=2, interval=1))]
    try:
        second.start()
        second.import_image()
        second.run("only")
        providers.append(Docker("far", DockerSettings(host=second.host, timeout=2, interval=1)))
        engine = Engine(providers)
        near, far = (SourceKey("docker", scope, "containers") for scope in ("near", "far"))
        assert set(engine.keys("containers")) == {near, far}
        engine.subscribe([near, far], lambda _tick: None)
        await becomes(lambda: names(engine, near) and names(engine, far), "both lists")
        second.kill()
        await becomes(lambda: engine.store.snapshot(far).fault, "the fault of one")
        fleet.run("after")
        await becomes(lambda: "after" in names(engine, near), "the other goes on")
        assert engine.store.snapshot(near).fault is None
        assert names(engine, far) == {"only"}
        await engine.close()
        second.start()
    finally:
        for provider in providers:
            await provider.close()
        second.stop()
