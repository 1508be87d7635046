"""A whole chart as rows of pieces: plot, axis, legend and limits, for any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from itertools import groupby

from fleetui.core import humanise
from fleetui.core.columns import Tone
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.query import QueryResult
from fleetui.ui.chart.braille import Dot, compose, trace
from fleetui.ui.chart.key import below, beside, exactly
from fleetui.ui.chart.legend import Entry, Limits, entries
from fleetui.ui.chart.scale import Scale, scale_of, write
from fleetui.ui.line import Piece
from fleetui.ui.table.fit import cells_of, fit

COLOURS = 6
"""Lines that can be told apart: the series colours of a theme."""
FAINT = ".faint"
"""Added to a tone's name: the meaning of a limit's dotted row."""
_LEGEND_BESIDE = 48
"""Cells from which the legend stands beside the plot, not below it."""
_LIMIT_CHAR = "┈"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is drawn, apart from its size."""

    result: QueryResult
    now: float
    unit: str = ""
    label: str = ""
    limits: Limits = field(default_factory=Limits)
    colours: Mapping[str, int] | None = None
    """Colour of a series by its name; by rank where it is not told."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How a chart's cells are shared out: the axis takes what its labels need."""

    legend: int
    below: int
    foot: int
    plot_rows: int


def sizes(width: int, height: int) -> Sizes:
    """Share out a size; the parts that explain leave before the plot does."""
    legend = min(28, width // 4) if width >= _LEGEND_BESIDE else 0
    foot = 1 if height >= 6 else 0
    below = 0 if legend or height < 3 else max(1, (height - foot) // 5)
    return Sizes(legend, below, foot, max(1, height - foot - below))


def points_for(width: int) -> int:
    """Return how many x positions a chart of this width has, whatever its labels turn out to be."""
    legend = sizes(width, 10).legend
    return max(20, 2 * (width - legend - 7))


def draw(draft: Draft, width: int, height: int) -> list[list[Piece]]:
    """Return `height` rows that each cover `width` cells."""
    result, limits = draft.result, draft.limits
    shares = sizes(width, height)
    drawn, more = entries(result, draft.label, COLOURS)
    colours = [_colour(draft, entry, nth) for nth, entry in enumerate(drawn)]
    items = list(zip(drawn, colours, strict=True))
    scale = scale_of(
        (value for entry in drawn for _time, value in entry.series.points),
        shares.plot_rows,
        unit=draft.unit,
        thresholds=[limit for limit, _tone in limits.all()],
    )
    told: list[list[Piece]] = []
    if shares.legend:
        told = beside(items, more, draft.unit, limits, shares.legend, height)
    legend_width = sum(cells_of(text) for text, _ in told[0]) if told else 0
    axis = _axis(scale, shares.plot_rows, draft.unit)
    axis_width = min(max(cells_of(text) for text in axis.values()), max(0, width // 3 - 1))
    plot_width = max(1, width - axis_width - 2 - legend_width)
    dots = shares.plot_rows * 4
    traces = [
        trace(
            entry.series.points,
            start=result.start,
            end=result.end,
            step=result.step,
            columns=plot_width * 2,
            row_of=lambda value: scale.row_of(value, dots),
        )
        for entry in drawn
    ]
    cells = compose(traces, plot_width, shares.plot_rows)
    rules = {
        scale.row_of(limit, dots) // 4: tone
        for limit, tone in reversed(limits.all())
        if scale.low <= limit <= scale.high
    }
    rows: list[list[Piece]] = []
    for y, dots_of_row in enumerate(cells):
        text = axis.get(y, "")
        tick = ("┼" if y == shares.plot_rows - 1 else "┤") if text else "│"
        rows.append(
            [
                (fit(text, axis_width, right=True) + " ", "muted"),
                (tick, "line"),
                *_plot_row(dots_of_row, colours, rules.get(y)),
            ]
        )
    if shares.foot:
        rows.append(_foot(draft, axis_width + 2, plot_width))
    blank: list[Piece] = [(" " * legend_width, "text")]
    rows = [
        [*exactly(row, width - legend_width), *(told[y] if y < len(told) else blank)]
        for y, row in enumerate(rows)
    ]
    rows.extend(below(items, more, draft.unit, limits, width, shares.below))
    return rows[:height]


def _colour(draft: Draft, entry: Entry, rank: int) -> str:
    number = (draft.colours or {}).get(entry.name, rank)
    return f"series{number % COLOURS + 1}"


def _axis(scale: Scale, rows: int, unit: str) -> dict[int, str]:
    """Return the labels by row; where two would share one, the lower end of the scale wins."""
    labels: dict[int, str] = {}
    for value in reversed(scale.ticks):
        labels[scale.row_of(value, rows * 4) // 4] = write(value, unit)
    return labels


def _plot_row(cells: Sequence[Dot], colours: Sequence[str], rule: Tone | None) -> list[Piece]:
    blank = (_LIMIT_CHAR, rule + FAINT) if rule else (" ", "text")
    styled = ((char, colours[owner]) if owner >= 0 else blank for char, owner in cells)
    return [
        ("".join(char for char, _meaning in run), meaning)
        for meaning, run in groupby(styled, key=lambda cell: cell[1])
    ]


def ends_at(result: QueryResult, now: float) -> str:
    """Say how long ago the x axis ends."""
    behind = now - result.end
    return "now" if behind < max(2 * result.step, 5.0) else f"-{humanise.age(behind)}"


def _foot(draft: Draft, indent: int, width: int) -> list[Piece]:
    """Say how far the x axis reaches: how long ago it begins and how long ago it ends."""
    result = draft.result
    begins = f"-{humanise.age(result.end - result.start)}"
    ends = ends_at(result, draft.now)
    if cells_of(begins) + cells_of(ends) + 1 > width:
        begins = ""
    return [(" " * indent + begins + fit(ends, width - cells_of(begins), right=True), "muted")]
