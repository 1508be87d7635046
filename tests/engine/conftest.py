"""Everything here runs on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from scripted import WALL, Scripted
from virtual_loop import VirtualLoop

from fleetui.engine.engine import Engine


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], VirtualLoop]]:
    return {"virtual": VirtualLoop}


@pytest.fixture
async def started() -> AsyncIterator[Callable[..., Engine]]:
    """Make engines whose wall clock is the virtual one; they are closed in the end."""
    engines: list[Engine] = []

    def make(*providers: Scripted, **more: object) -> Engine:
        loop = asyncio.get_running_loop()
        options = {"now": lambda: WALL + loop.time(), "seed": 4, **more}
        engines.append(Engine(providers, **options))  # type: ignore[arg-type]
        return engines[-1]

    yield make
    for engine in engines:
        await engine.close()
