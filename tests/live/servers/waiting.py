"""How the tests wait for what another process does: long, and never longer than it takes."""

from __future__ import annotations

import asyncio
import inspect
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 180.0
"""Far longer than anything here takes, on a slow machine too: only a test that fails waits so."""
_EVERY_S = 0.05
_FIRST_PORT, _LAST_PORT = 20_000, 32_767
_given: set[int] = set()


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Wait for a condition and return what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(_EVERY_S)
    raise AssertionError(f"not within {seconds:g}s: {what}")


async def becomes(
    condition: Callable[[], Any], what: Callable[[], str] | str, seconds: float = PATIENCE_S
) -> Any:
    """Wait on the loop for a condition, which may be a coroutine's, and return what it returned.

    `what` may be a function that says at the end what there was in its place.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(_EVERY_S)
    raise AssertionError(f"not within {seconds:g}s: {what if isinstance(what, str) else what()}")


def free_port() -> int:
    """Return a loopback port that nobody listens on, and that no connection is given by chance.

    The system takes the near ends of connections from a range of its own: a port of it that was
    free a moment ago may be some client's by the time when a server wants it, and who asks there
    before the server does may even be connected with itself.
    """
    for number in random.sample(_ports(), 100):
        if number in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
        _given.add(number)
        return number
    raise AssertionError("no port is free")


def _ports() -> range:
    try:
        text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii")
    except OSError:
        return range(_FIRST_PORT, _LAST_PORT)
    lowest = int(text.split()[0])
    # Where the system's range begins low, nothing below it is left: any will do.
    return range(_FIRST_PORT, lowest if lowest > _FIRST_PORT + 1_000 else _LAST_PORT)
