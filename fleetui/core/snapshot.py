"""A picture of one source at one moment, and how fresh it is."""

from __future__ import annotations

from fleetui.core.errors import Fault
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.query import Query, QueryResult


@dataclass(frozen=True, slots=True, order=True)
class SourceKey:
    """One thing that is read on its own: a kind of one scope, or one query.

    `provider` is the back end's word (`docker`), `scope` the name people gave it
    (`[docker.bastion]` is `bastion`), `kind` a pane's kind, or `query`.
    """

    provider: str
    scope: str
    kind: str
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A scope within a source that failed while the rest answered; its rows are older."""

    scope: str
    fault: Fault
    fetched_at: float | None
    """When its rows were last good; None where they never were."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one source looked like when it last answered.

    After a failure `rows`, `result` and `fetched_at` are those of the last good answer and
    `fault` says what failed since. `fetched_at` is None until the first answer.
    """

    key: SourceKey
    generation: int = 0
    rows: tuple[Resource, ...] = ()
    result: QueryResult | None = None
    fetched_at: float | None = None
    fault: Fault | None = None
    failing_since: float | None = None
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()
    expires_at: float | None = None
    """When the credential in use ends, where the provider knows."""
    complete: bool = True
    """False while a long list is still arriving."""
    took_s: float = 0.0

    @property
    def stale(self) -> bool:
        """Whether the last attempt failed, so that the rows are older than they should be."""
        return self.fault is not None

    def age(self, now: float) -> float | None:
        """Seconds since the last good answer; None before the first."""
        return None if self.fetched_at is None else max(0.0, now - self.fetched_at)

    def part_of(self, scope: str) -> Part | None:
        """Return the failed part that rows of `scope` belong to, if there is one."""
        for part in self.parts:
            if part.scope == scope:
                return part
        return None
