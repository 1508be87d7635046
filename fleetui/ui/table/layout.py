"""Where each column stands at a width: columns shrink first, then the least important leave."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.core.columns import Column, Unit
from fleetui.core.lazy_dataclass import dataclass
from fleetui.ui.table.fit import cells_of

GUTTER = 2
"""Cells at the left of every row, for the cursor's mark."""
GAP = 2
"""Cells between two columns."""
# An age swings between `9s` and `59m59s`: room for the longest common one keeps it from jumping.
_AGE_CELLS = 6
# How far a column of text may shrink before a less important one leaves instead: what a thing
# is called is cut last.
_COMFORT, _COMFORT_OF_FIRST = 0.6, 0.85
# Columns from this priority on leave before a name is cut short; those before it do not.
_NEEDFUL = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """One column on screen: which of the columns, where its text begins, how wide it is."""

    index: int
    x: int
    width: int


def natural_width(column: Column, widest: int, *, marked: bool = False) -> int:
    """Return the width that suits a column whose widest known text covers `widest` cells.

    `marked` leaves room for the arrow of the column that sorts.
    """
    title = cells_of(column.title) + (1 if marked else 0)
    least = max(column.min_width, title)
    if column.unit is Unit.TIME:
        least = max(least, _AGE_CELLS)
    return max(least, min(widest, column.max_width))


def lay_out(columns: Sequence[Column], naturals: Sequence[int], width: int) -> tuple[Slot, ...]:
    """Return the slots that fit `width` cells, in the order of the columns.

    The column with the highest priority number leaves first, the rightmost among equals.
    """
    room = width - GUTTER
    if room <= 0:
        return ()
    kept = sorted(range(len(columns)), key=lambda i: (columns[i].priority, i))
    for comfort, spared in ((_COMFORT_OF_FIRST, _NEEDFUL), (_COMFORT, 1)):
        least = [
            _least(column, natural, comfort if column.priority == 1 else _COMFORT)
            for column, natural in zip(columns, naturals, strict=True)
        ]
        while (
            len(kept) > 1
            and _needed([least[i] for i in kept]) > room
            and columns[kept[-1]].priority >= spared
        ):
            kept.pop()
    widths = {i: least[i] for i in kept}
    spare = room - _needed(list(widths.values()))
    if spare < 0:
        widths = dict.fromkeys(kept, room)
    for i in kept:
        more = max(0, min(spare, naturals[i] - widths[i]))
        widths[i] += more
        spare -= more
    _give(spare, [i for i in sorted(kept) if columns[i].grow], columns, widths)
    slots: list[Slot] = []
    x = GUTTER
    for i in sorted(kept):
        slots.append(Slot(i, x, widths[i]))
        x += widths[i] + GAP
    return tuple(slots)


def _least(column: Column, natural: int, comfort: float) -> int:
    """Return the width below which a column is not worth its place: a cut number says nothing."""
    if column.right:
        return natural
    least = max(column.min_width, round(natural * comfort))
    return min(natural, least, column.enough or least)


def _needed(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _give(
    spare: int, growing: list[int], columns: Sequence[Column], widths: dict[int, int]
) -> None:
    """Share what is left among the columns that grow, as far as each may."""
    for nth, i in enumerate(growing):
        share = max(0, spare) // (len(growing) - nth)
        more = max(0, min(share, columns[i].max_width - widths[i]))
        widths[i] += more
        spare -= more
