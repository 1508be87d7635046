"""Follows what a provider tells by itself, into an inbox that the source empties."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable

from fleetui.core.errors import Fault, Unreachable
from fleetui.core.snapshot import SourceKey
from fleetui.engine.backoff import Backoff
from fleetui.engine.faults import fault_of, is_mistake, place
from fleetui.engine.tasks import Loose
from fleetui.providers.base import Change, Provider, Watchable

log = logging.getLogger(__name__)
# The provider waits when so many changes lie unread: memory stays bounded in any storm.
INBOX_FULL = 20_000
# An iterator that always has something ready would otherwise never let anybody else run.
BREATH = 200
# A watch that lived this long was a good one: its loss is followed by a quick new try.
GOOD_WATCH_S = 5.0


class Watch:
    """Follows one source until the connection is lost; `lost` then says why."""

    def __init__(
        self,
        key: SourceKey,
        changes: AsyncIterator[Change],
        wake: Callable[[], None],
        loose: Loose,
    ) -> None:
        self.key = key
        self.inbox: list[Change] = []
        self.lost: Fault | None = None
        loop = asyncio.get_running_loop()
        self.opened_at = loop.time()
        self._wake = wake
        self._loose = loose
        self._emptied = asyncio.Event()
        self._task = loop.create_task(self._follow(changes), name=f"watch {place(key)} {key.kind}")

    def take(self) -> list[Change]:
        """Return what has come since the last time."""
        changes, self.inbox = self.inbox, []
        self._emptied.set()
        return changes

    def close(self) -> None:
        """Stop following, without waiting for the provider."""
        self._loose.let_go(self._task)

    async def _follow(self, changes: AsyncIterator[Change]) -> None:
        try:
            count = 0
            async for change in changes:
                if not self.inbox:
                    self._wake()
                self.inbox.append(change)
                count += 1
                if len(self.inbox) >= INBOX_FULL:
                    self._emptied.clear()
                    await self._emptied.wait()
                elif not count % BREATH:
                    await asyncio.sleep(0)
            self.lost = Fault(Unreachable.code, "the watch ended", place(self.key))
        except Exception as error:
            if is_mistake(error):
                log.exception("the watch of %s %s failed", place(self.key), self.key.kind)
            self.lost = fault_of(error, self.key)
        finally:
            self._wake()
            close = getattr(changes, "aclose", None)
            if close is not None:
                await close()


class Follower:
    """Keeps a watch open on one source, where its provider has any."""

    def __init__(
        self,
        key: SourceKey,
        provider: Provider,
        rng: random.Random,
        wake: Callable[[], None],
        loose: Loose,
    ) -> None:
        self._key = key
        self._provider: Watchable | None = None
        if isinstance(provider, Watchable) and key.query is None:
            self._provider = provider
        self._wake = wake
        self._loose = loose
        self._backoff = Backoff(rng)
        self._watch: Watch | None = None
        self._due = 0.0

    @property
    def up(self) -> bool:
        """Whether changes are told now."""
        return self._watch is not None

    @property
    def waiting(self) -> bool:
        """Whether changes have come that nobody took yet."""
        return self._watch is not None and bool(self._watch.inbox)

    @property
    def lost(self) -> bool:
        """Whether the connection is gone and everything it told has been taken."""
        return self._watch is not None and self._watch.lost is not None and not self._watch.inbox

    def take(self) -> list[Change]:
        """Return what has come since the last time."""
        return [] if self._watch is None else self._watch.take()

    def open(self, now: float) -> None:
        """Begin to follow, unless it was tried too lately or there is nothing to follow."""
        provider = self._provider
        if provider is None or self._watch is not None or now < self._due:
            return
        try:
            changes = provider.watch(self._key)
        except Exception as error:
            if is_mistake(error):
                log.exception("%s %s cannot be watched", place(self._key), self._key.kind)
            self._due = now + self._backoff.delay(fault_of(error, self._key))
            return
        if changes is None:
            self._provider = None
        else:
            self._watch = Watch(self._key, changes, self._wake, self._loose)

    def retry_at(self, moment: float) -> None:
        """Try again from then on, whatever the back-off."""
        self._due = moment

    def drop(self) -> None:
        """Follow no more."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def lose(self, now: float) -> float:
        """Give up a connection that is gone, and return when the next may be opened."""
        watch = self._watch
        if watch is None or watch.lost is None:
            return self._due
        if now - watch.opened_at >= GOOD_WATCH_S:
            self._backoff.reset()
        self.drop()
        what = watch.lost.what
        log.info("the watch of %s %s was lost: %s", place(self._key), self._key.kind, what)
        self._due = now + self._backoff.delay(watch.lost)
        return self._due
