"""How often a query is asked, and which old answers are kept."""

from __future__ import annotations

from fleetui.core.snapshot import SourceKey
from fleetui.core.steps import step_for
from fleetui.providers.base import Provider, SourceSpec

KEPT = 32
SLOWEST_S = 60.0
TIMEOUT_S = 10.0


def query_spec(key: SourceKey, provider: Provider) -> SourceSpec:
    """Return how to read one query: no oftener than the provider's own sources, nor its step."""
    own = [spec for spec in provider.sources() if spec.key.kind != "query"]
    interval = min((spec.interval_s for spec in own), default=10.0)
    timeout = max((spec.timeout_s for spec in own), default=TIMEOUT_S)
    query = key.query
    if query is not None and query.range_s:
        step = step_for(query.range_s, query.points)
        interval = max(interval, min(step, SLOWEST_S))
    return SourceSpec(key, interval, timeout)


class QueryShelf:
    """Queries that nobody looks at now, the oldest first; there may be any number in a day."""

    def __init__(self) -> None:
        self._keys: dict[SourceKey, None] = {}

    def put(self, key: SourceKey) -> list[SourceKey]:
        """Keep one more, and return those to be forgotten."""
        self._keys.pop(key, None)
        self._keys[key] = None
        old = list(self._keys)[:-KEPT]
        for gone in old:
            del self._keys[gone]
        return old
