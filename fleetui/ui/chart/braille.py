"""Lines as braille: every cell has two dots across and four down.

A line is kept as one whole number for each dot column, with a bit for each dot from the top:
a vertical run of dots is then one operation, whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

Trace = list[int]
"""The dots of one line, column by column."""
Dot = tuple[str, int]
"""A character, and which trace it belongs to; -1 for a cell without dots."""
BLANK: Dot = (" ", -1)

_LEFT, _RIGHT = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)
_BASE = 0x2800
# A step that is late by less than this share of itself is no gap.
_GAP = 1.5


def _bits(nibble: int, dots: Sequence[int]) -> int:
    return sum(dot for nth, dot in enumerate(dots) if nibble >> nth & 1)


_CHARS = tuple(
    chr(_BASE + _bits(pair & 15, _LEFT) + _bits(pair >> 4, _RIGHT)) for pair in range(256)
)


def trace(
    points: Iterable[tuple[float, float]],
    *,
    start: float,
    end: float,
    step: float,
    columns: int,
    row_of: Callable[[float], int],
) -> Trace:
    """Return the dots of a line over `columns` dot columns from `start` to `end`.

    `row_of` gives a value's dot row from the top. NaN and a missing step leave a gap; a `step`
    of zero knows no gaps. A point on its own is one dot.
    """
    dots = [0] * columns
    across = (columns - 1) / (end - start) if end > start else 0.0
    widest = step * _GAP if step > 0 else float("inf")
    before_x, before_y, before_time = -1, 0, 0.0
    for time, value in points:
        if value != value or not start <= time <= end:  # noqa: PLR0124 (NaN)
            before_x = -1
            continue
        x, y = int((time - start) * across + 0.5), row_of(value)
        if before_x < 0 or time - before_time > widest:
            dots[x] |= 1 << y
        else:
            _join(dots, before_x, before_y, x, y)
        before_x, before_y, before_time = x, y, time
    return dots


def _join(dots: Trace, x0: int, y0: int, x1: int, y1: int) -> None:
    """Set the dots from one point to the next; each column bears on where the last one ended."""
    if x1 == x0:
        dots[x0] |= _run(y0, y1)
        return
    slope, before = (y1 - y0) / (x1 - x0), y0
    for x in range(x0 + 1, x1 + 1):
        y = int(y0 + slope * (x - x0) + 0.5)
        if y > before:
            dots[x] |= _run(before + 1, y)
        elif y < before:
            dots[x] |= _run(y, before - 1)
        else:
            dots[x] |= 1 << y
        before = y


def _run(one: int, other: int) -> int:
    low, high = (one, other) if one <= other else (other, one)
    return ((1 << (high - low + 1)) - 1) << low


def compose(traces: Sequence[Trace], width: int, height: int) -> list[list[Dot]]:
    """Lay traces over one another, as `height` rows of `width` cells.

    A cell shows the dots of all and belongs to the first trace that has one in it.
    """
    rows = [[BLANK] * width for _ in range(height)]
    for column in range(width):
        pairs = [(dots[2 * column], dots[2 * column + 1]) for dots in traces]
        left = right = 0
        for one, other in pairs:
            left |= one
            right |= other
        both = left | right
        row = 0
        while both:
            if both & 15:
                owner = next(n for n, (a, b) in enumerate(pairs) if (a | b) >> 4 * row & 15)
                pair = left >> 4 * row & 15 | (right >> 4 * row & 15) << 4
                rows[row][column] = (_CHARS[pair], owner)
            both >>= 4
            row += 1
    return rows
