"""Opens the logs of one back end of the demo."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from fleetui.core.errors import Invalid, NotFound
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.logs.talk import HISTORY_S, Run, Talk, runs_of
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

Occupants = Callable[[float, float], Iterable[tuple[UnitSpec, Life, Ref]]]
_STEP_S = 0.1
# Lines made at once: a key must not wait for more, whatever the number of sources.
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Book:
    """Who of one back end has a log: the members of its units, and other containers."""

    world: World
    occupants: Occupants

    def who(self, ref: Ref) -> tuple[UnitSpec, Life] | None:
        """Return the member that this is, if it is one."""
        now = self.world.now()
        for spec, life, mine in self.occupants(now - HISTORY_S, now):
            if mine.uid == ref.uid:
                return spec, life
        return None

    async def read(
        self, ref: Ref, query: LogQuery, row: Container | None
    ) -> AsyncIterator[tuple[RawLine, ...]]:
        """Yield the lines of a container. Raises NotFound for one that is not there."""
        member = self.who(ref)
        if member is None and row is None:
            raise NotFound("no such container", where=str(ref))
        app = member[0].name if member else (row.image.partition(":")[0] if row else ref.name)
        talk = Talk(self.world, ref, app, self.world.log_rate)
        now = self.world.now()
        runs = _runs(member, row, now)
        if query.previous:
            if len(runs) < 2:
                raise Invalid("no run before this one is kept", where=ref.short)
            runs, now = [runs[-2]], runs[-2].end or now
        since = talk.first_slot(query.since or runs[0].start - 1 if runs else now, now, query.tail)
        lines = _all(talk, runs, since, now)
        if query.tail is not None:
            found = list(lines)
            lines = iter(found[len(found) - query.tail :] if query.tail < len(found) else found)
        async for batch in self._told(lines):
            yield batch
        while query.follow and not query.previous:
            await self.world.sleep(_STEP_S)
            since, now = now, self.world.now()
            runs = _runs(member, row, now)
            async for batch in self._told(_all(talk, runs, since, now)):
                yield batch
            if (member := self.who(ref) if member else None) and _over(member[1], now):
                return

    async def _told(self, lines: Iterator[RawLine]) -> AsyncIterator[tuple[RawLine, ...]]:
        while batch := tuple(islice(lines, _BATCH)):
            yield batch
            await self.world.sleep(0)


def _over(life: Life, now: float) -> bool:
    return life.gone is not None and now > life.gone


def _runs(member: tuple[UnitSpec, Life] | None, row: Container | None, now: float) -> list[Run]:
    if member is not None:
        return runs_of(*member, now)
    if row is None:
        return []
    start = row.started or row.created or now - HISTORY_S
    over = row.finished or (now if row.state in {State.STOPPED, State.FAILED} else None)
    return [Run(start, over)]


def _all(talk: Talk, runs: list[Run], since: float, until: float) -> Iterator[RawLine]:
    for run in runs:
        if run.end is None or run.end > since:
            yield from talk.lines(run, since, until)
