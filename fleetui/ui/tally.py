"""Counts rows by how they are, fast enough for fifty thousand between two keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from fleetui.core.objects import WRONG_STATES, Resource
from fleetui.core.state import Health, State

_STATE, _HEALTH = attrgetter("state"), attrgetter("health")
# Enum members hash in Python and their ids in C; there is one object for each member.
_STATES, _HEALTHS = {id(s): s for s in State}, {id(h): h for h in Health}
_AT_REST = frozenset({State.STOPPED, State.DELETED, State.PAUSED})


class Tally(NamedTuple):
    """How many things are well, want a look, and have failed; things at rest are none of them."""

    ok: int = 0
    degraded: int = 0
    failed: int = 0


def tally(rows: Iterable[Resource]) -> Tally:
    """Count the rows."""
    rows = tuple(rows)
    pairs = Counter(zip(map(id, map(_STATE, rows)), map(id, map(_HEALTH, rows)), strict=True))
    ok = degraded = failed = 0
    for (state_id, health_id), number in pairs.items():
        state = _STATES[state_id]
        if state is State.FAILED:
            failed += number
        elif state in WRONG_STATES or _HEALTHS[health_id] is Health.UNHEALTHY:
            degraded += number
        elif state not in _AT_REST:
            ok += number
    return Tally(ok, degraded, failed)
