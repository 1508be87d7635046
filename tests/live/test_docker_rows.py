"""What the provider reads from a real engine, kind by kind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from fleetui.core.objects import Capability, is_wrong
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import Health, Severity, State
from fleetui.providers.base import Batch
from fleetui.providers.docker.provider import Docker
from fleetui.providers.docker.settings import DockerSettings

from .servers.docker import IMAGE, DockerEngine, compose_labels
from .servers.waiting import PATIENCE_S, becomes, until

ESCAPES = "\x1b]52;c;AAAA\x07\x1b[31m[bold]\u202etxt\u200b[/]"
CHECK_OFTEN = 200_000_000  # nanoseconds


HOUR = 3_600_000_000_000  # nanoseconds


def check(*command: str, interval: int = CHECK_OFTEN) -> dict[str, Any]:
    return {"test": ["CMD", *command], "interval": interval, "retries": 1}


@pytest.fixture(scope="module")
def fleet(docker_engine: DockerEngine) -> Iterator[DockerEngine]:
    """One container in each state, and things that they use."""
    one, client = docker_engine, docker_engine.client
    client.create_network(
        "shop_default",
        driver="bridge",
        labels={"com.docker.compose.project": "shop"},
        ipam={"Config": [{"Subnet": "10.234.40.0/24"}]},
    )
    client.create_volume("shop_data", labels={"com.docker.compose.project": "shop"})
    client.create_volume("lonely")
    for number in (1, 2):
        one.run(
            f"shop-web-{number}",
            labels=compose_labels("shop", "web", number),
            healthcheck=check("true"),
            host={"binds": ["shop_data:/data"], "network_mode": "shop_default"},
            volumes=["/data"],
        )
    one.run("shop-migrate-1", "true", labels=compose_labels("shop", "migrate"))
    one.run("shop-worker-1", "sh", "-c", "exit 3", labels=compose_labels("shop", "worker"))
    one.run("shop-run-1", labels=compose_labels("shop", "web", oneoff="True"))
    one.run("sick", healthcheck=check("sh", "-c", "echo no database; exit 1"))
    # Paused in the middle of its check, an inspection of it would hang until the check times out.
    one.run("paused", healthcheck=check("true", interval=HOUR))
    one.create("created")
    one.run("loop", "sh", "-c", "exit 7", host={"restart_policy": {"Name": "always"}})
    one.run("stopped")
    one.run("oom", "dd", "if=/dev/zero", "of=/dev/null", "bs=64M", host={"mem_limit": "8m"})
    one.run("busy", "sh", "-c", "while :; do :; done", host={"mem_limit": "64m"})
    one.run("hostile", labels={f"k{ESCAPES}": ESCAPES, "com.docker.compose.project": ESCAPES})
    with pytest.raises(Exception, match="nonexist"):
        one.run("broken", "/nonexist")
    client.stop("stopped", timeout=0)
    client.pause("paused")

    def all_there() -> bool:
        state = client.inspect_container("oom")["State"]
        if state["Status"] == "exited" and not state["OOMKilled"]:
            # The kernel's word came too late for the engine: it happens on a busy machine.
            client.start("oom")
            return False
        words = {c["Names"][0]: c["Status"] for c in client.containers(all=True)}
        return (
            "(unhealthy)" in words["/sick"]
            and "(healthy)" in words["/shop-web-2"]
            and "Exited (137)" in words["/oom"]
            and client.inspect_container("loop")["RestartCount"] > 1
        )

    until(all_there, "the containers reach their states")
    yield one
    client.unpause("paused")


@pytest.fixture
async def provider(fleet: DockerEngine) -> AsyncIterator[Docker]:
    made = Docker("bastion", DockerSettings(host=fleet.host, timeout=60))
    yield made
    await made.close()


def key(kind: str) -> SourceKey:
    return SourceKey("docker", "bastion", kind)


async def fetched(
    provider: Docker, kind: str, good: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Fetch until the rows, by name, are as they should be: details may follow later."""
    end = time.monotonic() + PATIENCE_S
    while True:
        batch: Batch = await provider.fetch(key(kind))
        rows = {row.name: row for row in batch.rows}
        if good(rows):
            return rows
        assert time.monotonic() < end, f"never as they should be: {rows}"
        await asyncio.sleep(0.1)


async def test_every_state_of_a_container(provider: Docker) -> None:
    def all_known(rows: dict[str, Any]) -> bool:
        inspected = all(row.restarts is not None for row in rows.values())
        looping = rows["loop"].state is State.DEGRADED and (rows["loop"].restarts or 0) > 1
        # A start that is less than a second old has no time of its own yet.
        return inspected and looping and rows["busy"].started is not None

    rows = await fetched(provider, "containers", all_known)
    assert {name: row.state for name, row in rows.items()} == {
        "shop-web-1": State.RUNNING, "shop-web-2": State.RUNNING, "shop-run-1": State.RUNNING,
        "shop-migrate-1": State.STOPPED, "shop-worker-1": State.FAILED, "sick": State.RUNNING,
        "paused": State.PAUSED, "created": State.PENDING, "loop": State.DEGRADED,
        "stopped": State.STOPPED, "oom": State.FAILED, "busy": State.RUNNING,
        "hostile": State.RUNNING, "broken": State.FAILED,
    }  # fmt: skip
    assert rows["shop-web-1"].health is Health.HEALTHY
    assert rows["sick"].health is Health.UNHEALTHY
    assert rows["sick"].reason == "check fails: no database"
    assert rows["paused"].health is Health.NONE
    assert rows["oom"].reason.startswith("out of memory, exited 137")
    assert rows["stopped"].reason.startswith("killed (137)")
    assert rows["shop-worker-1"].reason.startswith("exited 3")
    assert rows["shop-worker-1"].exit_code == 3
    assert "nonexist" in rows["broken"].reason
    assert rows["loop"].restarts > 1
    assert rows["loop"].reason.startswith("exits 7, restarted")
    assert not is_wrong(rows["shop-migrate-1"])
    assert rows["busy"].memory_limit == 64 * 1024**2
    assert abs(rows["busy"].started - time.time()) < 1800


