"""The chart widget: draws a query's answer and paints only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fleetui.core.query import QueryResult
from fleetui.ui.chart import frame, listing
from fleetui.ui.chart.colours import Colours
from fleetui.ui.chart.legend import Limits, entries
from fleetui.ui.line import Piece, differences

WAITING = "waiting for the first answer"


class Chart(Widget):
    """A line chart over a range, or a list of values where the query asks for now."""

    DEFAULT_CSS = "Chart { width: 1fr; height: 1fr; }"
    can_focus = False

    def __init__(
        self,
        styles: dict[str, Style],
        *,
        unit: str = "",
        legend: str = "",
        warn: float | None = None,
        critical: float | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._styles = styles
        self._unit, self._label, self._limits = unit, legend, Limits(warn, critical)
        self._result: QueryResult | None = None
        self._now, self._ends = 0.0, ""
        self._stale = False
        self._message: tuple[str, ...] = (WAITING,)
        self._colours = Colours(frame.COLOURS)
        self._strips: list[Strip] = []

    def show(self, result: QueryResult | None, now: float, *, stale: bool = False) -> None:
        """Show an answer as it looks at `now`; the message where there is none."""
        news = result is not self._result or stale is not self._stale
        if result is not None and frame.ends_at(result, now) != self._ends:
            news, self._ends = True, frame.ends_at(result, now)
        self._result, self._now, self._stale = result, now, stale
        if news:
            self._repaint()

    def set_message(self, lines: Sequence[str]) -> None:
        """Say this while there is no answer."""
        said = tuple(lines) or (WAITING,)
        if said != self._message:
            self._message = said
            self._repaint()

    def set_styles_by_meaning(self, styles: dict[str, Style]) -> None:
        """Take another theme's styles."""
        self._styles = styles
        self._repaint()

    @property
    def points(self) -> int:
        """How many x positions there is room for: two in each cell across."""
        return frame.points_for(self.size.width)

    def on_resize(self) -> None:
        """Draw anew at another size."""
        self._repaint()

    def render_line(self, y: int) -> Strip:
        """Return one painted line."""
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self._styles.get("text"))

    def _repaint(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        painted = self._strips
        self._strips = [
            Strip([Segment(text, self._style(meaning)) for text, meaning in row if text], width)
            for row in self._rows(width, height)
        ]
        if len(painted) != height or painted[0].cell_length != width:
            self.refresh()
            return
        regions = [
            Region(left, y, right - left, 1)
            for y, (old, new) in enumerate(zip(painted, self._strips, strict=True))
            for left, right in differences(list(old), list(new))
        ]
        if regions:
            self.refresh(*regions)

    def _rows(self, width: int, height: int) -> list[list[Piece]]:
        result = self._result
        if result is None:
            return listing.words(self._message, width, height)
        if listing.is_list(result):
            return listing.listing(result, self._unit, self._label, self._limits, width, height)
        drawn, _more = entries(result, self._label, frame.COLOURS)
        draft = frame.Draft(
            result,
            self._now,
            self._unit,
            self._label,
            self._limits,
            self._colours.of(entry.name for entry in drawn),
        )
        return frame.draw(draft, width, height)

    def _style(self, meaning: str) -> Style | None:
        """Return the style of a meaning; a stale chart has but one for all that it says."""
        if self._stale and meaning not in {"text", "muted", "line"}:
            return self._styles.get("stale")
        tone = meaning.removesuffix(frame.FAINT)
        style = self._styles.get(tone)
        if style is not None and tone != meaning:
            return style + Style(bold=False, dim=True)
        return style
