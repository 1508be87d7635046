"""Fixtures of the board: a clock in UTC, and a demo fleet that stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from board_fleet import Fleet
from change_fleet import ChangingFleet
from textual.pilot import Pilot

from fleetui.ui.app import FleetApp
from fleetui.ui.change.dialog import PlanDialog


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the clock of the top line the same everywhere."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def acted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a press last until its keys have acted.

    Textual takes a process that gets no processor for one that has nothing left to do.
    """
    press = Pilot.press

    async def pressed(pilot: Pilot[object], *keys: str) -> None:
        await press(pilot, *keys)
        app = pilot.app
        while isinstance(app, FleetApp) and app.is_running and not app.keys_taken:
            await asyncio.sleep(0.005)

    monkeypatch.setattr(Pilot, "press", pressed)


@pytest.fixture
async def fleet() -> Fleet:
    """A fleet whose sources have all answered."""
    return await Fleet().fill()


@pytest.fixture
def pictured() -> Fleet:
    """The same for a test that runs no loop of its own."""
    return asyncio.run(Fleet().fill())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Enter mean a plan as soon as it is painted; tests of the moment say otherwise."""
    monkeypatch.setattr(PlanDialog, "MOMENT_S", 0.0)
    monkeypatch.setattr(PlanDialog, "QUIET_S", 0.0)
    monkeypatch.setattr(PlanDialog, "PAUSE_S", 0.01)


@pytest.fixture
async def changing() -> ChangingFleet:
    """A fleet that can be changed, whose sources have all answered."""
    fleet = ChangingFleet()
    await fleet.fill()
    return fleet
