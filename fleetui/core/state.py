"""The normalised words for how a thing is, whatever its back end calls it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a thing is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    DEGRADED = "degraded"
    STOPPING = "stopping"
    STOPPED = "stopped"
    PAUSED = "paused"
    FAILED = "failed"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """What the thing's own check says; `NONE` where nobody checks it."""

    HEALTHY = "healthy"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    NONE = "none"


class Severity(StrEnum):
    """How loud an event or an alert is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


# The worst first: the order in which a person wants to see them.
STATE_RANK: dict[State, int] = {
    State.FAILED: 0,
    State.DEGRADED: 1,
    State.UNKNOWN: 2,
    State.PENDING: 3,
    State.STOPPING: 4,
    State.PAUSED: 5,
    State.RUNNING: 6,
    State.STOPPED: 7,
    State.DELETED: 8,
}
SEVERITY_RANK: dict[Severity, int] = {
    Severity.CRITICAL: 0,
    Severity.WARNING: 1,
    Severity.INFO: 2,
}
