"""What was opened in a pane, step by step, and what each step shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum

from fleetui.core.columns import Column
from fleetui.core.kinds import KINDS
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Alert, Resource, Target
from fleetui.core.snapshot import SourceKey
from fleetui.engine.engine import Engine
from fleetui.ui.drill import Drilled, columns_for, owners, related
from fleetui.ui.timeline import happened, timeline_columns

# Kinds that things link to or are linked from; the others tell of things.
_LINKED = tuple(kind for kind in KINDS if kind not in {"events", "alerts", "targets"})
_TOLD_OF = ("targets", *_LINKED)


class Shows(StrEnum):
    """What a step shows of its row."""

    LINKS = "links"
    OWNER = "owner"
    ABOUT = "about"
    """What happened to it."""
    EVERYWHERE = "everywhere"
    """What happened at all."""


@dataclass(frozen=True, slots=True)
class View:
    """How the rows are narrowed and ordered: what Enter leaves and Esc comes back to."""

    text: str = ""
    """The filter as it was typed."""
    sort: Column | None = None
    """None: as the pane is sorted by itself."""
    descending: bool = False
    names: Mapping[str, Column] = field(default_factory=dict, compare=False)
    """The columns that the filter could speak of: it keeps its meaning when the rows change."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row that was opened, and the view that it was opened from."""

    row: Resource | None
    """None: what happened everywhere was opened from a table without rows."""
    view: View
    keys: tuple[SourceKey, ...]
    shows: Shows = Shows.LINKS

    @property
    def tells(self) -> bool:
        """Whether it shows what happened."""
        return self.shows in {Shows.ABOUT, Shows.EVERYWHERE}

    @property
    def label(self) -> str:
        """How the trail calls it."""
        if self.shows is Shows.EVERYWHERE or self.row is None:
            return "timeline"
        name = self.row.ref.short
        return {Shows.ABOUT: f"timeline of {name}", Shows.OWNER: f"↑ of {name}"}.get(
            self.shows, name
        )

    def shown(self, engine: Engine) -> Drilled:
        """Return its rows as they are now."""
        if self.tells:
            return happened(engine, self.row if self.shows is Shows.ABOUT else None)
        if self.row is None:
            return Drilled((), {})
        store = engine.store
        current = store.find(self.row.ref) or self.row
        snapshots = [store.snapshot(key) for key in self.keys]
        settled = all(s.fetched_at is not None or s.fault is not None for s in snapshots)
        # Alerts are read all the time, whatever is opened: one about a thing is told with it.
        snapshots += [store.snapshot(key) for key in engine.keys("alerts") if key not in self.keys]
        find = owners if self.shows is Shows.OWNER else related
        return find(current, store.find, snapshots, settled=settled)

    def columns(self, drilled: Drilled, relation: Callable[[Resource], str]) -> tuple[Column, ...]:
        """Return the columns that suit its rows; `relation` says how a row is related now."""
        if self.tells:
            return timeline_columns(drilled, relation)
        return columns_for(drilled, relation)


def keys_around(engine: Engine, row: Resource) -> tuple[SourceKey, ...]:
    """Return the sources that may hold the row, what it links to, or what links to it.

    What an alert or a target is about may be anywhere: only its labels tell.
    """
    if isinstance(row, Alert | Target):
        return tuple(dict.fromkeys(key for kind in _TOLD_OF for key in engine.keys(kind)))
    places = dict.fromkeys(ref.place for ref in (row.ref, *(link.ref for link in row.links)))
    return tuple(
        dict.fromkeys(
            key
            for provider, scope in places
            for kind in _LINKED
            for key in engine.keys(kind, provider, scope)
        )
    )
