"""What the board's keys do to find things: marks, the next wrong row, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.ui.questions import FilterQuestion
from fleetui.ui.table.told import Refused
from fleetui.ui.table_pane import TablePane

if TYPE_CHECKING:
    from fleetui.ui.board import Board

_NO_ROWS = "a chart has no rows"


def back(board: Board) -> None:
    """Go back one step: the marks, the filter, what was opened, only what is wrong, the zoom."""
    pane = board.pane
    if isinstance(pane, TablePane):
        if pane.table.marking:
            pane.table.clear_marks()
            board.draw_lines()
            return
        if pane.step_back():
            board.changed_view()
            return
    if board.context.wrong_only:
        wrong_only(board)
    elif board.zoomed:
        board.action_zoom()


def wrong_only(board: Board) -> None:
    """Show only what is wrong in every pane, or all."""
    board.context.wrong_only = not board.context.wrong_only
    board.changed_view()


def mark(board: Board, *, range_: bool) -> None:
    """Mark the row under the cursor, or all from the last mark to it."""
    pane = board.pane
    if not isinstance(pane, TablePane):
        board.note(f"{_NO_ROWS} to mark")
    elif pane.table.mark(range_=range_):
        if board.tabbed:
            board.lay_out()
        board.draw_lines()
    elif range_ and pane.table.selected is not None:
        board.note("no mark to begin from is in sight: Space marks one row")
    else:
        board.note("no row to mark")


def go_to_wrong(board: Board, by: int) -> None:
    """Go to the next wrong row of the pane, else on into the next pane that has one."""
    names = list(board.panes)
    at = names.index(board.current)
    for step in range(len(names) + 1):
        name = names[(at + by * step) % len(names)]
        pane = board.panes[name]
        # What has happened is not wrong now: only who is there already is led through it.
        passing = step and pane.spec.show == "events" and step < len(names)
        if not isinstance(pane, TablePane) or passing:
            continue
        if pane.table.go_to_wrong(by, beyond=step == 0):
            if name != board.current:
                board.focus_pane(name)
            return
    board.note("nothing that is shown on this screen is wrong")


def ask_filter(board: Board) -> None:
    """Ask which rows to show, with their texts made ready meanwhile."""
    pane = board.pane
    if isinstance(pane, TablePane):
        board.ask(FilterQuestion(pane))
    else:
        board.note(f"{_NO_ROWS} to filter")


def pick_sort(board: Board) -> None:
    """Let a column be picked to sort by; the rows follow what is under the cursor."""
    pane = board.pane
    if isinstance(pane, TablePane):
        from fleetui.ui.sort_picker import SortPicker

        def moved() -> None:
            board.draw(frozenset(pane.keys))

        picker = SortPicker(board.context.styles, pane, moved)
        board.app.push_screen(picker, lambda _done: board.changed_view())
    else:
        board.note(f"{_NO_ROWS} to sort")


def refused(board: Board, event: Refused) -> None:
    """Say why a filter gave up: under it while it is typed, else in the footer."""
    for pane in board.panes.values():
        if isinstance(pane, TablePane) and event.table in pane.bodies:
            pane.refused(event.settled)
            if pane.left_out:
                board.note(pane.left_out, "warn")
            elif isinstance(asked := board.question, FilterQuestion) and asked.pane is pane:
                board.hint(asked.hint(event.error))
            else:
                board.note(f"the filter is taken off: {event.error}", "warn")
