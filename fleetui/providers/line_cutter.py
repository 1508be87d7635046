"""From bytes that come in pieces to lines, and from a line's first bytes to its second."""

from __future__ import annotations

from calendar import timegm
from functools import lru_cache
from time import strptime

MOST = 64 * 1024
"""Bytes of one line that are kept; of the others it is only told how many."""


class LineCutter:
    """Finds the ends of lines, and keeps no more than `room` bytes of one."""

    def __init__(self, room: int = MOST) -> None:
        self._room = room
        self._buffer = bytearray()
        self._lost = 0

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take in bytes; return each line that is complete now, and how much of it was left out."""
        *whole, rest = data.split(b"\n")
        lines = []
        for part in whole:
            self._add(part)
            lines.append(self._take())
        self._add(rest)
        return lines

    def end(self) -> list[tuple[bytes, int]]:
        """Return the line that never ended."""
        return [self._take()] if self._buffer else []

    def _add(self, part: bytes) -> None:
        room = max(0, self._room - len(self._buffer))
        self._buffer += part[:room]
        self._lost += max(0, len(part) - room)

    def _take(self) -> tuple[bytes, int]:
        data, lost = bytes(self._buffer), self._lost
        self._buffer.clear()
        self._lost = 0
        return data, lost


@lru_cache(maxsize=64)
def second(text: bytes) -> int:
    """Return the Unix second of `2006-01-02T15:04:05`, in UTC. Raises ValueError."""
    return timegm(strptime(text.decode("ascii"), "%Y-%m-%dT%H:%M:%S"))
