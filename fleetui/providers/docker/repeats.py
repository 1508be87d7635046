"""Drops the lines that an engine sends twice in one stream."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable

from fleetui.core.logs.line import RawLine

REMEMBERED = 200_000
"""Lines of one stream, eight bytes each: old engines (20.10) send a whole file again."""


class Repeats:
    """Knows lines by their times, which an engine gives to the nanosecond.

    An engine that rotates its file under a reader may go back to the beginning of the file. Its
    clock may go back, too: so a line is not dropped for being old, only for having been there.
    """

    def __init__(self) -> None:
        self._times: dict[str, array[int]] = {}
        self.dropped = 0

    def fresh(self, lines: Iterable[RawLine]) -> list[RawLine]:
        """Return the lines that were not there before."""
        return [line for line in lines if not line.at or self._is_new(line)]

    def _is_new(self, line: RawLine) -> bool:
        times = self._times.setdefault(line.stream, array("q"))
        if not times or line.at > times[-1]:
            times.append(line.at)
        elif line.at == times[-1] and not line.at % 1000:
            # A clock that counts microseconds: two lines may have one time.
            return True
        elif times[bisect_left(times, line.at)] == line.at:
            self.dropped += 1
            return False
        else:
            insort(times, line.at)
        if len(times) > REMEMBERED:
            del times[: REMEMBERED // 2]
        return True
