"""A row as pieces of styled text, and which cells of a line differ from those painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fleetui.core.columns import Cell, Tone
from fleetui.ui.table.fit import fit, is_single
from fleetui.ui.table.layout import GUTTER, Slot

Piece = tuple[str, Style]
"""Text on an exact number of cells, and its style. The first piece of a line is its gutter."""
Pieces = tuple[Piece, ...]

MARK = "▌ "
STALE_MARK = "◌ "
PICKED = "✓"
_NO_MARK = "  "
_PLAIN = frozenset({Tone.NORMAL, Tone.MUTED, Tone.OK})
_BOLD = Style(bold=True)


class Palette:
    """The styles of a theme, each worked out once for each way a cell can be shown."""

    def __init__(self, styles: dict[str, Style]) -> None:
        self._styles = styles
        self._known: dict[tuple[str, bool, bool, bool], Style] = {}
        self.text = self.of("text")

    def of(
        self, tone: str, *, cursor: bool = False, stale: bool = False, changed: bool = False
    ) -> Style:
        """Return the style of a tone: dimmed when stale, on the cursor's ground when under it."""
        key = (tone, cursor, stale, changed)
        style = self._known.get(key)
        if style is None:
            style = self._known[key] = self._mix(tone, cursor, stale, changed)
        return style

    def _mix(self, tone: str, cursor: bool, stale: bool, changed: bool) -> Style:
        null = Style.null()
        style = self._styles.get("stale" if stale else tone, self._styles.get("text", null))
        if changed and not stale:
            # What is wrong keeps its colour; only its weight says that it is new.
            style = self._styles.get("changed", style) if tone in _PLAIN else style + _BOLD
        return style + self._styles.get("cursor", null) if cursor else style


def row_pieces(
    cells: Sequence[Cell],
    slots: Sequence[Slot],
    rights: Sequence[bool],
    width: int,
    palette: Palette,
    *,
    mark: str = "",
    cursor: bool = False,
    stale: bool = False,
    picked: bool = False,
    changed: frozenset[int] = frozenset(),
) -> Pieces:
    """Lay one row's cells out on exactly `width` cells.

    `cells` and `rights` run parallel to `slots`. `mark` is the meaning of the cursor's mark,
    empty where the cursor is elsewhere; `cursor` puts its ground behind the whole row;
    `picked` says that a person marked it.
    `changed` holds the positions of cells that are new.
    """
    of = palette.of
    gutter = _gutter(mark=bool(mark), cursor=cursor, stale=stale, picked=picked)
    tone = mark or ("accent" if picked else "text")
    pieces: list[Piece] = [(gutter[:width], of(tone, cursor=cursor, stale=stale))]
    for nth, (cell, slot) in enumerate(zip(cells, slots, strict=True)):
        style = of(cell.tone, cursor=cursor, stale=stale, changed=nth in changed)
        end = slots[nth + 1].x if nth + 1 < len(slots) else width
        text = fit(cell.text, slot.width, right=rights[nth])
        pieces.append((text + " " * (end - slot.x - slot.width), style))
    if not slots and width > GUTTER:
        pieces.append((" " * (width - GUTTER), of("text", cursor=cursor)))
    return tuple(pieces)


def _gutter(*, mark: bool, cursor: bool, stale: bool, picked: bool) -> str:
    """Return the two cells before a row: the cursor, that it is old, that it is picked.

    Where all three are true the cursor's bar gives way if its ground shows it too.
    """
    signs = [MARK[0]] * mark + [STALE_MARK[0]] * stale + [PICKED] * picked
    if len(signs) > GUTTER:
        signs = signs[1:] if cursor else [MARK[0], PICKED]
    return "".join(signs).ljust(GUTTER)


def text_pieces(text: str, width: int, style: Style) -> Pieces:
    """A line of plain words on exactly `width` cells, set in by the gutter."""
    return ((fit(_NO_MARK + text, width), style),)


def to_strip(pieces: Pieces, width: int) -> Strip:
    """Return the pieces as a line for the compositor."""
    return Strip([Segment(text, style) for text, style in pieces if text], width)


def differing(
    old: Pieces, new: Pieces, starts: Callable[[int], int], width: int
) -> list[tuple[int, int]]:
    """Return the spans [left, right) of cells in which two lines of `width` cells differ.

    `starts` says at which cell a piece begins.
    """
    if len(old) != len(new):
        return [(0, width)]
    spans: list[tuple[int, int]] = []
    for nth, (was, now) in enumerate(zip(old, new, strict=True)):
        if was == now:
            continue
        left = starts(nth)
        right = starts(nth + 1) if nth + 1 < len(new) else width
        if was[1].bgcolor == now[1].bgcolor:
            left, right = _narrow(was, now, left, right)
        if left < right:
            spans.append((left, right))
    return spans


def _narrow(was: Piece, now: Piece, left: int, right: int) -> tuple[int, int]:
    """Leave out the cells at both ends that look alike, where every character is one cell.

    A blank looks the same whatever its colour.
    """
    (old, old_style), (new, new_style) = was, now
    cells = right - left
    if not (len(old) == len(new) == cells and is_single(old) and is_single(new)):
        return left, right
    same_style = old_style == new_style
    unlike = [x for x in range(cells) if old[x] != new[x] or not (same_style or old[x] == " ")]
    return (left + unlike[0], left + unlike[-1] + 1) if unlike else (left, left)
