"""What is no line: the values of this moment, one number, a text, or why there is nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fleetui.core.columns import Tone
from fleetui.core.query import QueryResult
from fleetui.ui.chart.key import exactly, value_piece
from fleetui.ui.chart.legend import Limits, entries
from fleetui.ui.line import Piece
from fleetui.ui.table.fit import cells_of, fit

NO_DATA = "no data: the query matched nothing"
NO_NUMBER = "no data: every value is NaN"
_NAME_WIDTH = 40


def is_list(result: QueryResult) -> bool:
    """Whether an answer has one moment only, or none, and so is told in words."""
    return result.kind != "matrix" or not has_number(result)


def has_number(result: QueryResult) -> bool:
    """Whether there is anything to draw."""
    return any(not math.isnan(value) for one in result.series for _time, value in one.points)


def listing(
    result: QueryResult, unit: str, label: str, limits: Limits, width: int, height: int
) -> list[list[Piece]]:
    """Return `height` rows: label and value, the largest first; what does not fit is counted."""
    if result.kind == "string":
        return words([result.text], width, height, Tone.NORMAL)
    if not result.series:
        return words([NO_DATA], width, height)
    if result.kind == "matrix":
        return words([NO_NUMBER], width, height)
    listed, more = entries(result, label, height)
    if more:
        listed, more = listed[:-1], more + 1
    values = [value_piece(entry, unit, limits) for entry in listed]
    if result.kind == "scalar":
        rows: list[list[Piece]] = [[("  ", "text"), values[0]]]
    else:
        value_width = max((cells_of(text) for text, _ in values), default=0)
        longest = max((cells_of(entry.name) for entry in listed), default=1)
        name_width = max(1, min(longest, _NAME_WIDTH, width - value_width - 4))
        rows = [
            [
                ("  " + fit(entry.name, name_width), "text"),
                ("  " + fit(text, value_width, right=True), meaning),
            ]
            for entry, (text, meaning) in zip(listed, values, strict=True)
        ]
    if more:
        rows.append([(f"  +{more} more", "muted")])
    return _filled(rows, width, height)


def words(
    lines: Sequence[str], width: int, height: int, tone: Tone = Tone.MUTED
) -> list[list[Piece]]:
    """Return `height` rows that say these lines."""
    return _filled(
        [[(fit("  " + line, width), tone.value)] for line in lines[:height]], width, height
    )


def _filled(rows: list[list[Piece]], width: int, height: int) -> list[list[Piece]]:
    full = [exactly(row, width) for row in rows[:height]]
    return full + [exactly([], width) for _ in range(height - len(full))]
