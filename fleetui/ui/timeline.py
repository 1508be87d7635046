"""What happened to a thing, or everywhere, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.objects import Event, Resource
from fleetui.core.snapshot import SourceKey
from fleetui.core.tables import TABLES, WHERE
from fleetui.engine.engine import Engine
from fleetui.engine.looking import concerning
from fleetui.engine.store import Store
from fleetui.engine.timeline import tells_of

_COLUMNS = TABLES["events"].columns
TIMELINE_COLUMNS = (
    _COLUMNS["when"],
    _COLUMNS["severity"],
    WHERE,
    _COLUMNS["subject"],
    _COLUMNS["message"],
)
_MOST = 5_000


def timeline_keys(engine: Engine, thing: Resource | None) -> tuple[SourceKey, ...]:
    """Return the sources that tell of a thing and what belongs to it; all of them where None."""
    if thing is None:
        return engine.keys("events")
    places = dict.fromkeys(
        (ref.provider, ref.scope.partition("/")[0])
        for ref in (thing.ref, *(link.ref for link in thing.links))
    )
    keys = [key for place in places for key in engine.keys("events", *place)]
    own = [key for key in engine.keys("events") if key.provider == "fleetui"]
    return tuple(dict.fromkeys((*keys, *own)))


def happened(
    engine: Engine, thing: Resource | None, told: Iterable[Resource]
) -> tuple[Resource, ...]:
    """Return what the engine remembers, and what back ends `told` just now, the newest first."""
    if thing is None:
        seen: Iterable[Event] = engine.timeline.events()
        found = {event.ref: event for event in seen}
        found |= {row.ref: row for row in told if isinstance(row, Event)}
    else:
        current = engine.store.find(thing.ref) or thing
        refs = frozenset(concerning(current, engine.store))
        texts = frozenset(map(str, refs))
        found = {event.ref: event for event in engine.timeline.about(*refs)}
        for row in told:
            if isinstance(row, Event) and tells_of(row, refs, texts):
                found[row.ref] = row
    newest = sorted(found.values(), key=lambda event: event.time, reverse=True)
    return tuple(newest[:_MOST])


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
