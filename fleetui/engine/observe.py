"""What two pictures of one source tell when they are held side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fleetui.core.kinds import WORDS
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Alert, CapacityUnit, Container, Link, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import Health, Severity, State
from fleetui.engine.merge import Difference

# More than this of one sort in one picture become one sentence.
AT_ONCE = 20
AT_ONCE_AFTER_GAP = 3
# Beyond this many, who replaced whom is not looked for: it ends in one sentence anyway.
PAIRED = 1_000
SEVERITY = {
    State.FAILED: Severity.CRITICAL,
    State.DEGRADED: Severity.WARNING,
    State.UNKNOWN: Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen: what it is about (a thing, or a source as text), and how loud it is."""

    about: Ref | None
    subject: str
    message: str
    severity: Severity = Severity.INFO
    links: tuple[Link, ...] = ()
    """What else it tells of: the unit that the thing belongs to, what an alert is about."""


def observed(key: SourceKey, difference: Difference, at_once: int = AT_ONCE) -> list[Observation]:
    """Return what is worth telling, with a summary where it is more than `at_once` of a sort."""
    if key.kind in {"events", "query"}:
        return []
    successors, came, went = _paired(difference)
    return [
        *_few(key, map(_replaced, successors), "replaced", at_once, len(successors)),
        *_few(key, map(_came, came), "appeared", at_once, len(came)),
        *_few(key, map(_went, went), "gone", at_once, len(went)),
        *_changes(key, difference, at_once),
    ]


def _paired(difference: Difference) -> tuple[list[Resource], list[Resource], list[Resource]]:
    """Return what took another's place, what else appeared, and what else is gone.

    The same name with another uid is one story, not two.
    """
    came, went = difference.appeared, difference.gone
    if not came or not went or len(came) + len(went) > PAIRED:
        return [], came, went
    former = {str(row.ref): row.ref for row in went}
    successors = [row for row in came if former.get(str(row.ref), row.ref) != row.ref]
    names = {str(row.ref) for row in successors}
    return (
        successors,
        [row for row in came if str(row.ref) not in names],
        [row for row in went if str(row.ref) not in names],
    )


def outage(provider: str, scope: str, what: str) -> Observation:
    """Say that a back end has stopped answering."""
    place = f"{provider}/{scope}"
    return Observation(None, place, f"cannot be read: {what}", Severity.WARNING)


def recovery(provider: str, scope: str) -> Observation:
    """Say that it answers again."""
    return Observation(None, f"{provider}/{scope}", "answers again")


def _few(
    key: SourceKey, seen: Iterator[Observation], word: str, at_once: int, count: int
) -> list[Observation]:
    if count <= at_once:
        return list(seen)
    loudest = max((o.severity for o in islice(seen, 1000)), key=list(Severity).index)
    noun = WORDS.get(key.kind, "object")
    return [Observation(None, f"{key.provider}/{key.scope}", f"{count:,} {noun}s {word}", loudest)]


def _changes(key: SourceKey, difference: Difference, at_once: int) -> list[Observation]:
    seen = [o for before, after in difference.changed for o in _changed(before, after)]
    return _few(key, iter(seen), "changed", at_once, len(seen))


def _came(row: Resource) -> Observation:
    if isinstance(row, Alert):
        text = f"alert {_word(row)}: {row.summary}" if row.summary else f"alert {_word(row)}"
        severity = Severity.INFO if row.state is State.PENDING else row.severity
        return _about(row, text, severity)
    word = "" if row.state is State.UNKNOWN else f", {row.state}"
    return _about(row, f"appeared{word}{_why(row)}", SEVERITY.get(row.state, Severity.INFO))


def _replaced(row: Resource) -> Observation:
    severity = SEVERITY.get(row.state, Severity.INFO)
    return _about(row, f"replaced by a new one, {row.state}{_why(row)}", severity)


def _went(row: Resource) -> Observation:
    return _about(row, "alert ended" if isinstance(row, Alert) else "gone", Severity.INFO)


def _changed(before: Resource, after: Resource) -> Iterator[Observation]:
    if before.state is not after.state:
        text = f"{before.state} → {after.state}{_why(after)}"
        loud = SEVERITY.get(after.state, Severity.INFO)
        if isinstance(before, Alert) and isinstance(after, Alert):
            text = f"alert {_word(before)} → {_word(after)}"
            loud = Severity.INFO if after.state is State.PENDING else after.severity
        yield _about(after, text, loud)
    elif before.health is not after.health and Health.NONE not in {before.health, after.health}:
        loud = Severity.WARNING if after.health is Health.UNHEALTHY else Severity.INFO
        yield _about(after, f"{before.health} → {after.health}{_why(after)}", loud)
    if isinstance(before, Container) and isinstance(after, Container):
        yield from _restarts(before, after)
    if isinstance(before, CapacityUnit) and isinstance(after, CapacityUnit):
        yield from _capacity(before, after)


def _restarts(before: Container, after: Container) -> Iterator[Observation]:
    was, now = before.restarts, after.restarts
    if was is not None and now is not None and now > was:
        times = "once" if now == 1 else f"{now} times by now"
        yield _about(after, f"restarted, {times}{_why(after)}", Severity.WARNING)


def _capacity(before: CapacityUnit, after: CapacityUnit) -> Iterator[Observation]:
    if None not in {before.desired, after.desired} and before.desired != after.desired:
        yield _about(after, f"desired {before.desired} → {after.desired}", Severity.INFO)
    if before.revision and after.revision and before.revision != after.revision:
        yield _about(after, f"revision {before.revision} → {after.revision}", Severity.INFO)
    if after.rollout and not before.rollout:
        yield _about(after, f"rollout began: {after.rollout}", Severity.INFO)
    elif before.rollout and not after.rollout:
        yield _about(after, "rollout ended", Severity.INFO)


def _word(alert: Alert) -> str:
    """Prometheus's own word, `firing`, says more than ours."""
    return alert.native_state or str(alert.state)


def _why(row: Resource) -> str:
    return f": {row.reason}" if row.reason else ""


def _about(row: Resource, message: str, severity: Severity) -> Observation:
    relation = "about" if isinstance(row, Alert) else "part_of"
    links = tuple(link for link in row.links if link.relation == relation)
    return Observation(row.ref, str(row.ref), message, severity, links)
