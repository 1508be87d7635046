"""From the bytes of a pod's log to lines: pure, whatever way the bytes are cut."""

from __future__ import annotations

from calendar import timegm
from functools import lru_cache
from time import strptime

from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.line import RawLine
from fleetui.core.logs.scrub import scrub
from fleetui.core.ref import Ref

MOST = 64 * 1024
"""Bytes of one line that are kept; of the others it is only told how many."""
_STAMP = lazy_pattern(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d))(?: |$)"
)


@lru_cache(maxsize=64)
def _second(text: bytes) -> int:
    return timegm(strptime(text.decode("ascii"), "%Y-%m-%dT%H:%M:%S"))


class Lines:
    """Lines of one container, each with the time that its node has put before it."""

    def __init__(self, source: Ref, container: str = "") -> None:
        """`container` is who writes, where a pod has several."""
        self._source = source
        self._container = container
        self._buffer = bytearray()
        self._lost = 0

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in bytes; return the lines that are complete now."""
        *whole, rest = data.split(b"\n")
        lines = []
        for part in whole:
            self._add(part)
            lines.append(self._take())
        self._add(rest)
        return lines

    def end(self) -> list[RawLine]:
        """Return the line that never ended."""
        return [self._take()] if self._buffer else []

    def _add(self, part: bytes) -> None:
        room = max(0, MOST - len(self._buffer))
        self._buffer += part[:room]
        self._lost += max(0, len(part) - room)

    def _take(self) -> RawLine:
        data, lost = bytes(self._buffer), self._lost
        self._buffer.clear()
        self._lost = 0
        at, start = stamp(data)
        text = data[start:].removesuffix(b"\r").decode("utf-8", "replace")
        return RawLine(at, self._source, scrub(text, lost), container=self._container)


def stamp(data: bytes) -> tuple[int, int]:
    """Return the time at the beginning of a line, in nanoseconds, and where its text begins."""
    found = _STAMP.match(data)
    if found is None:
        return 0, 0
    second, fraction, sign, hours, minutes = found.groups()
    try:
        at = _second(second)
    except ValueError:
        return 0, 0
    if sign:
        away = int(hours) * 3600 + int(minutes) * 60
        at += away if sign == b"-" else -away
    return at * 1_000_000_000 + int((fraction or b"0").ljust(9, b"0")), found.end()
