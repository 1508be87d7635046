"""`fleetui get KIND --watch`: the list again whenever it changes, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

from fleetui.cli import measuring, output, write
from fleetui.cli.compose import Fleet
from fleetui.cli.picture import Picture
from fleetui.core.columns import Look
from fleetui.core.json_form import item, source
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.subscription import Tick

_EVERY_S = 1.0
"""However much changes, people read no faster."""


async def watch(shown: Picture, engine: Engine, fleet: Fleet, keys: tuple[SourceKey, ...]) -> int:
    """Print until cancelled, or until nobody reads."""
    changed = asyncio.Event()

    def listen(_: Tick) -> None:
        changed.set()

    printer = _JsonPrinter(shown) if shown.form == "json" else _TablePrinter(shown, fleet)
    subscription = engine.subscribe(keys, listen)
    told: dict[SourceKey, str] = {}
    try:
        while True:
            await changed.wait()
            changed.clear()
            snapshots = tuple(engine.store.snapshot(key) for key in keys)
            _tell(snapshots, told)
            rows = shown.choose((row for s in snapshots for row in s.rows), engine.now())
            subscription.look_at(row.ref for row in rows[: measuring.MOST])
            output.emit(printer.print(rows, snapshots, engine.now()))
            await asyncio.sleep(_EVERY_S)
    finally:
        subscription.close()


def _tell(snapshots: tuple[Snapshot, ...], told: dict[SourceKey, str]) -> None:
    """Say what has begun or ceased to fail since the last time."""
    for snapshot in snapshots:
        line = snapshot.fault.line if snapshot.fault else ""
        if line != told.get(snapshot.key, ""):
            told[snapshot.key] = line
            key = snapshot.key
            output.tell(line or f"{key.provider}/{key.scope}: answers again")


class _TablePrinter:
    """The whole table anew, under a blank line, when any of its cells has changed."""

    def __init__(self, shown: Picture, fleet: Fleet) -> None:
        self._shown = shown
        self._production = fleet.production
        self._colours = output.coloured(sys.stdout)
        self._before: tuple[tuple[Ref, str], ...] | None = None

    def print(
        self, rows: list[Resource], sources: tuple[Snapshot, ...], now: float
    ) -> Iterator[str]:
        # With the clock held still, a row reads the same as long as only its age grows.
        still = Look(0.0)
        columns = self._shown.columns
        seen = tuple((r.ref, "\t".join(c.cell(r, still).text for c in columns)) for r in rows)
        if seen == self._before or not any(s.generation for s in sources):
            return
        if self._before is not None:
            yield ""
        self._before = seen
        look = Look(now, production=self._production)
        yield from self._shown.lines(rows, list(sources), look, colours=self._colours)


class _JsonPrinter:
    """One object a line: what was added, changed or removed, and how each source is."""

    def __init__(self, shown: Picture) -> None:
        self._shown = shown
        self._rows: dict[Ref, Resource] = {}
        self._sources: dict[SourceKey, object] = {}

    def print(
        self, rows: list[Resource], sources: tuple[Snapshot, ...], now: float
    ) -> Iterator[str]:
        for snapshot in sources:
            how = (snapshot.fault, snapshot.parts)
            if snapshot.generation and self._sources.get(snapshot.key, self) != how:
                self._sources[snapshot.key] = how
                yield _line("source", source=source(snapshot, now))
        before, self._rows = self._rows, {row.ref: row for row in rows}
        for row in rows:
            old = before.get(row.ref)
            if old is None:
                yield _line("added", item=item(row))
            elif old != row:
                yield _line("changed", item=item(row))
        for ref, row in before.items():
            if ref not in self._rows:
                yield _line("removed", item=item(row))


def _line(change: str, **what: Any) -> str:
    return write.json_text({"change": change, **what}, indent=None)
