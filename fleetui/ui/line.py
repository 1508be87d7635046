"""One row of text that repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Piece = tuple[str, str]
"""(text, meaning): a meaning is a key of the theme's styles."""


class Line(Widget):
    """A row of pieces. External text is safe here: nothing is ever read as markup."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"
    can_focus = False

    def __init__(self, styles: dict[str, Style], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._styles = styles
        self._pieces: tuple[Piece, ...] = ()
        self._strip: Strip | None = None

    def set_styles_by_meaning(self, styles: dict[str, Style]) -> None:
        """Take another theme's styles and repaint."""
        self._styles = styles
        self._strip = None
        self.refresh()

    def show(self, pieces: Iterable[Piece]) -> None:
        """Show these pieces; only the cells that differ from before are painted."""
        new = tuple(pieces)
        if new == self._pieces:
            return
        self._pieces = new
        width = self.size.width
        if self._strip is None or not width:
            self._strip = None
            self.refresh()
            return
        before, self._strip = self._strip, self._build(width)
        changed = differing(list(before), list(self._strip))
        if changed:
            left, right = changed
            self.refresh(Region(left, 0, right - left, 1))

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (it is one line high)
        """Return the row, built when it is first asked for at this width."""
        width = self.size.width
        if self._strip is None or self._strip.cell_length != width:
            self._strip = self._build(width)
        return self._strip

    def _build(self, width: int) -> Strip:
        style = self._styles
        segments = [Segment(text, style.get(meaning)) for text, meaning in self._pieces if text]
        return Strip(segments).adjust_cell_length(width, style.get("text"))


def differing(old: Sequence[Segment], new: Sequence[Segment]) -> tuple[int, int] | None:
    """Return the cells from the first to after the last that differ; None where none do."""
    before, after = _cells(old), _cells(new)
    if before == after:
        return None
    length = max(len(before), len(after))
    if len(before) != len(after):
        return 0, length
    left = next(i for i in range(length) if before[i] != after[i])
    right = next(i for i in range(length, 0, -1) if before[i - 1] != after[i - 1])
    return left, right


def differences(
    old: Sequence[Segment], new: Sequence[Segment], join: int = 8
) -> list[tuple[int, int]]:
    """Return the spans of cells that differ; those less than `join` cells apart are one.

    Moving the cursor of the terminal costs about as many bytes as writing that many cells.
    """
    before, after = _cells(old), _cells(new)
    if before == after:
        return []
    if len(before) != len(after):
        return [(0, max(len(before), len(after)))]
    spans: list[tuple[int, int]] = []
    for at, (was, now) in enumerate(zip(before, after, strict=True)):
        if was == now:
            continue
        if spans and at - spans[-1][1] < join:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


def _cells(segments: Sequence[Segment]) -> list[tuple[str, Style | None]]:
    cells: list[tuple[str, Style | None]] = []
    for segment in segments:
        width = segment.cell_length
        if width == len(segment.text):
            cells.extend((char, segment.style) for char in segment.text)
        else:
            # A wide character covers two cells: compare such a piece as a whole.
            cells.extend([(segment.text, segment.style)] * width)
    return cells


def width_of(pieces: Iterable[Piece]) -> int:
    """Return how many cells these pieces cover."""
    return sum(Segment(text).cell_length for text, _meaning in pieces)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int, fill: Piece) -> list[Piece]:
    """Put `left` and `right` at the ends of `width` cells with `fill` between.

    What is right stays whole; the left is cut with an ellipsis when they do not both fit.
    """
    room = width - width_of(right)
    used = width_of(left)
    if used <= room:
        char, meaning = fill
        return [*left, (char * (room - used), meaning), *right]
    return [*cut(left, room), *right]


def cut(pieces: Sequence[Piece], width: int) -> list[Piece]:
    """Return as much of the pieces as fits `width` cells, ending in an ellipsis when cut."""
    if width_of(pieces) <= width:
        return list(pieces)
    kept: list[Piece] = []
    room = max(0, width - 1)
    for text, meaning in pieces:
        strip = Strip([Segment(text)])
        if strip.cell_length >= room:
            kept.append((strip.crop(0, room).text + ("…" if width > 0 else ""), meaning))
            break
        kept.append((text, meaning))
        room -= strip.cell_length
    return kept
