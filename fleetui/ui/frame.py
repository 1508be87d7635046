"""Where everything on a board stands, for any size of the terminal."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from fleetui.config.specs import ScreenSpec
from fleetui.core.lazy_dataclass import dataclass
from fleetui.ui.geometry import Area, Rule, plan

LEAST_WIDTH, LEAST_HEIGHT = 60, 12
# Below this a pane is no use beside others, and they become tabs.
_PANE_WIDTH, _PANE_HEIGHT = 36, 4
_SIDE_BY_SIDE = (100, 30)


class Form(StrEnum):
    """How panes share the terminal."""

    PANES = "panes"
    ALONE = "alone"
    """One pane, because somebody zoomed it."""
    TABS = "tabs"
    """One pane, because there is no room for more: the others are tabs."""
    SMALL = "small"
    """No room for anything but a sentence."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Rectangles for all that is shown; a pane that is in neither dict is not."""

    form: Form
    width: int
    height: int
    titles: dict[str, Area] = field(default_factory=dict)
    bodies: dict[str, Area] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    joints: dict[str, dict[int, str]] = field(default_factory=dict)
    tabs: Area | None = None
    prompt: Area | None = None


def frame_for(
    spec: ScreenSpec,
    width: int,
    height: int,
    current: str,
    *,
    zoomed: bool = False,
    prompt: bool = False,
    noted: bool = False,
) -> Frame:
    """Lay a screen out on `width` × `height` cells.

    The first row is the top line and the last the footer. `prompt` takes the row above the
    footer; `noted` gives the pane of a tabbed board a title line of its own.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return Frame(Form.SMALL, width, height)
    asked = Area(0, height - 2, width, 1) if prompt else None
    end = height - 2 if prompt else height - 1
    layout = plan(spec.grid, width, height - 2, spec.widths, spec.heights)
    cramped = len(spec.panes) > 1 and (
        (width, height) < _SIDE_BY_SIDE
        or height < _SIDE_BY_SIDE[1]
        or any(a.width < _PANE_WIDTH or a.height < _PANE_HEIGHT for a in layout.areas.values())
    )
    if cramped:
        top = 3 if noted else 2
        titles = {current: Area(0, 2, width, 1)} if noted else {}
        body = Area(0, top, width, end - top)
        tabs = Area(0, 1, width, 1)
        return Frame(Form.TABS, width, height, titles, {current: body}, tabs=tabs, prompt=asked)
    if zoomed:
        titles = {current: Area(0, 1, width, 1)}
        body = Area(0, 2, width, end - 2)
        return Frame(Form.ALONE, width, height, titles, {current: body}, prompt=asked)
    titles, bodies = {}, {}
    for name, area in layout.areas.items():
        titles[name] = Area(area.x, area.y + 1, area.width, 1)
        bottom = min(area.y + 1 + area.height, end)
        bodies[name] = Area(area.x, area.y + 2, area.width, bottom - area.y - 2)
    rules = tuple(Rule(r.x, r.y + 1, r.chars[: end - r.y - 1]) for r in layout.rules)
    return Frame(Form.PANES, width, height, titles, bodies, rules, layout.joints, prompt=asked)
