"""A followed log of 20,000 lines a second, and what a million lines leave in memory."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Iterator

from tests.bench.terminal import Terminal

_RATE, _SOURCES = 4000, 5
_KEYS = 60
_MILLION = 1_000_000
_COUNTS = re.compile(r"(?:([\d,]+) dropped · )?([\d,]+) · [\d.]+ [KMG]?i?B")
Line = tuple[str, str, str]


def measure() -> Iterator[Line]:
    """Follow the members of deploy/api, which write that much together."""
    command = [sys.executable, "-m", "fleetui", "--demo", "--demo-log-rate", str(_RATE)]
    terminal = Terminal(command)
    try:
        terminal.pump(lambda: terminal.shows("deploy/api"), 30)
        terminal.collect(2)
        for key in "/unit:deploy/api\r":
            terminal.send(key.encode())
            terminal.collect(0.1)
        terminal.send(b"l")
        terminal.pump(lambda: terminal.shows("following"), 30)
        terminal.collect(5)
        before, cpu = _taken(terminal), terminal.cpu_s()
        terminal.collect(10)
        rate = (_taken(terminal) - before) / 10
        cpu = (terminal.cpu_s() - cpu) / 10
        took = sorted(_press(terminal, n) for n in range(_KEYS))
        yield f"followed log: entries a second of {_RATE * _SOURCES:,}", "", f"{rate:,.0f}"
        yield "  processor time it takes", "", f"{cpu * 100:.0f} %"
        p95 = took[int(len(took) * 0.95)]
        yield "followed log: key to paint p95", "≤ 50 ms", f"{p95 * 1000:.1f} ms"
        yield "  its median", "", f"{statistics.median(took) * 1000:.1f} ms"
        while _taken(terminal) < _MILLION:
            terminal.collect(1)
        yield (
            "resident memory after a million lines",
            "≤ 250 MB",
            f"{terminal.memory() / 1e6:.0f} MB",
        )
    finally:
        terminal.close()


def _press(terminal: Terminal, number: int) -> float:
    """Pause or go on, and return how long the title took to say so."""
    paused = number % 2 == 0
    at = terminal.send(b"P")
    took = terminal.pump(lambda: terminal.shows("‖ paused") is paused, 10) - at
    terminal.collect(0.137)
    return took


def _taken(terminal: Terminal) -> int:
    """Return how many entries came, those that were dropped too, as the title counts them."""
    found = _COUNTS.search(terminal.screen.display[0])
    if found is None:
        return 0
    return sum(int(number.replace(",", "")) for number in found.groups("0"))
