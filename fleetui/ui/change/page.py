"""The page of a change: its plan, how far it is, and what its gate has said as a chart."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import Widget

from fleetui.actions.book import Watched
from fleetui.core.objects import Resource
from fleetui.core.query import Query, QueryResult, Series
from fleetui.ui.chart.chart import Chart
from fleetui.ui.context import Context
from fleetui.ui.geometry import Area
from fleetui.ui.page.screen import Page

_LEAST, _MOST = 6, 14


def chart_of(watched: Watched) -> QueryResult | None:
    """Return the readings of a gate as the answer to a query; None while there are too few."""
    readings = watched.readings
    if len(readings) < 2:
        return None
    start, end = readings[0][0], readings[-1][0]
    step = max(1.0, (end - start) / (len(readings) - 1))
    query = Query(watched.gate.expr, end - start, len(readings))
    series = (Series((("gate", "now"),), readings),)
    return QueryResult(query, "matrix", series, start, end, step)


class ChangePage(Page):
    """A page with the chart of the gate below, where this process has read one."""

    DEFAULT_CSS = "ChangePage { overflow: hidden; background: $f-ground; }"

    def __init__(self, thing: Resource, context: Context, view: str = "describe") -> None:
        super().__init__(thing, context, view)
        watched = self._watched
        bound = watched.gate.max if watched is not None else None
        self.chart = Chart(context.styles, legend="gate", critical=bound, id="page-chart")
        self._read = -1

    @property
    def _watched(self) -> Watched | None:
        door = self.context.options.door
        return door.book.watched(self.thing.ref.uid) if door is not None else None

    def compose(self) -> ComposeResult:
        """Return the widgets of a page, and the chart."""
        yield from super().compose()
        yield self.chart

    def places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        """Give the chart the lower part, where there is something to draw and room for it."""
        rows = min(_MOST, size.height // 3)
        if self._watched is None or rows < _LEAST:
            yield from super().places(size)
            return
        for widget, area in super().places(size):
            if widget is self.text:
                yield widget, Area(area.x, area.y, area.width, area.height - rows)
                yield self.chart, Area(area.x, area.y + area.height - rows, area.width, rows)
            else:
                yield widget, area

    def draw_lines(self) -> None:
        """Draw the lines, and the chart where its gate was read again."""
        super().draw_lines()
        watched = self._watched
        if watched is not None and len(watched.readings) != self._read:
            self._read = len(watched.readings)
            self.chart.set_message([watched.text or "the gate was not read yet"])
            self.chart.show(chart_of(watched), self.context.engine.now())
