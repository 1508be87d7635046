"""A clock that stands where a test puts it, and what a test asks of a whole fleet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from fleetui.core.objects import Resource
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Provider
from fleetui.providers.demo import demo_fleet
from fleetui.providers.demo.fleet import compose
from fleetui.providers.demo.units import Clockwork
from fleetui.providers.demo.world import World

OPENED = 1_780_000_000.0


class Clock:
    """Tells the time that it was set to; sleeping moves it on."""

    def __init__(self) -> None:
        self.time = OPENED
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def after(self, seconds: float) -> None:
        self.time = OPENED + seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


def fleet_on(clock: Clock, size: int | None = None, fault: str = "") -> tuple[Provider, ...]:
    """Return a fleet that sleeps on the clock, too."""
    return compose(World(Clockwork(7, clock()), clock, clock.sleep), size, fault)


async def read(fleet: tuple[Provider, ...]) -> dict[SourceKey, Batch]:
    """Return one answer of every source."""
    return {
        spec.key: await provider.fetch(spec.key)
        for provider in fleet
        for spec in provider.sources()
    }


async def rows_at(
    seconds: float, size: int | None = None, seed: int = 7
) -> dict[str, list[Resource]]:
    """Return the rows of a new fleet by kind, some seconds after it was opened."""
    clock = Clock()
    fleet = demo_fleet(seed, size, now=clock)
    clock.after(seconds)
    found: dict[str, list[Resource]] = {}
    for key, batch in (await read(fleet)).items():
        found.setdefault(key.kind, []).extend(batch.rows)
    return found


def one(fleet: tuple[Provider, ...], name: str, scope: str) -> Any:
    """Return one provider by its words."""
    return next(p for p in fleet if (p.name, p.scope) == (name, scope))


def strings(value: Any) -> Iterator[str]:
    """Yield every text in an object, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from strings(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
