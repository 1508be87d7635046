"""The keys that look into the row under the cursor: describe, raw, timeline, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.ui.clipboard import safe, told
from fleetui.ui.page.screen import Page
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
        page = Page(row, board.context, what)

        def closed(then: str | None) -> None:
            # Of the thing on the page: the row under the cursor may be another by now.
            if then and pane.open_timeline(page.thing):
                board.changed_view()

        board.app.push_screen(page, closed)
        return False
    rows = pane.marked or (row,)
    text, cut = safe([str(one.ref) if what == "ref" else pane.row_text(one) for one in rows])
    board.app.copy_to_clipboard(text)
    board.note(told(text, cut=cut))
    return False
