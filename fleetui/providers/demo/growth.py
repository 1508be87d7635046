"""Many more of the same: rows made from their number alone, and made anew only when they change."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from fleetui.core.objects import Resource

Maker = Callable[[int, float], tuple[Resource, float]]
"""(index, time) → the row as it is then, and until when it stays so."""
T = TypeVar("T")


class Grown:
    """Rows 0 to `count` of one kind, kept as long as they stay as they are."""

    def __init__(self, count: int, make: Maker) -> None:
        self.count = count
        self._make = make
        self._rows: list[Resource | None] = [None] * count
        self._since = [math.inf] * count
        self._until = [-math.inf] * count

    def rows(self, start: int, end: int, time: float) -> list[Resource]:
        """Return the rows from `start` up to `end` as they are at a time."""
        kept, since, until = self._rows, self._since, self._until
        found: list[Resource] = []
        for index in range(start, min(end, self.count)):
            row = kept[index]
            if row is None or not since[index] <= time < until[index]:
                row, until[index] = self._make(index, time)
                kept[index], since[index] = row, row.observed_at
            found.append(row)
        return found
