"""Where a stream broke off, so that the next one goes on with no line lost or doubled."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.logs.line import NOTE, RawLine

GAP = "a gap: lines after this one are no longer kept there"


class Bookmark:
    """The time of the last line that was seen, and how many had that same time."""

    def __init__(self) -> None:
        self.at = 0
        self._same = 0
        self._skip = 0
        self._looking = False

    def see(self, lines: Iterable[RawLine]) -> None:
        """Note lines that were handed on."""
        for line in lines:
            if line.stream == NOTE or not line.at:
                continue
            if line.at == self.at:
                self._same += 1
            elif line.at > self.at:
                self.at, self._same = line.at, 1

    def reopened(self) -> None:
        """A new stream begins, at this mark or before it."""
        self._skip, self._looking = self._same, bool(self.at)

    def fresh(self, lines: Iterable[RawLine]) -> tuple[list[RawLine], bool]:
        """Return those not seen yet, and whether the place of the mark is certain to be gone.

        A back end that still had the last line would send it again.
        """
        found: list[RawLine] = []
        gap = False
        for line in lines:
            if line.at and line.stream != NOTE and self._looking:
                if line.at < self.at:
                    continue
                if line.at == self.at and self._skip:
                    self._skip -= 1
                    continue
                # Some were skipped: then nothing is missing between them and this one.
                gap = self._skip == self._same
                self._looking = False
            found.append(line)
        return found, gap
