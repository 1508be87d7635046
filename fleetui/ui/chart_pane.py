"""A pane that draws a query."""

from __future__ import annotations

from textual.widget import Widget

from fleetui.config.specs import PaneSpec
from fleetui.core.query import Query
from fleetui.core.snapshot import SourceKey
from fleetui.ui.chart.chart import Chart
from fleetui.ui.context import Context
from fleetui.ui.empty import message
from fleetui.ui.pane import Pane
from fleetui.ui.titles import Title

# A query is asked anew only when the width has changed by more than this many points: each
# other number of points is another question to the server.
_STEP = 60


class ChartPane(Pane):
    """One query of every server that answers queries, as lines."""

    def __init__(self, spec: PaneSpec, context: Context) -> None:
        super().__init__(spec, context)
        self._chart = Chart(
            context.styles,
            unit=spec.unit,
            legend=spec.legend,
            warn=spec.warn,
            critical=spec.critical,
            id=f"pane-{spec.name}",
        )
        self._chart.can_focus = True
        self._points = 120
        self._keys: tuple[SourceKey, ...] | None = None

    @property
    def body(self) -> Widget:
        """The chart."""
        return self._chart

    @property
    def keys(self) -> tuple[SourceKey, ...]:
        """One source for each server."""
        if self._keys is None:
            spec = self.spec
            query = Query(spec.query, spec.range_s, self._points)
            self._keys = self._engine.query_keys(query, spec.provider, spec.scope)
        return self._keys

    def fit(self) -> bool:
        """Ask for as many points as there is room for, in steps."""
        room = self._chart.points
        points = max(_STEP, -(-room // _STEP) * _STEP)
        if room <= 0 or points == self._points:
            return False
        self._points, self._keys = points, None
        return True

    def draw(self, now: float) -> None:
        """Show the newest answer; the one before it as long as there is none for a new width."""
        fresh = self.gather(self.keys)
        if fresh.result is not None or fresh.faults or self.picture.result is None:
            self.picture = fresh
        lines = message(
            "query", self.keys, self.picture,
            reads=self._context.options.reads, scope=self.spec.scope,
        )  # fmt: skip
        self._chart.set_message(lines)
        self._chart.show(self.picture.result, now, stale=self.picture.stale)

    def title_of(self, *, focused: bool) -> Title:
        """Return the name, the range and the age."""
        return Title(
            self.spec.name,
            (self.name,),
            picture=self.picture,
            range_s=self.spec.range_s,
            focused=focused,
        )
