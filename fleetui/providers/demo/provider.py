"""A back end of the demo: reads its rows from the story, through the Protocols of real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from fleetui.core.description import Description
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import Container, Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import (
    Batch,
    Change,
    Happened,
    Hinted,
    Listed,
    Removed,
    Report,
    SourceSpec,
    Upserted,
)
from fleetui.providers.demo.faults import Misbehaviour
from fleetui.providers.demo.growth import Grown
from fleetui.providers.demo.logs.book import Book
from fleetui.providers.demo.reports import expiry
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

Reader = Callable[[float], Sequence[Resource]]
EventReader = Callable[[float, float], Sequence[Event]]
HISTORY_S = 3600.0
"""How far back events go."""
_INTERVAL_S, _TIMEOUT_S = 5.0, 10.0
_CHUNK, _BREATH_S = 32, 0.004
_PAGE, _PAGE_AFTER_S = 2000, 1.0
_WATCH_STEP_S = 1.0


class DemoProvider:
    """A back end that is polled."""

    def __init__(
        self,
        world: World,
        name: str,
        scope: str,
        readers: dict[str, Reader],
        report: Callable[[float], Report],
        *,
        events: EventReader | None = None,
        grown: dict[str, Grown] | None = None,
        intervals: dict[str, float] | None = None,
        expires: bool = False,
        misbehaviour: Misbehaviour | None = None,
        book: Book | None = None,
        specs: Sequence[UnitSpec] = (),
    ) -> None:
        self.world = world
        self.specs = tuple(specs)
        self._name = name
        self._scope = scope
        self.readers = {kind: self._touched(reader) for kind, reader in readers.items()}
        self._report = report
        self._events = events
        self._grown = grown or {}
        self._intervals = intervals or {}
        self._expires = expires
        self.misbehaviour = misbehaviour
        self.book = book

    @property
    def name(self) -> str:
        """The back end's word."""
        return self._name

    @property
    def scope(self) -> str:
        """The name it would have in a config."""
        return self._scope

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return what can be read here."""
        kinds = [*self.readers, *(["events"] if self._events else [])]
        return tuple(
            SourceSpec(
                SourceKey(self._name, self._scope, kind),
                self._intervals.get(kind, _INTERVAL_S),
                _TIMEOUT_S,
            )
            for kind in kinds
        )

    async def fetch(self, key: SourceKey) -> Batch:
        """Return all rows of one source as they are now."""
        if self.misbehaviour is None:
            return await self._read(key)
        await self.misbehaviour.before(key, self.world.now())
        return self.misbehaviour.after(await self._read(key), self.world.now())

    async def _read(self, key: SourceKey) -> Batch:
        time = self.world.now()
        if key.kind == "events":
            return self._batch(self.events_between(time - HISTORY_S, time), time)
        rows = list(self.readers[key.kind](time))
        grown = self._grown.get(key.kind)
        if grown is not None:
            breath = perf_counter()
            touches = self.world.clock.touches
            for start in range(0, grown.count, _CHUNK):
                rows.extend(touches.applied(grown.rows(start, start + _CHUNK, time), time))
                # Long lists are made in pieces, so that a key is answered in between.
                if perf_counter() - breath > _BREATH_S:
                    await asyncio.sleep(0)
                    breath = perf_counter()
        return self._batch(tuple(rows), time)

    def _touched(self, reader: Reader) -> Reader:
        """Return a reader that knows what people have done."""
        return lambda time: self.world.clock.touches.applied(reader(time), time)

    def _batch(self, rows: tuple[Resource, ...], time: float) -> Batch:
        return Batch(rows, expires_at=expiry(self.world.opened, time) if self._expires else None)

    def events_between(self, since: float, until: float) -> tuple[Event, ...]:
        """Return the events after `since` up to `until`, the oldest first."""
        if self._events is None:
            return ()
        told = (
            e for e in self.world.clock.touches.events
            if e.ref.place == (self._name, self._scope)
        )  # fmt: skip
        found = [e for e in (*self._events(since, until), *told) if since < e.time <= until]
        return tuple(sorted(found, key=lambda e: (e.time, e.ref.uid)))

    async def describe(self, ref: Ref) -> Description:
        """Return what this back end would tell of one thing."""
        from fleetui.providers.demo.describing import describe

        time = self.world.now()
        for kind in self.readers:
            key = SourceKey(self._name, self._scope, kind)
            if self.misbehaviour is not None:
                await self.misbehaviour.before(key, time)
            rows = self.readers[kind](time)
            found = next((row for row in rows if row.ref == ref), None)
            if found is None and kind in self._grown:
                found = next((row for row in (await self._read(key)).rows if row.ref == ref), None)
            if found is not None:
                return replace(
                    describe(found, self.world, time), events=self._events_about(found, time)
                )
        if ref.kind == "event":
            return Description()
        where = f"{self._name}/{self._scope}"
        raise NotFound(f"{ref.short} is not there any more", where=where, hint="Esc goes back")

    def _events_about(self, thing: Resource, time: float) -> tuple[Event, ...]:
        """Return what happened of late to a thing and, where it is a unit, to its members."""
        refs = {thing.ref, *(link.ref for link in thing.links if link.relation == "has")}
        found = self.events_between(time - HISTORY_S, time)
        return tuple(e for e in found if any(link.ref in refs for link in e.links))

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        """Follow what a container writes."""
        if self.misbehaviour is not None:
            await self.misbehaviour.before_measure(self.world.now())
        if self.book is None or "containers" not in self.readers:
            raise Invalid(f"a {ref.kind} keeps no log here", where=str(ref))
        if query.container:
            raise Invalid("it has one container only: there is none to choose", where=str(ref))
        row = None
        if self.book.who(ref) is None:
            key = SourceKey(self._name, self._scope, "containers")
            rows = (await self._read(key)).rows
            row = next((r for r in rows if r.ref.uid == ref.uid and isinstance(r, Container)), None)
        async for batch in self.book.read(ref, query, row):
            yield batch

    async def check(self) -> Report:
        """Say who we are there."""
        now = self.world.now()
        report = self._report(now)
        return report if self.misbehaviour is None else self.misbehaviour.report(report, now)

    async def close(self) -> None:
        """Nothing is open."""


class WatchedProvider(DemoProvider):
    """A back end that tells of changes by itself: of events, and of rows."""

    hints = False
    """Whether a change is only hinted at, as Docker does, instead of told whole."""

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        """Follow events and containers; all else is polled."""
        if self.misbehaviour is not None and self.misbehaviour.silent:
            return None
        if key.kind == "events":
            return self._follow_events()
        if key.kind == "containers":
            return self._follow_hints() if self.hints else self._follow_rows(key.kind)
        return None

    async def _follow_events(self) -> AsyncIterator[Change]:
        told = self.world.now()
        while True:
            await self.world.sleep(_WATCH_STEP_S)
            until = self.world.now()
            if events := self.events_between(told, until):
                yield Happened(events)
            told = until

    async def _follow_hints(self) -> AsyncIterator[Change]:
        told = self.world.now()
        while True:
            await self.world.sleep(_WATCH_STEP_S)
            until = self.world.now()
            if self.events_between(told, until):
                yield Hinted()
            told = until

    async def _follow_rows(self, kind: str) -> AsyncIterator[Change]:
        known = {row.ref: row for row in self.readers[kind](self.world.now())}
        if self.misbehaviour is not None and self.misbehaviour.pages:
            async for page in self._pages(kind):
                yield page
        while True:
            await self.world.sleep(_WATCH_STEP_S)
            current = {row.ref: row for row in self.readers[kind](self.world.now())}
            for change in _differences(known, current):
                yield change
            known = current

    async def _pages(self, kind: str) -> AsyncIterator[Change]:
        """Yield the whole list in pages, as a slow server with a long list gives it."""
        key = SourceKey(self.name, self.scope, kind)
        rows = (await self._read(key)).rows
        size = max(1, min(_PAGE, len(rows) // 4))
        for start in range(0, len(rows), size):
            await self.world.sleep(_PAGE_AFTER_S)
            yield Listed(rows[start : start + size], start + size >= len(rows))


def _differences(before: dict[Ref, Resource], after: dict[Ref, Resource]) -> Iterator[Change]:
    changed = tuple(row for ref, row in after.items() if before.get(ref) != row)
    if changed:
        yield Upserted(changed)
    gone = tuple(ref for ref in before if ref not in after)
    if gone:
        yield Removed(gone)
