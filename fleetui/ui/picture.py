"""What a pane has to draw: the snapshots of its sources as one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_

from fleetui.core.cells import short_provider
from fleetui.core.errors import Fault
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.query import QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey


def source_word(key: SourceKey) -> str:
    """Name a source as people see it: `docker/bastion`."""
    return f"{short_provider(key.provider)}/{key.scope}"


@dataclass(frozen=True, slots=True)
class Picture:
    """The rows of several sources, how old they are, and what failed."""

    rows: tuple[Resource, ...] = ()
    result: QueryResult | None = None
    fetched_at: float | None = None
    """When the oldest source that still answers did so last; None before the first answer."""
    stale_at: float | None = None
    """When the oldest source that has failed since was last good; None where none was."""
    faults: tuple[Fault, ...] = ()
    waiting: tuple[SourceKey, ...] = ()
    """Sources that have neither answered nor failed yet."""
    warnings: tuple[str, ...] = ()
    complete: bool = True
    lost: frozenset[tuple[str, str]] = frozenset()
    """(provider, scope) pairs whose source failed: their rows are old."""
    lost_parts: frozenset[tuple[str, str]] = frozenset()
    """(provider, whole scope of a ref) pairs that failed within a source."""

    @property
    def stale(self) -> bool:
        """Whether any of it is older than it should be."""
        return bool(self.lost or self.lost_parts)

    def is_stale(self, ref: Ref) -> bool:
        """Say whether the row of this ref is older than it should be."""
        return (
            ref.place in self.lost
            or (
                ref.provider,
                ref.scope,
            )
            in self.lost_parts
        )

    @property
    def stale_predicate(self) -> Callable[[Ref], bool] | None:
        """Return what tells old rows, or None where all are as new as they can be."""
        return self.is_stale if self.stale else None


EMPTY = Picture()


def gather(snapshots: Iterable[Snapshot], before: Picture = EMPTY) -> Picture:
    """Lay the snapshots of a pane's sources together.

    The rows stay the very tuple of `before` where they are the same objects, so that whoever
    draws them can see at once that nothing changed.
    """
    found = tuple(snapshots)
    if len(found) == 1:
        rows = found[0].rows
    else:
        rows = tuple(row for snapshot in found for row in snapshot.rows)
    if len(rows) == len(before.rows) and all(map(is_, rows, before.rows)):
        rows = before.rows
    faults: list[Fault] = []
    for snapshot in found:
        if snapshot.fault is not None:
            faults.append(snapshot.fault)
        faults.extend(part.fault for part in snapshot.parts)
    lost = [s for s in found if s.stale]
    old = [s.fetched_at for s in lost if s.fetched_at is not None]
    old += [p.fetched_at for s in found for p in s.parts if p.fetched_at is not None]
    new = [s.fetched_at for s in found if not s.stale and s.fetched_at is not None]
    return Picture(
        rows=rows,
        result=_result(found),
        fetched_at=min(new, default=None),
        stale_at=min(old, default=None),
        faults=tuple(faults),
        waiting=tuple(s.key for s in found if s.fetched_at is None and s.fault is None),
        warnings=tuple(w for s in found for w in s.warnings),
        complete=all(s.complete for s in found),
        lost=frozenset((s.key.provider, s.key.scope) for s in lost),
        lost_parts=frozenset((s.key.provider, p.scope) for s in found for p in s.parts),
    )


def _result(snapshots: tuple[Snapshot, ...]) -> QueryResult | None:
    """Return the answers of all servers as one, each series named by its server if several."""
    answers = [(s.key, s.result) for s in snapshots if s.result is not None]
    if not answers:
        return None
    if len(answers) == 1:
        return answers[0][1]
    first = answers[0][1]
    series = tuple(
        Series((*one.labels, ("server", key.scope)), one.points)
        for key, result in answers
        for one in result.series
    )
    return QueryResult(
        query=first.query,
        kind=first.kind,
        series=series,
        start=min(result.start for _key, result in answers),
        end=max(result.end for _key, result in answers),
        step=first.step,
        text=first.text,
        warnings=tuple(w for _key, result in answers for w in result.warnings),
    )
