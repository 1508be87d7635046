"""The sort picker: the columns of a pane in a box; the rows follow while one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from fleetui.core.columns import Column, Unit
from fleetui.ui.layers import Over
from fleetui.ui.line import Piece, cut, spread
from fleetui.ui.table.viewport import reveal
from fleetui.ui.table_pane import TablePane

_FOOT = " type to narrow · S turns it round · Enter keeps · Esc as before "


def largest_first(column: Column) -> bool:
    """Say whether a person who sorts by this column wants its largest values on top."""
    return column.unit in {Unit.BYTES, Unit.COUNT} or column.name == "cpu"


class Choice:
    """Which column is meant, and which way round: pure, so that its manners can be tested."""

    def __init__(self, columns: list[Column], current: str, *, descending: bool) -> None:
        self.columns = columns
        self.typed = ""
        self.current = current
        """The column by which the rows are sorted now."""
        self.descending = descending
        self.index = next((n for n, c in enumerate(columns) if c.name == current), 0)

    @property
    def shown(self) -> list[Column]:
        """The columns that what was typed leaves, those that begin with it first."""
        typed = self.typed
        found = [c for c in self.columns if typed in c.name or typed in c.title.lower()]
        return sorted(found, key=lambda c: not c.name.startswith(typed)) if typed else found

    @property
    def column(self) -> Column | None:
        """The column under the cursor; None where none is left."""
        shown = self.shown
        return shown[self.index] if self.index < len(shown) else None

    def narrow(self, typed: str) -> bool:
        """Take what has been typed; False, and as before, where no column is left."""
        before, self.typed = self.typed, typed
        if not self.shown:
            self.typed = before
            return False
        self.index = 0
        self._choose()
        return True

    def go(self, by: int) -> None:
        """Choose another column."""
        self.index = max(0, min(len(self.shown) - 1, self.index + by))
        self._choose()

    def turn(self) -> None:
        """Sort the other way round."""
        self.descending = not self.descending

    def _choose(self) -> None:
        column = self.column
        if column is not None and column.name != self.current:
            self.current, self.descending = column.name, largest_first(column)


class SortList(Widget):
    """The box."""

    def __init__(self, styles: dict[str, Style], title: str, choice: Choice) -> None:
        super().__init__()
        self._styles = styles
        self._title = title
        self._choice = choice
        self._top = 0

    def render_line(self, y: int) -> Strip:
        """Return a line of the box."""
        width, height = self.size
        choice, style = self._choice, self._styles
        if y == 0:
            typed = choice.typed
            head: list[Piece] = [("┌", "line"), (f" {self._title} ", "title")]
            head += [(f"{typed}", "strong"), ("▏", "accent")] if typed else []
            pieces = spread(head, [("┐", "line")], width, ("─", "line"))
        elif y == height - 1:
            foot: list[Piece] = [("└", "line"), *cut([(_FOOT, "muted")], width - 2)]
            pieces = spread(foot, [("┘", "line")], width, ("─", "line"))
        else:
            rows = height - 2
            self._top = reveal(min(self._top, max(0, len(choice.shown) - rows)), rows, choice.index)
            inner = self._row(self._top + y - 1)
            edge: Piece = ("│", "line")
            body = spread(cut(inner, width - 2), [], width - 2, (" ", "text"))
            pieces = [edge, *body, edge]
        return Strip([Segment(text, style.get(meaning)) for text, meaning in pieces if text])

    def _row(self, at: int) -> list[Piece]:
        shown = self._choice.shown
        if at >= len(shown):
            return []
        column = shown[at]
        here = at == self._choice.index
        pieces: list[Piece] = [("▌ " if here else "  ", "accent")]
        chosen = column.name == self._choice.current
        order = ""
        if chosen:
            order = "↓ largest first" if self._choice.descending else "↑ least first"
        pieces.append((f"{column.name:<12} ", "strong" if here else "text"))
        return [*pieces, (f"{order:<17}", "accent"), (column.doc, "muted")]


class SortPicker(Over[None]):
    """Lies over the board until a column is kept or left."""

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    SortPicker { align: right middle; background: $f-ground 0%; }
    SortList { width: 78; max-width: 75%; height: 24; max-height: 75%; }
    """

    def __init__(
        self, styles: dict[str, Style], pane: TablePane, moved: Callable[[], None]
    ) -> None:
        super().__init__()
        self._pane = pane
        self._moved = moved
        self._before = pane.view
        names = dict.fromkeys((*(c.name for c in pane.shown_columns), *sorted(pane.columns)))
        columns = [pane.columns[name] for name in names if name in pane.columns]
        current, descending = pane.sorted_by
        self._choice = Choice(columns, current, descending=descending)
        self._list = SortList(styles, f"sort {pane.name}", self._choice)
        # The box is no higher than what is in it.
        self._list.styles.height = min(24, len(columns) + 2)

    def compose(self) -> list[Widget]:
        """Return the box."""
        return [self._list]

    def on_key(self, event: events.Key) -> None:
        """Narrow, move, turn round, keep or leave."""
        event.stop()
        event.prevent_default()
        choice, key = self._choice, event.key
        moves = {"down": 1, "up": -1, "tab": 1, "shift+tab": -1, "pagedown": 10, "pageup": -10}
        if key == "escape":
            self._pane.sort(self._before.sort, descending=self._before.descending)
            self.dismiss()
            return
        if key == "enter":
            self.dismiss()
            return
        if key in moves:
            choice.go(moves[key])
        elif key in {"backspace", "ctrl+h"}:
            choice.narrow(choice.typed[:-1])
        elif key == "ctrl+u":
            choice.narrow("")
        elif event.character in {"S", "-"}:
            choice.turn()
        elif event.is_printable and event.character and not event.character.isspace():
            choice.narrow(choice.typed + event.character.lower())
        else:
            return
        if choice.column is not None:
            self._pane.sort(choice.column, descending=choice.descending)
        self._list.refresh()
        self._moved()
