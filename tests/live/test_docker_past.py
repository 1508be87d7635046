"""A real engine's past and links: events of what is gone, who uses what, what a crash leaves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fleetui.core.description import Description
from fleetui.core.objects import Container, Resource, is_wrong
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import State
from fleetui.engine.engine import Engine
from fleetui.engine.looking import look_into, story
from fleetui.engine.once import settle
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings
from fleetui.ui.drill import Drilled, owners, related

from .servers.docker import DockerEngine, compose_labels
from .servers.waiting import PATIENCE_S, becomes, until

KINDS = ("containers", "capacity", "images", "volumes", "networks")


@pytest.fixture(scope="module")
def fleet(docker_engine: DockerEngine) -> Iterator[DockerEngine]:
    """A compose service whose first container is gone, with a volume and a network."""
    one, client = docker_engine, docker_engine.client
    client.create_volume("past_data")
    client.create_volume("past_data2")
    client.create_network("past_net")
    network = client.create_networking_config({"past_net": client.create_endpoint_config()})
    labels = compose_labels("past", "web", 1)
    old = one.run("past-web-1", labels=labels)
    client.kill(old)
    client.remove_container(old)
    one.run(
        "past-web-1", labels=labels, volumes=["/data"],
        host={"binds": ["past_data:/data"], "network_mode": "past_net"}, networking_config=network,
    )  # fmt: skip
    one.run("lone", volumes=["/data"], host={"binds": ["past_data2:/data"]})
    yield one
    one.remove_all()
    client.remove_network("past_net")


@pytest.fixture
async def engine(fleet: DockerEngine) -> AsyncIterator[Engine]:
    made = Engine((Docker("live", DockerSettings(host=fleet.host, timeout=60)),), now=time.time)
    yield made
    await made.close()


async def read(engine: Engine) -> tuple[Snapshot, ...]:
    return await settle(engine, [SourceKey("docker", "live", kind) for kind in KINDS], PATIENCE_S)


def named(snapshots: tuple[Snapshot, ...], short: str) -> Resource:
    return next(row for s in snapshots for row in s.rows if row.ref.short == short)


async def told_of(engine: Engine, row: Resource, messages: set[str]) -> set[str]:
    """Return what is told of a thing; its last second is not asked for, so wait for that."""
    found: set[str] = set()

    async def whole() -> bool:
        nonlocal found
        told = await look_into(engine.providers, row.ref)
        assert isinstance(told, Description)
        found = {event.message for event in told.events}
        return found >= messages

    await becomes(whole, lambda: f"{row.ref.short} tells of {messages}: {found}")
    return found


async def test_every_kind_tells_its_events(engine: Engine) -> None:
    snapshots = await read(engine)
    wanted = {
        "container/past-web-1": {"created", "started"},
        "compose/past/web": {"created", "started", "sent signal 9", "removed"},
        "volume/past_data": {"created", "mounted by past-web-1 at /data"},
        "network/past_net": {"created", "past-web-1 attached"},
        "image/busy:1": {"imported"},
    }
    for short, messages in wanted.items():
        row = named(snapshots, short)
        found = await told_of(engine, row, messages)
        assert found >= messages, (short, found)
        told = await look_into(engine.providers, row.ref)
        assert isinstance(told, Description)
        if row.ref.kind != "compose":
            assert story(row, engine.store, engine.timeline, told.events).past == frozenset()
        # The engine takes the beginning of a volume's name for the name.
        assert not any("lone" in message for message in found), (short, found)


async def test_a_container_that_is_gone_is_told_with_its_unit_and_marked(engine: Engine) -> None:
    snapshots = await read(engine)
    unit = named(snapshots, "compose/past/web")
    key = SourceKey("docker", "live", "events")
    past: set[str] = set()
    present: set[str] = set()

    async def whole() -> bool:
        # The last second is not asked for.
        await settle(engine, [key], PATIENCE_S)
        found = story(unit, engine.store, engine.timeline)
        past.update(event.message for event in found.events if event.ref in found.past)
        present.update(event.message for event in found.events if event.ref not in found.past)
        return past >= {"created", "started", "removed"} and present >= {"created", "started"}

    await becomes(whole, lambda: f"all of both is told: {past}, {present}")
    assert "removed" not in present


async def test_links_lead_down_and_up(engine: Engine) -> None:
    snapshots = await read(engine)

    def down(short: str) -> Drilled:
        return related(named(snapshots, short), engine.store.find, snapshots, settled=True)

    for short in ("compose/past/web", "volume/past_data", "network/past_net"):
        drilled = down(short)
        assert [row.ref.short for row in drilled.rows] == ["container/past-web-1"], short
    assert {row.ref.short for row in down("image/busy:1").rows} == {
        "container/past-web-1", "container/lone",
    }  # fmt: skip
    assert {row.ref.short for row in down("container/past-web-1").rows} == {
        "compose/past/web", "image/busy:1", "volume/past_data", "network/past_net",
    }  # fmt: skip
    box = named(snapshots, "container/past-web-1")
    up = owners(box, engine.store.find, snapshots, settled=True)
    assert [row.ref.short for row in up.rows] == ["compose/past/web"]
    lone = named(snapshots, "container/lone")
    assert owners(lone, engine.store.find, snapshots, settled=True).rows == ()


async def test_what_a_crash_of_the_engine_leaves_and_what_can_be_told_of_it() -> None:
    """The engine starts again whatever a policy says should run, after any crash, or says why not.

    So what has a policy, stands still and has no error was stopped by a person. Without a policy
    255 is the engine's word for what it found dead, and 137 is said of a kill from anywhere.
    """
    one = DockerEngine("10.233.41.1/24")
    try:
        one.start()
        one.import_image()
        pids = {}
        for policy in ("no", "always", "unless-stopped"):
            for how in ("process", "shim"):
                uid = one.run(f"{how}-{policy}", host={"restart_policy": {"Name": policy}})
                pid = one.client.inspect_container(uid)["State"]["Pid"]
                stat = Path(f"/proc/{pid}/stat").read_text("ascii")
                parent = int(stat.rpartition(")")[2].split()[1])
                pids[f"{how}-{policy}"] = pid if how == "process" else parent
        stopped = one.run("stopped-unless-stopped",
                          host={"restart_policy": {"Name": "unless-stopped"}})  # fmt: skip
        one.client.stop(stopped, timeout=0)
        one.kill()
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        one.start()
        kept = {name for name in pids if not name.endswith("-no")}

        def settled() -> bool:
            """Whether each runs again, or the engine says why it does not."""
            states = [one.client.inspect_container(name)["State"] for name in kept]
            return all(state["Running"] or state["Error"] for state in states)

        until(settled, "what has a policy runs again, or has an error")
        provider = Docker("live", DockerSettings(host=one.host, timeout=60))
        rows: dict[str, Container] = {}

        async def known() -> bool:
            nonlocal rows
            found = (await provider.fetch(SourceKey("docker", "live", "containers"))).rows
            rows = {row.name: row for row in found if isinstance(row, Container)}
            # The list alone does not tell of an error: an inspection behind it does.
            return all(rows[name].state is State.RUNNING or is_wrong(rows[name]) for name in kept)

        await becomes(known, lambda: f"rows that run or say why not: {rows}")
        await provider.close()
        for name in kept:
            error = one.client.inspect_container(name)["State"]["Error"]
            row = rows[name]
            assert row.state is (State.FAILED if error else State.RUNNING), (name, error)
            assert error in row.reason
        assert rows["shim-no"].exit_code == 255
        assert is_wrong(rows["shim-no"])
        assert (rows["process-no"].exit_code, is_wrong(rows["process-no"])) == (137, False)
        stop = rows["stopped-unless-stopped"]
        assert (stop.exit_code, is_wrong(stop)) == (137, False)
    finally:
        one.stop()
