"""Opens the log of a thing, or says why it keeps none; the first one imports what draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fleetui.core.objects import CapacityUnit, Container, Resource, Service

if TYPE_CHECKING:
    from fleetui.core.snapshot import SourceKey
    from fleetui.ui.about import AboutLog
    from fleetui.ui.context import Context

_WITH_LOGS = (Container, CapacityUnit, Service)
NO_ROW = "logs are of containers, units and services: go to one first"


def why_no_log(row: Resource) -> str:
    """Return why there is no log of a thing; nothing where there is one."""
    reason = next((c.reason for c in row.capabilities if c.name == "logs" and not c.allowed), "")
    if not isinstance(row, _WITH_LOGS):
        return f"{row.ref.short} keeps no log: containers, units and services do"
    return f"{row.ref.short}: {reason}" if reason else ""


def log_of(thing: Resource, context: Context, board_keys: frozenset[SourceKey]) -> AboutLog:
    """Return the log of a thing; the board below goes on to read its own sources."""
    from fleetui.ui.logs.screen import LogScreen

    return LogScreen(thing, context, board_keys)
