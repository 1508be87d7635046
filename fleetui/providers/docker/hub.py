"""One stream of events for all that watch one engine, shared out to each in batches.

A thread reads the stream. It wakes the event loop at most twenty times a second, however many
events come, and what a watcher has not taken yet is kept as little more than a flag.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from fleetui.core.errors import ProviderError, Unreachable
from fleetui.core.objects import Event, Resource
from fleetui.core.ref import Ref
from fleetui.providers.base import Change, Happened, Hinted, Upserted
from fleetui.providers.docker.events import Teller
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.wire import Wire

log = logging.getLogger(__name__)
SPACING_S = 0.05
EVENTS_KEPT = 5000


class Mailbox:
    """What one watcher has not taken yet."""

    def __init__(self) -> None:
        self.error: ProviderError | None = None
        self._hinted = False
        self._rows: dict[Ref, Resource] = {}
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._filled = asyncio.Event()

    def put(self, change: Change) -> None:
        """Add a change; hints and rows replace earlier ones."""
        if isinstance(change, Hinted):
            self._hinted = True
        elif isinstance(change, Upserted):
            self._rows.update((row.ref, row) for row in change.rows)
        elif isinstance(change, Happened):
            self._events.extend(change.events)
        self._filled.set()

    def fail(self, error: ProviderError) -> None:
        """Let the watcher know that no more will come."""
        self.error = error
        self._filled.set()

    async def take(self) -> list[Change]:
        """Wait until there is something, and return it. Raises what ended the stream."""
        await self._filled.wait()
        self._filled.clear()
        changes: list[Change] = []
        if self._events:
            changes.append(Happened(tuple(self._events)))
            self._events.clear()
        if self._rows:
            changes.append(Upserted(tuple(self._rows.values())))
            self._rows.clear()
        if self._hinted:
            changes.append(Hinted())
            self._hinted = False
        if not changes and self.error is not None:
            raise self.error
        if self.error is not None:
            self._filled.set()
        return changes


class Reading:
    """One open stream and the thread that reads it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._stopped = False
        self._scheduled = False
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._kinds: set[str] = set()
        self._uids: set[str] = set()

    @property
    def stopped(self) -> bool:
        """Whether nobody wants it any more."""
        return self._stopped

    def hold(self, wire: Wire) -> None:
        """Keep what ends the stream; end it at once where it came too late."""
        with self._lock:
            self._wire = wire
            late = self._stopped
        if late:
            wire.cut()

    def stop(self) -> None:
        """End the stream. Cutting an SSH channel may write, so a thread of its own does it."""
        with self._lock:
            self._stopped = True
            wire = self._wire
        if wire is not None:
            threading.Thread(target=wire.cut, name="docker-events-end", daemon=True).start()

    def add(self, event: Event | None, kinds: frozenset[str], uid: str = "") -> bool:
        """Add what one event means; True where the loop has to be told."""
        with self._lock:
            if event is not None:
                self._events.append(event)
            self._kinds |= kinds
            if uid:
                self._uids.add(uid)
            scheduled, self._scheduled = self._scheduled, True
        return not scheduled

    def take(self) -> tuple[tuple[Event, ...], frozenset[str], frozenset[str]]:
        """Return (events, kinds, ids of containers) since the last time."""
        with self._lock:
            self._scheduled = False
            events, kinds, uids = tuple(self._events), frozenset(self._kinds), frozenset(self._uids)
            self._events.clear()
            self._kinds.clear()
            self._uids.clear()
        return events, kinds, uids


