"""Keeps us a polite client: so many requests a second, and none while the server asks to wait."""

from __future__ import annotations

import asyncio

LONGEST_S = 300.0
"""A server that asks for more has mistaken something; it is asked again then."""


class Limiter:
    """A bucket of `burst` requests that fills with `qps` a second, for one cluster."""

    def __init__(self, qps: float, burst: int) -> None:
        self._qps = qps
        self._burst = float(burst)
        self._left = float(burst)
        self._at: float | None = None
        self._not_before = 0.0

    async def wait(self) -> None:
        """Wait until one more request may be sent, first come, first served."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._qps)
        self._at = now
        # A debt makes the next one wait the longer: that keeps the order.
        self._left -= 1
        moment = now if self._left >= 0 else now - self._left / self._qps
        await asyncio.sleep(max(0.0, max(moment, self._not_before) - now))
        if (left := self._not_before - loop.time()) > 0:
            # Meanwhile another was told to wait.
            await asyncio.sleep(left)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long: the server asked for it."""
        loop = asyncio.get_running_loop()
        self._not_before = max(self._not_before, loop.time() + min(seconds, LONGEST_S))
