"""Follows the logs of several things at once, through broken connections and back again."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum

from fleetui.core.errors import Denied, Fault, Invalid, NotFound, ProviderError
from fleetui.core.logs.bookmark import GAP, Bookmark
from fleetui.core.logs.hide import Hider
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.objects import Container, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.backoff import Backoff
from fleetui.engine.faults import fault_of
from fleetui.providers.base import Loggable, Provider

log = logging.getLogger(__name__)
MOST_SOURCES = 60
"""Logs that are open at once: each may have a connection of its own."""
SLICE_S = 0.003
"""For so long at a time lines are delivered; then keys and other work get as long."""
_MOST_SLICE, _LEAST_SLICE = 1000, 20
_NAMED = 3
_DEEPEST = 3
_LOOK_AGAIN_S = (2.0, 15.0)
_LEADS = frozenset({"has", "routes_to"})
Deliver = Callable[[Sequence[RawLine]], None]


class Condition(StrEnum):
    """How one source is."""

    OPENING = "opening"
    OPEN = "open"
    LOST = "lost"
    """The connection broke; it is tried again."""
    ENDED = "ended"
    GONE = "gone"
    """It was there and is not any more: a member that was replaced."""
    FAILED = "failed"


def provider_of(ref: Ref, providers: Iterable[Provider]) -> Provider | None:
    """Return whose thing this is: a ref's scope may go deeper than its provider's."""
    for provider in providers:
        inside = ref.scope == provider.scope or ref.scope.startswith(f"{provider.scope}/")
        if provider.name == ref.provider and inside:
            return provider
    return None


def sources_of(thing: Resource, find: Callable[[Ref], Resource | None]) -> tuple[Ref, ...]:
    """Return whose logs make up the log of this: its own, or those of all its members."""
    found: dict[Ref, None] = {}

    def collect(one: Resource, depth: int) -> None:
        if isinstance(one, Container):
            found[one.ref] = None
            return
        for link in one.links if depth < _DEEPEST else ():
            if link.relation in _LEADS and (other := find(link.ref)) is not None:
                collect(other, depth + 1)

    collect(thing, 0)
    return tuple(found)


class LogSession:
    """Some open logs whose lines are delivered in the loop, batch by batch."""

    def __init__(
        self,
        providers: Sequence[Provider],
        query: LogQuery,
        deliver: Deliver,
        *,
        stay: bool = True,
        hide: bool = True,
        rng: random.Random | None = None,
        changed: Callable[[], object] = lambda: None,
        rest: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """With `stay`, a followed thing that ended is looked at again now and then.

        With `hide`, what is unmistakably a secret is taken out of every line. `rest` says how
        long a pause is to be now at least, in seconds.
        """
        self.query = query
        self.conditions: dict[Ref, Condition] = {}
        self.faults: dict[Ref, Fault] = {}
        self.left_out: tuple[Ref, ...] = ()
        """Sources that are not read because there are too many, as of the last `want`."""
        self._told_left_out = 0
        self._providers = tuple(providers)
        self._deliver = deliver
        self._stay = stay and query.follow
        self._hide = hide
        self._rng = rng or random.Random()
        self._changed = changed
        self._rest = rest
        self._tasks: dict[Ref, asyncio.Task[None]] = {}
        self._gate = asyncio.Event()
        self._gate.set()
        self._turn = asyncio.Lock()
        self._spent = 0.0
        self._slice = _MOST_SLICE

    @property
    def done(self) -> bool:
        """Whether no line can come any more."""
        return all(task.done() for task in self._tasks.values())

    def want(self, refs: Iterable[Ref]) -> None:
        """Open the logs of these, too; what is open stays so until it ends by itself.

        Of what is too much `left_out` and a note tell; it gets the places that become free.
        """
        late, left_out = bool(self._tasks), []
        running = sum(self._takes_place(ref) for ref in self._tasks)
        for ref in refs:
            if ref in self._tasks:
                continue
            if running >= MOST_SOURCES:
                left_out.append(ref)
                continue
            running += 1
            self.conditions[ref] = Condition.OPENING
            self._tasks[ref] = asyncio.create_task(self._keep(ref, late=late), name=f"log {ref}")
        self._leave_out(tuple(left_out))

    def _takes_place(self, ref: Ref) -> bool:
        return not self._tasks[ref].done()

    def _leave_out(self, refs: tuple[Ref, ...]) -> None:
        self.left_out = refs
        if not refs or len(refs) <= self._told_left_out:
            return
        self._told_left_out = len(refs)
        names = ", ".join(ref.name for ref in refs[:_NAMED])
        more = f" and {len(refs) - _NAMED} more" if len(refs) > _NAMED else ""
        text = f"not followed: {names}{more}; {MOST_SOURCES} logs are open at most"
        self._deliver((RawLine(time.time_ns(), refs[0], text, NOTE),))

    def hold(self, *, on: bool) -> None:
        """Take no more for a while: what comes waits where it is kept."""
        if on:
            self._gate.clear()
        else:
            self._gate.set()

    async def wait(self) -> None:
        """Wait until all have ended."""
        while left := [task for task in self._tasks.values() if not task.done()]:
            await asyncio.wait(left)

    def close(self) -> None:
        """Close all. Does not wait."""
        for task in self._tasks.values():
            task.cancel()

    def _become(self, ref: Ref, condition: Condition, fault: Fault | None = None) -> None:
        self.conditions[ref] = condition
        if fault is None:
            self.faults.pop(ref, None)
        else:
            self.faults[ref] = fault
        self._changed()

    async def _keep(self, ref: Ref, *, late: bool) -> None:
        provider = provider_of(ref, self._providers)
        if provider is None or not isinstance(provider, Loggable):
            where = f"{ref.provider}/{ref.scope}"
            self._give_up(ref, Fault(Invalid.code, f"a {ref.kind} keeps no log here", where))
            return
        source = _Source(ref, self, Backoff(self._rng), late=late)
        try:
            await source.follow(provider)
        except Exception as error:
            log.exception("following the log of %s failed", ref)
            self._give_up(ref, fault_of(error, SourceKey(ref.provider, ref.scope, "logs")))

    def _give_up(self, ref: Ref, fault: Fault) -> None:
        self._become(ref, Condition.FAILED, fault)
        self._deliver((RawLine(0, ref, fault.line, NOTE),))

    async def hand_over(self, lines: Sequence[RawLine], hider: Hider | None = None) -> None:
        """Deliver lines as soon as they may be, a few milliseconds' worth at a time.

        All sources take turns, so that a key never waits for more than one of them. What the
        hider takes out of them is part of that work.
        """
        at = 0
        while at < len(lines):
            async with self._turn:
                await self._gate.wait()
                part = lines[at : at + self._slice]
                at += len(part)
                began = time.perf_counter()
                self._deliver(hider.hide(part) if hider else part)
                took = time.perf_counter() - began
                self._learn(len(part), took)
                self._spent += took
                pause = self._spent if self._spent >= SLICE_S else 0
                self._spent = 0 if pause else self._spent
                await asyncio.sleep(max(pause, self._rest()))

    def _learn(self, count: int, took: float) -> None:
        """Make the next slice as long as SLICE_S allows: a filter may have to read every line."""
        fits = int(count * SLICE_S / max(took, 1e-6))
        if fits < self._slice or count == self._slice:
            self._slice = max(_LEAST_SLICE, min(fits, self._slice * 2, _MOST_SLICE))

    @property
    def stays(self) -> bool:
        """Whether what ended is looked at again."""
        return self._stay

    @property
    def hides(self) -> bool:
        """Whether secrets are taken out of lines."""
        return self._hide

    become = _become
    give_up = _give_up


class _Source:
    """One log, opened again and again."""

    def __init__(self, ref: Ref, session: LogSession, backoff: Backoff, *, late: bool) -> None:
        self._ref = ref
        self._session = session
        self._backoff = backoff
        self._mark = Bookmark()
        self._hiders: dict[str, Hider] = {}
        """One for each container: a key in PEM stands on several lines of one."""
        self._query = session.query
        self._lost = False
        self._late = late
        """Whether it is a member that came while the others were followed."""
        self._there = False
        """Whether it has been there: what is not there later is gone."""
        self._said = ""
        """Our own last words, while nothing has come since."""

    async def follow(self, provider: Loggable) -> None:
        session, ref, pause = self._session, self._ref, _LOOK_AGAIN_S[0]
        while True:
            try:
                came = await self._read(provider.logs(ref, self._query))
            except ProviderError as error:
                fault = fault_of(error, SourceKey(ref.provider, ref.scope, "logs"))
                if isinstance(error, NotFound) and self._there:
                    session.become(ref, Condition.GONE)
                    await self._say(f"gone: {fault.line}")
                    return
                if isinstance(error, NotFound | Invalid | Denied) or not session.query.follow:
                    session.give_up(ref, fault)
                    return
                wait = min(self._backoff.delay(fault), 5.0)
                session.become(ref, Condition.LOST, fault)
                # One note for one outage, however often it is tried meanwhile.
                if not self._lost:
                    self._lost = True
                    word = "lost" if self._there else "not followed yet"
                    await self._say(f"{word}: {fault.line}")
                await asyncio.sleep(wait)
            else:
                self._there = True
                session.become(ref, Condition.ENDED)
                if not session.stays:
                    return
                pause = _LOOK_AGAIN_S[0] if came else min(pause * 1.5, _LOOK_AGAIN_S[1])
                await asyncio.sleep(pause)
            self._go_on()

    def _go_on(self) -> None:
        """Ask from the last line on, which the back end will send once more."""
        self._mark.reopened()
        if self._mark.at:
            self._query = replace(self._query, since_ns=self._mark.at, since=None, tail=None)

    async def _read(self, batches: AsyncIterator[tuple[RawLine, ...]]) -> bool:
        """Deliver one stream until it ends; say whether anything new came."""
        came = False
        async with aclosing(batches) as opened:  # type: ignore[type-var]
            async for batch in opened:
                fresh, gap = self._mark.fresh(batch)
                if gap:
                    await self._say(GAP)
                self._mark.see(fresh)
                lines = [line for line in fresh if line.stream != NOTE or line.text != self._said]
                if not lines:
                    continue
                if self._session.conditions.get(self._ref) is not Condition.OPEN:
                    self._session.become(self._ref, Condition.OPEN)
                    again, self._there = self._there, True
                    if self._late:
                        self._late = False
                        await self._say("joined: its log is followed too", lines[0].at)
                    self._backoff.reset()
                    if self._lost:
                        self._lost = False
                        await self._say("connected again" if again else "followed now")
                came = came or any(line.stream != NOTE for line in lines)
                last = lines[-1]
                self._said = last.text if last.stream == NOTE else ""
                shown = [self._dated(line) for line in lines]
                await self._session.hand_over(shown, self._hider_of(lines[0].container))
        return came

    def _hider_of(self, container: str) -> Hider | None:
        return self._hiders.setdefault(container, Hider()) if self._session.hides else None

    def _dated(self, line: RawLine) -> RawLine:
        """Put a line without a time after the one before it."""
        return line if line.at else line._replace(at=self._mark.at)

    async def _say(self, text: str, at: int = 0) -> None:
        if text != self._said:
            self._said = text
            await self._session.hand_over([RawLine(at or self._mark.at, self._ref, text, NOTE)])
