"""Runs what pauses, and lets go of what hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fleetui.engine.merge import Paused, T


class Loose:
    """Cancelled tasks that may take their time to end; kept so that none is lost half-way."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    def let_go(self, task: asyncio.Task[Any]) -> None:
        """Cancel the task; whatever it still answers is dropped."""
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            # Asking for it keeps asyncio from reporting an exception that nobody wanted.
            task.exception()


async def driven(work: Paused[T], rest: Callable[[], float]) -> T:
    """Run a calculation to its end, letting everybody else run at each of its pauses.

    `rest` says how long a pause is to be, in seconds.
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result
        await asyncio.sleep(rest())
