"""The legend as rows of pieces: beside the plot where there is width, else below it."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.core.columns import Tone
from fleetui.ui.chart.legend import GLYPHS, Entry, Limits
from fleetui.ui.chart.scale import write
from fleetui.ui.line import Piece
from fleetui.ui.table.fit import cells_of, fit

Item = tuple[Entry, str]
"""A series, and the meaning of its colour."""
_WORDS = 32
"""Cells below which the count of what is not listed stands without a word."""


def value_piece(entry: Entry, unit: str, limits: Limits) -> Piece:
    """Return an entry's last value with its glyph, in the tone of the limit that it reaches."""
    if entry.ended:
        return f"{write(entry.last, unit)}  ", Tone.MUTED.value
    tone = limits.tone(entry.last)
    return f"{write(entry.last, unit)} {GLYPHS.get(tone, ' ')}", tone.value


def beside(
    items: Sequence[Item], more: int, unit: str, limits: Limits, width: int, height: int
) -> list[list[Piece]]:
    """One row a series: its colour, its name, its last value; all rows equally wide.

    What `height` rows cannot hold is counted in the last one, with the `more` that are not
    drawn at all.
    """
    listed = items
    if len(items) + (1 if more else 0) > height:
        listed = items[: max(0, height - 1)]
        more += len(items) - len(listed)
    values = [value_piece(entry, unit, limits) for entry, _colour in listed]
    value_width = max((cells_of(text) for text, _ in values), default=0)
    longest = max((cells_of(entry.name) for entry, _colour in listed), default=0)
    counted = f" +{more} more" if more else ""
    name_width = max(1, min(longest, width - value_width - 4), len(counted) - value_width - 4)
    rows: list[list[Piece]] = [
        [
            (" ─ ", colour),
            (fit(entry.name, name_width), "muted" if entry.ended else "text"),
            (" " + fit(text, value_width, right=True), meaning),
        ]
        for (entry, colour), (text, meaning) in zip(listed, values, strict=True)
    ]
    if counted:
        rows.append([(fit(counted, name_width + value_width + 4), "muted")])
    return rows


def below(
    items: Sequence[Item], more: int, unit: str, limits: Limits, width: int, height: int
) -> list[list[Piece]]:
    """As many series as `height` rows hold, one after another, and a count of the others."""
    rows: list[list[Piece]] = [[] for _ in range(height)]
    if not rows:
        return rows
    row, used = 0, 0
    for nth, (entry, colour) in enumerate(items):
        left = len(items) - nth - 1 + more
        # Only the last row need keep room for the count, and only while there is one.
        count = _count(left, width) if left and row == height - 1 else ""
        text, meaning = value_piece(entry, unit, limits)
        value = " " + text.rstrip()
        gap = "  " if used else ""
        needed = len(gap) + 2 + cells_of(entry.name) + cells_of(value) + len(count)
        if used and used + needed > width:
            if row == height - 1:
                more = left + 1
                break
            row, used, gap = row + 1, 0, ""
            count = _count(left, width) if left and row == height - 1 else ""
        room = width - used - len(gap) - 2 - cells_of(value) - len(count)
        name = fit(entry.name, max(1, min(cells_of(entry.name), room)))
        rows[row] += [(f"{gap}─ ", colour), (name, "text"), (value, meaning)]
        used += len(gap) + 2 + cells_of(name) + cells_of(value)
    if more:
        rows[row].append((_count(more, width), "muted"))
    return [exactly(pieces, width) for pieces in rows]


def _count(more: int, width: int) -> str:
    return f"  +{more} more" if width >= _WORDS else f" +{more}"


def exactly(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Cut or pad a row to the width."""
    kept: list[Piece] = []
    for text, meaning in pieces:
        size = min(cells_of(text), width)
        kept.append((fit(text, size), meaning))
        width -= size
    return [*kept, (" " * width, "text")]
