"""Units and their members: who is alive at a moment, computed from the schedule alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from enum import StrEnum

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.demo import noise, story
from fleetui.providers.demo.deeds import Deeds, Life, Manner, Taken, Wanted
from fleetui.providers.demo.story import Change
from fleetui.providers.demo.touched import Touches

GRACE_S = 5.0
_DAY = 86_400.0
_RETRY_RUNS_S = 5.0
STEP_DOWN_S = 1.0
ECS_ROOM = 3
"""So many more tasks fit on the instances of an ECS service; then their memory is full."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What all of the fleet depends on besides the time: the seed, and when it was opened."""

    seed: int
    opened: float
    deeds: Deeds = field(default_factory=Deeds, compare=False)
    touches: Touches = field(default_factory=Touches, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpec:
    """A capacity unit as it is at rest."""

    provider: str
    scope: str
    kind: str
    name: str
    replicas: int
    low: int | None = None
    high: int | None = None
    autoscaler: str = ""
    revision: int = 1
    form: str = "r{}"
    image: str = ""
    port: int | None = None
    cpu: float = 0.2
    """A member's share of one core at the busiest hour."""
    memory: int = 256
    """A member's, in MiB."""
    warm: float = 7.0
    surge: bool = True
    """Whether a new member comes before the old one goes."""
    stateful: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    size: str = ""
    cores: int = 1
    zones: tuple[str, ...] = ()
    namespace: str = ""
    volumes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    age_days: float = 90.0
    slots: int = field(default=0)

    @property
    def key(self) -> str:
        """The schedule's word for it."""
        return f"{self.provider}/{self.kind}/{self.name}"

    def words(self, revision: int) -> str:
        """The revision as the back end writes it."""
        return self.form.format(revision)


class Phase(StrEnum):
    """Where a member is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    FAILING = "failing"
    """Down, and about to be tried again."""
    RETRYING = "retrying"
    """Up again, and not ready."""
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Member:
    """One member at one moment."""

    slot: int
    born: float
    revision: int
    phase: Phase
    since: float
    """When the phase began."""
    bad: bool = False
    restarts: int = 0

    @property
    def ready(self) -> bool:
        """Whether it takes its share of the work."""
        return self.phase is Phase.RUNNING


def lives(clock: Clockwork, spec: UnitSpec, since: float, until: float) -> list[Life]:
    """Return all who live in some part of the time, in order of slot and birth."""
    taken = clock.deeds.of(spec.key, spec.scope)
    if taken is None:
        return _told(clock, spec, since, until)
    found = [
        x for x in taken.lives
        if x.born <= until and (x.gone is None or x.gone + GRACE_S > since)
    ]  # fmt: skip
    if since < taken.at:
        # Those who were gone before it was taken are still the story's.
        past = _told(clock, spec, since, min(until, taken.at))
        found += [x for x in past if x.gone is not None and x.gone + GRACE_S <= taken.at]
    return sorted(found, key=lambda x: (x.slot, x.born))


def _told(clock: Clockwork, spec: UnitSpec, since: float, until: float) -> list[Life]:
    """Return the lives as the story has them."""
    all_changes = sorted(_changes(clock, spec, since, until + GRACE_S), key=lambda c: c.start)
    found: list[Life] = []
    for slot in range(spec.replicas):
        mine = [change for change in all_changes if slot < change.count]
        first = clock.opened - _age(clock, spec, slot)
        # A slot that no change reaches stays at what the unit was before the first of them.
        earliest = mine or all_changes
        revision = earliest[0].before if earliest else current_revision(clock, spec, until)
        births = [(first, revision, False)]
        births += [(c.at(slot), c.revision, c.bad) for c in mine if c.at(slot) <= until + GRACE_S]
        for index, (born, number, bad) in enumerate(births):
            after = births[index + 1][0] if index + 1 < len(births) else None
            gone = None if after is None else _gone(spec, after, bad=bad)
            if born <= until and (gone is None or gone + GRACE_S > since):
                found.append(Life(slot, born, gone, number, bad))
    for out, back, extra in story.waves(clock.opened, spec.key, since, until):
        for index in range(extra):
            born = out + 3.0 * index
            if born <= until and back + GRACE_S > since:
                number = current_revision(clock, spec, born)
                found.append(Life(spec.replicas + index, born, back + index, number, False))
    return found


def _age(clock: Clockwork, spec: UnitSpec, slot: int) -> float:
    return _DAY * (0.3 + spec.age_days * noise.share(clock.seed, spec.key, slot, "age") ** 2)


def _gone(spec: UnitSpec, after: float, *, bad: bool) -> float:
    if spec.surge:
        return after if bad else after + spec.warm
    return after - GRACE_S


def changes(clock: Clockwork, spec: UnitSpec, since: float, until: float) -> Iterator[Change]:
    """Yield the story's changes up to the moment when a person took the unit, and theirs."""
    taken = clock.deeds.of(spec.key, spec.scope)
    for change in _changes(clock, spec, since, until):
        if taken is None or change.start < taken.at:
            yield change
    for change in taken.changes if taken else ():
        if change.start <= until:
            yield change


def waves(
    clock: Clockwork, spec: UnitSpec, since: float, until: float
) -> Iterator[tuple[float, float, int]]:
    """Yield (out, in, extra) of the unit's autoscaler, until a person took the unit."""
    taken = clock.deeds.of(spec.key, spec.scope)
    for out, back, extra in story.waves(clock.opened, spec.key, since, until):
        if taken is None or out < taken.at:
            yield out, back, extra


def _changes(clock: Clockwork, spec: UnitSpec, since: float, until: float) -> Iterator[Change]:
    return story.changes(clock.opened, spec.key, spec.replicas, spec.revision, since, until)


def current_revision(clock: Clockwork, spec: UnitSpec, time: float) -> int:
    """Return the revision that members born now would get."""
    taken = clock.deeds.of(spec.key, spec.scope)
    if taken is not None and time >= taken.at:
        return taken.revision_at(time)
    begun = [c for c in _changes(clock, spec, time, time) if c.start <= time]
    if begun:
        return max(begun, key=lambda c: c.start).revision
    later = sorted(_changes(clock, spec, time, time + story.CYCLE_S), key=lambda c: c.start)
    return later[0].before if later else spec.revision


def members(clock: Clockwork, spec: UnitSpec, time: float) -> list[Member]:
    """Return the members that exist now, those on their way out among them."""
    return [member_at(spec, life, time) for life in lives(clock, spec, time, time)]


def member_at(spec: UnitSpec, life: Life, time: float) -> Member:
    """Return what one occupant looks like at a moment of its life."""

    def member(phase: Phase, since: float, restarts: int = 0) -> Member:
        return Member(life.slot, life.born, life.revision, phase, since, life.bad, restarts)

    warmed = life.born + spec.warm
    if life.gone is not None and time >= life.gone:
        return member(Phase.STOPPING, life.gone)
    if time < warmed:
        return member(Phase.PENDING, life.born)
    failed = warmed + story.FAILS_AFTER_S
    if not life.bad or time < failed:
        return member(Phase.RUNNING, warmed)
    began, restarts = failed, 0
    while True:
        tried = began + back_off(restarts)
        if time < tried:
            return member(Phase.FAILING, began, restarts)
        restarts += 1
        began = tried + _RETRY_RUNS_S
        if time < began:
            return member(Phase.RETRYING, tried, restarts)


def back_off(restarts: int) -> float:
    """Return how long a failed member waits before it is tried again, as Kubernetes does."""
    return min(300.0, 10.0 * 2.0 ** min(restarts, 5))


def crashes(spec: UnitSpec, life: Life, until: float) -> Iterator[float]:
    """Yield when an occupant of the bad revision failed."""
    time, restarts = life.born + spec.warm + story.FAILS_AFTER_S, 0
    end = until if life.gone is None else min(until, life.gone)
    while life.bad and time <= end:
        yield time
        time += back_off(restarts) + _RETRY_RUNS_S
        restarts += 1


def desired(clock: Clockwork, spec: UnitSpec, time: float) -> int:
    """Return how many members are wanted now."""
    taken = clock.deeds.of(spec.key, spec.scope)
    if taken is not None and time >= taken.at:
        return taken.count_at(time)
    extra = sum(
        more for out, back, more in story.waves(clock.opened, spec.key, time, time)
        if out <= time < back
    )  # fmt: skip
    return spec.replicas + extra


def under_way(clock: Clockwork, spec: UnitSpec, time: float) -> tuple[Change, int] | None:
    """Return the change in progress and how many members it has replaced; None when all rest."""
    taken = clock.deeds.of(spec.key, spec.scope)
    if taken is not None and time >= taken.at:
        return taken.change_at(time)
    for change in _changes(clock, spec, time, time):
        end = change.at(change.count - 1) + spec.warm
        stalled = change.bad and time < change.start + _back_after(spec)
        if change.start <= time and (time < end or stalled):
            done = sum(1 for slot in range(change.count) if change.at(slot) + spec.warm <= time)
            return change, done
    return None


def _back_after(spec: UnitSpec) -> float:
    return max(
        (r.back_at - r.at for r in story.ROLLS if r.unit == spec.key and r.back_at is not None),
        default=0.0,
    )


def room_of(spec: UnitSpec) -> int | None:
    """Return how many members fit; None where there is always room for more."""
    return spec.replicas + ECS_ROOM if spec.kind == "ecs" else None


def take(clock: Clockwork, spec: UnitSpec, at: float) -> Taken:
    """Let a person have a unit as it is at a moment; the story goes on without it."""

    def make() -> Taken:
        alive = [
            replace(life, gone=None) if life.gone is not None and life.gone > at else life
            for life in _told(clock, spec, at, at)
            if life.born <= at
        ]
        heirs = {(life.slot, life.born) for life in alive}
        # One that makes room for its successor still goes.
        lives = tuple(
            replace(life, gone=at + STEP_DOWN_S)
            if any(slot == life.slot and born > life.born for slot, born in heirs)
            else life
            for life in alive
        )
        revision = current_revision(clock, spec, at)
        highest = max([revision, *(life.revision for life in lives)])
        room = room_of(spec) or 10_000
        return Taken(
            at, lives, (Wanted(at, desired(clock, spec, at)),), revision, highest,
            Manner(spec.warm, spec.surge, room),
        )  # fmt: skip

    return clock.deeds.take(spec.key, spec.scope, make)
