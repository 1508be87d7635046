"""Notices that the machine has slept: the wall clock went on while the timers stood still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOK_EVERY_S = 5.0
SLEPT_S = 15.0


class Awake:
    """Compares two clocks now and then, and calls `resumed` after a long gap.

    A timer that comes far too late means the same, where the timers' clock counts sleep.
    """

    def __init__(self, now: Callable[[], float], resumed: Callable[[], None]) -> None:
        self._now = now
        self._resumed = resumed
        self._handle: asyncio.TimerHandle | None = None
        self._wall = self._timer = 0.0

    def start(self) -> None:
        """Begin to look; does nothing where it already does."""
        if self._handle is None:
            self._again()

    def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _again(self) -> None:
        loop = asyncio.get_running_loop()
        self._wall, self._timer = self._now(), loop.time()
        self._handle = loop.call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        timer = asyncio.get_running_loop().time() - self._timer
        slept = max(self._now() - self._wall - timer, timer - LOOK_EVERY_S) > SLEPT_S
        self._again()
        if slept:
            self._resumed()
