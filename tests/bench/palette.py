"""How long a keystroke in the palette over 10,000 things takes until it is painted."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

from tests.bench.terminal import Terminal

_WORDS = ("unit-0", "4242", "unit-99", "u0777", "compose/unit-05", "xyz")


def palette() -> Iterator[tuple[str, str, str]]:
    """Type and rub out names; each keystroke ends when the count in the frame has changed."""
    terminal = Terminal([sys.executable, "-m", "tests.bench.board", "10000", "still"])
    took: list[float] = []
    try:
        terminal.pump(lambda: terminal.cursor_line() >= 0, 60)
        terminal.collect(2)
        terminal.send(b"\x10")
        terminal.pump(lambda: terminal.shows("of 10,0"), 10)
        for word in _WORDS:
            took += [_key(terminal, char.encode()) for char in word]
            # Emptied, the whole list is gone through again.
            took.append(_key(terminal, b"\x15"))
    finally:
        terminal.close()
    took.sort()
    worst = took[int(len(took) * 0.95)]
    yield (
        "palette keystroke p95, 10,000 things",
        "≤ 50 ms",
        f"{worst * 1000:.1f} ms",
    )
    yield "  its median", "", f"{statistics.median(took) * 1000:.1f} ms"


def _key(terminal: Terminal, key: bytes) -> float:
    """Press a key and return how long the palette took to show all that it changed."""
    before = _prompt(terminal)
    at = terminal.send(key)
    last = terminal.pump(_other(terminal, before), 10)
    # What was found may be painted a little after the letter; the clock of the board behind it,
    # and the ages in its titles, are none of the palette's.
    shown = _box(terminal)

    def also() -> bool:
        nonlocal last, shown
        if (now := _box(terminal)) != shown:
            last, shown = terminal.last_at, now
        return False

    with suppress(TimeoutError):
        terminal.pump(also, 0.12)
    return last - at


def _box(terminal: Terminal) -> list[str]:
    """Return the lines of the palette, below the board's own first two."""
    return [line[50:150] for line in terminal.screen.display[2:25]]


def _prompt(terminal: Terminal) -> str:
    return next((line for line in terminal.screen.display if " find " in line), "")


def _other(terminal: Terminal, before: str) -> Callable[[], bool]:
    return lambda: _prompt(terminal) != before
