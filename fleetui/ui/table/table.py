"""The table: only what is on screen is built, and only cells that changed are painted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fleetui.core.columns import Column, Look
from fleetui.core.filter import FilterError, Predicate
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.ui.table import told
from fleetui.ui.table.marking import Marking
from fleetui.ui.table.model import Model
from fleetui.ui.table.pace import AT_ONCE, LETTER_S, WORK_S, Pace
from fleetui.ui.table.paint import Palette, Pieces, differing, to_strip
from fleetui.ui.table.picture import Picture
from fleetui.ui.table.viewport import clip, follow, reveal

_WHEEL_ROWS = 3


class ResourceTable(Widget, can_focus=True):
    """A table over immutable rows.

    It keeps its own place in the list instead of Textual's scrolling, which repaints the whole
    widget for a move by one row.
    """

    DEFAULT_CSS = "ResourceTable { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "go(-1)", "up", show=False, id="table.up"),
        Binding("down,j", "go(1)", "down", show=False, id="table.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="table.page-up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="table.page-down"),
        Binding("home,g", "first", "first", show=False, id="table.first"),
        Binding("end,G", "last", "last", show=False, id="table.last"),
        Binding("enter", "activate", "open", show=False, id="table.open"),
    ]

    Activated = told.Activated
    CursorMoved = told.CursorMoved
    ViewportMoved = told.ViewportMoved
    Arranged = told.Arranged
    Refused = told.Refused

    def __init__(
        self,
        columns: Sequence[Column],
        styles: dict[str, Style],
        *,
        sort: str = "",
        pace: Pace | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        name = sort.removeprefix("-")
        by = next((column for column in columns if column.name == name), None)
        self._model = Model(by, descending=sort.startswith("-"))
        self._picture = Picture(columns, Palette(styles))
        self._top = 0
        self._lines: list[Pieces] = []
        self._pending: tuple[Sequence[Resource], float] | None = None
        self._begun: Iterator[None] | None = None
        """The arranging of what is pending, where some of it is done."""
        self._arranging = False
        self._pace = pace or Pace()
        self._told_refs: tuple[Ref, ...] = ()
        self._told_cursor: Ref | None = None

    # What it is given.

    def show(
        self, rows: Sequence[Resource], look: Look, *, stale: Callable[[Ref], bool] | None = None
    ) -> None:
        """Show a new full picture; rows that are the same objects as before cost nothing."""
        self._picture.look, self._picture.stale = look, stale
        if not self._arranging and self._model.is_current(rows, look.now):
            self._picture.tick(self._visible())
            self._repaint()
        elif not (self._begun and self._pending and rows is self._pending[0]):
            self._arrange(rows)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same rows."""
        self._picture.set_columns(columns)
        self._repaint()

    def sort_by(self, column: Column | None, *, descending: bool = False) -> None:
        """Sort by a column, shown or not; by name where it is None."""
        if (self._model.column, self._model.descending) == (column, descending):
            return
        self._model.column, self._model.descending = column, descending
        self._picture.measure_again()
        self._arrange()

    def filter_by(self, predicate: Predicate | None) -> None:
        """Show only what matches; everything where it is None."""
        self._model.predicate = predicate
        self._pace.go_on()
        self._arrange(within_s=LETTER_S)

    def read_ahead(self, *, on: bool) -> None:
        """Make the texts of all rows ready for a filter that is about to be typed."""
        self._model.read = on
        if on:
            self._arrange()

    def set_styles_by_meaning(self, styles: dict[str, Style]) -> None:
        """Take another theme's styles."""
        self._picture.palette = Palette(styles)
        self._repaint()

    def set_message(self, lines: Sequence[str]) -> None:
        """Say this in place of rows when there are none."""
        if tuple(lines) != self._picture.message:
            self._picture.message = tuple(lines)
            if not self._model.order:
                self._repaint()

    # What it tells.

    @property
    def cursor(self) -> Ref | None:
        """The ref of the row under the cursor."""
        return self._model.cursor

    @property
    def selected(self) -> Resource | None:
        """The row under the cursor."""
        return self._model.order[self._model.index] if self._model.order else None

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._model.rows)

    @property
    def matching(self) -> int:
        """How many rows the filter leaves."""
        return len(self._model.order)

    @property
    def arranging(self) -> bool:
        """Whether a picture is being put in order that is not shown yet."""
        return self._arranging

    @property
    def first_visible(self) -> int:
        """The number of the first row on screen, from 1; 0 where there is none."""
        return self._top + 1 if self._model.order else 0

    @property
    def last_visible(self) -> int:
        """The number of the last row on screen; 0 where there is none."""
        return min(self._top + self._height, len(self._model.order))

    @property
    def visible_refs(self) -> tuple[Ref, ...]:
        """The things on screen, from the top."""
        return tuple(row.ref for row in self._visible())

    @property
    def marking(self) -> Marking:
        """What a person has marked here."""
        return self._picture.marking

    def mark(self, *, range_: bool = False) -> bool:
        """Mark the cursor's row, or take its mark away; False where there is nothing to mark.

        `range_` marks all rows from the last mark to the cursor.
        """
        marked = self.marking.mark(self._model.order, self._model.index, range_=range_)
        self._repaint()
        return marked

    def drop_rows(self) -> None:
        """Show none until others come: those of another kind lack what these are sorted by."""
        self._arrange(())

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.marking.clear()
        self._repaint()

    def go_to_wrong(self, by: int, *, beyond: bool = True) -> bool:
        """Move to the next row that is wrong, or the one before; False where there is none.

        Without `beyond` the search begins at the edge and not at the cursor.
        """
        index = self._model.next_wrong(by, beyond=beyond)
        if index is not None:
            self._go(index)
        return index is not None

    def move_to(self, ref: Ref) -> None:
        """Put the cursor on a thing; one that is not there yet, as soon as it is."""
        self._model.seek(ref)
        self._reveal()

    # Keys and the mouse.

    def on_key(self) -> None:
        """Hold on to the row under the cursor once someone uses the keys."""
        self._model.pinned = True
        self._pace.key()

    def action_go(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._model.index + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful, keeping one row in view."""
        self._go(self._model.index + pages * max(1, self._height - 1))

    def action_first(self) -> None:
        """Move to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move to the last row."""
        self._go(len(self._model.order) - 1)

    def action_activate(self) -> None:
        """Tell that the row under the cursor is to be opened."""
        if (resource := self.selected) is not None:
            self.post_message(self.Activated(resource))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a double click opens."""
        index = self._top + event.y - 1
        if event.y < 1 or index >= len(self._model.order):
            return
        self._go(index)
        if event.chain == 2:
            self.action_activate()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look further down without moving the cursor."""
        self._scroll(_WHEEL_ROWS, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look further up without moving the cursor."""
        self._scroll(-_WHEEL_ROWS, event)

    def watch_has_focus(self, focused: bool) -> None:
        """Mark the cursor's row as the one that keys act on, or dim its mark."""
        super().watch_has_focus(focused)
        self._repaint()

    def on_resize(self) -> None:
        """Lay the columns out anew; the cursor stays in view."""
        self._picture.measure_again()
        self._reveal()

    # How a picture becomes lines.

    def render_line(self, y: int) -> Strip:
        """Return one painted line."""
        if y < len(self._lines):
            return to_strip(self._lines[y], self.size.width)
        return Strip.blank(self.size.width, self._picture.palette.text)

    @property
    def _height(self) -> int:
        """Rows that fit below the header."""
        return max(1, self.size.height - 1)

    def _visible(self) -> list[Resource]:
        return self._model.order[self._top : self._top + self._height]

    def _go(self, index: int) -> None:
        self._pace.key()
        self._model.place(index)
        self._reveal()

    def _reveal(self) -> None:
        count = len(self._model.order)
        self._top = clip(reveal(self._top, self._height, self._model.index), self._height, count)
        self._repaint()

    def _scroll(self, rows: int, event: events.MouseEvent) -> None:
        event.stop()
        self._top = clip(self._top + rows, self._height, len(self._model.order))
        self._repaint()

    def _arrange(self, rows: Sequence[Resource] | None = None, within_s: float = 0.0) -> None:
        """Put rows, or those there are, in order: at once, of many as much as `within_s` allows."""
        if rows is None:
            rows = self._pending[0] if self._pending else self._model.rows
        now, before = self._picture.look.now, self._model.index
        if self._arranging:
            self._pending, self._begun = (rows, now), None
            return
        at_once = len(rows) <= AT_ONCE or not self.is_running
        until = float("inf") if at_once else perf_counter() + within_s
        steps = self._model.arrange(rows, now)
        try:
            while perf_counter() < until:
                if next(steps, steps) is steps:
                    self._take_in(before)
                    return
        except FilterError as error:
            self._refuse(error, self._model.predicate, rows)
            return
        self._pending, self._begun = (rows, now), steps
        self._arranging = True
        self.run_worker(self._arrange_in_slices(), group="arrange", description="sort a long table")

    async def _arrange_in_slices(self) -> None:
        """Work through what was given last, giving way to keys between two slices."""
        try:
            while self._pending is not None:
                (rows, now), self._pending = self._pending, None
                steps, self._begun = self._begun or self._model.arrange(rows, now), None
                tried = self._model.predicate
                try:
                    before = await self._work_through(steps)
                except FilterError as error:
                    self._refuse(error, tried, rows)
                else:
                    if before is not None:
                        self._take_in(before)
                        self.post_message(self.Arranged())
        finally:
            self._arranging = False

    async def _work_through(self, slices: Iterator[None]) -> int | None:
        """Return where the cursor was before the last slice; None where it is for nothing."""
        tried, before = self._model.predicate, self._model.index
        rested = perf_counter()
        while next(slices, slices) is not slices:
            rest = self._pace.rest()
            if not rest and perf_counter() - rested < WORK_S:
                continue
            await asyncio.sleep(rest)
            rested, before = perf_counter(), self._model.index
            if self._model.predicate is not tried and self._pending is not None:
                return None
        return before

    def _refuse(
        self, error: FilterError, tried: Predicate | None, rows: Sequence[Resource]
    ) -> None:
        """Go back to the filter before, or to none where it is that one which gave up."""
        model = self._model
        if model.predicate is tried:
            model.predicate = None if tried is model.settled else model.settled
            self.post_message(self.Refused(self, error, model.predicate))
        self._arrange(self._pending[0] if self._pending else rows)

    def _take_in(self, before: int) -> None:
        """Show the model's new order; the cursor was at place `before` of the old one."""
        model = self._model
        self._top = follow(self._top, self._height, len(model.order), before, model.index)
        self._picture.tick(self._visible())
        self._repaint()

    def _repaint(self) -> None:
        """Build the lines on screen and have those cells painted that differ."""
        width, height = self.size
        if not width or not height:
            return
        lines = self._picture.lines(
            self._model, self._top, width, height, focused=self.has_focus, marked=self.can_focus
        )
        painted, self._lines = self._lines, lines
        if len(painted) != len(lines) or not self._picture.same_layout:
            self.refresh()
        else:
            regions = [
                Region(left, y, right - left, 1)
                for y, (old, new) in enumerate(zip(painted, lines, strict=True))
                if old is not new
                for left, right in differing(old, new, self._picture.start_of, width)
            ]
            if regions:
                self.refresh(*regions)
        self._tell()

    def _tell(self) -> None:
        """Post what others follow, where it is news."""
        refs, cursor = self.visible_refs, self.cursor
        if refs != self._told_refs:
            self._told_refs = refs
            self.post_message(self.ViewportMoved(refs))
        if cursor != self._told_cursor:
            self._told_cursor = cursor
            self.post_message(self.CursorMoved(self.selected))
