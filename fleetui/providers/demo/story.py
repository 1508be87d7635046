"""The schedule: what happens to the fleet, in seconds since it was opened.

Every `CYCLE_S` it begins anew. Times are offsets into a cycle:

    0    a quiet minute
    60   deploy/api rolls out a new revision
    150  the bad revision begins: of deploy/checkout in even cycles, of ecs/payments in odd ones
    172    its members begin to fail, 5xx rise
    195    an alert is pending, at 225 it fires
    330    the rollback begins, one member after another
    420    5xx are back to normal, at 435 the alert is resolved
    450  asg/web scales out, at 700 in again
    500  compose/shop/web is recreated
    560  ecs/cart rolls out a new revision
    620  deploy/worker scales out, at 800 in again
    720  asg/web gets an instance refresh
    840  quiet

All but the bad revision has happened in the four cycles before the fleet was opened, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from fleetui.core.lazy_dataclass import dataclass

CYCLE_S = 900.0
HISTORY_CYCLES = 4
FAILS_AFTER_S = 8.0
"""How long a member of the bad revision runs before it fails for the first time."""
ALERT_PENDING_S, ALERT_FIRING_S, ALERT_OVER_S = 195.0, 225.0, 435.0
ERRORS_FROM_S, ERRORS_FULL_S, ERRORS_FALL_S, ERRORS_OVER_S = 168.0, 230.0, 345.0, 420.0


@dataclass(frozen=True, slots=True)
class Roll:
    """A rolling deploy; a bad one stalls after `count` members and is undone at `back_at`."""

    unit: str
    at: float
    step: float
    count: int | None = None
    back_at: float | None = None
    every: int = 1
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Wave:
    """An autoscaler adds members, and takes them away again."""

    unit: str
    out_at: float
    in_at: float
    extra: int


ROLLS = (
    Roll("kubernetes/deploy/api", 60, 13),
    Roll("kubernetes/deploy/checkout", 150, 9, count=3, back_at=330, every=2, turn=0),
    Roll("aws/ecs/payments", 150, 10, count=2, back_at=330, every=2, turn=1),
    Roll("docker/compose/shop/web", 500, 9),
    Roll("aws/ecs/cart", 560, 14),
    Roll("aws/asg/web", 720, 16),
)
WAVES = (
    Wave("aws/asg/web", 450, 700, 2),
    Wave("kubernetes/deploy/worker", 620, 800, 2),
)


# All others have been as they are since long before the fleet was opened.
UNITS = frozenset(act.unit for act in (*ROLLS, *WAVES))


@dataclass(frozen=True, slots=True)
class Change:
    """A rolling change of one unit, at absolute times."""

    start: float
    step: float
    count: int
    before: int
    revision: int
    bad: bool = False
    back: bool = False

    def at(self, slot: int) -> float:
        """When the member in this slot is replaced."""
        return self.start + slot * self.step


@dataclass(frozen=True, slots=True)
class Incident:
    """The bad revision of one unit, at absolute times."""

    unit: str
    start: float

    def errors(self, time: float) -> float:
        """How bad it is, from 0 to 1."""
        offset = time - self.start
        if offset < ERRORS_FROM_S or offset > ERRORS_OVER_S:
            return 0.0
        rise = (offset - ERRORS_FROM_S) / (ERRORS_FULL_S - ERRORS_FROM_S)
        fall = (ERRORS_OVER_S - offset) / (ERRORS_OVER_S - ERRORS_FALL_S)
        return min(1.0, rise, fall)


def cycle_at(opened: float, time: float) -> int:
    """Return the number of the cycle, negative before the fleet was opened."""
    return math.floor((time - opened) / CYCLE_S)


def changes(
    opened: float, unit: str, replicas: int, revision: int, since: float, until: float
) -> Iterator[Change]:
    """Yield the changes of a unit that begin before `until` and matter from `since` on."""
    first, last = cycle_at(opened, since) - 2, cycle_at(opened, until)
    for roll in ROLLS:
        if roll.unit != unit:
            continue
        bad = roll.back_at is not None
        for cycle in range(max(first, 0 if bad else -HISTORY_CYCLES), last + 1):
            if cycle % roll.every != roll.turn:
                continue
            begin, runs = opened + cycle * CYCLE_S, cycle // roll.every
            count = min(replicas, roll.count or replicas)
            if roll.back_at is None:
                before, after = revision + runs, revision + runs + 1
                yield Change(begin + roll.at, roll.step, count, before, after)
            else:
                broken = revision + runs + 1
                yield Change(begin + roll.at, roll.step, count, revision, broken, bad=True)
                yield Change(begin + roll.back_at, roll.step, count, broken, revision, back=True)


def waves(
    opened: float, unit: str, since: float, until: float
) -> Iterator[tuple[float, float, int]]:
    """Yield (out, in, extra) of a unit's autoscaler, at absolute times."""
    first, last = cycle_at(opened, since) - 1, cycle_at(opened, until)
    for wave in WAVES:
        if wave.unit == unit:
            for cycle in range(max(first, -HISTORY_CYCLES), last + 1):
                begin = opened + cycle * CYCLE_S
                yield begin + wave.out_at, begin + wave.in_at, wave.extra


def incident(opened: float, time: float) -> Incident | None:
    """Return the incident of the cycle that `time` is in; none before the fleet was opened."""
    cycle = cycle_at(opened, time)
    if cycle < 0:
        return None
    for roll in ROLLS:
        if roll.back_at is not None and cycle % roll.every == roll.turn:
            return Incident(roll.unit, opened + cycle * CYCLE_S)
    return None


def errors(opened: float, time: float) -> float:
    """Return how bad the incident is now, from 0 to 1."""
    now = incident(opened, time)
    return now.errors(time) if now else 0.0
