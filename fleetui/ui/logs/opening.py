"""How the board opens the log of the row under its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.core.objects import CapacityUnit, Container, Service
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.table_pane import TablePane

if TYPE_CHECKING:
    from fleetui.ui.board import Board

_WITH_LOGS = (Container, CapacityUnit, Service)


def open_log(board: Board) -> None:
    """Open it, or say in the footer why there is none."""
    pane = board.pane
    row = pane.table.selected if isinstance(pane, TablePane) else None
    if row is None:
        board.note("logs are of containers, units and services: go to one first")
        return
    reason = next((c.reason for c in row.capabilities if c.name == "logs" and not c.allowed), "")
    if not isinstance(row, _WITH_LOGS):
        board.note(f"{row.ref.short} keeps no log: l is for containers, units and services")
    elif reason:
        board.note(f"{row.ref.short}: {reason}")
    else:
        board.app.push_screen(LogScreen(row, board.context, board.needed))
