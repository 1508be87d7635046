"""What is on screen as lines: the cells of the visible rows, their widths and their marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap

from fleetui.core.columns import Cell, Column, Look, Tone, Unit
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.ui.table.fit import cells_of
from fleetui.ui.table.layout import GUTTER, Slot, lay_out, natural_width
from fleetui.ui.table.marking import Marking
from fleetui.ui.table.model import Model
from fleetui.ui.table.paint import Palette, Pieces, row_pieces, text_pieces

_SAMPLE = 200
"""Rows that are measured for the columns' widths beside those on screen."""
# A trend that moves on by one step is no news; the number beside it is.
_WITHOUT_TREND = str.maketrans("", "", "▁▂▃▄▅▆▇█")
Cells = tuple[Cell, ...]


class Picture:
    """Turns the visible part of a model into lines; it remembers no more than is on screen."""

    def __init__(self, columns: Sequence[Column], palette: Palette) -> None:
        self.columns = tuple(columns)
        self.palette = palette
        self.look = Look(now=0.0)
        self.stale: Callable[[Ref], bool] | None = None
        self.message: tuple[str, ...] = ()
        self.marking = Marking()
        self.slots: tuple[Slot, ...] = ()
        self.same_layout = False
        """Whether the last lines stand in the same slots as those before."""
        self._widest: list[int] = []
        self._known: dict[Ref, tuple[Resource, Cells]] = {}
        self._changed: dict[Ref, frozenset[int]] = {}
        self._laid_out: object = None

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self.columns = tuple(columns)
        self._known, self._changed = {}, {}
        self.measure_again()

    def measure_again(self) -> None:
        """Let the columns shrink to what they hold now; until then they only grow."""
        self._widest = []

    def tick(self, visible: Iterable[Resource]) -> None:
        """Begin a new picture: what these rows say otherwise than in the last one is marked."""
        before, self._known, self._changed = self._known, {}, {}
        for row in visible:
            cells = self._cells(row)
            if (had := before.get(row.ref)) is not None and cells != had[1]:
                changed = frozenset(self._news(had[1], cells))
                if changed:
                    self._changed[row.ref] = changed

    def start_of(self, piece: int) -> int:
        """Return the cell at which a piece of a line begins."""
        return self.slots[piece - 1].x if piece else 0

    def lines(
        self,
        model: Model,
        top: int,
        width: int,
        height: int,
        *,
        focused: bool,
        marked: bool = True,
    ) -> list[Pieces]:
        """Return every line of the table, header first; the message where there are no rows.

        `marked` is False where nobody can move the cursor: it is not drawn then.
        """
        if not model.order:
            return self._empty(model, width, height)
        visible = model.order[top : top + height - 1]
        cells = [self._cells(row) for row in visible]
        if len(self._known) > 4 * height:
            self._known = {row.ref: (row, had) for row, had in zip(visible, cells, strict=True)}
        self._lay_out(model, cells, width)
        rights = [self.columns[slot.index].right for slot in self.slots]
        lines = [self._header(model, rights, width)]
        for at, (row, all_cells) in enumerate(zip(visible, cells, strict=True), top):
            here = marked and at == model.index
            changed = self._changed.get(row.ref)
            lines.append(
                row_pieces(
                    [all_cells[slot.index] for slot in self.slots],
                    self.slots,
                    rights,
                    width,
                    self.palette,
                    mark=("accent" if focused else "muted") if here else "",
                    cursor=here and focused,
                    stale=self.stale is not None and self.stale(row.ref),
                    picked=bool(self.marking) and row.ref in self.marking,
                    changed=self._positions(changed) if changed else frozenset(),
                )
            )
        blank = text_pieces("", width, self.palette.text)
        lines.extend(blank for _ in range(height - len(lines)))
        return lines

    def _empty(self, model: Model, width: int, height: int) -> list[Pieces]:
        said = self.message
        if not said:
            hidden = len(model.rows)
            said = (
                (f"nothing matches the filter: {hidden:,} hidden",) if hidden else ("nothing here",)
            )
        self.slots, self.same_layout, self._laid_out = (), self._laid_out == width, width
        style = self.palette.of("muted")
        room = max(1, width - GUTTER)
        wrapped = [part for line in said for part in wrap(line, room) or [""]]
        lines = [text_pieces(line, width, style) for line in wrapped[:height]]
        blank = text_pieces("", width, self.palette.text)
        return lines + [blank] * (height - len(lines))

    def _header(self, model: Model, rights: Sequence[bool], width: int) -> Pieces:
        arrow = "↓" if model.descending else "↑"
        titles = [
            Cell(column.title + (arrow if column == model.column else ""), Tone.MUTED)
            for column in (self.columns[slot.index] for slot in self.slots)
        ]
        return row_pieces(titles, self.slots, rights, width, self.palette)

    def _lay_out(self, model: Model, visible: Iterable[Cells], width: int) -> None:
        if not self._widest:
            self._widest = [0] * len(self.columns)
            step = max(1, len(model.order) // _SAMPLE)
            for row in model.order[::step]:
                self._measure(tuple(column.cell(row, self.look) for column in self.columns))
        for nth, column in enumerate(self.columns):
            if column.grow:
                # Its room is what others leave: a long text that has gone must not hold it.
                self._widest[nth] = 0
        for cells in visible:
            self._measure(cells)
        naturals = [
            natural_width(column, widest, marked=column == model.column)
            for column, widest in zip(self.columns, self._widest, strict=True)
        ]
        slots = lay_out(self.columns, naturals, width)
        laid_out = (slots, self.columns, width)
        self.same_layout = laid_out == self._laid_out
        self.slots, self._laid_out = slots, laid_out

    def _measure(self, cells: Cells) -> None:
        widest = self._widest
        for nth, cell in enumerate(cells):
            widest[nth] = max(widest[nth], cells_of(cell.text))

    def _cells(self, row: Resource) -> Cells:
        """Return all cells of a row, worked out once a picture."""
        known = self._known.get(row.ref)
        if known is not None and known[0] is row:
            return known[1]
        cells = tuple(column.cell(row, self.look) for column in self.columns)
        self._known[row.ref] = (row, cells)
        return cells

    def _news(self, before: Cells, after: Cells) -> Iterable[int]:
        for nth, (was, now) in enumerate(zip(before, after, strict=True)):
            if was.text != now.text and self.columns[nth].unit is not Unit.TIME:
                old, new = (cell.text.translate(_WITHOUT_TREND).strip() for cell in (was, now))
                if old != new:
                    yield nth

    def _positions(self, changed: frozenset[int]) -> frozenset[int]:
        """Return where on the line the changed columns stand."""
        return frozenset(at for at, slot in enumerate(self.slots) if slot.index in changed)
