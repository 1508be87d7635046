"""What people have done to the demo's units: from the first deed on, the story lets go of one.

A deed is worked out once, when it is done: it ends lives and begins others, some of them at
times to come. What the unit looks like at any moment still follows from that alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.demo.story import Change

SCALE_STEP_S = 2.0
ROLL_STEP_S = 9.0
STOP_STEP_S = 0.5
FIGHTS_BACK_S = 45.0
"""After so long an autoscaler sets its own number again."""
STALLS_AFTER = 2
"""Members of a bad revision that are tried before the back end waits for them to get well."""
_ALWAYS = float("inf")


@dataclass(frozen=True, slots=True)
class Life:
    """One occupant of a slot: from when, until when, of which revision."""

    slot: int
    born: float
    gone: float | None
    revision: int
    bad: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How a unit changes its members."""

    warm: float
    surge: bool
    room: int
    """So many members fit; more are wanted in vain."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number of members, from a moment on, and who set it."""

    at: float
    count: int
    by: str = ""
    """Empty: a person; else the autoscaler's own words."""


@dataclass(slots=True)
class Taken:
    """A unit that a person has laid hands on."""

    at: float
    lives: tuple[Life, ...]
    wanted: tuple[Wanted, ...]
    revision: int
    """What it ran when it was taken."""
    highest: int
    """The newest revision there ever was."""
    manner: Manner
    changes: tuple[Change, ...] = ()

    def count_at(self, time: float) -> int:
        """Return how many members are wanted."""
        return self._wanted_at(time).count

    def owner_at(self, time: float) -> str:
        """Return the autoscaler that set the number last, or nothing."""
        return self._wanted_at(time).by

    def _wanted_at(self, time: float) -> Wanted:
        return [w for w in self.wanted if w.at <= time or w is self.wanted[0]][-1]

    def revision_at(self, time: float) -> int:
        """Return the revision that members born now would get."""
        begun = [c.revision for c in self.changes if c.start <= time]
        return begun[-1] if begun else self.revision

    def change_at(self, time: float) -> tuple[Change, int] | None:
        """Return the change under way and how many members it has replaced; None at rest."""
        for index, change in enumerate(self.changes):
            after = self.changes[index + 1].start if index + 1 < len(self.changes) else _ALWAYS
            end = _ALWAYS if change.bad else change.at(change.count - 1) + self.manner.warm
            if change.start <= time < min(end, after):
                tried = min(change.count, STALLS_AFTER) if change.bad else change.count
                ready = (change.at(slot) + self.manner.warm <= time for slot in range(tried))
                return change, 0 if change.bad else sum(ready)
        return None

    # What can be done.

    def scale(self, at: float, count: int, own: int | None, autoscaler: str) -> None:
        """Want another number; `own` is what the autoscaler will set again, None without one."""
        self._settle(at)
        self._fill(at, count)
        self.wanted = (*self.wanted, Wanted(at, count))
        if own is not None and own != count:
            back = at + FIGHTS_BACK_S
            self._fill(back, own)
            self.wanted = (*self.wanted, Wanted(back, own, autoscaler))

    def roll(self, at: float, revision: int, *, bad: bool = False, back: bool = False) -> None:
        """Replace the members, one after another; a bad revision never gets past the first."""
        self._settle(at)
        before = self.revision_at(at)
        alive = [life for life in self.lives if life.gone is None]
        if back:
            # What is at that revision already may stay.
            alive = [life for life in alive if life.revision != revision or life.bad]
        tried = alive[:STALLS_AFTER] if bad else alive
        for turn, old in enumerate(tried):
            born = at + ROLL_STEP_S * turn
            gone = born + self.manner.warm if self.manner.surge and not old.bad else born
            self._replace(old, replace(old, gone=gone))
            self.lives = (*self.lives, Life(old.slot, born, None, revision, bad))
        self.highest = max(self.highest, revision)
        change = Change(at, ROLL_STEP_S, max(1, len(alive)), before, revision, bad, back)
        self.changes = (*self.changes, change)

    def stop_rolling(self, at: float) -> None:
        """Leave a change where it is: who was not replaced yet stays."""
        self._settle(at)
        found = self.change_at(at)
        if found is None:
            return
        change, _ = found
        begun = sum(1 for slot in range(change.count) if change.at(slot) <= at)
        kept = replace(change, count=max(1, begun), bad=False)
        self.changes = (*(c for c in self.changes if c is not change), kept)

    def _settle(self, at: float) -> None:
        """Take back what earlier deeds had in store for later."""
        born = tuple(life for life in self.lives if life.born <= at)
        heirs = {(life.slot, life.born) for life in born}
        self.lives = tuple(
            replace(life, gone=None)
            if life.gone is not None and life.gone > at and not _has_heir(life, heirs)
            else life
            for life in born
        )
        self.wanted = tuple(w for w in self.wanted if w.at <= at) or self.wanted[:1]

    def _fill(self, at: float, count: int) -> None:
        """End the lives that are too many from `at` on, or begin those that are missing."""
        alive = sorted((x for x in self.lives if x.gone is None), key=lambda x: x.slot)
        for turn, life in enumerate(reversed(alive[count:])):
            self._replace(life, replace(life, gone=at + STOP_STEP_S * turn))
        taken = {life.slot for life in alive[:count]}
        free = (slot for slot in range(count + len(taken)) if slot not in taken)
        revision = self.revision_at(at)
        for turn in range(min(count, self.manner.room) - len(taken)):
            born = at + SCALE_STEP_S * (turn + 1)
            self.lives = (*self.lives, Life(next(free), born, None, revision, self._is_bad(at)))

    def _is_bad(self, at: float) -> bool:
        begun = [c for c in self.changes if c.start <= at]
        return bool(begun) and begun[-1].bad

    def _replace(self, old: Life, new: Life) -> None:
        self.lives = tuple(new if life is old else life for life in self.lives)


def _has_heir(life: Life, heirs: set[tuple[int, float]]) -> bool:
    return any(slot == life.slot and born > life.born for slot, born in heirs)


@dataclass(slots=True)
class Deeds:
    """All units that people have taken, by the key and the scope of each."""

    units: dict[tuple[str, str], Taken] = field(default_factory=dict)

    def of(self, key: str, scope: str) -> Taken | None:
        """Return a unit that was taken, or None where the story still has it."""
        return self.units.get((key, scope))

    def take(self, key: str, scope: str, make: Callable[[], Taken]) -> Taken:
        """Take a unit from the story, once."""
        if (key, scope) not in self.units:
            self.units[key, scope] = make()
        return self.units[key, scope]
