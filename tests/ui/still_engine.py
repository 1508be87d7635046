"""An engine that stands still: what providers answer once, and what a test puts in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from fleetui.core.objects import Event
from fleetui.core.query import Query
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.store import Store
from fleetui.engine.subscription import Subscription, Tick
from fleetui.engine.timeline import Timeline
from fleetui.providers.base import Provider, Queryable


class Still:
    """What the board knows of an engine, without loops, back-off or jitter."""

    def __init__(self, providers: Sequence[Provider], now: Callable[[], float]) -> None:
        self.providers = tuple(providers)
        self.now = now
        self.store = Store()
        self.timeline = Timeline()
        self.looked: frozenset[Ref] = frozenset()
        self.refreshed: list[SourceKey] = []
        self.subscriptions: list[Subscription] = []
        self.extra: list[SourceKey] = []

    @property
    def engine(self) -> Engine:
        """Itself, as the board's types want it."""
        return cast("Engine", self)

    async def fill(self) -> None:
        """Ask every source of every provider once."""
        for provider in self.providers:
            for spec in provider.sources():
                batch = await provider.fetch(spec.key)
                self.put(
                    Snapshot(
                        spec.key,
                        1,
                        batch.rows,
                        fetched_at=self.now(),
                        expires_at=batch.expires_at,
                        warnings=batch.warnings,
                    )
                )

    def put(self, snapshot: Snapshot) -> None:
        """Take in a snapshot and tell whoever looks at it."""
        self.store.put(snapshot, {row.ref: row for row in snapshot.rows})
        self.timeline.tell(row for row in snapshot.rows if isinstance(row, Event))
        for subscription in self.subscriptions:
            subscription.tell(Tick(frozenset({snapshot.key}), self.now()))

    def keys(self, kind: str, provider: str = "", scope: str = "") -> tuple[SourceKey, ...]:
        """Return every source of a kind."""
        found = [spec.key for one in self.providers for spec in one.sources()] + self.extra
        return tuple(
            key
            for key in found
            if key.kind == kind
            and (not provider or key.provider == provider)
            and (not scope or key.scope == scope)
        )

    def query_keys(
        self, query: Query, provider: str = "", scope: str = ""
    ) -> tuple[SourceKey, ...]:
        """Return one key for each provider that answers queries."""
        return tuple(
            SourceKey(one.name, one.scope, "query", query)
            for one in self.providers
            if isinstance(one, Queryable)
            and (not provider or one.name == provider)
            and (not scope or one.scope == scope)
        )

    def subscribe(
        self, keys: Iterable[SourceKey], listener: Callable[[Tick], None]
    ) -> Subscription:
        """Tell the listener at once of all that is known."""
        subscription = Subscription(self, listener)
        self.subscriptions.append(subscription)
        subscription.replace(keys)
        return subscription

    def looked_for(self, subscription: Subscription, before: frozenset[SourceKey]) -> None:
        """Answer what has not been asked before."""
        new = subscription.keys - before
        for key in new:
            if key.query is not None and not self.store.snapshot(key).generation:
                task = asyncio.ensure_future(self._ask(key))
                task.add_done_callback(lambda done: done.result())
        asyncio.get_running_loop().call_soon(subscription.tell, Tick(new, self.now()))

    def looked_at(self, subscription: Subscription) -> None:
        """Remember which rows are on screen."""
        self.looked = subscription.refs

    def refresh(self, keys: Iterable[SourceKey]) -> None:
        """Remember what was asked for."""
        self.refreshed.extend(keys)

    def trend(self, ref: Ref) -> tuple[float, ...]:
        """Return no past: how much of it there is depends on the machine."""
        return ()

    async def _ask(self, key: SourceKey) -> None:
        assert key.query is not None
        for provider in self.providers:
            if isinstance(provider, Queryable) and provider.name == key.provider:
                result = await provider.query(key.query)
                self.put(Snapshot(key, 1, result=result, fetched_at=self.now()))
