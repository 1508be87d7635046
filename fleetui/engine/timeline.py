"""What has happened lately: seen by the engine, and told by back ends. Bounded, in memory."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.objects import Event, Link
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Severity, State
from fleetui.engine.fold import Folding
from fleetui.engine.observe import Observation
from fleetui.engine.past import Past

TIMELINE = SourceKey("fleetui", "timeline", "events")
OWN_KEPT = 1_000
TOLD_KEPT = 10_000
# An event is as wrong as it is loud, so that counts and filters for what is wrong find it.
STATES = {
    Severity.INFO: State.RUNNING,
    Severity.WARNING: State.DEGRADED,
    Severity.CRITICAL: State.FAILED,
}
_TELLING = frozenset({"about", "part_of"})


class Timeline:
    """The engine's own observations, events of back ends, and who belonged to what."""

    def __init__(self) -> None:
        self.past = Past()
        self._own = Folding(OWN_KEPT)
        self._told = Folding(TOLD_KEPT)
        self._count = 0
        self._newest: tuple[Event, ...] | None = ()

    def events(self) -> tuple[Event, ...]:
        """Return everything that is remembered, the newest first."""
        if self._newest is None:
            self._newest = _newest_first([*self._own, *self._told])
        return self._newest

    def about(self, *refs: Ref) -> tuple[Event, ...]:
        """Return what happened to these things, the newest first."""
        wanted = frozenset(refs)
        texts = frozenset(map(str, refs))
        return tuple(event for event in self.events() if tells_of(event, wanted, texts))

    def own(self) -> tuple[Event, ...]:
        """Return the engine's observations, the newest first."""
        return _newest_first([*self._own])

    def tell(self, events: Iterable[Event]) -> None:
        """Take in events of back ends; one told again replaces the former."""
        for event in events:
            self._told.add(event)
            self._newest = None

    def observe(self, seen: Iterable[Observation], now: float) -> bool:
        """Write down what the engine saw; say whether there was anything."""
        before = self._count
        for observation in seen:
            self._count += 1
            self._own.add(self._event(observation, now))
        if self._count != before:
            self._newest = None
        return self._count != before

    def snapshot(self, before: Snapshot, now: float) -> Snapshot:
        """Return the picture of the engine's own observations."""
        return Snapshot(TIMELINE, before.generation + 1, self.own(), fetched_at=now)

    def _event(self, seen: Observation, now: float) -> Event:
        uid = f"seen-{self._count}"
        if seen.about is None:
            provider, _, scope = seen.subject.partition("/")
            ref = Ref(provider, scope, "event", uid, seen.subject)
            links: tuple[Link, ...] = ()
        else:
            ref = Ref(seen.about.provider, seen.about.scope, "event", uid, seen.about.name)
            links = (Link("about", seen.about), *seen.links)
        return Event(
            ref=ref,
            state=STATES[seen.severity],
            created=now,
            observed_at=now,
            links=links,
            time=now,
            severity=seen.severity,
            message=seen.message,
            subject=seen.subject,
        )


def tells_of(event: Event, refs: frozenset[Ref], texts: frozenset[str]) -> bool:
    """Say whether an event is about one of these; `texts` are the same refs as text.

    An event may name the unit that its thing belonged to: it tells of that unit as well.
    """
    if event.links:
        return any(link.ref in refs for link in event.links if link.relation in _TELLING)
    return event.subject in texts


def _newest_first(events: list[Event]) -> tuple[Event, ...]:
    # Later ones of the same moment come first as well: the sort keeps their order.
    events.reverse()
    return tuple(sorted(events, key=lambda event: event.time, reverse=True))
