"""A container's log through its restarts, through rotation and to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from fleetui.core.errors import NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.bookmark import GAP, Bookmark
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.ref import Ref
from fleetui.providers.docker import logs
from fleetui.providers.docker.link import Link
from fleetui.providers.docker.logs import Facts

_AGAIN_S = 0.3
Batches = AsyncGenerator[tuple[RawLine, ...], None]


@dataclass(frozen=True, slots=True)
class Calls:
    """What is asked of an engine beside the stream itself."""

    link: Link
    run: Callable[..., Awaitable[Any]]
    """Runs a blocking call in a thread of the provider."""

    async def facts(self, ref: Ref) -> Facts:
        """Return what a container is now. Raises NotFound."""
        raw = await self.run(self.link.call, lambda client: client.inspect_container(ref.uid))
        return logs.facts_of(raw)

    async def newest(self, ref: Ref, facts: Facts) -> int:
        """Return the time of its last line."""
        found: int = await self.run(logs.newest, self.link, ref, facts)
        return found

    async def death(self, ref: Ref, since: int) -> Facts | None:
        """Return how one that is gone has ended, where that is known."""
        found: Facts | None = await self.run(logs.death, self.link, ref.uid, since)
        return found


async def follow(calls: Calls, ref: Ref, query: LogQuery) -> Batches:
    """Yield a container's lines until it is over. Raises a ProviderError."""
    mark = Bookmark()
    over: Facts | None = None
    while True:
        facts = over or await calls.facts(ref)
        try:
            async with aclosing(_once(calls, ref, facts, query, mark)) as batches:
                async for batch in batches:
                    yield batch
        except NotFound:
            # Removed as soon as it had ended: how it ended is known all the same.
            if over is None:
                raise
        if over:
            yield (logs.ending(ref, over, mark.at),)
        if over or not query.follow or query.previous:
            return
        # What it wrote since the mark: after a new start, or, where it is over, all that the
        # engine had not sent yet when it ended the stream.
        try:
            facts = await calls.facts(ref)
        except NotFound:
            if died := await calls.death(ref, mark.at):
                yield (logs.ending(ref, died, mark.at),)
            raise
        over = None if facts.goes_on else facts
        mark.reopened()
        query = replace(query, follow=over is None)
        if mark.at:
            query = replace(query, since_ns=mark.at, since=None, tail=None)
        if over is None:
            await asyncio.sleep(_AGAIN_S)


async def _once(calls: Calls, ref: Ref, facts: Facts, query: LogQuery, mark: Bookmark) -> Batches:
    """Yield what one stream has that was not seen yet, until it ends or is stuck."""
    pulse = Pulse(lambda: calls.newest(ref, facts), mark)
    stuck = pulse.is_stuck if query.follow and facts.rotates else None
    async with aclosing(logs.read(calls.link, ref, facts, query, stuck)) as batches:
        async for batch in batches:
            fresh, gap = mark.fresh(batch)
            if gap:
                yield (RawLine(mark.at, ref, GAP, NOTE),)
            mark.see(fresh)
            if fresh:
                yield tuple(fresh)


class Pulse:
    """Tells whether a stream that says nothing is stuck: the engine has lines it did not send.

    Old engines (20.10) lose their place for good when a file is rotated away under a reader.
    """

    def __init__(self, newest: Callable[[], Awaitable[int]], mark: Bookmark) -> None:
        self._newest = newest
        self._mark = mark
        self._known = 0

    async def is_stuck(self) -> bool:
        """Say so only of a line that was there the time before: one may be under way."""
        if self._known > self._mark.at:
            self._known = 0
            return True
        self._known = await self._newest()
        return False
