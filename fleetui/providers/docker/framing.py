"""From the bytes of an engine's log stream to lines: pure, whatever way the bytes are cut."""

from __future__ import annotations

from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.line import NOTE, RawLine
from fleetui.core.logs.scrub import scrub
from fleetui.core.ref import Ref
from fleetui.providers.docker.times import time_of
from fleetui.providers.line_cutter import MOST, LineCutter, second

_PART = 16 * 1024
"""An engine breaks long lines into messages of so many bytes, each with its time."""
_HEADER = 8
_STAMP = lazy_pattern(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d) ")
# The fourth is the engine's own: why it cannot go on reading.
_STREAMS = ("stdin", "stdout", "stderr", NOTE)


def nanoseconds(stamp: bytes) -> int:
    """Return the nanoseconds since 1970 of an engine's time; 0 where it is none."""
    try:
        if stamp[-1:] == b"Z":
            return second(stamp[:19]) * 1_000_000_000 + int(stamp[20:-1].ljust(9, b"0"))
        return int((time_of(stamp.decode("ascii")) or 0.0) * 1e6) * 1000
    except (ValueError, UnicodeDecodeError):
        return 0


class _Unfinished:
    """A line whose end has not come yet."""

    __slots__ = ("at", "data", "lost")

    def __init__(self, at: int) -> None:
        self.at = at
        self.data = bytearray()
        self.lost = 0

    def add(self, part: bytes | bytearray | memoryview) -> None:
        room = MOST - len(self.data)
        self.data += part[:room]
        self.lost += max(0, len(part) - max(0, room))


class Framed:
    """Lines of a container without a terminal: each message has a header of eight bytes."""

    def __init__(self, source: Ref) -> None:
        self._source = source
        self._buffer = bytearray()
        self._open: dict[int, _Unfinished] = {}
        self._skip = 0
        self._plain: Terminal | None = None

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in bytes; return the lines that are complete now."""
        if self._plain is not None:
            return self._plain.feed(data)
        lines: list[RawLine] = []
        if self._skip:
            passed, self._skip = min(self._skip, len(data)), max(0, self._skip - len(data))
            data = data[passed:]
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= _HEADER:
            kind, length = buffer[at], int.from_bytes(buffer[at + 4 : at + 8], "big")
            if kind > 3 or buffer[at + 1 : at + 4] != b"\0\0\0":
                # No header at all: a terminal's output after all, or rubbish. Show it as it is.
                self._plain = Terminal(self._source)
                return lines + self._plain.feed(bytes(buffer[at:]))
            end = at + _HEADER + min(length, 2 * MOST)
            if len(buffer) < end:
                break
            self._message(kind, bytes(buffer[at + _HEADER : end]), length, lines)
            at = end
            if length > 2 * MOST:
                rest = length - 2 * MOST
                there = min(rest, len(buffer) - at)
                at, self._skip = at + there, rest - there
        del buffer[:at]
        return lines

    def _message(self, kind: int, payload: bytes, length: int, lines: list[RawLine]) -> None:
        stamp, blank, text = payload.partition(b" ")
        at = nanoseconds(stamp) if blank else 0
        if not at:
            text = payload
        cut = length - len(payload)
        ended = text.endswith(b"\n") or cut > 0
        line = self._open.pop(kind, None)
        if line is None and ended and not cut and len(text) <= MOST:
            lines.append(
                RawLine(
                    at, self._source, scrub(text[:-1].decode("utf-8", "replace")), _STREAMS[kind]
                )
            )
            return
        line = line or _Unfinished(at)
        line.add(text[:-1] if text.endswith(b"\n") else text)
        line.lost += cut
        if ended:
            lines.append(_finished(line, self._source, _STREAMS[kind]))
        else:
            self._open[kind] = line

    def end(self) -> list[RawLine]:
        """Return the lines that never ended."""
        if self._plain is not None:
            return self._plain.end()
        left, self._open = self._open, {}
        return [_finished(line, self._source, _STREAMS[kind]) for kind, line in left.items()]


class Terminal:
    """Lines of a container with a terminal: bytes as they come, a time before each line."""

    def __init__(self, source: Ref) -> None:
        self._source = source
        # A few times stand between the parts of a long line, too.
        self._cutter = LineCutter(MOST + 256)

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in bytes; return the lines that are complete now."""
        return [self._line(*found) for found in self._cutter.feed(data)]

    def end(self) -> list[RawLine]:
        """Return the line that never ended."""
        return [self._line(*found) for found in self._cutter.end()]

    def _line(self, data: bytes, lost: int) -> RawLine:
        data = data.removesuffix(b"\r")
        line = _Unfinished(0)
        if stamp := _STAMP.match(data):
            line.at = nanoseconds(stamp.group()[:-1])
            data = data[stamp.end() :]
            while len(data) > _PART and (stamp := _STAMP.match(data, _PART)):
                line.add(data[:_PART])
                data = data[stamp.end() :]
        line.add(data)
        line.lost += lost
        return _finished(line, self._source, "stdout")


def _finished(line: _Unfinished, source: Ref, stream: str) -> RawLine:
    text = line.data.decode("utf-8", "replace")
    return RawLine(line.at, source, scrub(text, line.lost), stream)
