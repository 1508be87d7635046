"""What people have done to single things of the demo: containers, machines, images, volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Capability, Container, Event, Instance, Resource
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State

STOPS_AFTER_S = 1.5
STARTS_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Touch:
    """The last that was done to one thing."""

    at: float
    state: State | None = None
    """What it becomes; None: as it was."""
    exit_code: int | None = None
    name: str = ""
    memory_limit: int | None = None
    size: str = ""
    removed: bool = False
    fresh: bool = False
    """Whether it begins anew at this moment."""


_WORDS = {
    State.RUNNING: "running", State.STOPPED: "exited", State.PAUSED: "paused",
    State.STOPPING: "stopping", State.PENDING: "starting",
}  # fmt: skip


@dataclass(slots=True)
class Touches:
    """The touches by the uid of each thing."""

    things: dict[str, Touch] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    """What the back ends tell of it, the oldest first."""

    def note(self, ref: Ref, touch: Touch) -> None:
        """Do something to a thing; what was done before and is not changed now stays."""
        before = self.things.get(ref.uid)
        if before is not None:
            touch = replace(
                touch,
                state=touch.state or before.state,
                name=touch.name or before.name,
                size=touch.size or before.size,
                memory_limit=touch.memory_limit or before.memory_limit,
            )
        self.things[ref.uid] = touch

    def applied(self, rows: Sequence[Resource], time: float) -> Sequence[Resource]:
        """Return the rows as they are after all that was done."""
        if not self.things:
            return rows
        found = []
        for row in rows:
            touch = self.things.get(row.ref.uid)
            changed = row if touch is None else _after(row, touch, time)
            if changed is not None:
                found.append(changed)
        return found


def _after(row: Resource, touch: Touch, time: float) -> Resource | None:
    if touch.removed:
        return None if time >= touch.at + 1.0 else row
    named = replace(row.ref, name=touch.name) if touch.name else row.ref
    changes: dict[str, Any] = {"ref": named, "observed_at": max(row.observed_at, touch.at)}
    state = _state(touch, time)
    if isinstance(row, Container | Instance):
        if touch.memory_limit is not None:
            changes["memory_limit"] = touch.memory_limit
        if isinstance(row, Instance) and touch.size:
            changes["size"] = touch.size
        if state is not None:
            changes |= _living(row, touch, state)
    return replace(row, **changes)


def _state(touch: Touch, time: float) -> State | None:
    if touch.state is State.STOPPED and time < touch.at + STOPS_AFTER_S:
        return State.STOPPING
    if touch.state is State.RUNNING and touch.fresh and time < touch.at + STARTS_AFTER_S:
        return State.PENDING
    return touch.state


def _living(row: Container | Instance, touch: Touch, state: State) -> dict[str, Any]:
    """Return how a container or machine looks in a state that somebody put it in."""
    up = state is State.RUNNING
    changes: dict[str, Any] = {
        "state": state, "native_state": _WORDS.get(state, str(state)), "reason": "",
        "health": row.health if up and not touch.fresh else Health.NONE,
        "capabilities": _capabilities(row, state),
    }  # fmt: skip
    if state is State.STOPPED:
        changes |= {"cpu": None, "memory": None, "started": None}
        if isinstance(row, Container):
            changes |= {"exit_code": touch.exit_code, "finished": touch.at + STOPS_AFTER_S}
    elif up and touch.fresh:
        changes["started"] = touch.at + STARTS_AFTER_S
        if isinstance(row, Container):
            changes |= {"exit_code": None, "finished": None}
    return changes


def _capabilities(row: Resource, state: State) -> tuple[Capability, ...]:
    """Return what can be done in another state than the story's."""
    off = "" if state is State.RUNNING else f"it is {state}"
    up = "it is running" if state is State.RUNNING else f"it is {state}"
    now = {
        "stop": off, "pause": off, "exec": off, "restart": off if state is State.PAUSED else "",
        "kill": off, "unpause": "" if state is State.PAUSED else "it is not paused",
        "start": "" if state is State.STOPPED else up,
        "remove": "" if state is State.STOPPED else f"{up}: stop it first",
        "resize": "" if isinstance(row, Container) or state is State.STOPPED else "stop it first",
    }  # fmt: skip
    return tuple(
        Capability(c.name, not now[c.name], now[c.name]) if c.name in now else c
        for c in row.capabilities
    )
