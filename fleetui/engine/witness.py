"""Decides which differences are news, and writes them into the timeline."""

from __future__ import annotations

from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.merge import Difference
from fleetui.engine.observe import (
    AT_ONCE,
    AT_ONCE_AFTER_GAP,
    Observation,
    observed,
    outage,
    recovery,
)
from fleetui.engine.timeline import Timeline

# A picture that much older than its interval is compared with little trust.
GAP_TIMES = 5.0


class Witness:
    """Sees every snapshot that is published; a back end's outage is told once for all its kinds."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._failing: dict[tuple[str, str], set[SourceKey]] = {}

    def see(
        self,
        before: Snapshot,
        after: Snapshot,
        difference: Difference,
        interval_s: float,
        now: float,
    ) -> bool:
        """Write down what is news; say whether anything was."""
        news = self._outages(after)
        # While pages arrive, and when they first have, everything is new to us and to nobody else.
        if difference and before.fetched_at is not None and before.complete:
            age = before.age(now) or 0.0
            gap = before.stale or age > max(60.0, GAP_TIMES * interval_s)
            news += observed(after.key, difference, AT_ONCE_AFTER_GAP if gap else AT_ONCE)
        return self._timeline.observe(news, now)

    def left(self, key: SourceKey) -> None:
        """Nobody looks at this source any more: it says nothing of the back end now."""
        failing = self._failing.get((key.provider, key.scope))
        if failing is not None:
            failing.discard(key)
            if not failing:
                del self._failing[key.provider, key.scope]

    def _outages(self, after: Snapshot) -> list[Observation]:
        where = (after.key.provider, after.key.scope)
        failing = self._failing.get(where)
        if after.fault is not None:
            if failing is None:
                self._failing[where] = {after.key}
                return [outage(*where, after.fault.what)]
            failing.add(after.key)
        elif failing is not None and after.key in failing:
            failing.discard(after.key)
            if not failing:
                del self._failing[where]
                return [recovery(*where)]
        return []
