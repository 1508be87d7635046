"""The lines of a log on screen: only those are built, and only rows that changed are painted."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fleetui.core.logs.line import LogLine
from fleetui.ui.logs.paint import Look, Row, to_strip
from fleetui.ui.logs.view import LogView

_WHEEL = 3


class LogBody(Widget, can_focus=True):
    """A window on the entries that are shown."""

    DEFAULT_CSS = "LogBody { width: 1fr; height: 1fr; }"

    def __init__(self, view: LogView, look: Look) -> None:
        super().__init__()
        self.view = view
        self.look = look
        self.message = "no line yet"
        self._top: LogLine | None = None
        self._offset = 0
        """Rows of the first entry that are above the window."""
        self._rows: list[Row] = []

    # Moving.

    def go(self, by: int) -> None:
        """Move by entries; through one that is taller than the window by rows."""
        view, height = self.view, self.size.height
        if view.cursor is not None and view.cursor is self._top:
            tall = len(self._built(view.cursor))
            if by > 0 and tall - self._offset > height:
                self._offset += 1
                self.repaint(keep=True)
                return
            if by < 0 and self._offset:
                self._offset -= 1
                self.repaint(keep=True)
                return
        view.go(view.index + by)
        self.repaint()

    def page(self, pages: int) -> None:
        """Move by as many entries as there are rows."""
        self.view.go(self.view.index + pages * max(1, self.size.height - 1))
        self.repaint()

    # Sideways, where lines are cut.

    def side(self, cells: int) -> None:
        """Look further to the right or, below 0, to the left; never past the longest on screen."""
        self._look_from(self.look.left + cells)

    def side_page(self, pages: int) -> None:
        """Move by what is seen of a line."""
        self.side(pages * max(8, self.size.width * 2 // 3))

    def side_end(self) -> None:
        """Go to where the longest line on screen ends."""
        self._look_from(self._reach())

    def side_start(self) -> None:
        """Go to where lines begin."""
        self._look_from(0)

    def show_text(self, text: str) -> None:
        """Look where the entry under the cursor has a text, if that is out of sight."""
        line = self.view.cursor
        at = self.look.column(line, text) if line is not None and not self.look.wrap else -1
        if line is None or at < 0:
            return
        room = self.size.width // 2
        if not self.look.left <= at < self.look.left + room:
            reach = self.look.reach(line, self.size.width, unfolded=line in self.view.unfolded)
            self.look.left = max(0, min(at - room // 2, reach))

    def _look_from(self, cells: int) -> None:
        self.look.left = max(0, min(cells, self._reach()))
        self.repaint(keep=True)

    def _reach(self) -> int:
        view, look, width = self.view, self.look, self.size.width
        on_screen = view.shown.tail()[self._first() :][: self.size.height]
        return max(
            (look.reach(line, width, unfolded=line in view.unfolded) for line in on_screen),
            default=0,
        )

    def _first(self) -> int:
        top = self._top
        return self.view.shown.index(top) if top is not None and not top.dropped else 0

    def rebuild(self, change: Callable[[], object]) -> None:
        """Change how entries look; the one under the cursor stays on the row where it is."""
        view = self.view
        if view.cursor is None or not len(view.shown):
            change()
            self.repaint()
            return
        first, index = self._first(), view.index
        at = sum(len(self._built(view.shown[n])) for n in range(first, index)) - self._offset
        change()
        top, rows = index, 0
        while top and rows < at:
            top -= 1
            rows += len(self._built(view.shown[top]))
        tall = len(self._built(view.shown[top]))
        self._top, self._offset = view.shown[top], max(0, min(rows - at, tall - 1))
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.go(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.go(-_WHEEL)

    def on_resize(self) -> None:
        """Fill the new size."""
        self._rows = []
        self.repaint()

    # Painting.

    def repaint(self, *, keep: bool = False) -> None:
        """Build the rows on screen and have those painted that differ.

        The cursor's entry is moved into view, unless `keep` says that all is where it should be.
        """
        width, height = self.size
        if not width or not height:
            return
        rows = self._visible(height, keep=keep)
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        changed = [
            Region(0, y, width, 1)
            for y, (old, new) in enumerate(zip(before, rows, strict=True))
            if old != new
        ]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Return one painted row."""
        blank = self.look.styles["text"]
        if y < len(self._rows):
            return to_strip(self._rows[y], self.size.width, blank)
        return Strip.blank(self.size.width, blank)

    def _built(self, line: LogLine) -> list[Row]:
        view = self.view
        return self.look.rows(
            line,
            self.size.width,
            unfolded=line in view.unfolded,
            cursor=line is view.cursor,
            focused=self.has_focus,
        )

    def _visible(self, height: int, *, keep: bool) -> list[Row]:
        shown, view = self.view.shown, self.view
        if not len(shown):
            self._top, self._offset = None, 0
            none = "nothing matches; Esc shows more" if len(view.store.lines) else self.message
            text = (("  " + none, self.look.styles["muted"]),)
            return [text, *[()] * (height - 1)]
        top = shown.index(self._top) if self._top is not None and not self._top.dropped else 0
        if self._top is not None and shown[min(top, len(shown) - 1)] is not self._top:
            self._offset = 0
        top = min(top, len(shown) - 1)
        if not keep:
            top = self._reveal(top, view.index, height)
        rows = self._from(top, height)
        if len(rows) < height and top:
            # No hole below the last one.
            top = self._above(len(shown) - 1, height)
            rows = self._from(top, height)
        self._top = shown[top]
        return rows + [()] * (height - len(rows))

    def _from(self, top: int, height: int) -> list[Row]:
        shown = self.view.shown
        rows: list[Row] = []
        at = top
        while at < len(shown) and len(rows) < height:
            built = self._built(shown[at])
            rows += built[self._offset :] if at == top else built
            at += 1
        return rows[:height]

    def _reveal(self, top: int, index: int, height: int) -> int:
        """Return the first entry, moved as little as shows all of the one at `index`."""
        if index <= top:
            if index < top:
                self._offset = 0
            return index
        if index - top >= height:
            return self._above(index, height)
        rows = sum(len(self._built(self.view.shown[at])) for at in range(top, index + 1))
        return top if rows - self._offset <= height else self._above(index, height)

    def _above(self, index: int, height: int) -> int:
        """Return the first entry, so that the one at `index` ends with the window."""
        self._offset = 0
        rows = len(self._built(self.view.shown[index]))
        top = index
        while top and rows < height:
            more = len(self._built(self.view.shown[top - 1]))
            top -= 1
            rows += more
            if rows > height:
                self._offset = rows - height
        return top
