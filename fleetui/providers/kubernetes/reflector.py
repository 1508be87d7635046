"""Keeps one resource of one cluster true: lists it in pages, then watches it, for ever."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import aclosing
from typing import Protocol

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import Denied, NotFound, ProviderError, Unreachable
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes import faults
from fleetui.providers.kubernetes.faults import Gone
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.paging import pages, unreadable
from fleetui.providers.kubernetes.pause import Pause
from fleetui.providers.kubernetes.resources import Kind, WatchEvent, change
from fleetui.providers.kubernetes.shapes.base import Thing

log = logging.getLogger(__name__)
# The server ends a watch after so long, each after another while: not all come back at once.
WATCH_S = (240.0, 480.0)
# Servers send a bookmark each minute: one that says nothing for so long is dead, or has none.
SILENCE_S = 150.0
GOOD_WATCH_S, _SHORT_S = 5.0, 1.0
# A failure that is younger is told as it is; an older one is worth another try.
JUST_NOW_S = 2.0
# What a server does not know may be installed later.
ABSENT_S = 600.0
_BREATH = 50
_SLICE = 100
"""Objects of a page that are taken in at a time: two milliseconds, then keys have their turn."""
_BROKEN_KEPT = 20


class Sink(Protocol):
    """Who is told what a reflector reads."""

    def took(self, reflector: Reflector, things: tuple[Thing, ...]) -> None:
        """Some are there: a page of a list."""
        ...

    def ended(self, reflector: Reflector, uids: frozenset[str]) -> None:
        """A list is whole: of this resource (and namespace) nothing else is there."""
        ...

    def changed(self, reflector: Reflector, event: WatchEvent) -> None:
        """One was added, changed or deleted."""
        ...

    def turned(self, reflector: Reflector) -> None:
        """It began to fail, or is well again."""
        ...

    def leads(self, reflector: Reflector) -> bool:
        """Say whether it is the one that tries, while the way to the server is cut off."""
        ...


class Reflector:
    """One list and watch. It never gives up; `fault` says what is wrong now."""

    def __init__(
        self, link: Link, kind: Kind, namespace: str, sink: Sink, rng: random.Random
    ) -> None:
        """With an empty `namespace`, all of them are read."""
        self.kind = kind
        self.namespace = namespace
        self.fault: ProviderError | None = None
        self.listed = False
        """Whether a whole list was read since it began."""
        self.absent = False
        """Whether the server does not know of such things."""
        self.narrowed = False
        """Whether only one namespace is read, as not all may be."""
        self.broken: list[str] = []
        """Why some objects could not be read."""
        self._link = link
        self._sink = sink
        self._rng = rng
        self._first = kind
        self._version = ""
        self._expired = 0
        self._opened_at: float | None = None
        self._brittle = False
        """Whether the last watch broke as soon as it was open."""
        self._proving: asyncio.TimerHandle | None = None
        self._failed_at = 0.0
        self._pause = Pause(rng)
        self._outcome: asyncio.Future[None] | None = None
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def word(self) -> str:
        """What it reads: `pods`."""
        return self._first.word

    @property
    def is_denied(self) -> bool:
        """Whether we may not read it."""
        return isinstance(self.fault, Denied)

    def start(self) -> None:
        """Begin."""
        if self._task is None:
            name = f"reflector {self._link.where} {self.word} {self.namespace}"
            self._task = asyncio.get_running_loop().create_task(self._run(), name=name)

    def stop(self) -> None:
        """End, without waiting."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._stop_proving()

    async def settled(self) -> None:
        """Wait until it has been read once, or could not be."""
        await self._settled.wait()

    async def again(self) -> None:
        """Try now what fails, unless it has just failed, and wait for how that ends."""
        loop = asyncio.get_running_loop()
        if self.fault is None or self._task is None or loop.time() - self._failed_at < JUST_NOW_S:
            return
        if self._outcome is None or self._outcome.done():
            self._outcome = loop.create_future()
        if self._pause.cut_short(loop.time()):
            await asyncio.shield(self._outcome)

    def nudge(self) -> None:
        """Try now, if it only waits for another to get through."""
        if self._pause.follows:
            self._pause.cut_short(asyncio.get_running_loop().time())

    # The loop.

    async def _run(self) -> None:
        while True:
            self._opened_at = None
            try:
                await self._round()
            except Gone:
                self._stop_proving()
                # The version is too old: the list has to be read anew. What is known stays.
                self._version = ""
                self._expired += 1
                await asyncio.sleep(self._rng.uniform(0.0, min(30.0, 0.2 * 2**self._expired)))
            except ProviderError as error:
                await self._lost(error)
            except Exception as error:
                words = clean(f"{type(error).__name__}: {error}", 200)
                if self.fault is None or self.fault.what != words:
                    log.exception("%s: reading %s failed", *self._place())
                await self._fail(ProviderError(words, where=self._link.where))

    async def _round(self) -> None:
        if not self._version:
            await self._list()
            self._well()
        if self.absent:
            await asyncio.sleep(ABSENT_S)
            self.absent = False
            return
        await self._watch()
        if self._open_for() < _SHORT_S:
            raise Unreachable("the watch ended as soon as it had begun", where=self._link.where)

    def _opened(self) -> None:
        """A watch has begun."""
        loop = asyncio.get_running_loop()
        self._opened_at = loop.time()
        if not self._brittle:
            self._well()
        self._ended()
        # After one that broke at once, only time or an event shows that this one is good.
        self._proving = loop.call_later(GOOD_WATCH_S, self._proven)

    def _open_for(self) -> float:
        """Return how long the watch has been open."""
        now = asyncio.get_running_loop().time()
        return 0.0 if self._opened_at is None else now - self._opened_at

    async def _lost(self, error: ProviderError) -> None:
        """Do what is to be done after a list or a watch that failed."""
        broke = self._opened_at is not None and faults.is_cut_off(error)
        if broke and self._open_for() >= GOOD_WATCH_S:
            # It was a good one: only if it cannot be opened again something is wrong.
            log.info("%s: the watch of %s was lost: %s", *self._place(), error.what)
            self._stop_proving()
            await asyncio.sleep(self._rng.uniform(0.0, 0.3))
        elif broke:
            # It could be opened and did not last: the way to the server is there.
            self._brittle = True
            await self._fail(faults.Failing(error.what, where=error.where))
        else:
            if isinstance(error, NotFound):
                # It was there when it was listed: another version of the server has another.
                self._version = ""
            await self._fail(error)

    def _proven(self) -> None:
        """The watch that is open has lasted."""
        self._pause.reset()
        self._of_use()

    def _stop_proving(self) -> None:
        if self._proving is not None:
            self._proving.cancel()

    def _of_use(self) -> None:
        """The watch that is open is good for something, at least."""
        if self._brittle:
            self._brittle = False
            self._well()

    def _place(self) -> tuple[str, str]:
        return self._link.where, self.word

    async def _fail(self, error: ProviderError) -> None:
        self._stop_proving()
        if self._narrow(error):
            return
        before, self.fault = self.fault, error
        self._failed_at = asyncio.get_running_loop().time()
        follows = faults.is_cut_off(error) and not self._sink.leads(self)
        if before is None or before.what != error.what:
            level = logging.DEBUG if follows else logging.INFO
            log.log(level, "%s: %s cannot be read: %s", *self._place(), error.what)
            self._sink.turned(self)
        self._settled.set()
        self._ended()
        first = before is None and self.listed
        await self._pause.wait(error, had_been_well=first, follows=follows)

    def _narrow(self, error: ProviderError) -> bool:
        """Read the context's own namespace, where we never could read all."""
        access = self._link.access
        own = access.namespace if access else ""
        all_of_them = self.kind.namespaced and not self.namespace and not self.listed
        if not isinstance(error, Denied) or not own or not all_of_them:
            return False
        self.namespace, self.narrowed = own, True
        return True

    def _well(self) -> None:
        failed, self.fault = self.fault is not None, None
        self._settled.set()
        self._ended()
        if failed:
            self._sink.turned(self)

    def _ended(self) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(None)

    # Listing.

    async def _list(self) -> None:
        uids: set[str] = set()
        broken: list[str] = []
        version = ""
        # A second expiry in a row: a list in pages is too slow for how much changes here.
        whole = self._expired >= 2
        try:
            async with aclosing(pages(self._link, self.kind, self.namespace, whole=whole)) as found:
                async for one in found:
                    # Changes are watched from the first page on: later ones may be older.
                    version = version or one.resource_version
                    uids.update(thing.uid for thing in one.items)
                    broken += one.broken
                    for start in range(0, len(one.items), _SLICE):
                        self._sink.took(self, one.items[start : start + _SLICE])
                        await asyncio.sleep(0)
        except NotFound:
            if self._older():
                await self._list()
                return
            self.absent = True
        self._version = version or ("" if self.absent else "0")
        self.broken = broken[:_BROKEN_KEPT]
        if broken:
            where = self._link.where
            log.warning("%s: %d objects could not be read: %s", where, len(broken), broken[0])
        self.listed = True
        self._sink.ended(self, frozenset(uids))

    def _older(self) -> bool:
        """Go on with what an older server has in its place."""
        if self.kind.fallback is None:
            self.kind = self._first
            return False
        self.kind = self.kind.fallback
        return True

    # Watching.

    async def _watch(self) -> None:
        seconds = int(self._rng.uniform(*WATCH_S))
        params = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(seconds),
        }
        path = self.kind.at(self.namespace)
        lines = self._link.stream(path, params, silence_s=SILENCE_S, opened=self._opened)
        count = 0
        async with aclosing(lines) as opened_lines:
            async for line in opened_lines:
                self._take(line)
                count += 1
                if not count % _BREATH:
                    await asyncio.sleep(0)

    def _take(self, line: bytes) -> None:
        try:
            event = change(self.kind, line)
        except msgspec.DecodeError as error:
            raise unreadable(error) from None
        if event.type == "ERROR":
            raise _told(event)
        if event.resource_version:
            self._version = event.resource_version
            self._expired = 0
            self._of_use()
        if event.broken:
            self.broken = [*self.broken, event.broken][-_BROKEN_KEPT:]
            log.warning("%s: %s", self._link.where, event.broken)
        elif event.thing is not None:
            self._sink.changed(self, event)


def _told(event: WatchEvent) -> ProviderError:
    """Return what an ERROR in a watch means."""
    status = event.status
    said = redact(clean((status.message or status.reason or "") if status else "", 400))
    told = faults.Status(reason=(status.reason or "") if status else "")
    code = (status.code or 0) if status else 0
    return faults.of_code(code, told, said or "the watch failed", "", None)