async def test_what_a_container_uses_is_linked_to_rows(provider: Docker) -> None:
    await provider.fetch(key("images"))
    container = (await fetched(provider, "containers", lambda _: True))["shop-web-1"]
    known = set()
    for kind in ("images", "volumes", "networks", "capacity"):
        known |= {row.ref for row in (await provider.fetch(key(kind))).rows}
    linked = {link.ref for link in container.links}
    assert {ref.short for ref in linked} == {
        f"image/{IMAGE}", "volume/shop_data", "network/shop_default", "compose/shop/web",
    }  # fmt: skip
    assert linked <= known


async def test_capabilities_say_why_not(provider: Docker) -> None:
    rows = await fetched(provider, "containers", lambda _: True)
    can = {
        name: {c.name: c for c in rows[name].capabilities} for name in ("paused", "stopped", "busy")
    }
    assert can["paused"]["exec"] == Capability("exec", False, "it is paused: unpause it first")
    assert can["stopped"]["start"].allowed
    assert can["stopped"]["exec"] == Capability("exec", False, "it is not running")
    assert not can["busy"]["remove"].allowed


async def test_images_volumes_and_networks_know_their_users(provider: Docker) -> None:
    images = await fetched(
        provider, "images", lambda r: r[IMAGE].layers and r[IMAGE].shared_size is not None
    )
    image = images[IMAGE]
    assert (image.layers, image.tags, image.used_by) == (1, (IMAGE,), 14)
    assert image.size > 100_000
    volumes = await fetched(provider, "volumes", lambda r: r["lonely"].size is not None)
    assert volumes["shop_data"].used_by == 2
    assert volumes["shop_data"].project == "shop"
    assert volumes["lonely"].used_by == 0
    assert volumes["lonely"].state is State.STOPPED
    networks = await fetched(provider, "networks", lambda _: True)
    assert networks["shop_default"].used_by == 2
    assert networks["shop_default"].subnets == ("10.234.40.0/24",)


async def test_compose_services_are_capacity_units(provider: Docker) -> None:
    units = await fetched(provider, "capacity", lambda _: True)
    assert set(units) == {"shop/web", "shop/migrate", "shop/worker"}
    web = units["shop/web"]
    assert (web.desired, web.running, web.ready, web.state) == (2, 2, 2, State.RUNNING)
    assert web.stateful
    migrate = units["shop/migrate"]
    assert (migrate.desired, migrate.state, migrate.native_state) == (
        0, State.STOPPED, "exited(1)",
    )  # fmt: skip
    worker = units["shop/worker"]
    assert (worker.desired, worker.ready, worker.state) == (1, 0, State.FAILED)
    assert worker.reason.startswith("shop-worker-1: exited 3")


async def test_nothing_of_a_hostile_label_reaches_the_screen(provider: Docker) -> None:
    row = (await fetched(provider, "containers", lambda _: True))["hostile"]
    text = repr([*row.labels, row.project, row.links])
    assert "[bold]" in row.project
    for bad in ("\\x1b", "\\x07", "\\u202e", "\\u200b"):
        assert bad not in text


async def test_measures_a_busy_container(provider: Docker) -> None:
    rows = await fetched(provider, "containers", lambda _: True)
    units = await fetched(provider, "capacity", lambda _: True)
    busy, stopped, unit = rows["busy"].ref, rows["stopped"].ref, units["shop/web"].ref
    usage = await provider.measure([busy, stopped, unit])
    assert usage[busy].cpu is None

    async def measured() -> bool:
        nonlocal usage
        usage = await provider.measure([busy, stopped, unit])
        # It has as much of a core as the machine can spare.
        return usage[busy].cpu is not None and 0.01 < usage[busy].cpu < 1.6

    await becomes(measured, lambda: f"most of a core, or what is left of one: {usage}")
    assert 0 < usage[busy].memory < 64 * 1024**2
    assert usage[busy].memory_limit == 64 * 1024**2
    assert stopped not in usage
    assert usage[unit].memory > 0


async def test_events_of_the_last_hour(provider: Docker, fleet: DockerEngine) -> None:
    uid = fleet.run("brief", "sh", "-c", "exit 9", labels={"x": ESCAPES})
    fleet.client.wait(uid)
    fleet.client.remove_container(uid)
    batch = await fetched_events(provider, "docker/bastion/container/brief")
    told = [(e.message, e.severity) for e in batch]
    assert ("died, exit 9", Severity.WARNING) in told
    assert ("started", Severity.INFO) in told
    everything = (await provider.fetch(key("events"))).rows
    assert not any("exec_" in e.native_state for e in everything)
    assert all("\x1b" not in repr(e) for e in everything)


async def fetched_events(provider: Docker, subject: str) -> list[Any]:
    """Return the subject's events once the last of them, its removal, is told."""
    end = time.monotonic() + PATIENCE_S
    while True:
        rows = (await provider.fetch(key("events"))).rows
        found = [e for e in rows if e.subject == subject]
        if any(e.message == "removed" for e in found) or time.monotonic() > end:
            return found
        await asyncio.sleep(0.1)


async def test_check_says_who_and_what(provider: Docker) -> None:
    report = await provider.check()
    assert report.reachable
    assert report.fault is None
    assert "API 1." in report.version
    assert dict(report.permissions)["list containers"]
    assert "root" in report.notes[0]
    assert report.latency_s > 0
