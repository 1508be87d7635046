"""A demo fleet that can be changed from the board: its clock stands until a test moves it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from board_fleet import Fleet, until
from scripted_writer import WHO, MemoryJournal, NumberWriter
from textual.pilot import Pilot

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Gatekeeper
from fleetui.core.change import Ask, Plan, Verb
from fleetui.core.objects import Resource
from fleetui.providers.demo import PRODUCTION
from fleetui.providers.demo.writer import demo_writers
from fleetui.providers.writing import Writer
from fleetui.ui.app import FleetApp
from fleetui.ui.change.dialog import PlanDialog
from fleetui.ui.table_pane import TablePane


class ChangingFleet(Fleet):
    """The fleet, the door to it, and an app with both."""

    def __init__(self) -> None:
        super().__init__()
        self.journal = MemoryJournal()
        self.door: Door | None = None

    def changing(
        self,
        policy: Policy | None = None,
        *,
        writers: tuple[Writer, ...] = (),
        gatekeeper: Gatekeeper | None = None,
        **options: object,
    ) -> FleetApp:
        """Return an app that may change the fleet, looking every moment how far it is."""
        made = writers or demo_writers(self.still.providers)
        rules = policy or Policy(production=PRODUCTION)
        self.door = Door(
            made, rules, self.journal, WHO, gatekeeper=gatekeeper, now=lambda: self.now
        )
        self.door._tools = replace(self.door._tools, every_s=0.1)
        return self.app(door=self.door, **options)

    def row(self, short: str) -> Resource:
        """Return a row by its kind and name."""
        rows = (row for snapshot in self.still.store.snapshots() for row in snapshot.rows)
        return next(row for row in rows if row.ref.short == short)

    @property
    def sent(self) -> list[str]:
        """What was begun, by verb and name."""
        assert self.door is not None
        return [f"{row.action} {row.ref.name.rpartition(' ')[0]}" for row in self.door.book.rows()]


class Slow(NumberWriter):
    """A back end that is asked and does not answer."""

    def __init__(self) -> None:
        super().__init__("kubernetes", "blue")
        self.asked = asyncio.Event()

    def verbs(self, kind: str) -> frozenset[Verb]:
        return super().verbs("asg")

    async def plan(self, ask: Ask) -> Plan:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError


def pane_of(app: FleetApp) -> TablePane:
    """Return the pane with focus."""
    assert app.board is not None
    assert isinstance(app.board.pane, TablePane)
    return app.board.pane


async def stand(pilot: Pilot[None], app: FleetApp, fleet: ChangingFleet, short: str) -> None:
    """Put the cursor on a thing of the board's screen."""
    row = fleet.row(short)
    board = app.board
    assert board is not None
    app.go_to(row)
    await until(
        pilot, lambda: app.board is not None and pane_of(app).table.cursor == row.ref, short
    )


async def dialog_of(pilot: Pilot[None], app: FleetApp) -> PlanDialog:
    """Wait until the dialog has a plan, and return it."""
    await until(pilot, lambda: isinstance(app.screen, PlanDialog), "the dialog")
    dialog = app.screen
    assert isinstance(dialog, PlanDialog)
    await until(pilot, lambda: dialog._painted_at < float("inf"), "a plan on the screen")
    return dialog
