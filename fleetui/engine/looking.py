"""Looks into one thing: asks the back end that lists it to describe it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from fleetui.core.description import Description
from fleetui.core.errors import Fault
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Alert, Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.faults import fault_of, is_mistake, no_answer
from fleetui.engine.fold import fresh
from fleetui.engine.store import Store
from fleetui.engine.timeline import Timeline
from fleetui.providers.base import Describable, Provider

log = logging.getLogger(__name__)
PATIENCE_S = 15.0
MEMBERS = 500
"""So many members of a thing have a part in its timeline."""


def describer(providers: Iterable[Provider], ref: Ref) -> Describable | None:
    """Return the back end that can tell more of a thing; None where none can."""
    scope = ref.scope.partition("/")[0]
    for provider in providers:
        if provider.name == ref.provider and provider.scope in {scope, ref.scope}:
            return provider if isinstance(provider, Describable) else None
    return None


async def look_into(
    providers: Iterable[Provider], ref: Ref, timeout_s: float = PATIENCE_S
) -> Description | Fault | None:
    """Return what the back end tells, why it could not, or None where it has nothing to add."""
    provider = describer(providers, ref)
    if provider is None:
        return None
    key = SourceKey(ref.provider, ref.scope, "describe")
    try:
        async with asyncio.timeout(timeout_s):
            return await provider.describe(ref)
    except TimeoutError:
        return no_answer(key, timeout_s)
    except Exception as error:
        if is_mistake(error):
            log.exception("describing %s failed", ref)
        return fault_of(error, key)


def concerning(thing: Resource, store: Store) -> tuple[Ref, ...]:
    """Return the thing, what an event tells of, its members, and the alerts about all these."""
    refs = dict.fromkeys([thing.ref])
    members = [link.ref for link in thing.links if link.relation in {"has", "about", "routes_to"}]
    refs.update(dict.fromkeys(members[:MEMBERS]))
    for snapshot in store.snapshots():
        if snapshot.key.kind == "alerts":
            for row in snapshot.rows:
                if isinstance(row, Alert) and any(link.ref in refs for link in row.links):
                    refs[row.ref] = None
    return tuple(refs)


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a thing and to what belongs to it, the newest first."""

    events: tuple[Event, ...]
    past: frozenset[Ref] = frozenset()
    """The events that are about members that belong to it no more."""


def story(thing: Resource, store: Store, timeline: Timeline, told: Iterable[Event] = ()) -> Story:
    """Return what is remembered of a thing, and what a back end `told` of it just now.

    Members that were replaced count, and so does an event that names the thing as the unit
    that its own thing belonged to.
    """
    present = frozenset(concerning(thing, store))
    past = frozenset(ref for one in present for ref in timeline.past.members(one)) - present
    newest = timeline.about(*present, *past)
    if more := fresh(told, newest):
        newest = tuple(sorted((*newest, *more), key=lambda event: event.time, reverse=True))
    return Story(newest, frozenset(e.ref for e in newest if _is_past(e, present, past)))


def _is_past(event: Event, present: frozenset[Ref], past: frozenset[Ref]) -> bool:
    """Say whether an event is about a member that left, and about nothing that is there."""
    left = False
    for link in event.links:
        if link.relation == "about":
            if link.ref in present:
                return False
            left = left or link.ref in past
        elif link.relation == "part_of":
            left = left or link.ref in present
    return left
