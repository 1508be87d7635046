"""One source that somebody looks at: asks for it, follows it, and never gives up."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fleetui.core.errors import Fault, Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event
from fleetui.core.query import QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot
from fleetui.engine.backoff import Backoff
from fleetui.engine.faults import fault_of, is_mistake, no_answer, place
from fleetui.engine.merge import Difference, parts_of
from fleetui.engine.picture import Picture
from fleetui.engine.tasks import Loose, driven
from fleetui.engine.trends import LARGEST_SOURCE, Trends
from fleetui.engine.watching import Follower
from fleetui.providers.base import (
    Batch,
    Change,
    Happened,
    Hinted,
    Listed,
    Provider,
    Queryable,
    Removed,
    SourceSpec,
    Upserted,
    Usage,
)

log = logging.getLogger(__name__)
JITTER = 0.1
# While a watch is up the list is still read now and then: a watch may lose things, a dead
# connection may be silent for ever, and the age on screen is that of the last answer.
RESYNC_LEAST_S = 10.0
# A fetch that was hinted at waits this long after the one before, or as long as that one took.
HINT_GAP_S = 0.3
# More changes than this during one fetch are not replayed; the list is read once more instead.
REPLAYED = 10_000
BREATH = 200


@dataclass(frozen=True, slots=True)
class Context:
    """What all sources of one engine share."""

    now: Callable[[], float]
    rng: random.Random
    tick_s: float
    loose: Loose
    trends: Trends
    published: Callable[[Source, Snapshot, Difference], None]
    told: Callable[[tuple[Event, ...]], None]
    looked: Callable[[], frozenset[Ref]]
    """The refs on screen."""
    rest: Callable[[], float]
    """How long to rest between two slices of work, in seconds."""


class Source:
    """A loop over one key. All state changes happen in its own task, one after the other."""

    def __init__(self, spec: SourceSpec, provider: Provider, context: Context) -> None:
        self.spec = spec
        self.key = spec.key
        self.provider = provider
        self.snapshot = Snapshot(spec.key)
        self.picture = Picture(spec.key.kind)
        self._context = context
        self._backoff = Backoff(context.rng)
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._fetch: asyncio.Task[Any] | None = None
        self._follower = Follower(spec.key, provider, context.rng, self._wake.set, context.loose)
        self._replay: list[Upserted | Removed] = []
        self._begun = self._due = self._deadline = self._next_apply = 0.0
        self._hinted = self._refreshed = self._again = False

    @property
    def running(self) -> bool:
        """Whether somebody looks at it."""
        return self._task is not None

    def start(self, delay: float) -> None:
        """Begin to read, the first time after `delay` seconds."""
        if self._task is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + delay
            self._hinted = self._refreshed = self._again = False
            self._follower.retry_at(self._due)
            name = f"source {place(self.key)} {self.key.kind}"
            self._task = loop.create_task(self._run(), name=name)

    def stop(self) -> None:
        """Read no more; the last picture stays."""
        if self._task is not None:
            self._context.loose.let_go(self._task)
            self._task = None
        self._drop_fetch()
        self._drop_watch()

    def refresh(self) -> None:
        """Read now, whatever the interval. The first refresh supersedes a call under way."""
        if self._task is None:
            return
        if self._fetch is not None:
            if self._refreshed:
                # Interrupting again and again would starve a slow back end for ever.
                self._again = True
                return
            self._drop_fetch()
        self._refreshed = True
        self._due = 0.0
        self._follower.retry_at(0.0)
        self._wake.set()

    def resumed(self, delay: float) -> None:
        """The machine slept: connections are dead though they look alive, and rows are old."""
        if self._task is None:
            return
        self._drop_fetch()
        self._drop_watch()
        self._due = asyncio.get_running_loop().time() + delay
        self._follower.retry_at(self._due)
        self._wake.set()

    def measured(self, usages: Mapping[Ref, Usage], at: float) -> None:
        """Lay what was measured over the rows."""
        self.picture.overlay.put(usages, at)
        self._publish(Difference())
        for ref in usages:
            row = self.snapshot_row(ref)
            if row is not None:
                self._context.trends.sample(row)

    def forget_measured(self, at: float) -> None:
        """Take measurements off again that are too old."""
        if self.picture.overlay.expire(at):
            self._publish(Difference())

    def snapshot_row(self, ref: Ref) -> Any:
        """Return a row as it is shown."""
        return self.picture.shown.get(ref)

    # The loop.

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            moment = self._moment(loop.time())
            if moment > loop.time():
                try:
                    async with asyncio.timeout_at(moment):
                        await self._wake.wait()
                except TimeoutError:
                    pass
            self._wake.clear()
            try:
                await self._turn(loop)
            except Exception as error:  # noqa: BLE001  whatever the rows are, the loop lives on
                self._failed(self._explained(error), loop.time())
                # Changes may have been lost with it: the list makes good for them.
                self._hinted = True

    def _moment(self, now: float) -> float:
        moments = [self._due if self._fetch is None else self._deadline]
        if self._fetch is not None and self._fetch.done():
            return now
        if self._follower.lost:
            return now
        if self._follower.waiting:
            moments.append(self._next_apply)
        return min(moments)

    async def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._follower.waiting and loop.time() >= self._next_apply:
            await self._apply(self._follower.take(), loop)
        if self._follower.lost:
            self._lose_watch(loop.time())
        if self._fetch is not None:
            if self._fetch.done():
                await self._take_answer(self._fetch, loop)
            elif loop.time() >= self._deadline:
                self._drop_fetch()
                self._failed(no_answer(self.key, self.spec.timeout_s), loop.time())
        if self._fetch is None and loop.time() >= self._due:
            # The watch first, so that nothing that happens between the two is missed.
            self._follower.open(loop.time())
            self._begin(loop)

    # Fetching.

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._begun = loop.time()
        self._deadline = self._begun + self.spec.timeout_s
        self._hinted = False
        self._replay = []
        name = f"fetch {place(self.key)} {self.key.kind}"
        self._fetch = loop.create_task(self._ask(), name=name)
        self._fetch.add_done_callback(lambda _: self._wake.set())

    async def _ask(self) -> Any:
        if self.key.query is not None and isinstance(self.provider, Queryable):
            return await self.provider.query(self.key.query)
        return await self.provider.fetch(self.key)

    def _drop_fetch(self) -> None:
        if self._fetch is not None:
            self._context.loose.let_go(self._fetch)
            self._fetch = None
        self._refreshed = False

    async def _take_answer(self, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._fetch = None
        self._refreshed = False
        took = loop.time() - self._begun
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self._failed(self._explained(error), loop.time())
        else:
            # Before the rows are taken in, which may take a while: a refresh meanwhile counts.
            self._due = loop.time() + self._interval() * self._jitter()
            await self._accept(task.result(), took)
            if self._backoff.failures:
                self._watch_again(loop.time())
            self._backoff.reset()
            if self._hinted:
                self._hint(loop.time())
        if self._again:
            self._again = False
            self._refreshed = True
            self._due = 0.0

    async def _accept(self, answer: Any, took: float) -> None:
        before = self.snapshot
        if self.key.query is not None:
            if not isinstance(answer, QueryResult):
                raise Invalid(f"answered something that is no result: {type(answer).__name__}")
            self._publish(Difference(), result=answer, warnings=answer.warnings, took_s=took)
            return
        if not isinstance(answer, Batch):
            raise Invalid(f"answered something that is no batch: {type(answer).__name__}")
        parts = parts_of(answer, before)
        kept = frozenset(answer.failed)
        difference = await driven(self.picture.replace(answer.rows, kept), self._context.rest)
        for change in self._replay:
            difference.add(self.picture.apply(change))
        self._replay = []
        self._told(difference)
        expires = before.expires_at if answer.expires_at is None else answer.expires_at
        self._publish(
            difference, parts=parts, warnings=answer.warnings, expires_at=expires,
            complete=True, took_s=took,
        )  # fmt: skip
        await self._sample()

    def _failed(self, fault: Fault, now: float) -> None:
        before = self.snapshot
        since = before.failing_since if before.fault else None
        self._due = now + self._backoff.delay(fault)
        self.snapshot = replace(
            before,
            generation=before.generation + 1,
            fault=fault,
            failing_since=self._context.now() if since is None else since,
        )
        self._context.published(self, self.snapshot, Difference())

    def _explained(self, error: BaseException) -> Fault:
        fault = fault_of(error, self.key)
        if is_mistake(error) and fault != self.snapshot.fault:
            log.error("reading %s %s failed", place(self.key), self.key.kind, exc_info=error)
        return fault

    def _interval(self) -> float:
        if not self._follower.up:
            return self.spec.interval_s
        return max(RESYNC_LEAST_S, self.spec.interval_s)

    def _jitter(self) -> float:
        return self._context.rng.uniform(1.0 - JITTER, 1.0 + JITTER)

    # Watching.

    def _drop_watch(self) -> None:
        self._follower.drop()
        self.picture.stop_listing()

    def _watch_again(self, now: float) -> None:
        """Follow at once a back end that answers again; its list then wants one more look."""
        self._follower.retry_at(now)
        if not self._follower.up:
            self._follower.open(now)
            self._hinted = self._follower.up

    def _lose_watch(self, now: float) -> None:
        again = self._follower.lose(now)
        self.picture.stop_listing()
        if not self._backoff.failures:
            usual = now + self.spec.interval_s * self._jitter()
            self._due = min(self._due, again, usual)

    def _hint(self, now: float) -> None:
        self._hinted = True
        # A source that fails waits for its back-off: a hint does not say that we may ask.
        if self._fetch is None and not self._backoff.failures:
            gap = max(HINT_GAP_S, self.snapshot.took_s)
            self._due = min(self._due, max(now, self._begun + self.snapshot.took_s + gap))

    async def _apply(self, changes: list[Change], loop: asyncio.AbstractEventLoop) -> None:
        self._next_apply = loop.time() + self._context.tick_s
        difference = Difference()
        listed: Listed | None = None
        touched = False
        for position, change in enumerate(changes, 1):
            if isinstance(change, Listed):
                # The watch brings the whole list itself: a fetch would read it twice.
                self._drop_fetch()
                self._due = loop.time() + self._interval() * self._jitter()
                page = self.picture.list_page(change)
                difference.add(await driven(page, self._context.rest))
                touched, listed = True, change if change.complete else None
            elif isinstance(change, Upserted | Removed):
                touched = self._apply_rows(change, difference) or touched
            elif isinstance(change, Happened):
                touched = self._happened(change) or touched
            elif isinstance(change, Hinted):
                self._hint(loop.time())
            else:
                raise Invalid(f"told something that is no change: {type(change).__name__}")
            if not position % BREATH:
                await asyncio.sleep(0)
        self._told(difference)
        if listed is not None:
            self._backoff.reset()
            parts = parts_of(listed, self.snapshot)
            self._publish(difference, parts=parts, warnings=listed.warnings, complete=True)
            await self._sample()
        elif touched and self.snapshot.fault is None:
            # A change proves that the connection lives, so that all rows are of this moment.
            self._publish(difference, complete=self.picture.complete)
        elif touched:
            self._publish(difference)

    def _apply_rows(self, change: Upserted | Removed, difference: Difference) -> bool:
        if self._fetch is not None:
            # The list under way may be older than this change.
            if len(self._replay) < REPLAYED:
                self._replay.append(change)
            else:
                self._hinted = True
        if not self.picture.known:
            return False
        difference.add(self.picture.apply(change))
        return True

    def _happened(self, change: Happened) -> bool:
        if self.key.kind != "events":
            self._context.told(change.events)
            return False
        self.picture.add_events(change.events)
        return True

    # Publishing.

    def _told(self, difference: Difference) -> None:
        if self.key.kind == "events":
            self._context.told(self.picture.take_fresh())
        for row in difference.gone:
            self.picture.overlay.drop(row.ref)

    def _publish(self, difference: Difference, **facts: Any) -> None:
        """Make a newer snapshot. With facts, the back end has answered just now."""
        before = self.snapshot
        rows = self.picture.draw(before.rows)
        if facts:
            facts |= {"fault": None, "failing_since": None, "fetched_at": self._context.now()}
        self.snapshot = replace(before, generation=before.generation + 1, rows=rows, **facts)
        self._context.published(self, self.snapshot, difference)

    async def _sample(self) -> None:
        if self.key.kind not in {"compute", "containers", "capacity"}:
            return
        rows = self.picture.rows
        if len(rows) <= LARGEST_SOURCE:
            some = tuple(rows.values())
        else:
            some = tuple(rows[ref] for ref in self._context.looked() if ref in rows)
        await driven(self._context.trends.sample_all(some), self._context.rest)
