"""What has happened, as each back end tells it: computed from the lives of members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event, Link
from fleetui.core.ref import Ref
from fleetui.core.state import Severity, State
from fleetui.providers.demo import noise, story, units
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.rows import unit_ref
from fleetui.providers.demo.units import UnitSpec
from fleetui.providers.demo.world import World

_STATES = {
    Severity.INFO: State.RUNNING,
    Severity.WARNING: State.DEGRADED,
    Severity.CRITICAL: State.FAILED,
}

# An engine's events carry the labels of the container, an activity its group, a task its
# service; a cluster tells of a pod alone.
_NAMED_WITH_UNIT = frozenset({"compose", "asg", "ecs"})


class What(StrEnum):
    """What can happen to a unit or to one of its members."""

    BEGUN = "begun"
    BACK = "back"
    DONE = "done"
    BORN = "born"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Phrase:
    """The back end's word for what happened, and its sentence."""

    word: str
    sentence: str
    severity: Severity = Severity.INFO


Phrases = Mapping[What, Phrase]
NameOf = Callable[[UnitSpec, Life], Ref]


def of_units(
    world: World,
    specs: Sequence[UnitSpec],
    phrases: Mapping[str, Phrases],
    name_of: NameOf,
    since: float,
    until: float,
) -> list[Event]:
    """Return the events of these units; `phrases` are by kind of unit."""
    found = []
    for spec in specs:
        if spec.key not in story.UNITS and world.clock.deeds.of(spec.key, spec.scope) is None:
            continue
        told = phrases.get(spec.kind, {})
        for time, what, ref, words in _moments(world, spec, name_of, since, until):
            if since < time <= until and what in told:
                unit = unit_ref(world, spec) if spec.kind in _NAMED_WITH_UNIT else None
                found.append(event(world, spec.scope, told[what], time, ref, words, unit))
    return found


def event(
    world: World,
    scope: str,
    phrase: Phrase,
    time: float,
    about: Ref,
    words: Mapping[str, object],
    unit: Ref | None = None,
) -> Event:
    """Return one event's row; its uid follows from what it tells.

    `unit` is what the thing belongs to, where the back end's events say so.
    """
    message = world.text(phrase.sentence.format(**words), f"event {about.name} {phrase.word}")
    uid = noise.identity(world.seed, 16, about, phrase.word, round(time - world.opened, 3))
    return Event(
        ref=Ref(about.provider, scope, "event", uid, phrase.word),
        state=_STATES[phrase.severity],
        native_state=phrase.word,
        reason="" if phrase.severity is Severity.INFO else message,
        created=round(time, 3),
        observed_at=round(time, 3),
        links=(Link("about", about), *([Link("part_of", unit)] if unit and unit != about else [])),
        time=round(time, 3),
        severity=phrase.severity,
        message=message,
        subject=str(about),
    )


_Moment = tuple[float, What, Ref, Mapping[str, object]]


def _moments(
    world: World, spec: UnitSpec, name_of: NameOf, since: float, until: float
) -> Iterator[_Moment]:
    clock, unit = world.clock, unit_ref(world, spec)
    for change in units.changes(clock, spec, since, until):
        words = {
            "unit": spec.name, "before": spec.words(change.before),
            "after": spec.words(change.revision), "count": change.count,
        }  # fmt: skip
        yield change.start, What.BACK if change.back else What.BEGUN, unit, words
        if not change.bad:
            yield change.at(change.count - 1) + spec.warm, What.DONE, unit, words
    for out, back, extra in units.waves(clock, spec, since, until):
        words = {"unit": spec.name, "low": spec.replicas, "high": spec.replicas + extra}
        yield out, What.OUT, unit, words
        yield back, What.IN, unit, words
    for life in units.lives(clock, spec, since, until):
        ref = name_of(spec, life)
        words = {
            "unit": spec.name, "name": ref.name, "uid": ref.uid, "short": ref.uid[:12],
            "revision": spec.words(life.revision),
        }  # fmt: skip
        yield life.born, What.BORN, ref, words
        if life.gone is None or life.born + spec.warm < life.gone:
            yield life.born + spec.warm, What.READY, ref, words
        for time in units.crashes(spec, life, until):
            yield time, What.FAILED, ref, words
        if life.gone is not None:
            yield life.gone, What.GONE, ref, words
