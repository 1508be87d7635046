"""What the engine knows of a back end: small protocols, and what passes through them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol, runtime_checkable

from fleetui.core.description import Description
from fleetui.core.errors import Fault, ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import Event, Resource
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source that a provider can read, and how often it may be asked."""

    key: SourceKey
    interval_s: float = 10.0
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Batch:
    """The answer to one fetch: all rows of the source, save those of `failed` scopes.

    `failed` maps a ref's scope to why it could not be read; the engine keeps its old rows.
    """

    rows: tuple[Resource, ...]
    failed: Mapping[str, ProviderError] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """All rows anew; `complete` is False while more pages follow.

    The last page says what was not read, as a Batch does: rows of `failed` scopes are kept.
    """

    rows: tuple[Resource, ...]
    complete: bool = True
    failed: Mapping[str, ProviderError] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upserted:
    """These rows are new or have changed."""

    rows: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """These things are gone."""

    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Hinted:
    """Something has changed: fetch again soon. Thousands of hints become one fetch."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Events to be told in the timeline, whatever they do to rows."""

    events: tuple[Event, ...]


Change = Listed | Upserted | Removed | Hinted | Happened


@dataclass(frozen=True, slots=True)
class Usage:
    """What one thing uses now: a share of one core, and bytes."""

    cpu: float | None = None
    memory: int | None = None
    memory_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What `fleetui check` says of one provider."""

    provider: str
    scope: str
    reachable: bool
    identity: str = ""
    """Who we are there: a user, an account, an address."""
    version: str = ""
    permissions: tuple[tuple[str, bool], ...] = ()
    """What was tried (`list containers`) and whether it is allowed."""
    expires_at: float | None = None
    latency_s: float | None = None
    fault: Fault | None = None
    notes: tuple[str, ...] = ()


@runtime_checkable
class Provider(Protocol):
    """A configured back end that can be read. One object for each `[provider.scope]`."""

    @property
    def name(self) -> str:
        """The back end's word: `docker`."""
        ...

    @property
    def scope(self) -> str:
        """The name it was given in the config."""
        ...

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return what can be read here. Does no I/O."""
        ...

    async def fetch(self, key: SourceKey) -> Batch:
        """Read one source whole, or raise a ProviderError."""
        ...

    async def check(self) -> Report:
        """Say whether it can be read and by whom; never raises a ProviderError."""
        ...

    async def close(self) -> None:
        """Give back sockets and threads; must not wait for a back end."""
        ...


@runtime_checkable
class Watchable(Protocol):
    """A provider that tells of changes by itself."""

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        """Follow one source, or return None where it can only be polled.

        The iterator ends or raises a ProviderError when the connection is lost; the engine
        fetches again and opens a new one.
        """
        ...


@runtime_checkable
class Measurable(Protocol):
    """A provider that measures single things, asked only for those that are looked at."""

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these use now; leave out those that cannot be measured."""
        ...


@runtime_checkable
class Describable(Protocol):
    """A provider that can tell more of one thing than its row does."""

    async def describe(self, ref: Ref) -> Description:
        """Return the thing by sections and its raw document, secrets masked in both.

        Raises a ProviderError: NotFound where the thing is gone.
        """
        ...


@runtime_checkable
class Queryable(Protocol):
    """A provider that answers PromQL."""

    async def query(self, query: Query) -> QueryResult:
        """Answer one query, or raise a ProviderError."""
        ...


@runtime_checkable
class MeasuredBy(Protocol):
    """A provider whose things others may measure, where its own back end does not."""

    def measured_by(self, others: Mapping[str, Queryable], *, alone: bool) -> None:
        """Take note of who answers PromQL, by scope; `alone`: no other provider is told of them.

        Where nothing says whose series are whose, one that is not alone must not guess.
        """
        ...


@runtime_checkable
class Loggable(Protocol):
    """A provider whose containers, pods or tasks keep logs. What they form is the engine's."""

    def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        """Yield batches of lines, each in the order of its times, their text clean.

        It ends where the log ends: at its present end, or when followed once the thing itself
        is over. It raises NotFound where the thing is gone, Invalid where it keeps no log, and
        another ProviderError when the connection is lost: whoever follows opens it anew with
        `since_ns`, from which line on all is sent again. It reads no faster than it is asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """What a back end's module offers as its `BACKEND`. Importing it must import no SDK."""

    name: str
    settings: type[Any]
    """A frozen dataclass of `setting()` fields: the keys under `[name.SCOPE]`."""
    create: Callable[[str, Any], Provider]
    """(scope, settings) → a provider. Does no I/O and imports no SDK."""
    kinds: frozenset[str]
    """The pane kinds that it provides; `query` where it answers PromQL."""
