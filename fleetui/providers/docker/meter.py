"""Measures containers: several at once, within a bound of time, from differences of our own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from fleetui.core.errors import ProviderError, Unreachable
from fleetui.providers.base import Usage
from fleetui.providers.docker import usage
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.usage import Sample
from fleetui.providers.threads import DaemonPool

THREADS = 12
BOUND_S = 4.0
# A value older than this says nothing of now.
KEPT_S = 30.0
TROUBLE_EVERY_S = 5.0
_ONE_SHOT_SINCE = (1, 41)


class Meter:
    """Keeps the last reading of each container, and what it meant."""

    def __init__(self, link: Link, trouble: Callable[[], None]) -> None:
        """`trouble` is told, now and then, that the engine does not answer."""
        self._link = link
        self._trouble = trouble
        self._troubled_at = 0.0
        self._pool: DaemonPool | None = None
        self._samples: dict[str, Sample] = {}
        self._results: dict[str, tuple[float, Usage]] = {}
        self._running: dict[str, asyncio.Future[bool]] = {}
        self._closed = False

    async def measure(self, uids: Iterable[str], limited: frozenset[str]) -> dict[str, Usage]:
        """Return what these containers use; the last known where the engine is slow.

        `limited` are those with a memory limit of their own.
        """
        uids = list(dict.fromkeys(uids))
        if self._closed or not uids:
            return {}
        waiting = [self._begin(uid, uid in limited) for uid in uids]
        await asyncio.wait(waiting, timeout=BOUND_S)
        oldest = time.monotonic() - KEPT_S
        kept = ((uid, self._results.get(uid)) for uid in uids)
        return {uid: found[1] for uid, found in kept if found and found[0] >= oldest}

    def forget(self, there: Iterable[str]) -> None:
        """Drop what is known of containers that are not there any more."""
        alive = set(there)
        for known in (self._samples, self._results):
            for uid in known.keys() - alive:
                known.pop(uid, None)

    def close(self) -> None:
        """Measure no more. Does not wait."""
        self._closed = True
        if self._pool:
            self._pool.shutdown()

    def _begin(self, uid: str, limited: bool) -> asyncio.Future[bool]:
        """Start one reading, or join the one that is under way."""
        if found := self._running.get(uid):
            return found
        if self._pool is None:
            self._pool = DaemonPool(THREADS, f"docker-{self._link.scope}-measure")
        task = asyncio.ensure_future(self._pool.run(self._read, uid, limited))
        self._running[uid] = task
        task.add_done_callback(lambda done: self._done(uid, done))
        return task

    def _done(self, uid: str, done: asyncio.Future[bool]) -> None:
        self._running.pop(uid, None)
        if done.cancelled() or done.exception() is not None or done.result():
            return
        now = time.monotonic()
        if now - self._troubled_at >= TROUBLE_EVERY_S and not self._closed:
            self._troubled_at = now
            self._trouble()

    def _read(self, uid: str, limited: bool) -> bool:
        """Read one container and keep what it means; False where nobody answers. In a thread."""
        try:
            stats = usage.read(self._link.call(lambda client: _ask(client, uid)))
        except Unreachable:
            return False
        except ProviderError:
            return True  # it is gone, and the list will say so
        before, sample = self._samples.get(uid), usage.sample_of(stats)
        if sample is None:
            self._samples.pop(uid, None)
            self._results.pop(uid, None)
            return True
        if before is not None and sample.time == before.time:
            return True  # the engine reads its counters once a second
        found = usage.usage_of(stats, before, limited)
        self._samples[uid] = sample
        if found is not None:
            self._results[uid] = (time.monotonic(), found)
        return True


def _ask(client: Any, uid: str) -> Any:
    """Ask for one reading, without the engine's own wait for a second where it can do so."""
    numbers = tuple(int(n) for n in str(client.api_version).split(".") if n.isdecimal())
    if numbers >= _ONE_SHOT_SINCE:
        return client.stats(uid, stream=False, one_shot=True)
    return client.stats(uid, stream=False)
