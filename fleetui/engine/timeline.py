"""What has happened lately: seen by the engine, and told by back ends. A ring in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from fleetui.core.objects import Event, Link
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Severity, State
from fleetui.engine.observe import Observation

TIMELINE = SourceKey("fleetui", "timeline", "events")
OWN_KEPT = 1_000
TOLD_KEPT = 5_000
# An event is as wrong as it is loud, so that counts and filters for what is wrong find it.
STATES = {
    Severity.INFO: State.RUNNING,
    Severity.WARNING: State.DEGRADED,
    Severity.CRITICAL: State.FAILED,
}


class Timeline:
    """Two rings: the engine's own observations, and events of back ends by their ref."""

    def __init__(self) -> None:
        self._own: deque[Event] = deque(maxlen=OWN_KEPT)
        self._told: dict[Ref, Event] = {}
        self._count = 0
        self._newest: tuple[Event, ...] | None = ()

    def events(self) -> tuple[Event, ...]:
        """Return everything that is remembered, the newest first."""
        if self._newest is None:
            everything = [*self._own, *self._told.values()]
            # Later ones of the same moment come first as well: the sort keeps their order.
            everything.reverse()
            self._newest = tuple(sorted(everything, key=lambda e: e.time, reverse=True))
        return self._newest

    def about(self, *refs: Ref) -> tuple[Event, ...]:
        """Return what happened to these things, the newest first."""
        wanted = frozenset(refs)
        texts = frozenset(map(str, refs))
        return tuple(event for event in self.events() if tells_of(event, wanted, texts))

    def own(self) -> tuple[Event, ...]:
        """Return the engine's observations, the newest first."""
        return tuple(reversed(self._own))

    def tell(self, events: Iterable[Event]) -> None:
        """Take in events of back ends; one told again replaces the former."""
        for event in events:
            self._told.pop(event.ref, None)
            self._told[event.ref] = event
            self._newest = None
        while len(self._told) > TOLD_KEPT:
            del self._told[next(iter(self._told))]

    def observe(self, seen: Iterable[Observation], now: float) -> bool:
        """Write down what the engine saw; say whether there was anything."""
        before = self._count
        for observation in seen:
            self._count += 1
            self._own.append(self._event(observation, now))
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
            links = (Link("about", seen.about),)
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
    """Say whether an event is about one of these; `texts` are the same refs as text."""
    if event.links:
        return any(link.ref in refs for link in event.links if link.relation == "about")
    return event.subject in texts
