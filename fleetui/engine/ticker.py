"""Gathers what has changed and tells it at most once a tick; silent when nothing does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fleetui.core.snapshot import SourceKey


class Ticker:
    """The first change after a quiet time is told at once, those after it together."""

    def __init__(self, tick_s: float, tell: Callable[[frozenset[SourceKey]], None]) -> None:
        self._tick_s = tick_s
        self._tell = tell
        self._changed: set[SourceKey] = set()
        self._last: float | None = None
        self._handle: asyncio.Handle | None = None

    def note(self, key: SourceKey) -> None:
        """Take note that a source has changed."""
        self._changed.add(key)
        if self._handle is not None:
            return
        loop = asyncio.get_running_loop()
        if self._last is None or loop.time() - self._last >= self._tick_s:
            self._handle = loop.call_soon(self._flush)
        else:
            self._handle = loop.call_at(self._last + self._tick_s, self._flush)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._handle is not None:
            self._handle.cancel()
        self._changed.clear()

    def _flush(self) -> None:
        self._handle = None
        self._last = asyncio.get_running_loop().time()
        changed, self._changed = frozenset(self._changed), set()
        if changed:
            self._tell(changed)
