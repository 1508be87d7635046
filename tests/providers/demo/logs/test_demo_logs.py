"""What the demo's containers write: the same each time, believable, and with the incident in it."""

from __future__ import annotations

import pytest

from fleetui.core.errors import Invalid, NotFound
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.logs.store import LogStore
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Loggable, Provider
from fleetui.providers.demo import demo_fleet

START = 1_790_000_000.0


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> float:
        return self.time


def cluster(clock: Clock, provider: str = "kubernetes", **more: float) -> Provider:
    fleet = demo_fleet(now=clock, **more)  # type: ignore[arg-type]
    return next(p for p in fleet if p.name == provider)


async def rows(provider: Provider) -> list[Container]:
    batch = await provider.fetch(SourceKey(provider.name, provider.scope, "containers"))
    return [row for row in batch.rows if isinstance(row, Container)]


async def read(provider: Provider, ref: Ref, query: LogQuery) -> list[RawLine]:
    assert isinstance(provider, Loggable)
    return [line async for batch in provider.logs(ref, query) for line in batch]


async def test_the_incident_shows_in_checkouts_pods_and_in_the_run_before() -> None:
    clock = Clock()
    blue = cluster(clock)
    clock.time += 240
    bad = next(row for row in await rows(blue) if row.state is State.FAILED)
    store = LogStore()
    store.add(await read(blue, bad.ref, LogQuery()))
    crashes = [line for line in store.lines.tail() if line.more and "KeyError" in line.more[-1]]
    assert crashes
    before = await read(blue, bad.ref, LogQuery(previous=True))
    assert before[-1].text == "KeyError: 'STRIPE_API_VERSION'"


async def test_lines_are_the_same_each_time_and_in_order() -> None:
    clock = Clock()
    blue = cluster(clock)
    clock.time += 60
    pod = (await rows(blue))[0].ref
    first, again = [await read(blue, pod, LogQuery(tail=50)) for _ in range(2)]
    assert first == again
    assert len(first) == 50
    assert [line.at for line in first] == sorted(line.at for line in first)
    part = await read(blue, pod, LogQuery(since=clock.time - 10))
    assert part
    assert part[0].at > (clock.time - 11) * 1e9
    assert first[-1] == part[-1]


async def test_services_share_traces() -> None:
    clock = Clock()
    blue = cluster(clock)
    clock.time += 60
    found = []
    for app in ("gateway", "api"):
        pod = next(row.ref for row in await rows(blue) if row.name.startswith(app))
        store = LogStore()
        store.add(await read(blue, pod, LogQuery(tail=60)))
        found.append({line.trace for line in store.lines.tail()} - {""})
    assert found[0] & found[1]


async def test_every_container_of_every_back_end_has_a_log() -> None:
    clock = Clock()
    for name in ("kubernetes", "docker", "aws"):
        provider = cluster(clock, name)
        for row in await rows(provider):
            if row.state is State.RUNNING:
                assert await read(provider, row.ref, LogQuery(tail=1)), row.ref


async def test_the_rate_is_as_asked() -> None:
    clock = Clock()
    blue = cluster(clock, log_rate=5000)
    clock.time += 10
    pod = (await rows(blue))[0].ref
    lines = await read(blue, pod, LogQuery(since=clock.time - 1))
    assert 5000 <= len(lines) < 5800


async def test_what_has_no_log_says_so() -> None:
    clock = Clock()
    blue = cluster(clock)
    with pytest.raises(NotFound, match="no such container"):
        await read(blue, Ref("kubernetes", "blue/shop", "pod", "gone", "gone"), LogQuery())
    with pytest.raises(Invalid, match="no run before this one"):
        await read(blue, (await rows(blue))[0].ref, LogQuery(previous=True))
    droplets = cluster(clock, "digitalocean")
    with pytest.raises(Invalid, match="keeps no log"):
        await read(droplets, Ref("digitalocean", "fra1", "droplet", "x", "x"), LogQuery())
