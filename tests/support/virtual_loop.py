"""An event loop whose time jumps to the next timer when nothing is ready: no test waits.

While a thread is at work it stands still: what the thread does takes no time. Where sockets are
open it looks twice before it jumps: what was sent to one is on its way for a moment.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

_ON_ITS_WAY_S = 0.002


class _Jump(selectors.SelectSelector):
    """Instead of waiting for a while, moves the clock on by as much."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        # One is the loop's own.
        wait = _ON_ITS_WAY_S if len(self.get_map()) > 1 and timeout != 0 else 0
        ready = super().select(None if self.loop.threads and timeout != 0 else wait)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("nothing is left that could ever happen: the test hangs")
        self.loop.virtual += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at a time that is not zero, so that `0` never means `now` by chance."""

    def __init__(self) -> None:
        self.virtual = 1000.0
        self.threads = 0
        selector = _Jump()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.virtual

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        made = super().run_in_executor(executor, func, *args)
        self.threads += 1
        made.add_done_callback(self._thread_done)
        return made

    def _thread_done(self, _done: asyncio.Future[Any]) -> None:
        self.threads -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        # In a thread of its own, as it is done elsewhere, it would be waited for in vain.
        executor: Executor | None = getattr(self, "_default_executor", None)
        if executor is not None:
            executor.shutdown(wait=True)
