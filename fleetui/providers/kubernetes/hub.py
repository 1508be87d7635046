"""What is read of one cluster: each resource once, for all pane kinds that need it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace

from fleetui.core.errors import Denied, ProviderError, Throttled, Unreachable
from fleetui.core.objects import Resource
from fleetui.providers.base import Batch, Change
from fleetui.providers.kubernetes.faults import is_cut_off
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.reflector import Reflector
from fleetui.providers.kubernetes.resources import NEEDS, RESOURCES, WatchEvent
from fleetui.providers.kubernetes.rows import ROW_RESOURCES, row
from fleetui.providers.kubernetes.rows import uids as uids_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.base import Thing
from fleetui.providers.kubernetes.touched import overdue, touched
from fleetui.providers.kubernetes.version import learn
from fleetui.providers.kubernetes.view import View

log = logging.getLogger(__name__)
GRACE_S = 30.0
"""What nobody needs is watched for so long: somebody may come back to its screen."""
# A server that has said nothing at all for so long is asked whether it is still there.
SILENT_S = 75.0
AGE_S = 1.0
_TOLD = 3
# Kinds whose rows say something else when they know that all has been read.
_CONCLUDE = frozenset({"capacity", "services"})


class _Maker:
    """Makes the rows of one kind from the scene."""

    def __init__(self, hub: Hub, link: Link, kind: str) -> None:
        self._hub = hub
        self._link = link
        self._scene = hub.scene
        self._kind = kind

    def uids(self) -> Iterable[str]:
        return uids_of(self._scene, self._kind)

    def row(self, uid: str) -> Resource | None:
        self._scene.now = self._link.now
        return row(self._scene, self._kind, uid)

    def whole(self) -> bool:
        return self._hub.whole(self._kind)

    def lacks(self) -> Batch:
        return self._hub.lacks(self._kind)


class Hub:
    """Starts and stops reflectors as they are needed, and passes on what they read."""

    def __init__(self, link: Link, rng: random.Random | None = None) -> None:
        self.scene = Scene(link.scope)
        self._link = link
        self._rng = rng or random.Random()
        self._reflectors: dict[str, tuple[Reflector, ...]] = {}
        self._views: dict[str, View] = {}
        self._held: Counter[str] = Counter()
        self._mistaken: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._probe: asyncio.Task[bytes] | None = None
        self._learning: asyncio.Task[None] | None = None

    async def watch(self, kind: str) -> AsyncIterator[Change]:
        """Follow the rows of one kind; it goes on through all failures."""
        self._hold(kind)
        try:
            async with aclosing(self._views[kind].watch()) as changes:
                async for change in changes:
                    yield change
        finally:
            self._release(kind)

    async def fetch(self, kind: str) -> Batch:
        """Return the rows of one kind as they are known. Raises a ProviderError.

        Nothing is asked of the server where all that is needed is watched and well.
        """
        self._hold(kind)
        view = self._views[kind]
        try:
            needed = self._needed(kind)
            for one in needed:
                await one.settled()
            await self._again(needed)
            if (trouble := self._trouble(kind)) is not None:
                raise _same(trouble)
            await self._hear()
            rows = await view.fresh()
        finally:
            self._release(kind)
        return replace(self.lacks(kind), rows=rows)

    def close(self) -> None:
        """Stop everything. Does not wait."""
        if self._timer is not None:
            self._timer.cancel()
        if self._learning is not None:
            self._learning.cancel()
        self._held.clear()
        self._stop_idle()

    # What reflectors tell.

    def took(self, reflector: Reflector, things: tuple[Thing, ...]) -> None:
        """Take in a page of a list."""
        for thing in things:
            self._put(reflector.word, thing)

    def ended(self, reflector: Reflector, uids: frozenset[str]) -> None:
        """Take out what a whole list does not hold."""
        for thing in self.scene.settle(reflector.word, uids, reflector.namespace):
            self._touch(reflector.word, thing, None)
        if reflector.word == "nodes" and (self._learning is None or self._learning.done()):
            # Nodes are listed anew when the server is another one, too.
            self._learning = asyncio.get_running_loop().create_task(self._learn())
        key = reflector.word, reflector.namespace
        first = key not in self.scene.loaded
        self.scene.loaded.add(key)
        for kind, view in self._views.items():
            if reflector.word in NEEDS[kind]:
                if first and kind in _CONCLUDE:
                    view.touch(uids_of(self.scene, kind))
                view.look()

    def changed(self, reflector: Reflector, event: WatchEvent) -> None:
        """Take in one change."""
        thing = event.thing
        if thing is None:
            return
        if event.type == "DELETED":
            before = self.scene.drop(reflector.word, thing.uid)
            if before is not None:
                self._touch(reflector.word, before, None)
        else:
            self._put(reflector.word, thing)

    def turned(self, reflector: Reflector) -> None:
        """Let watchers know that something fails, or that all is well again."""
        if reflector.fault is None:
            for one in self._all():
                one.nudge()
        for kind, view in self._views.items():
            if reflector.word not in NEEDS[kind]:
                continue
            if reflector.fault is None and self._trouble(kind) is None:
                view.heal()
            else:
                view.doubt()
                view.look()

    async def _learn(self) -> None:
        if await learn(self._link, self.scene) and (view := self._views.get("compute")):
            view.touch(uids_of(self.scene, "compute"))

    def leads(self, reflector: Reflector) -> bool:
        """Say whether it is the one that tries, while the way to the server is cut off."""
        return next((one for one in self._all() if is_cut_off(one.fault)), None) is reflector

    def _all(self) -> Iterator[Reflector]:
        for some in self._reflectors.values():
            yield from some

    async def _again(self, needed: list[Reflector]) -> None:
        """Where the way is cut off, have one try it now, and the others if that gets through.

        Whatever else fails is tried again in its own time: to ask does not make it well.
        """
        leader = next((one for one in self._all() if is_cut_off(one.fault)), None)
        if leader is None:
            return
        await leader.again()
        if not is_cut_off(leader.fault):
            await asyncio.gather(*(one.again() for one in needed if is_cut_off(one.fault)))

    def _put(self, resource: str, thing: Thing) -> None:
        before = self.scene.put(resource, thing)
        self._touch(resource, before, thing)

    def _touch(self, resource: str, before: Thing | None, after: Thing | None) -> None:
        try:
            rows = touched(self.scene, resource, before, after)
        except Exception:
            # One strange object must not keep the others from being read.
            if resource not in self._mistaken:
                self._mistaken.add(resource)
                log.exception("%s: a change of %s means nothing to us", self.scene.scope, resource)
            return
        self._remake(rows)

    def _remake(self, rows: Iterable[tuple[str, str]]) -> None:
        for kind, uid in rows:
            view = self._views.get(kind)
            if view is not None:
                view.touch((uid,))

    def _age(self) -> None:
        """Have those rows made anew that time alone has changed."""
        self.scene.now = self._link.now
        self._remake(overdue(self.scene))
        self._clock = asyncio.get_running_loop().call_later(AGE_S, self._age)

    # Who needs what.

    def _hold(self, kind: str) -> None:
        self._held[kind] += 1
        if kind not in self._views:
            maker = _Maker(self, self._link, kind)
            view = self._views[kind] = View(kind, maker)
            for resource in NEEDS[kind]:
                self._read(resource)
            if self._clock is None:
                self._age()
            # Others may have had it read already.
            view.touch(maker.uids())
            view.look()

    def _release(self, kind: str) -> None:
        self._held[kind] -= 1
        if self._held[kind] <= 0 and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(GRACE_S, self._stop_idle)

    def _stop_idle(self) -> None:
        self._timer = None
        for kind in [kind for kind in self._views if self._held[kind] <= 0]:
            self._views.pop(kind).stop()
        if self._clock is not None and not self._views:
            self._clock.cancel()
            self._clock = None
        needed = {resource for kind in self._views for resource in NEEDS[kind]}
        for resource in [word for word in self._reflectors if word not in needed]:
            for one in self._reflectors.pop(resource):
                one.stop()
                self.scene.loaded.discard((resource, one.namespace))
            self.scene.settle(resource, ())
        for one in self._all():
            # The one that led may be among those that have ended.
            one.nudge()

    def _read(self, resource: str) -> None:
        if resource in self._reflectors:
            return
        kind = RESOURCES[resource]
        chosen = self._link.settings.namespaces if kind.namespaced else ()
        self._reflectors[resource] = tuple(
            Reflector(self._link, kind, namespace, self, self._rng) for namespace in chosen or ("",)
        )
        for one in self._reflectors[resource]:
            one.start()

    def _needed(self, kind: str) -> list[Reflector]:
        return [one for word in NEEDS[kind] for one in self._reflectors.get(word, ())]

    def _main(self, kind: str) -> list[Reflector]:
        """Return the reflectors of what has rows of its own; others only add to those."""
        return [one for one in self._needed(kind) if one.word in ROW_RESOURCES[kind]]

    def whole(self, kind: str) -> bool:
        """Say whether all has been read that can be."""
        needed, main = self._needed(kind), self._main(kind)
        some = any(one.listed for one in main)
        all_main = all(one.listed or one.is_denied for one in main)
        others = all(one.listed or one.fault is not None for one in needed)
        return some and all_main and others and self._trouble(kind) is None

    # How it is.

    async def _hear(self) -> None:
        """Ask a server that has been silent for long: connections may be dead without a sign."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._link.heard_at < SILENT_S:
            return
        if self._probe is None or self._probe.done():
            self._probe = loop.create_task(self._link.request("GET", "/version"))
            self._probe.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await asyncio.shield(self._probe)
        except Denied:
            return  # it has answered, whatever it thinks of the question

    def _trouble(self, kind: str) -> ProviderError | None:
        """Return what keeps the rows of a kind from being true."""
        main = self._main(kind)
        for one in self._needed(kind):
            if is_cut_off(one.fault):
                return one.fault
        for one in main:
            if isinstance(one.fault, Unreachable | Throttled):
                return one.fault
        return main[0].fault if all(one.fault is not None for one in main) else None

    def lacks(self, kind: str) -> Batch:
        """Return what of a kind cannot be read, without any rows."""
        needed = self._needed(kind)
        failed = self._failed(kind, needed)
        return Batch((), failed, tuple(self._warnings(kind, needed, failed)))

    def _failed(self, kind: str, needed: list[Reflector]) -> dict[str, ProviderError]:
        """Return the namespaces of which nothing can be read."""
        failed: dict[str, ProviderError] = {}
        for namespace in {one.namespace for one in needed if one.namespace and not one.narrowed}:
            faults = [one.fault for one in self._main(kind) if one.namespace == namespace]
            if faults and all(fault is not None for fault in faults):
                failed[self.scene.place(namespace)] = _same(faults[0])
        return failed

    def _warnings(
        self, kind: str, needed: list[Reflector], failed: Mapping[str, ProviderError]
    ) -> Iterator[str]:
        for one in needed:
            if one.fault is not None and self.scene.place(one.namespace) not in failed:
                where = f" of {one.namespace}" if one.namespace else ""
                yield f"without the {one.word}{where}: {one.fault.what}"
        narrowed = {one.namespace for one in needed if one.narrowed}
        if narrowed:
            yield f"only the namespace {', '.join(sorted(narrowed))}: we may not read all of them"
        broken = [words for one in needed for words in one.broken]
        yield from broken[:_TOLD]
        if len(broken) > _TOLD:
            yield f"{len(broken) - _TOLD} more could not be read"
        view = self._views.get(kind)
        if odd := len(view.odd if view else ()):
            yield f"{odd} could not be shown: a mistake of fleetui's, told in its log"


def _same(error: ProviderError | None) -> ProviderError:
    """Return a failure for one more who asks: an exception belongs to one raising."""
    if error is None:
        return Unreachable("not read")
    return type(error)(
        error.what, where=error.where, hint=error.hint, retry_after=error.retry_after
    )
