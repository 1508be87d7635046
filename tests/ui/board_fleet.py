"""A demo fleet that stands still at a fixed time, and an app on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from still_engine import Still
from textual.pilot import Pilot

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.core.errors import Unreachable
from fleetui.providers.demo import PRODUCTION, demo_fleet
from fleetui.ui.app import FleetApp
from fleetui.ui.options import BoardOptions

# A Tuesday morning, and how long the story has been going on: a bad revision is being rolled out.
START = 1_781_600_000.0
INTO_INCIDENT = 200.0
WIDE, NARROW = (200, 50), (80, 24)
PATIENCE_S = 180.0
"""Far longer than anything here takes, on a busy machine too: only a test that fails waits so."""


class Fleet:
    """A still engine on the demo fleet, whose clock the test moves."""

    def __init__(self) -> None:
        self.now = START
        self.still = Still(demo_fleet(seed=7, now=lambda: self.now), lambda: self.now)
        self.now += INTO_INCIDENT

    async def fill(self) -> Fleet:
        """Have every source answer once."""
        await self.still.fill()
        return self

    def count(self, kind: str) -> int:
        """Return how many things of a kind there are."""
        return sum(len(self.still.store.snapshot(key).rows) for key in self.still.keys(kind))

    def break_down(self, provider: str, scope: str, seconds: float) -> None:
        """Let all sources of a back end fail, and have failed for some seconds."""
        fault = Unreachable(
            "connection refused", where=f"{provider}/{scope}", hint="is it running?"
        ).fault()
        self.now += seconds
        for snapshot in self.still.store.snapshots():
            key = snapshot.key
            if (key.provider, key.scope) == (provider, scope):
                self.still.put(
                    replace(
                        snapshot,
                        generation=snapshot.generation + 1,
                        fault=fault,
                        failing_since=self.now - seconds,
                    )
                )
            elif snapshot.fetched_at is not None:
                self.still.put(
                    replace(snapshot, generation=snapshot.generation + 1, fetched_at=self.now)
                )

    def app(self, **options: object) -> FleetApp:
        """Return the app on it, in the colours of night."""
        given = {"fleet": "acme", "production": PRODUCTION} | options
        themes, _warnings = load_themes(None)
        chosen = BoardOptions(**given)  # type: ignore[arg-type]
        return FleetApp(self.still.engine, load_screens(None), themes["night"], chosen)


def text_of(app: FleetApp) -> str:
    """Return what is on the screen as lines of text."""
    screen = app.screen_stack[-1]
    strips = screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[None], condition: Callable[[], object], what: str = "") -> None:
    """Let the app work until the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if condition():
            return
        await pilot.pause()
    raise AssertionError(f"never came to be: {what}\n{text_of(pilot.app)}")  # type: ignore[arg-type]


async def sees(pilot: Pilot[None], text: str) -> None:
    """Wait until a text is on the screen."""
    app = pilot.app
    assert isinstance(app, FleetApp)
    await until(pilot, lambda: text in text_of(app), f"{text!r} on the screen")