class Hub:
    """Shares one engine's events among the watchers of its kinds."""

    def __init__(
        self,
        link: Link,
        kinds: frozenset[str],
        touched: Callable[[frozenset[str], frozenset[str]], None],
    ) -> None:
        """`touched` is told which kinds and which containers events were about."""
        self._link = link
        self._kinds = kinds
        self._touched = touched
        self._teller = Teller(link.scope, link.skew)
        self._mailboxes: list[tuple[str, Mailbox]] = []
        self._reading: Reading | None = None
        self._since: str | None = None
        self._doubted = False

    async def watch(self, kind: str) -> AsyncIterator[Change]:
        """Follow one kind. Ends with a ProviderError when the connection is lost."""
        entry = (kind, Mailbox())
        self._mailboxes.append(entry)
        if self._reading is None:
            self._open()
        try:
            while True:
                for change in await entry[1].take():
                    yield change
        finally:
            # By identity: two empty mailboxes are not the same watcher.
            self._mailboxes = [one for one in self._mailboxes if one is not entry]
            if not self._mailboxes:
                self.close()

    def put(self, kind: str, change: Change) -> None:
        """Give a change of our own making to the watchers of one kind."""
        for wanted, mailbox in self._mailboxes:
            if wanted == kind:
                mailbox.put(change)

    def doubt(self) -> None:
        """Note that the engine did not answer: the stream may be dead without a sign."""
        self._doubted = self._reading is not None

    def trust(self) -> None:
        """Open the stream anew after a doubt, from where it was."""
        if self._doubted and self._reading is not None:
            self._deliver(self._reading)
            self._reading.stop()
            self._open()
        self._doubted = False

    def close(self) -> None:
        """End the stream. Does not wait."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None

    def _open(self) -> None:
        reading = self._reading = Reading()
        loop = asyncio.get_running_loop()
        name = f"docker-events-{self._link.scope}"
        threading.Thread(target=self._read, args=(reading, loop), name=name, daemon=True).start()

    def _read(self, reading: Reading, loop: asyncio.AbstractEventLoop) -> None:
        """Read until the stream ends. Runs in the thread."""
        error: ProviderError = Unreachable("the event stream ended")
        try:
            for raw in self._link.events(self._since, reading.hold):
                if reading.stopped:
                    break
                if self._note(reading, raw):
                    loop.call_soon_threadsafe(self._soon, reading)
        except ProviderError as found:
            error = found
        except Exception:
            if loop.is_closed():
                return  # nobody is left to tell
            log.exception("reading the events of docker/%s failed", self._link.scope)
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._ended, reading, error)

    def _note(self, reading: Reading, raw: Any) -> bool:
        if raw is None:
            # What happened before the stream was open can only be seen by listing again.
            return reading.add(None, self._kinds)
        event, kinds = self._teller.tell(raw, time.time())
        self._since = _after(raw, self._since)
        if not kinds and event is None:
            return False
        subject = event.links[0].ref if event else None
        return reading.add(event, kinds, subject.uid if subject else "")

    def _soon(self, reading: Reading) -> None:
        asyncio.get_running_loop().call_later(SPACING_S, self._deliver, reading)

    def _deliver(self, reading: Reading) -> None:
        events, kinds, uids = reading.take()
        if reading is not self._reading:
            return
        self._touched(kinds, uids)
        for kind, mailbox in self._mailboxes:
            for change in _changes(kind, events, kinds):
                mailbox.put(change)

    def _ended(self, reading: Reading, error: ProviderError) -> None:
        if reading is not self._reading:
            return
        self._deliver(reading)
        self._reading = None
        for _, mailbox in self._mailboxes:
            mailbox.fail(error)
        self._mailboxes = []


def _changes(kind: str, events: tuple[Event, ...], kinds: frozenset[str]) -> Iterator[Change]:
    """Yield what a batch of events means to the watcher of one kind."""
    if kind == "events":
        if events:
            yield Happened(events)
    elif kind in kinds:
        yield Hinted()


def _after(raw: Any, before: str | None) -> str | None:
    """Return the moment after an event as the engine's `since` takes it."""
    nano = raw.get("timeNano") if isinstance(raw, dict) else None
    if not isinstance(nano, int):
        return before
    seconds, rest = divmod(nano + 1, 1_000_000_000)
    return f"{seconds}.{rest:09d}"
