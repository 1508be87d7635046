"""Measures the rows on screen, and only those."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fleetui.core.ref import Ref
from fleetui.engine.backoff import Backoff
from fleetui.engine.faults import fault_of, is_mistake
from fleetui.engine.source import Source
from fleetui.engine.tasks import Loose
from fleetui.providers.base import Measurable, Usage

log = logging.getLogger(__name__)
EVERY_S = 2.0
TIMEOUT_S = 8.0


class Measurer:
    """One loop for everything on screen; it ends when nothing is, and nothing measured is left."""

    def __init__(
        self, sources: Callable[[], Iterable[Source]], rng: random.Random, loose: Loose
    ) -> None:
        self._sources = sources
        self._rng = rng
        self._loose = loose
        self._looks: dict[object, frozenset[Ref]] = {}
        self._task: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Task[Any]] = {}
        self._failing: dict[int, tuple[Backoff, float]] = {}
        self._wake = asyncio.Event()

    def look(self, who: object, refs: frozenset[Ref]) -> None:
        """Take note of what one subscription has on its screen."""
        if refs == self._looks.get(who, frozenset()):
            return
        if refs:
            self._looks[who] = refs
        else:
            self._looks.pop(who, None)
        self.wake()

    def looked(self) -> frozenset[Ref]:
        """Return every ref that is on a screen."""
        return frozenset(ref for refs in self._looks.values() for ref in refs)

    def wake(self) -> None:
        """Measure soon: other rows are on screen, or they have just arrived."""
        if self._looks and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="measure")
        self._wake.set()

    def close(self) -> None:
        """Measure nothing any more."""
        self._looks.clear()
        for task in (*self._asked.values(), *((self._task,) if self._task else ())):
            self._loose.let_go(task)
        self._asked.clear()
        self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._looks or any(s.picture.overlay for s in self._sources()):
                self._wake.clear()
                begun = loop.time()
                self._expire(begun)
                self._ask_all(loop)
                await self._pause(begun + EVERY_S)
        finally:
            if self._task is asyncio.current_task():
                self._task = None

    async def _pause(self, until: float) -> None:
        # New rows are measured soon, but scrolling through a list does not ask at each line.
        await asyncio.sleep(EVERY_S / 8)
        try:
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        except TimeoutError:
            return

    def _expire(self, at: float) -> None:
        for source in self._sources():
            if source.picture.overlay:
                source.forget_measured(at)

    def _ask_all(self, loop: asyncio.AbstractEventLoop) -> None:
        looked = self.looked()
        wanted: dict[int, tuple[Measurable, dict[Source, list[Ref]]]] = {}
        for source in self._sources():
            provider = source.provider
            if not source.running or not isinstance(provider, Measurable):
                continue
            refs = [ref for ref in looked if ref in source.picture.rows]
            if refs:
                wanted.setdefault(id(provider), (provider, {}))[1][source] = sorted(refs)
        for number, (asked, refs_of) in wanted.items():
            backoff, not_before = self._failing.get(number, (None, 0.0))
            if number in self._asked or loop.time() < not_before:
                continue
            task = loop.create_task(self._ask(number, asked, refs_of, backoff), name="measuring")
            self._asked[number] = task

    async def _ask(
        self,
        number: int,
        provider: Measurable,
        refs_of: Mapping[Source, list[Ref]],
        backoff: Backoff | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        key = next(iter(refs_of)).key
        refs = list(dict.fromkeys(ref for some in refs_of.values() for ref in some))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                usages = await provider.measure(refs)
            for source, mine in refs_of.items():
                self._take(source, mine, usages, loop.time())
            self._failing.pop(number, None)
        except Exception as error:
            # Rows go without it; their source tells of outages.
            backoff = backoff or Backoff(self._rng)
            self._failing[number] = (backoff, loop.time() + backoff.delay(fault_of(error, key)))
            if is_mistake(error) and not isinstance(error, TimeoutError) and backoff.failures == 1:
                log.warning("measuring %s/%s failed", key.provider, key.scope, exc_info=error)
        finally:
            if self._asked.get(number) is asyncio.current_task():
                del self._asked[number]

    @staticmethod
    def _take(source: Source, refs: list[Ref], usages: Mapping[Ref, Usage], at: float) -> None:
        mine = {ref: usage for ref in refs if isinstance(usage := usages.get(ref), Usage)}
        if mine:
            source.measured(mine, at)
