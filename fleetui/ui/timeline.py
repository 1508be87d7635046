"""What happened to a thing, or everywhere, as rows of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fleetui.core.columns import Cell, Column
from fleetui.core.describe import often
from fleetui.core.objects import Event, Resource
from fleetui.core.snapshot import SourceKey
from fleetui.core.tables import TABLES, WHERE
from fleetui.engine.engine import Engine
from fleetui.engine.looking import story
from fleetui.engine.store import Store
from fleetui.ui.drill import Drilled, guarded, relation_column

_COLUMNS = TABLES["events"].columns
# Guarded: the table may hold the rows of what was opened before until it is drawn anew.
TIMELINE_COLUMNS = (
    guarded(_COLUMNS["when"], Event),
    guarded(_COLUMNS["severity"], Event),
    WHERE,
    guarded(_COLUMNS["subject"], Event),
    guarded(replace(_COLUMNS["message"], value=often, cell=lambda e, _look: Cell(often(e))), Event),
)
_SUBJECT = 3
PAST = "past"
"""What is said of a member that belongs to the thing no more."""


def timeline_columns(drilled: Drilled, relation: Callable[[Resource], str]) -> tuple[Column, ...]:
    """Return the columns of a timeline, with one that marks past members where there are any."""
    if not drilled.relations:
        return TIMELINE_COLUMNS
    whose = relation_column(relation, width=len(PAST))
    return (*TIMELINE_COLUMNS[: _SUBJECT + 1], whose, *TIMELINE_COLUMNS[_SUBJECT + 1 :])


def timeline_keys(engine: Engine, thing: Resource | None) -> tuple[SourceKey, ...]:
    """Return the sources that tell of a thing and what belongs to it; all of them where None."""
    if thing is None:
        return engine.keys("events")
    places = dict.fromkeys(ref.place for ref in (thing.ref, *(link.ref for link in thing.links)))
    keys = [key for place in places for key in engine.keys("events", *place)]
    own = [key for key in engine.keys("events") if key.provider == "fleetui"]
    return tuple(dict.fromkeys((*keys, *own)))


def happened(engine: Engine, thing: Resource | None) -> Drilled:
    """Return what the engine remembers, the newest first, and which of it past members did.

    Whatever a back end tells the engine remembers before it is shown.
    """
    if thing is None:
        return Drilled(engine.timeline.events(), {})
    found = story(engine.store.find(thing.ref) or thing, engine.store, engine.timeline)
    return Drilled(found.events, dict.fromkeys(found.past, PAST))


def subject_of(row: Resource, store: Store) -> Resource:
    """Return what an event happened to, where it says so; any other row as it is."""
    if not isinstance(row, Event):
        return row
    about = next((link.ref for link in row.links if link.relation == "about"), None)
    if about is None:
        return row
    return store.find(about) or Resource(ref=about)


def nothing_happened(thing: Resource | None, *, waiting: bool) -> str:
    """Return what stands in a timeline without rows."""
    name = thing.ref.short if thing is not None else "anything"
    if waiting:
        return f"looking for what happened to {name} …"
    return f"nothing is known to have happened to {name} of late"
