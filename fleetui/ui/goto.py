"""Where a thing is shown: the screen and pane with a row for it."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.config.specs import PaneSpec, ScreenSpec
from fleetui.core.filter import PLAIN, FilterError, Language, parse
from fleetui.core.kinds import QUERY
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.tables import TABLES
from fleetui.ui.drill import kind_of


@dataclass(frozen=True, slots=True)
class Place:
    """A pane of a screen that has a row for a thing."""

    screen: str
    pane: str


def place_of(
    row: Resource,
    screens: Iterable[ScreenSpec],
    now: float,
    *,
    here: str = "",
    pane: str = "",
    language: Language = PLAIN,
) -> Place | None:
    """Return the nearest pane that lists `row`: the one with focus, this screen, any screen."""
    found = [
        Place(screen.name, name)
        for screen in screens
        for name, spec in screen.panes.items()
        if lists(spec, row, now, language)
    ]
    found.sort(key=lambda place: (place.screen != here, place.pane != pane))
    return found[0] if found else None


def lists(spec: PaneSpec, row: Resource, now: float, language: Language = PLAIN) -> bool:
    """Say whether a pane has a row for this thing; one whose filter cannot be used has none."""
    kind = kind_of(row)
    if spec.show == QUERY or spec.show != kind:
        return False
    ref = row.ref
    if spec.provider not in {"", ref.provider}:
        return False
    if spec.scope not in {"", ref.place[1]}:
        return False
    try:
        return not spec.filter or parse(spec.filter, TABLES[kind].columns, language)(row, now)
    except FilterError:
        return False
