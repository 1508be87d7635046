"""How long a keystroke in the palette over 10,000 things takes until it is painted."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator

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
    before = _prompt(terminal)
    at = terminal.send(key)
    typed = terminal.pump(_other(terminal, before), 10)
    # What was found may be painted a little after the letter: wait until nothing more comes.
    terminal.collect(0.12)
    last = terminal.last_at if terminal.last_at - typed < 0.1 else typed
    return last - at


def _prompt(terminal: Terminal) -> str:
    return next((line for line in terminal.screen.display if " find " in line), "")


def _other(terminal: Terminal, before: str) -> Callable[[], bool]:
    return lambda: _prompt(terminal) != before
