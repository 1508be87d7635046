"""The keys that look into the row under the cursor: describe, raw, timeline, copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fleetui.core.columns import Look
from fleetui.core.objects import Forward, Resource
from fleetui.core.tables import TABLES
from fleetui.ui.clipboard import safe, told
from fleetui.ui.drill import kind_of
from fleetui.ui.page.opening import page_of
from fleetui.ui.table_pane import TablePane

if TYPE_CHECKING:
    from fleetui.ui.board import Board

_VERBS = {
    "describe": "describe",
    "raw": "show raw",
    "timeline": "show the timeline of",
    "owner": "go up from",
    "ref": "copy",
    "row": "copy",
}


def look(board: Board, what: str) -> bool:
    """Do what a key asks of the row under the cursor; True where the pane shows something else.

    Where the key cannot act the footer says why.
    """
    pane = board.pane
    if not isinstance(pane, TablePane):
        board.note("a chart has no rows: Tab goes to a table")
        return False
    if what == "everywhere":
        opened = pane.open_timeline(None)
        if not opened:
            board.note("this is what happened everywhere: Esc goes back")
        return opened
    row = pane.table.selected
    if row is None:
        board.note(f"there is no row to {_VERBS[what]}")
        return False
    if what == "timeline":
        return pane.open_timeline(row)
    if what == "owner":
        opened = pane.open_owner(row)
        if not opened:
            board.note(f"{row.ref.short} belongs to nothing that is known")
        return opened
    if what in {"describe", "raw"}:
        board.app.push_screen(page_of(row, board.context, what))
        return False
    text, note = copy_of(board, pane.marked or (row,), what)
    board.app.copy_to_clipboard(text)
    board.note(note)
    return False


def copy_of(board: Board, rows: Sequence[Resource], what: str) -> tuple[str, str]:
    """Return what is copied of these rows, and what the footer says of it.

    `what` is `ref`, `row`, or the name of a column; a row that has no such one is left out.
    """
    if what == "ref":
        lines = [row.url if isinstance(row, Forward) else str(row.ref) for row in rows]
    elif what == "row":
        lines = ["\t".join(_shown(board, row)) for row in rows]
    else:
        lines = [cells[what] for row in rows if what in (cells := cells_of(board, row))]
    text, cut = safe(lines)
    return text, told(text, cut=cut)


def cells_of(board: Board, row: Resource) -> dict[str, str]:
    """Return the cells of a row as they are written, by the names of their columns."""
    pane = board.pane
    here = isinstance(pane, TablePane) and any(one.ref == row.ref for one in pane.picture.rows)
    if here and isinstance(pane, TablePane):
        columns, look = pane.columns, pane.look(board.context.engine.now())
    else:
        kind = kind_of(row)
        columns, look = TABLES[kind].columns if kind else {}, Look(board.context.engine.now())
    return {name: column.cell(row, look).text.strip() for name, column in columns.items()}


def _shown(board: Board, row: Resource) -> list[str]:
    """Return the cells that a table shows of a row."""
    pane = board.pane
    cells = cells_of(board, row)
    if isinstance(pane, TablePane) and any(one.ref == row.ref for one in pane.picture.rows):
        return [cells[column.name] for column in pane.shown_columns if column.name in cells]
    kind = kind_of(row)
    return [cells[name] for name in TABLES[kind].shown] if kind else [str(row.ref)]


def open_timeline(board: Board, thing: Resource) -> None:
    """Show in the pane with focus, else in the first that has rows, what happened to a thing."""
    names = [board.current, *board.panes]
    name = next((n for n in names if isinstance(board.panes[n], TablePane)), "")
    pane = board.panes.get(name)
    if not isinstance(pane, TablePane):
        board.note("no pane here can show a timeline: Esc goes back")
        return
    board.focus_pane(name)
    pane.open_timeline(thing)
    board.changed_view()
