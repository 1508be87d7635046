"""How long a letter of a filter takes to paint over many rows."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator

from tests.bench.terminal import Terminal

_WORDS = ("4", "42", "421", "0", "03", "031", "9", "97", "2", "28", "281")


def keystrokes(count: int, terminal: Terminal) -> Iterator[tuple[str, str, str]]:
    """Type words into the filter and wait, letter by letter, for the rows that they leave."""
    took: list[float] = []
    terminal.collect(3)
    terminal.send(b"/")
    # A person needs longer than this from the key that asks to the first letter.
    terminal.collect(1.0)
    for word in _WORDS:
        if len(word) == 1:
            terminal.send(b"\x15")
            terminal.collect(1.0)
        at = terminal.send(word[-1].encode())
        took.append(terminal.pump(_narrowed(terminal, count, word), 20) - at)
        terminal.collect(0.3)
    yield f"filter keystroke to paint, {count:,} rows, slowest", "≤ 50 ms", _ms(max(took))
    yield "  its median", "", _ms(statistics.median(took))


def _narrowed(terminal: Terminal, count: int, word: str) -> Callable[[], bool]:
    """Say when the table's first row is one that matches, and its title has the number."""
    matching = sum(word in f"unit-{n:05}" for n in range(count))
    number, name = f" {matching} of {count} ", re.compile(rf"unit-\d*{word}")

    def seen() -> bool:
        lines = terminal.screen.display
        return number in lines[1] and name.search(lines[3]) is not None

    return seen


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
