"""Lets go of a task without waiting for it, and still hears its last words."""

from __future__ import annotations

import asyncio
from typing import Any


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
