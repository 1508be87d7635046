"""The engine: everything that is known of the fleet, kept current while somebody looks."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from fleetui.core.errors import Fault, NotFound
from fleetui.core.kinds import QUERY
from fleetui.core.query import Query
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.clock import Awake
from fleetui.engine.faults import place
from fleetui.engine.measure import Measurer
from fleetui.engine.merge import Difference
from fleetui.engine.queries import QueryShelf, query_spec
from fleetui.engine.source import Context, Source
from fleetui.engine.store import Store
from fleetui.engine.subscription import Listener, Subscription, Tick
from fleetui.engine.tasks import Loose
from fleetui.engine.ticker import Ticker
from fleetui.engine.timeline import TIMELINE, Timeline
from fleetui.engine.trends import Trends
from fleetui.engine.witness import Witness
from fleetui.providers.base import Provider, Queryable, SourceSpec

log = logging.getLogger(__name__)
# A source that nobody looks at is read on for so long: switching screens restarts nothing.
GRACE_S = 2.0
# So many sources begin at once, the others within the spread.
AT_ONCE = 8
SPREAD_S = 0.25
CLOSE_S = 0.45


class Engine:
    """Subscribe to keys and read the store whenever the listener is called."""

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        now: Callable[[], float] = time.time,
        seed: int | None = None,
        tick_s: float = 0.1,
    ) -> None:
        self.providers = tuple(providers)
        self.now = now
        self.rest: Callable[[], float] = lambda: 0.0
        """How long work in slices is to rest now, in seconds; who answers keys sets it."""
        self.store = Store()
        self.timeline = Timeline()
        self._rng = random.Random(seed)
        self._loose = Loose()
        self._trends = Trends()
        self._ticker = Ticker(tick_s, self._tell)
        self._witness = Witness(self.timeline)
        self._measurer = Measurer(lambda: tuple(self._sources.values()), self._rng, self._loose)
        self._context = Context(
            now,
            self._rng,
            tick_s,
            self._loose,
            self._trends,
            self._published,
            self.timeline.tell,
            self._measurer.looked,
            self._rest,
        )
        self._sources: dict[SourceKey, Source] = {}
        self._wanted: Counter[SourceKey] = Counter()
        self._subscriptions: dict[Subscription, None] = {}
        self._awake = Awake(now, self._resumed)
        self._shelf = QueryShelf()
        self._closed = False

    # What there is to read.

    def keys(self, kind: str, provider: str = "", scope: str = "") -> tuple[SourceKey, ...]:
        """Return every source of a kind; for `events` the engine's own observations, too."""
        found = [spec.key for _, spec in self._specs() if spec.key.kind == kind]
        if kind == "events":
            found.append(TIMELINE)
        return tuple(k for k in dict.fromkeys(found) if _fits(k, provider, scope))

    def query_keys(
        self, query: Query, provider: str = "", scope: str = ""
    ) -> tuple[SourceKey, ...]:
        """Return one key for each provider that answers queries."""
        keys = [
            SourceKey(p.name, p.scope, QUERY, query)
            for p in self.providers
            if isinstance(p, Queryable)
        ]
        return tuple(k for k in dict.fromkeys(keys) if _fits(k, provider, scope))

    def trend(self, ref: Ref) -> tuple[float, ...]:
        """Return the recent CPU as shares of one, the newest last."""
        return self._trends.get(ref)

    # Looking.

    def subscribe(self, keys: Iterable[SourceKey], listener: Listener) -> Subscription:
        """Keep these keys current and call the listener, in the loop, when they change."""
        if self._closed:
            raise RuntimeError("the engine is closed")
        subscription = Subscription(self, listener)
        self._subscriptions[subscription] = None
        subscription.replace(keys)
        return subscription

    def refresh(self, keys: Iterable[SourceKey]) -> None:
        """Read these now, whatever the interval or the back-off."""
        for key in keys:
            source = self._sources.get(key)
            if source is not None:
                source.refresh()

    def looked_for(self, subscription: Subscription, before: frozenset[SourceKey]) -> None:
        """Start what is looked at now, and leave what is not."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        begun = 0
        for key in sorted(subscription.keys - before, key=_order):
            self._wanted[key] += 1
            begun += self._want(key, begun)
            if self.store.snapshot(key).generation:
                self._ticker.note(key)
        for key in before - subscription.keys:
            self._wanted[key] -= 1
            if not self._wanted[key]:
                loop.call_later(GRACE_S, self._leave, key)
        if not subscription.keys:
            self._subscriptions.pop(subscription, None)
        else:
            self._subscriptions[subscription] = None

    def looked_at(self, subscription: Subscription) -> None:
        """Measure the rows that are on screen."""
        if not self._closed:
            self._measurer.look(subscription, subscription.refs)

    async def close(self) -> None:
        """Stop everything within half a second, whatever hangs."""
        if self._closed:
            return
        self._closed = True
        self._ticker.close()
        self._awake.stop()
        self._measurer.close()
        for source in self._sources.values():
            source.stop()
        closing = {asyncio.ensure_future(_closed(provider)) for provider in self.providers}
        waiting = {*closing, *self._loose.tasks}
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=CLOSE_S)
            for task in late:
                self._loose.let_go(task)
                log.info("did not close in time: %s", task.get_name())

    # Sources.

    def _specs(self) -> Iterator[tuple[Provider, SourceSpec]]:
        for provider in self.providers:
            try:
                specs = provider.sources()
            except Exception:
                log.exception("%s/%s does not say what it has", provider.name, provider.scope)
                continue
            for spec in specs:
                yield provider, spec

    def _want(self, key: SourceKey, begun: int) -> bool:
        """Start the loop of a key; say whether one was started."""
        if key == TIMELINE:
            self._show_timeline()
            return False
        source = self._sources.get(key) or self._make(key)
        if source is None:
            fault = Fault(NotFound.code, "no such source is configured", place(key))
            known = self.store.snapshot(key).generation
            missing = Snapshot(key, known + 1, fault=fault, failing_since=self.now())
            self.store.put(missing, {})
            return False
        if source.running:
            return False
        self._awake.start()
        source.start(0.0 if begun < AT_ONCE else self._rng.uniform(0.0, SPREAD_S))
        return True

    def _make(self, key: SourceKey) -> Source | None:
        if key.query is not None:
            for provider in self.providers:
                if isinstance(provider, Queryable) and _fits(key, provider.name, provider.scope):
                    self._sources[key] = Source(query_spec(key, provider), provider, self._context)
                    return self._sources[key]
            return None
        for provider, spec in self._specs():
            if spec.key == key:
                self._sources[key] = Source(spec, provider, self._context)
                return self._sources[key]
        return None

    def _leave(self, key: SourceKey) -> None:
        if self._wanted[key] > 0:
            return
        del self._wanted[key]
        source = self._sources.get(key)
        if source is not None and source.running:
            source.stop()
            self._witness.left(key)
            if key.query is not None:
                for old in self._shelf.put(key):
                    if not self._wanted[old]:
                        self._sources.pop(old, None)
                        self.store.forget(old)
        if not any(source.running for source in self._sources.values()):
            self._awake.stop()

    def _resumed(self) -> None:
        for source in self._sources.values():
            source.resumed(self._rng.uniform(0.0, 2.0))

    # What sources tell.

    def _rest(self) -> float:
        return self.rest()

    def _published(self, source: Source, snapshot: Snapshot, difference: Difference) -> None:
        before = self.store.snapshot(snapshot.key)
        self.timeline.past.see(difference)
        self.store.put(snapshot, source.picture.shown)
        self._ticker.note(snapshot.key)
        if difference.gone:
            self._trends.drop(difference.gone)
        if self._witness.see(before, snapshot, difference, source.spec.interval_s, self.now()):
            self._show_timeline()
        if difference.appeared:
            self._measurer.wake()

    def _show_timeline(self) -> None:
        before = self.store.snapshot(TIMELINE)
        snapshot = self.timeline.snapshot(before, self.now())
        self.store.put(snapshot, {event.ref: event for event in snapshot.rows})
        self._ticker.note(TIMELINE)

    def _tell(self, changed: frozenset[SourceKey]) -> None:
        tick = Tick(changed, self.now())
        for subscription in tuple(self._subscriptions):
            subscription.tell(tick)


def _fits(key: SourceKey, provider: str, scope: str) -> bool:
    return (not provider or key.provider == provider) and (not scope or key.scope == scope)


def _order(key: SourceKey) -> tuple[str, str, str, str]:
    return key.provider, key.scope, key.kind, key.query.expr if key.query else ""


async def _closed(provider: Provider) -> None:
    try:
        await provider.close()
    except Exception:
        log.exception("closing %s/%s failed", provider.name, provider.scope)
