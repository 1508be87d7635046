"""The real board over a fleet whose size and pace the bench decides.

    python -m tests.bench.board ROWS churn|still

`churn`: every row changes each second. `still`: nothing changes, save one cell on SIGUSR1.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from dataclasses import replace

from fleetui.config.specs import PaneSpec, ScreenSpec
from fleetui.config.themes import load_themes
from fleetui.core.objects import CapacityUnit
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.engine.engine import Engine
from fleetui.providers.base import Batch, Report, SourceSpec
from fleetui.ui.app import run_board
from fleetui.ui.options import BoardOptions

KEY = SourceKey("docker", "bench", "capacity")
SCREEN = ScreenSpec(
    "bench", "Bench", "1", (("all",),),
    {"all": PaneSpec("all", "capacity", sort="name",
                     columns=("state", "name", "where", "ready", "range", "mem", "why"))},
)  # fmt: skip


class Fleet:
    """A provider of ROWS capacity units."""

    name = "docker"
    scope = "bench"

    def __init__(self, count: int, *, churn: bool) -> None:
        self._churn = churn
        # Made beforehand: what a back end's rows cost to build is not what is measured here.
        self._pictures = [
            tuple(self._unit(n, shift) for n in range(count))
            for shift in ((0, 37, 74) if churn else (0,))
        ]
        self._round = 0

    @staticmethod
    def _unit(n: int, shift: int) -> CapacityUnit:
        return CapacityUnit(
            ref=Ref("docker", "bench", "compose", f"u{n}", f"unit-{n:05}"),
            state=State.RUNNING,
            desired=4,
            ready=4,
            running=4,
            cpu=((n + shift) % 100) / 100,
            memory=(n + shift) << 20,
        )

    def sources(self) -> tuple[SourceSpec, ...]:
        """One source, asked each second where it churns."""
        return (SourceSpec(KEY, interval_s=1.0 if self._churn else 3600.0, timeout_s=30.0),)

    async def fetch(self, key: SourceKey) -> Batch:
        """Return all rows; where they churn, none of them is the one of the second before."""
        self._round += 1
        return Batch(self._pictures[self._round % len(self._pictures)])

    def change_one(self) -> None:
        """Change one cell of a row that is on the screen."""
        rows = list(self._pictures[0])
        rows[5] = replace(rows[5], ready=3 if rows[5].ready == 4 else 4)
        self._pictures = [tuple(rows)]

    async def check(self) -> Report:
        """Nobody asks."""
        return Report("docker", "bench", reachable=True)

    async def close(self) -> None:
        """Nothing to give back."""


async def main(count: int, *, churn: bool) -> None:
    """Run the board until it is ended."""
    fleet = Fleet(count, churn=churn)
    engine = Engine([fleet], now=time.time)

    def change() -> None:
        fleet.change_one()
        engine.refresh([KEY])

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, change)
    try:
        await run_board(
            engine, {"bench": SCREEN}, load_themes(None)[0], "night", BoardOptions(fleet="bench")
        )
    finally:
        await engine.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), churn=sys.argv[2] == "churn"))
