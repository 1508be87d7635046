"""An open log view, for the tests of what its keys do."""

from __future__ import annotations

from board_fleet import sees, until
from textual.pilot import Pilot

from fleetui.core.logs.line import RawLine
from fleetui.ui.logs.screen import LogScreen


async def opened(pilot: Pilot[None]) -> LogScreen:
    """Open the log of what is wrong: it stands first."""
    await sees(pilot, "CrashLoo")
    await pilot.press("l")
    await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen), "the log is open")
    screen = pilot.app.screen
    assert isinstance(screen, LogScreen)
    await until(pilot, lambda: len(screen.view.shown) > 100, "lines are there")
    return screen


def put(screen: LogScreen, *texts: str) -> None:
    """Let a source write lines that are newer than all there is."""
    newest = screen.view.store.lines[-1].at if len(screen.view.store.lines) else 0
    source = next(iter(screen.session.conditions))
    screen._came([RawLine(newest + n, source, text) for n, text in enumerate(texts, 1)])
