"""From the bytes of a pod's log to lines: pure, whatever way the bytes are cut."""

from __future__ import annotations

from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.line import RawLine
from fleetui.core.logs.scrub import scrub
from fleetui.core.ref import Ref
from fleetui.providers.line_cutter import LineCutter, second

_STAMP = lazy_pattern(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d))(?: |$)"
)


class Lines:
    """Lines of one container, each with the time that its node has put before it."""

    def __init__(self, source: Ref, container: str = "") -> None:
        """`container` is who writes, where a pod has several."""
        self._source = source
        self._container = container
        self._cutter = LineCutter()

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in bytes; return the lines that are complete now."""
        return [self._line(*found) for found in self._cutter.feed(data)]

    def end(self) -> list[RawLine]:
        """Return the line that never ended."""
        return [self._line(*found) for found in self._cutter.end()]

    def _line(self, data: bytes, lost: int) -> RawLine:
        at, start = stamp(data)
        text = data[start:].removesuffix(b"\r").decode("utf-8", "replace")
        return RawLine(at, self._source, scrub(text, lost), container=self._container)


def stamp(data: bytes) -> tuple[int, int]:
    """Return the time at the beginning of a line, in nanoseconds, and where its text begins."""
    found = _STAMP.match(data)
    if found is None:
        return 0, 0
    whole, fraction, sign, hours, minutes = found.groups()
    try:
        at = second(whole)
    except ValueError:
        return 0, 0
    if sign:
        away = int(hours) * 3600 + int(minutes) * 60
        at += away if sign == b"-" else -away
    return at * 1_000_000_000 + int((fraction or b"0").ljust(9, b"0")), found.end()
