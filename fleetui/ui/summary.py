"""How the whole fleet is, in a few numbers and words: what the top line says."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fleetui.core.cells import short_provider
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Alert, Resource
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Severity, State
from fleetui.ui.tally import Tallies

# What is counted as a thing that can be well or not; images, events and the like are not.
COUNTED = frozenset({"compute", "containers", "capacity", "services"})
_STANDING = {"✖": 0, "▲": 1, "◌": 2, "●": 3}
TONES = {"✖": "critical", "▲": "warn", "◌": "stale", "●": "ok"}


@dataclass(frozen=True, slots=True)
class Count:
    """How many things are well, degraded and failed, and how many alerts fire."""

    ok: int = 0
    degraded: int = 0
    failed: int = 0
    firing: int = 0
    critical: int = 0
    stale: int = 0
    """Things that were well when they were last seen, and may not be any more."""

    def __add__(self, other: Count) -> Count:
        """Add up two counts."""
        return Count(
            self.ok + other.ok,
            self.degraded + other.degraded,
            self.failed + other.failed,
            self.firing + other.firing,
            self.critical + other.critical,
            self.stale + other.stale,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole fleet at a glance."""

    count: Count = Count()
    providers: tuple[tuple[str, str], ...] = ()
    """(short name, glyph) of each back end's word: ● well, ▲ wrong, ✖ unreachable, ◌ unknown."""
    expiring: tuple[tuple[str, float], ...] = ()
    """(short name, seconds left) of credentials that end within a day, the first to end first."""


def is_firing(row: Resource) -> bool:
    """Say whether an alert fires, where a pending one only may."""
    return isinstance(row, Alert) and row.state is not State.PENDING


def _severity(row: Resource) -> Severity | None:
    return row.severity if isinstance(row, Alert) else None


class Summariser:
    """Makes summaries, counting a source again only when its rows have changed."""

    def __init__(self, tallies: Tallies | None = None) -> None:
        self._tallies = tallies or Tallies()

    def summarise(
        self, snapshots: Iterable[Snapshot], watched: Collection[SourceKey], now: float
    ) -> Summary:
        """Return how all that is known is.

        A back end is judged by those of its sources that are being read now, if there are any.
        """
        total = Count()
        grouped: dict[str, list[tuple[Snapshot, Count]]] = {}
        expiring: dict[str, float] = {}
        for snapshot in snapshots:
            key = snapshot.key
            if key.provider == "fleetui":
                continue
            counted = self._count(snapshot)
            total += counted
            grouped.setdefault(key.provider, []).append((snapshot, counted))
            if snapshot.expires_at is not None and snapshot.expires_at - now < 86_400:
                name = short_provider(key.provider)
                left = snapshot.expires_at - now
                expiring[name] = min(left, expiring.get(name, left))
        return Summary(
            count=total,
            providers=tuple(
                (short_provider(name), glyph_of(_of_interest(found, watched)))
                for name, found in sorted(grouped.items())
            ),
            expiring=tuple(sorted(expiring.items(), key=lambda pair: pair[1])),
        )

    def _count(self, snapshot: Snapshot) -> Count:
        """Count what one source has."""
        if snapshot.key.kind == "alerts":
            firing = [row for row in snapshot.rows if is_firing(row)]
            critical = sum(1 for row in firing if _severity(row) is Severity.CRITICAL)
            return Count(firing=len(firing), critical=critical)
        if snapshot.key.kind not in COUNTED:
            return Count()
        ok, degraded, failed = self._tallies.of([snapshot])
        if snapshot.stale:
            return Count(0, degraded, failed, stale=ok)
        return Count(ok, degraded, failed)


def _of_interest(
    found: list[tuple[Snapshot, Count]], watched: Collection[SourceKey]
) -> list[tuple[Snapshot, Count]]:
    return [pair for pair in found if pair[0].key in watched] or found


def glyph_of(found: list[tuple[Snapshot, Count]]) -> str:
    """Return one glyph for the sources of a back end, the worst that holds."""
    answered = [(s, c) for s, c in found if s.generation or s.fault or s.fetched_at is not None]
    if not answered:
        return "◌"
    failing = [s for s, _c in answered if s.fault is not None]
    if len(failing) == len(answered):
        return "✖"
    wrong = any(c.degraded or c.failed for _s, c in answered)
    if failing or wrong or any(s.parts for s, _c in answered):
        return "▲"
    return "●"


def worst_first(providers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Order back ends so that what wants a look stands first."""
    return sorted(providers, key=lambda pair: (_STANDING[pair[1]], pair[0]))
