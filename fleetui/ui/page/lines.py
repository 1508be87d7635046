"""The lines of a page, broken to a width only where they are too long for it: pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, get_character_cell_size

from fleetui.ui.line import Piece

Span = tuple[int, int, int]
"""(line, start, stop): the part of a line that stands on one row of the screen."""
_BREAKS = 400
"""A line becomes so many rows at most: a line of megabytes must not drown the page."""


class Lines:
    """Text by lines, each with the indent under which its continuation stands."""

    def __init__(self, texts: Sequence[str], indents: Sequence[int] = ()) -> None:
        self.texts = texts
        self.indents = indents
        self._rows: list[Span] | None = None
        self._width = 0

    def indent(self, line: int, width: int) -> int:
        """Return how far the further rows of a line are moved in."""
        given = self.indents[line] if line < len(self.indents) else 0
        if not given:
            text = self.texts[line]
            given = len(text) - len(text.lstrip(" ")) + 2
        return min(given, width // 2)

    def fit(self, width: int) -> None:
        """Break what is longer than `width` cells. Costs nothing where the width is as before."""
        if width == self._width:
            return
        self._width = width
        self._rows = None
        long = [
            at
            for at, text in enumerate(self.texts)
            if len(text) > width or (not text.isascii() and cell_len(text) > width)
        ]
        if not long:
            return
        rows: list[Span] = []
        before = 0
        for at in long:
            rows += [(n, 0, len(self.texts[n])) for n in range(before, at)]
            rows += self._broken(at, max(4, width))
            before = at + 1
        rows += [(n, 0, len(self.texts[n])) for n in range(before, len(self.texts))]
        self._rows = rows

    def _broken(self, line: int, width: int) -> list[Span]:
        text, start = self.texts[line], 0
        rows: list[Span] = []
        room, inner = width, max(2, width - self.indent(line, width))
        while start < len(text) and len(rows) < _BREAKS:
            stop = _fitting(text, start, room)
            if stop < len(text):
                # A word stays whole where that leaves the row at least half full.
                blank = text.rfind(" ", start + (stop - start) // 2, stop)
                stop = blank + 1 if blank > start else stop
            rows.append((line, start, stop))
            start, room = stop, inner
        return rows

    def alike(self, other: Lines) -> bool:
        """Say whether the lines of another text stand on the same rows."""
        return (
            self._width == other._width
            and len(self.texts) == len(other.texts)
            and self._rows == other._rows
        )

    @property
    def count(self) -> int:
        """How many rows there are at the present width."""
        return len(self.texts) if self._rows is None else len(self._rows)

    def row(self, number: int) -> Span:
        """Return what stands on a row."""
        if self._rows is None:
            return number, 0, len(self.texts[number])
        return self._rows[number]

    def row_of(self, line: int) -> int:
        """Return the first row of a line."""
        if self._rows is None:
            return line
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            if self._rows[middle][0] < line:
                low = middle + 1
            else:
                high = middle
        return low


def _fitting(text: str, start: int, room: int) -> int:
    """Return where a row of `room` cells that begins at `start` ends."""
    part = text[start : start + room]
    if part.isascii():
        return start + len(part)
    used = 0
    for at, char in enumerate(part):
        used += get_character_cell_size(char)
        if used > room:
            return start + max(1, at)
    return start + len(part)


def part(pieces: Sequence[Piece], start: int, stop: int) -> list[Piece]:
    """Return the characters from `start` to before `stop` of a line of pieces."""
    found: list[Piece] = []
    at = 0
    for text, meaning in pieces:
        left, right = max(start - at, 0), min(stop - at, len(text))
        if left < right:
            found.append((text[left:right], meaning))
        at += len(text)
    return found


def marked(pieces: Sequence[Piece], places: Sequence[tuple[int, int]], meaning: str) -> list[Piece]:
    """Return the pieces with these (start, stop) places in another meaning."""
    found: list[Piece] = []
    at = 0
    end = sum(len(text) for text, _meaning in pieces)
    for start, stop in places:
        found += part(pieces, at, start)
        found += [(text, meaning) for text, _old in part(pieces, start, stop)]
        at = stop
    return found + part(pieces, at, end)


def places_of(text: str, sought: str) -> list[tuple[int, int]]:
    """Return where a text holds what is sought; capitals count only where they are sought."""
    if not sought:
        return []
    if sought.islower() or not any(c.isupper() for c in sought):
        lowered = text.lower()
        # Lowering may change the length of foreign letters: then only exact places are marked.
        text = lowered if len(lowered) == len(text) else text
    found: list[tuple[int, int]] = []
    at = text.find(sought)
    while at >= 0 and len(found) < 500:
        found.append((at, at + len(sought)))
        at = text.find(sought, at + len(sought))
    return found
