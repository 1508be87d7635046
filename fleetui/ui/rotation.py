"""Which screen a wallboard shows: the next in turn, or the one that shows an incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fleetui.config.specs import PaneSpec, ScreenSpec
from fleetui.core.kinds import QUERY
from fleetui.core.objects import Alert, CapacityUnit
from fleetui.core.query import Query
from fleetui.core.snapshot import Snapshot
from fleetui.core.state import Severity, State
from fleetui.engine.engine import Engine

INCIDENT_KINDS = ("alerts", "capacity")


def incidents(snapshots: Iterable[Snapshot]) -> dict[str, list[str]]:
    """Return what is critical now by kind: alerts that fire as critical, units that failed."""
    found: dict[str, list[str]] = {}
    for snapshot in snapshots:
        for row in snapshot.rows:
            if isinstance(row, Alert):
                loud = row.severity is Severity.CRITICAL and row.state is not State.PENDING
            else:
                loud = isinstance(row, CapacityUnit) and row.state is State.FAILED
            if loud:
                found.setdefault(snapshot.key.kind, []).append(row.ref.name)
    return found


def in_turn(screens: Sequence[ScreenSpec], engine: Engine) -> list[ScreenSpec]:
    """Return the screens that have something to show here; all of them where none has.

    What happened is told on every fleet: it makes no screen worth a turn.
    """

    def read(pane: PaneSpec) -> bool:
        if pane.show == QUERY:
            asked = Query(pane.query, pane.range_s, 60)
            return bool(engine.query_keys(asked, pane.provider, pane.scope))
        return pane.show != "events" and bool(engine.keys(pane.show, pane.provider, pane.scope))

    return [one for one in screens if any(map(read, one.panes.values()))] or list(screens)


class Rotation:
    """Decides at each second which screen is up. It keeps two names and a time, no more."""

    def __init__(self, screens: Sequence[ScreenSpec], rotate_s: float, now: float) -> None:
        self._screens = tuple(screens)
        self._rotate_s = max(1.0, rotate_s)
        self._since = now
        self.current = self._screens[0].name
        self.pinned: tuple[str, ...] = ()
        """What holds the rotation: names of alerts and units."""

    def step(self, now: float, found: Mapping[str, Sequence[str]]) -> str:
        """Return the name of the screen to show now.

        While something is critical only the screens that show it take their turns.
        """
        showing = {
            screen.name: [
                name
                for kind, names in found.items()
                if any(pane.show == kind for pane in screen.panes.values())
                for name in names
            ]
            for screen in self._screens
        }
        # A screen that shows fewer of them than another is no place to stay.
        most = max(len(names) for names in showing.values())
        turns = [s.name for s in self._screens if not most or len(showing[s.name]) == most]
        self.pinned = tuple(dict.fromkeys(showing[turns[0]]))
        due = now - self._since >= self._rotate_s or now < self._since
        if self.current not in turns:
            self._show(turns[0], now)
        elif due:
            self._show(turns[(turns.index(self.current) + 1) % len(turns)], now)
        return self.current

    def _show(self, name: str, now: float) -> None:
        self.current, self._since = name, now
