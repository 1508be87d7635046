"""Which things keep a log that can be opened, and why the others do not."""

from __future__ import annotations

from fleetui.core.objects import CapacityUnit, Container, Resource, Service

_WITH_LOGS = (Container, CapacityUnit, Service)
NO_ROW = "logs are of containers, units and services: go to one first"


def why_no_log(row: Resource) -> str:
    """Return why there is no log of a thing; nothing where there is one."""
    reason = next((c.reason for c in row.capabilities if c.name == "logs" and not c.allowed), "")
    if not isinstance(row, _WITH_LOGS):
        return f"{row.ref.short} keeps no log: containers, units and services do"
    return f"{row.ref.short}: {reason}" if reason else ""
