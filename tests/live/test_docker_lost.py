"""Answers that never come: what was sent is read back, and never sent again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from fleetui.actions.door import Door
from fleetui.core.change import Phase, Verb

from .changing import box, opened, propose
from .servers.docker import DockerEngine
from .servers.waiting import becomes


@pytest.fixture
async def door(docker_engine: DockerEngine) -> AsyncIterator[Door]:
    async with opened(docker_engine, timeout=2) as made:
        yield made


@pytest.fixture(autouse=True)
def clean(docker_engine: DockerEngine) -> Iterator[None]:
    yield
    docker_engine.remove_all()


def starts(engine: DockerEngine, uid: str) -> str:
    return str(engine.client.inspect_container(uid)["State"]["StartedAt"])


async def taken(engine: DockerEngine, uid: str, since: int) -> None:
    """Wait until the engine has taken a request, and waits for the container.

    That one does not listen to SIGTERM: the engine gives it its time.
    """

    def told() -> bool:
        events = engine.client.events(
            since=since, until=int(time.time()) + 1, decode=True,
            filters={"event": "kill", "container": uid},
        )  # fmt: skip
        return bool(list(events))

    await becomes(lambda: asyncio.to_thread(told), "the engine has asked it to stop")


async def test_the_engine_hangs_and_goes_on(docker_engine: DockerEngine, door: Door) -> None:
    uid = docker_engine.run("web")
    before, began = starts(docker_engine, uid), int(time.time()) - 1
    proposal = await propose(door, Verb.RESTART, box(uid, "web"), timeout="10")
    request = door.begin(proposal)
    run = request.runs[0]
    await taken(docker_engine, uid, began)
    docker_engine.signal(signal.SIGSTOP)
    try:
        await becomes(
            lambda: "the answer is lost" in run.progress.reason,
            lambda: f"the answer is lost: {run.progress}",
        )
    finally:
        docker_engine.signal(signal.SIGCONT)
    await request.wait()
    assert run.progress.phase is Phase.DONE, run.progress
    assert starts(docker_engine, uid) != before
    restarts = docker_engine.client.events(
        since=began, until=int(time.time()) + 1, decode=True,
        filters={"event": "restart", "container": uid},
    )  # fmt: skip
    assert len(list(restarts)) == 1


async def test_the_engine_is_killed_before_it_answers(
    docker_engine: DockerEngine, door: Door
) -> None:
    uid = docker_engine.run("web")
    began = int(time.time()) - 1
    proposal = await propose(door, Verb.STOP, box(uid, "web"), timeout="10")
    request = door.begin(proposal)
    run = request.runs[0]
    await taken(docker_engine, uid, began)
    docker_engine.kill()
    docker_engine.start()
    await request.wait()
    now = docker_engine.client.inspect_container(uid)["State"]["Status"]
    # Whatever became of it is told: the container may have ended from the signal, or not.
    expected = Phase.FAILED if now == "running" else Phase.DONE
    assert run.progress.phase is expected, (run.progress, now)
    if expected is Phase.FAILED:
        assert "not done: it is running" in run.progress.reason


async def test_the_engine_stays_away(docker_engine: DockerEngine, door: Door) -> None:
    uid = docker_engine.run("web")
    proposal = await propose(door, Verb.STOP, box(uid, "web"), timeout="0")
    docker_engine.kill()
    try:
        request = door.begin(proposal)
        run = request.runs[0]
        words = ("no Docker engine", "refused")
        await becomes(
            lambda: any(one in run.progress.reason for one in words),
            lambda: f"it says what is wrong: {run.progress}",
        )
    finally:
        docker_engine.start()
    await request.wait()
    assert run.progress.phase is Phase.FAILED
    assert docker_engine.client.inspect_container(uid)["State"]["Status"] == "running"
