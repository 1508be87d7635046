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


async def test_the_engine_hangs_and_goes_on(docker_engine: DockerEngine, door: Door) -> None:
    uid = docker_engine.run("web")
    before, began = starts(docker_engine, uid), int(time.time()) - 1
    proposal = await propose(door, Verb.RESTART, box(uid, "web"), timeout="4")
    request = door.begin(proposal)
    run = request.runs[0]
    # It has taken the request, and waits for the container, which does not listen to SIGTERM.
    while docker_engine.client.containers(filters={"name": "web"})[0]["State"] != "running":
        await asyncio.sleep(0.01)
    await asyncio.sleep(1)
    docker_engine.signal(signal.SIGSTOP)
    try:
        while "the answer is lost" not in run.progress.reason:
            await asyncio.sleep(0.05)
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
    proposal = await propose(door, Verb.STOP, box(uid, "web"), timeout="5")
    request = door.begin(proposal)
    run = request.runs[0]
    await asyncio.sleep(1)
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
        while not run.progress.reason:
            await asyncio.sleep(0.05)
        assert "no Docker engine" in run.progress.reason or "refused" in run.progress.reason
    finally:
        docker_engine.start()
    await request.wait()
    assert run.progress.phase is Phase.FAILED
    assert docker_engine.client.inspect_container(uid)["State"]["Status"] == "running"
