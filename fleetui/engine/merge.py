"""Puts new rows where old ones were, and tells what is different. Pure.

The long ones are generators that pause every few hundred rows, so that whoever drives them
can let the event loop breathe between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import field
from operator import attrgetter
from typing import Any, TypeVar

from fleetui.core.errors import Invalid
from fleetui.core.kinds import KINDS, WORDS
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Part, Snapshot
from fleetui.engine.faults import fault_of
from fleetui.providers.base import Batch, Listed

CHUNK = 500
EVENTS_KEPT = 2000
# The fields whose change a person may want to be told of.
NEWS: dict[str, Callable[[Any], Any]] = {
    "containers": attrgetter("state", "health", "restarts"),
    "capacity": attrgetter("state", "health", "desired", "revision", "rollout"),
}
_NEWS = attrgetter("state", "health")
Rows = dict[Ref, Resource]
T = TypeVar("T")
Paused = Generator[None, None, T]
"""A calculation that pauses now and then and returns a T in the end."""


@dataclass(slots=True)
class Difference:
    """What is different between two pictures of one source."""

    appeared: list[Resource] = field(default_factory=list)
    gone: list[Resource] = field(default_factory=list)
    changed: list[tuple[Resource, Resource]] = field(default_factory=list)
    """Only where what changed may be news: a load that moves is not."""
    relinked: list[tuple[Resource, Resource]] = field(default_factory=list)
    """Those that were linked to other things before."""

    def add(self, other: Difference) -> None:
        """Take in what happened after."""
        self.appeared += other.appeared
        self.gone += other.gone
        self.changed += other.changed
        self.relinked += other.relinked

    def compare(self, before: Resource, row: Resource, news: Callable[[Any], Any]) -> None:
        """Take in a row that is not equal to the one before."""
        if news(before) != news(row):
            self.changed.append((before, row))
        if before.links != row.links:
            self.relinked.append((before, row))

    def __bool__(self) -> bool:
        return bool(self.appeared or self.gone or self.changed)


def check_row(row: object, kind: str) -> None:
    """Raise Invalid where `row` is not what a source of this kind may answer."""
    wanted = KINDS.get(kind, Resource)
    if not isinstance(row, wanted) or not isinstance(row.ref, Ref):
        word = WORDS.get(kind, "object")
        raise Invalid(f"answered something that is no {word}: {type(row).__name__}")


def replaced(
    old: Mapping[Ref, Resource], rows: Iterable[Resource], kind: str, kept: Collection[str] = ()
) -> Paused[tuple[Rows, Difference]]:
    """Return the new rows and the difference; equal rows stay the same objects.

    Rows of the scopes in `kept` stay although `rows` does not have them.
    """
    wanted = KINDS.get(kind, Resource)
    news = NEWS.get(kind, _NEWS)
    new: Rows = {}
    difference = Difference()
    get = old.get
    for position, row in enumerate(rows, 1):
        if type(row) is not wanted:
            check_row(row, kind)
        ref = row.ref
        before = get(ref)
        if before is None:
            difference.appeared.append(row)
        elif before is row or before == row:
            row = before  # noqa: PLW2901  the same object, so that a table need not compare
        else:
            difference.compare(before, row, news)
        new[ref] = row
        if not position % CHUNK:
            yield
    if len(new) - len(difference.appeared) < len(old):
        for position, (ref, row) in enumerate(old.items(), 1):
            if ref not in new:
                if ref.scope in kept:
                    new[ref] = row
                else:
                    difference.gone.append(row)
            if not position % CHUNK:
                yield
    return new, difference


def upserted(rows: Rows, changes: Iterable[Resource], kind: str) -> Difference:
    """Put these rows into `rows`, in place."""
    news = NEWS.get(kind, _NEWS)
    difference = Difference()
    for row in changes:
        check_row(row, kind)
        before = rows.get(row.ref)
        if before is None:
            difference.appeared.append(row)
        elif before == row:
            continue
        else:
            difference.compare(before, row, news)
        rows[row.ref] = row
    return difference


def removed(rows: Rows, refs: Iterable[Ref]) -> Difference:
    """Take these out of `rows`, in place."""
    gone = [row for ref in refs if (row := rows.pop(ref, None)) is not None]
    return Difference(gone=gone)


def with_events(
    old: Mapping[Ref, Resource], events: Iterable[Resource]
) -> tuple[Rows, list[Event]]:
    """Return old and new events, the newest first and no more than are kept; and the new ones.

    An event told again with another count takes the place of the former.
    """
    rows: Rows = dict(old)
    fresh: list[Event] = []
    for event in events:
        check_row(event, "events")
        before = rows.get(event.ref)
        if before != event and isinstance(event, Event):
            rows[event.ref] = event
            fresh.append(event)
    if not fresh:
        return rows, fresh
    fresh.sort(key=_time)
    newest = sorted(rows.values(), key=_time, reverse=True)[:EVENTS_KEPT]
    return {event.ref: event for event in newest}, fresh


def _time(event: Resource) -> float:
    return event.time if isinstance(event, Event) else 0.0


def parts_of(answer: Batch | Listed, before: Snapshot) -> tuple[Part, ...]:
    """Return the scopes that failed, each with the time its rows were last good."""
    parts = []
    for scope, error in sorted(answer.failed.items()):
        former = before.part_of(scope)
        good = former.fetched_at if former else before.fetched_at
        parts.append(Part(scope, fault_of(error, before.key), good))
    return tuple(parts)
