"""A layout that puts widgets where it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from fleetui.ui.geometry import Area


class Placed(Layout):
    """Shows the widgets that `places` yields for a size, each in its area, and no others."""

    name = "placed"

    def __init__(self, places: Callable[[Size], Iterable[tuple[Widget, Area]]]) -> None:
        self._places = places

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Return a place for each widget that is shown."""
        known = set(children)
        return [
            WidgetPlacement(
                Region(area.x, area.y, area.width, max(1, area.height)),
                NULL_OFFSET,
                NULL_SPACING,
                widget,
            )
            for widget, area in self._places(size)
            if widget in known
        ]
