"""Opens the logs of one back end of the demo."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice

from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.logs.talk import HISTORY_S, Run, Talk, runs_of
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World
from fleetui.providers.threads import DaemonPool

Occupants = Callable[[float, float], Iterable[tuple[UnitSpec, Life, Ref]]]
_STEP_S, _MOST_S = 0.1, 1.0
_BATCH = 1000
# Lines that are made at once where they are waited for, and in the thread between two breaths.
_FEW, _BREATH, _BREATH_S = 10, 100, 0.0005
_WRITER = DaemonPool(1, "demo-log")


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
        for batch in await _made(talk, runs, since, now, query.tail):
            yield batch
        while query.follow and not query.previous:
            await self.world.sleep(_STEP_S)
            # Whoever is late takes it in parts, so that little waits in memory.
            since, now = now, min(self.world.now(), now + _MOST_S)
            runs = _runs(member, row, now)
            if self.world.log_rate * (now - since) > _FEW:
                for batch in await _made(talk, runs, since, now):
                    yield batch
            elif lines := tuple(_all(talk, runs, since, now)):
                yield lines
            if (member := self.who(ref) if member else None) and _over(member[1], now):
                return


async def _made(
    talk: Talk, runs: list[Run], since: float, until: float, tail: int | None = None
) -> list[tuple[RawLine, ...]]:
    """Return what is written between two moments, worked out in a thread as a reader would."""
    return await _WRITER.run(_write, talk, runs, since, until, tail)


def _write(
    talk: Talk, runs: list[Run], since: float, until: float, tail: int | None
) -> list[tuple[RawLine, ...]]:
    made: list[RawLine] = []
    lines = _all(talk, runs, since, until)
    while part := list(islice(lines, _BREATH)):
        made += part
        # Real lines come over a socket, and whoever waits for that lets others work.
        time.sleep(_BREATH_S)
    if tail is not None:
        made = made[max(0, len(made) - tail) :]
    return [tuple(made[at : at + _BATCH]) for at in range(0, len(made), _BATCH)]


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
