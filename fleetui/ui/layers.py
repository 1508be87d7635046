"""Screens that lie over others: what changes below comes through cell by cell.

Textual renders all that lies below, and paints all of the terminal, whenever a cell below has
changed, and after each move of the focus.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget

T = TypeVar("T")


class Under(Screen[T]):
    """A screen that others may lie over."""

    # A widget paints its own focus; the screen around it looks the same.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def _on_timer_update(self) -> None:
        """Paint one frame with all that has changed: what one key did comes together.

        Textual hears of each widget by a message of its own, and the first of them makes a frame.
        """
        if not self._layout_required:
            self._dirty_widgets.update(
                widget for widget in self._compositor.visible_widgets if widget._repaint_regions
            )
        super()._on_timer_update()

    def _compositor_refresh(self) -> None:
        """Paint what changed, or tell the screen above where it was."""
        app = self.app
        if self is app.screen:
            super()._compositor_refresh()
            return
        regions = list(self._compositor._dirty_regions)
        self._compositor._dirty_regions.clear()
        self._dirty_widgets.clear()
        stack = app.screen_stack
        if regions and self in stack:
            above = stack[stack.index(self) + 1]
            # One that nothing shows through is painted whole when it goes away.
            if isinstance(above, Over):
                above.refresh(*regions)


class Passing:
    """Marks a screen that a command laid over the board: who goes elsewhere leaves it behind."""


class Over(Under[T], ModalScreen[T]):
    """A screen through which the one below is seen, tinted by its own background."""

    _seen: list[Strip] | None = None
    """The lines of the screen below as they were last seen."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of the screen below; only those that changed are made anew."""
        width, height = size = self.size
        seen = self._seen
        whole = Region(0, 0, width, height)
        dirty: Collection[Region] = self._dirty_regions
        if seen is None or len(seen) != height or (seen and seen[0].cell_length != width):
            seen, dirty = [Strip.blank(width)] * height, (whole,)
        if dirty:
            lines = {y for region in dirty for y in region.intersection(whole).line_range}
            below = self.app.screen_stack[self.app.screen_stack.index(self) - 1]
            if below.size == size:
                chops = below._compositor._render_chops(whole, lines.__contains__)
                for y in lines:
                    seen[y] = tinted(Strip.join(chops[y].values()), self.styles.background)
            self._dirty_regions.clear()
            self._seen = seen
        return [strip.crop(crop.x, crop.right) for strip in seen[crop.y : crop.bottom]]


def tinted(strip: Strip, tint: Color) -> Strip:
    """Return a line with a colour laid over it."""
    if tint.a == 0:
        return strip
    known: dict[Style | None, Style | None] = {}
    return Strip(_tinted(strip, tint, known), strip.cell_length)


def _tinted(
    segments: Iterable[Segment], tint: Color, known: dict[Style | None, Style | None]
) -> Iterable[Segment]:
    for text, style, control in segments:
        if style not in known:
            known[style] = _mixed(style, tint)
        yield Segment(text, known[style], control)


def _mixed(style: Style | None, tint: Color) -> Style | None:
    if style is None:
        return None
    colours = (
        None if colour is None else (Color.from_rich_color(colour) + tint).rich_color
        for colour in (style.color, style.bgcolor)
    )
    return style + Style.from_color(*colours)
