"""One Docker engine as a provider: reads, watches and measures it.

What only pages, logs and checks need is imported when one is first asked for: rows come sooner.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from fleetui.core.clean import clean
from fleetui.core.description import Description
from fleetui.core.errors import Invalid, ProviderError, Unreachable
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import CapacityUnit, Container, Image, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import (
    Batch,
    Change,
    Hinted,
    Report,
    SourceSpec,
    Upserted,
    Usage,
)
from fleetui.providers.docker import (
    answers,
    compose,
    faults,
    history,
    things,
)
from fleetui.providers.docker.answers import ImageSummary, NetworkSummary, Summary, VolumeSummary
from fleetui.providers.docker.composing import Finder
from fleetui.providers.docker.containers import PROVIDER, Scene, container_of
from fleetui.providers.docker.endpoint import Endpoint
from fleetui.providers.docker.hub import Hub
from fleetui.providers.docker.learner import Learner
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.listing import Listing, Shared, listing_of
from fleetui.providers.docker.meter import Meter
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.threads import DaemonPool

T = TypeVar("T")
# How much less often than containers the rest is asked for; events tell of most changes.
KINDS = {"containers": 1, "capacity": 1, "images": 3, "volumes": 3, "networks": 3, "events": 3}
THREADS = 6
# A call may wait for its connection and then for its answer.
_MARGIN_S = 1.0


class Docker:
    """A Docker engine. Several may be read at once, each with its own threads."""

    name = PROVIDER

    def __init__(self, scope: str, settings: DockerSettings) -> None:
        self.scope = scope
        self._settings = settings
        self._link = Link(scope, settings)
        self._pool: DaemonPool | None = None
        self._lists = Shared(self._ask_containers)
        self._finder = Finder()
        self._learner = Learner(
            self._link, self._known_better, self._layers_known, self._disk_known
        )
        self._hub = Hub(self._link, frozenset(KINDS), self._touched)
        self._meter = Meter(self._link, self._no_answer)
        self._image_names: dict[str, str] = {}
        self._network_ids: dict[str, str] = {}
        self._images: dict[str, ImageSummary] = {}
        self._latest: Listing | None = None
        self._members: dict[Ref, tuple[str, ...]] = {}
        self._read: dict[str, Callable[[], Any]] = {
            "containers": self._containers,
            "capacity": self._capacity,
            "images": self._fetch_images,
            "volumes": self._volumes,
            "networks": self._networks,
            "events": self._events,
        }

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the kinds of this engine."""
        pace, limit = self._settings.interval, self._settings.timeout + _MARGIN_S
        return tuple(
            SourceSpec(SourceKey(PROVIDER, self.scope, kind), pace * times, limit)
            for kind, times in KINDS.items()
        )

    async def fetch(self, key: SourceKey) -> Batch:
        """Read one kind. Raises a ProviderError."""
        read = self._read.get(key.kind)
        if read is None:
            raise Invalid(f"Docker has no {key.kind}", where=f"{PROVIDER}/{self.scope}")
        try:
            async with asyncio.timeout(self._settings.timeout):
                batch: Batch = await read()
        except TimeoutError:
            raise self._late() from None
        except ProviderError as error:
            error.where = error.where or f"{PROVIDER}/{self.scope}"
            if isinstance(error, Unreachable):
                self._hub.doubt()
            raise
        self._hub.trust()
        return batch

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        """Follow one kind through the engine's events; one stream serves all kinds."""
        return self._hub.watch(key.kind) if key.kind in KINDS else None

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these containers use, and compose services as the sum of theirs."""
        wanted = {ref: self._uids_of(ref) for ref in refs if ref.scope == self.scope}
        uids = [uid for found in wanted.values() for uid in found]
        details = self._learner.details
        limited = frozenset(u for u in uids if (d := details.get(u)) and d.memory_limit)
        got = await self._meter.measure(uids, limited)
        result: dict[Ref, Usage] = {}
        for ref, found in wanted.items():
            usages = [got[uid] for uid in found if uid in got]
            if usages:
                result[ref] = usages[0] if ref.kind == "container" else together(usages)
        return result

    async def describe(self, ref: Ref) -> Description:
        """Tell all that the engine knows of one thing. Raises a ProviderError."""
        from fleetui.providers.docker import inspecting

        uids = self._members.get(ref, ())
        try:
            async with asyncio.timeout(self._settings.timeout + _MARGIN_S):
                return await self._run(inspecting.describe, self._link, ref, uids)
        except TimeoutError:
            raise self._late() from None

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        """Follow a container's log through its restarts, until it is over."""
        from fleetui.providers.docker import following

        if ref.kind != "container":
            raise Invalid(f"a {ref.kind} keeps no log of its own", where=str(ref))
        if query.container:
            raise Invalid("it is a container itself: there is none to choose", where=str(ref))
        calls = following.Calls(self._link, self._run)
        async with aclosing(following.follow(calls, ref, query)) as batches:
            async for batch in batches:
                yield batch

    async def check(self) -> Report:
        """Say whether the engine answers and what it allows."""
        from fleetui.providers.docker import checking

        try:
            async with asyncio.timeout(self._settings.timeout + _MARGIN_S):
                return await self._run(checking.report, self._link)
        except (TimeoutError, ProviderError) as error:
            found = error if isinstance(error, ProviderError) else self._late()
            return Report(PROVIDER, self.scope, reachable=False, fault=found.fault())

    async def close(self) -> None:
        """Let all threads and connections go."""
        self._hub.close()
        self._meter.close()
        self._learner.close()
        if self._pool:
            self._pool.shutdown()
        # Ending an SSH connection may write to a network that is gone.
        threading.Thread(target=self._link.close, name="docker-close", daemon=True).start()

    def _late(self) -> Unreachable:
        """Let go of calls that take too long, and return what to say of them."""
        self._hub.doubt()
        # Ending an SSH channel may write to a network that is gone.
        threading.Thread(target=self._link.give_up, name="docker-end", daemon=True).start()
        error = faults.timed_out(self._link.endpoint or Endpoint("unix"))
        error.where = f"{PROVIDER}/{self.scope}"
        return error

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        if self._pool is None:
            self._pool = DaemonPool(THREADS, f"docker-{self.scope}")
        try:
            return await self._pool.run(work, *args)
        except RuntimeError as error:
            raise Unreachable("closed", where=f"{PROVIDER}/{self.scope}") from error

    def _call(self, work: Callable[[Any], T]) -> T:
        return self._link.call(work)

    async def _ask_containers(self) -> Listing:
        def ask() -> Listing:
            raw = self._call(lambda client: client.containers(all=True))
            found, unreadable = answers.each(raw, Summary)
            return listing_of(found, unreadable, self._link.server_now())

        listing = await self._run(ask)
        self._latest = listing
        self._learner.retain(listing)
        self._meter.forget(s.id for s in listing.summaries)
        return listing

    async def _containers(self) -> Batch:
        listing = await self._lists.get()
        await self._learner.inspect(listing)
        rows = await self._run(self._rows, listing)
        return Batch(rows, warnings=_unreadable(listing.unreadable, "container"))

    async def _capacity(self) -> Batch:
        listing = await self._lists.get()
        await self._learner.inspect(listing)
        units = await self._run(self._units, listing)
        self._members = {
            unit.ref: tuple(link.ref.uid for link in unit.links if link.relation == "has")
            for unit in units
        }
        return Batch(units, warnings=_unreadable(listing.unreadable, "container"))

    def _rows(self, listing: Listing, only: frozenset[str] | None = None) -> tuple[Container, ...]:
        """Return the containers of a list as rows, or `only` some of them."""
        scene, learner = self._scene(listing), self._learner
        rows = []
        for summary, text in zip(listing.summaries, listing.texts, strict=True):
            if only is None or summary.id in only:
                state = (summary.state or "").lower()
                detail = learner.known(summary.id, state, text, listing.server_now)
                since = learner.since(summary.id, state, text, listing.server_now)
                rows.append(container_of(summary, detail, scene, since))
        return tuple(rows)

    def _units(self, listing: Listing) -> tuple[CapacityUnit, ...]:
        rows = self._rows(listing)
        members = map(compose.Member, listing.summaries, rows)
        return compose.units_of(members, self._scene(listing), self._finder.why_not)

    def _scene(self, listing: Listing) -> Scene:
        return Scene(
            self.scope,
            listing.now,
            listing.server_now,
            self._image_names,
            self._network_ids,
            self._link.skew.correction,
        )

    async def _fetch_images(self) -> Batch:
        raw, listing = await asyncio.gather(
            self._run(self._call, lambda client: client.images()), self._lists.get()
        )
        images, unreadable = answers.each(raw, ImageSummary)
        self._images = {image.id: image for image in images}
        self._named("_image_names", {image.id: things.image_name(image) for image in images})
        await self._learner.count_layers(self._images)
        self._learner.look_at_disk()
        rows = self._image_rows(images, listing)
        return Batch(rows, warnings=_unreadable(unreadable, "image"))

    def _image_rows(self, images: Sequence[ImageSummary], listing: Listing) -> tuple[Image, ...]:
        uses = things.uses_of(listing.summaries, self._network_ids)
        scene, learner = self._scene(listing), self._learner
        return tuple(
            things.image_of(i, uses, learner.sizes, learner.layers.get(i.id), scene) for i in images
        )

    async def _volumes(self) -> Batch:
        raw, listing = await asyncio.gather(
            self._run(self._call, lambda client: client.volumes()), self._lists.get()
        )
        found = raw.get("Volumes") if isinstance(raw, dict) else raw
        said = (raw.get("Warnings") if isinstance(raw, dict) else None) or ()
        volumes, unreadable = answers.each(found, VolumeSummary)
        self._learner.look_at_disk()
        uses = things.uses_of(listing.summaries, self._network_ids)
        scene, sizes = self._scene(listing), self._learner.sizes
        rows = tuple(things.volume_of(v, uses, sizes, scene) for v in volumes)
        warnings = (*(clean(str(w), 200) for w in said), *_unreadable(unreadable, "volume"))
        return Batch(rows, warnings=warnings)

    async def _networks(self) -> Batch:
        raw, listing = await asyncio.gather(
            self._run(self._call, lambda client: client.networks()), self._lists.get()
        )
        networks, unreadable = answers.each(raw, NetworkSummary)
        self._named("_network_ids", {network.name: network.id for network in networks})
        uses = things.uses_of(listing.summaries, self._network_ids)
        scene = self._scene(listing)
        rows = tuple(things.network_of(n, uses, scene) for n in networks)
        return Batch(rows, warnings=_unreadable(unreadable, "network"))

    async def _events(self) -> Batch:
        return Batch(await self._run(history.events_of, self._link, time.time()))

    def _named(self, what: str, names: dict[str, str]) -> None:
        """Take note of names; containers link to things by them."""
        if names != getattr(self, what):
            setattr(self, what, names)
            self._hub.put("containers", Hinted())

    def _uids_of(self, ref: Ref) -> tuple[str, ...]:
        """Return the running containers behind a ref."""
        if ref.kind == "container":
            uids: tuple[str, ...] = (ref.uid,)
        else:
            uids = self._members.get(ref, ())
        if self._latest is None:
            return uids
        up = {s.id for s in self._latest.summaries if s.state in {"running", "paused"}}
        return tuple(uid for uid in uids if uid in up)

    def _touched(self, kinds: frozenset[str], uids: frozenset[str]) -> None:
        """Hear from the hub what events were about."""
        if kinds:
            self._lists.outdated()
        self._learner.doubt(uids)

    def _known_better(self, uids: frozenset[str]) -> None:
        """Hear from the learner whose details are known now."""
        if self._latest is None:
            return
        rows: tuple[Resource, ...] = self._rows(self._latest, uids)
        self._hub.put("containers", Upserted(rows))
        if any(isinstance(row, Container) and row.project for row in rows):
            self._hub.put("capacity", Hinted())

    def _no_answer(self) -> None:
        """Hear from the meter that nobody answers: the lists will find out why.

        A stream of events that hangs shows no sign of it, and lists are rare beside it.
        """
        for kind in KINDS:
            self._hub.put(kind, Hinted())

    def _layers_known(self, uids: frozenset[str]) -> None:
        if self._latest is None:
            return
        images = [image for uid in uids if (image := self._images.get(uid))]
        self._hub.put("images", Upserted(self._image_rows(images, self._latest)))

    def _disk_known(self) -> None:
        self._hub.put("images", Hinted())
        self._hub.put("volumes", Hinted())


def together(usages: Sequence[Usage]) -> Usage:
    """Return the mean CPU and the sum of memory of a unit's members."""
    cpus = [u.cpu for u in usages if u.cpu is not None]
    memories = [u.memory for u in usages if u.memory is not None]
    return Usage(
        cpu=sum(cpus) / len(cpus) if cpus else None, memory=sum(memories) if memories else None
    )


def _unreadable(count: int, word: str) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count} {word}{'' if count == 1 else 's'} could not be read",)
