"""One list of containers for all who ask at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.answers import Summary
from fleetui.providers.docker.status import Said, said

# Panes on one screen ask within moments of each other; older than this is asked anew.
SHARED_S = 0.5


@dataclass(frozen=True, slots=True)
class Listing:
    """All containers at one moment, ended ones too."""

    summaries: tuple[Summary, ...]
    texts: tuple[Said, ...]
    """What their status texts say, in the same order."""
    unreadable: int
    now: float
    server_now: float


def listing_of(summaries: list[Summary], unreadable: int, server_now: float) -> Listing:
    """Return the list with its status texts read."""
    texts = tuple(said(s.status or "") for s in summaries)
    return Listing(tuple(summaries), texts, unreadable, time.time(), server_now)


class Shared:
    """Asks for the list, once for all who need it now."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Listing]]) -> None:
        self._ask = ask
        self._task: asyncio.Task[Listing] | None = None
        self._began = 0.0
        self._stale_since = 0.0

    def outdated(self) -> None:
        """Something happened: a list that was asked for before is no good any more."""
        self._stale_since = time.monotonic()

    async def get(self) -> Listing:
        """Return a list that is new enough, or raise what asking for it raised.

        Whoever gives up waiting leaves it to the others.
        """
        task = self._task
        oldest = max(self._stale_since, time.monotonic() - SHARED_S)
        under_way = task is not None and not task.done() and self._began > self._stale_since
        good = task is not None and task.done() and self._began >= oldest and _worked(task)
        if task is None or not (under_way or good):
            self._began = time.monotonic()
            task = self._task = asyncio.create_task(self._ask())
            task.add_done_callback(_worked)
        return await asyncio.shield(task)


def _worked(task: asyncio.Task[Listing]) -> bool:
    """Say whether a finished task has a list; looking also tells asyncio that its end is seen."""
    return not task.cancelled() and task.exception() is None
