"""Learns behind the rows what only slow or single calls tell: inspections, layers, disk use."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.state import Health
from fleetui.providers.docker.answers import (
    ImageInspected,
    ImageSummary,
    Summary,
    VolumeSummary,
    each,
    one,
)
from fleetui.providers.docker.details import Detail, by_urgency, detail_of, still_true
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.listing import Listing
from fleetui.providers.docker.status import Said
from fleetui.providers.docker.things import Sizes
from fleetui.providers.threads import DaemonPool

log = logging.getLogger(__name__)
THREADS = 3
# So few are inspected in a moment that it is worth to wait for them: `get` shows all at once.
FEW = 60
GRACE_S = 0.3
AT_ONCE = 50
# Those that answered are not kept waiting longer by one that hangs.
TELL_S = 1.0
# Where clocks differ and nothing tells by how much, no inspection would ever seem true.
ASK_AGAIN_S = 10.0
# Looking at the disk reads every file of every volume on the engine's host.
DISK_EVERY_S = 900.0
DISK_REST = 20.0
Tell = Callable[[frozenset[str]], None]
# What a list says of one container: its state, its exit code, its health, and since when.
Told = tuple[str, int | None, Health, float | None]


class Learner:
    """Keeps what is known of containers, images and volumes besides their lists."""

    def __init__(
        self, link: Link, containers: Tell, images: Tell, disk: Callable[[], None]
    ) -> None:
        """The callbacks are told whose rows know more now."""
        self.details: dict[str, Detail] = {}
        self.layers: dict[str, int] = {}
        self.sizes = Sizes()
        self._link = link
        self._told = containers
        self._told_images = images
        self._told_disk = disk
        self._since: dict[str, tuple[str, float]] = {}
        self._pool: DaemonPool | None = None
        self._disk_pool: DaemonPool | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rounds: set[asyncio.Task[None]] = set()
        self._doubted: set[str] = set()
        self._asked: dict[str, tuple[float, Told]] = {}
        self._learning: set[str] = set()
        self._disk_next = 0.0
        self._closed = False

    def known(self, uid: str, state: str, text: Said, now: float) -> Detail | None:
        """Return a container's details where they are still true."""
        detail = self.details.get(uid)
        return detail if detail and still_true(detail, state, text, now) else None

    def since(self, uid: str, state: str, text: Said, now: float) -> float | None:
        """Return when a container started or ended as its list tells, the same each time."""
        if text.low is None:
            return None
        before = self._since.get(uid)
        if before and before[0] == state and text.fits(before[1], now):
            return before[1]
        time_then = now - text.low
        self._since[uid] = (state, time_then)
        return time_then

    def doubt(self, uids: Iterable[str]) -> None:
        """Ask anew about containers that something happened to; until then they are as known."""
        self._doubted.update(uids)

    def retain(self, listing: Listing) -> None:
        """Forget containers that are not there any more."""
        there = {s.id for s in listing.summaries}
        for known in (self.details, self._since, self._asked):
            for uid in known.keys() - there:
                known.pop(uid, None)
        self._doubted &= there

    async def inspect(self, listing: Listing) -> None:
        """Begin to learn what is missing; wait a moment where that is enough for all of it."""
        wanted: dict[str, Told] = {}
        pairs = []
        for summary, text in zip(listing.summaries, listing.texts, strict=True):
            told = self._told_of(summary, text, listing.server_now)
            if self._worth_asking(summary.id, told, text, listing.server_now):
                wanted[summary.id] = told
                pairs.append((summary, text))
        if not wanted or self._closed:
            return
        self._learning.update(wanted)
        missing = {uid: wanted[uid] for uid in by_urgency(pairs)}
        task = asyncio.create_task(self._quietly("containers", lambda: self._inspect_all(missing)))
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)
        if len(missing) <= FEW:
            await asyncio.wait([task], timeout=GRACE_S)

    def _told_of(self, summary: Summary, text: Said, now: float) -> Told:
        state = (summary.state or "").lower()
        return state, text.exit_code, text.health, self.since(summary.id, state, text, now)

    def _worth_asking(self, uid: str, told: Told, text: Said, now: float) -> bool:
        """Say whether an inspection would tell more than is known.

        One that did not fit what the list says is not asked again at once for the same: where
        clocks differ it never fits.
        """
        if uid in self._learning:
            return False
        if uid in self._doubted:
            return True
        if self.known(uid, told[0], text, now) is not None:
            return False
        before = self._asked.get(uid)
        return before is None or before[1] != told or before[0] < time.monotonic() - ASK_AGAIN_S

    async def count_layers(self, uids: Iterable[str]) -> None:
        """Begin to count the layers of images that are not known yet; they never change."""
        there = set(uids)
        for uid in self.layers.keys() - there:
            self.layers.pop(uid, None)
        missing = sorted(there - self.layers.keys())
        if not missing or self._closed:
            return
        task = self._begin("images", lambda: self._count_all(missing))
        if len(missing) <= FEW:
            await asyncio.wait([task], timeout=GRACE_S)

    def look_at_disk(self) -> None:
        """Begin to learn sizes, unless that was done not long ago."""
        now = time.monotonic()
        if self._closed or now < self._disk_next:
            return
        self._disk_next = now + DISK_EVERY_S
        self._begin("disk", self._disk_use)

    def close(self) -> None:
        """Learn no more. Does not wait."""
        self._closed = True
        for task in (*self._tasks.values(), *self._rounds):
            task.cancel()
        for pool in (self._pool, self._disk_pool):
            if pool:
                pool.shutdown()

    def _begin(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Start one round of learning, unless one of the same kind is under way."""
        task = self._tasks.get(name)
        if task is None or task.done():
            task = self._tasks[name] = asyncio.create_task(self._quietly(name, work))
        return task

    async def _quietly(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Learning less is no fault of a pane: its list says what is wrong."""
        try:
            await work()
        except ProviderError as error:
            log.info("docker/%s: no more known of %s: %s", self._link.scope, name, error)

    async def _inspect_all(self, missing: dict[str, Told]) -> None:
        try:
            await self._each(
                list(missing), lambda uid: self._inspect(uid, missing[uid]), self._told
            )
        finally:
            self._learning.difference_update(missing)

    async def _count_all(self, missing: list[str]) -> None:
        await self._each(missing, self._count, self._told_images)

    async def _each(self, uids: list[str], work: Callable[[str], None], told: Tell) -> None:
        """Do it for each in the bounded threads, and tell after some dozens.

        One that fails keeps nobody else waiting; where all of them fail, the engine is gone.
        """
        if self._pool is None:
            self._pool = DaemonPool(THREADS, f"docker-{self._link.scope}-learn")
        failure: BaseException | None = None
        for start in range(0, len(uids), AT_ONCE):
            asked = {asyncio.ensure_future(self._pool.run(work, uid)): uid
                     for uid in uids[start : start + AT_ONCE]}  # fmt: skip
            failed = 0
            waiting = set(asked)
            try:
                while waiting:
                    done, waiting = await asyncio.wait(waiting, timeout=TELL_S)
                    if done:
                        told(frozenset(asked[one] for one in done))
                    errors = [error for one in done if (error := one.exception())]
                    failed += len(errors)
                    failure = failure or next(iter(errors), None)
            finally:
                for one in waiting:
                    one.cancel()
            if failed == len(asked):
                break
        if failure is not None:
            raise failure

    def _inspect(self, uid: str, told: Told) -> None:
        # Before asking: what happens meanwhile is a doubt of its own.
        self._doubted.discard(uid)
        try:
            raw = self._link.call(lambda client: client.inspect_container(uid))
            self.details[uid] = detail_of(raw)
            self._asked[uid] = (time.monotonic(), told)
        except NotFound:
            return
        finally:
            # One slow answer does not keep the others from being asked again.
            self._learning.discard(uid)

    def _count(self, uid: str) -> None:
        try:
            raw = self._link.call(lambda client: client.inspect_image(uid))  # type: ignore[no-untyped-call]
        except NotFound:
            return
        found = one(raw, ImageInspected)
        self.layers[uid] = len((found.root_fs and found.root_fs.layers) or ())

    async def _disk_use(self) -> None:
        if self._disk_pool is None:
            self._disk_pool = DaemonPool(1, f"docker-{self._link.scope}-disk")
        began = time.monotonic()
        raw = await self._disk_pool.run(self._link.slowly, lambda client: client.df())
        took = time.monotonic() - began
        self._disk_next = time.monotonic() + max(DISK_EVERY_S, DISK_REST * took)
        self.sizes = sizes_of(raw)
        self._told_disk()


def sizes_of(raw: Any) -> Sizes:
    """Return the sizes in the answer of `/system/df`; what is odd in it is left out."""
    shared: dict[str, int] = {}
    volumes: dict[str, int] = {}
    found = raw if isinstance(raw, dict) else {}
    for image in each(found.get("Images"), ImageSummary)[0]:
        if image.shared_size is not None:
            shared[image.id] = image.shared_size
    for volume in each(found.get("Volumes"), VolumeSummary)[0]:
        if volume.usage_data and volume.usage_data.size is not None:
            volumes[volume.name] = volume.usage_data.size
    return Sizes(shared, volumes)
