"""Dots for known inputs, gaps, and cells that several lines share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fleetui.ui.chart.braille import BLANK, Trace, compose, trace

Points = Sequence[tuple[float, float]]


def line(points: Points, columns: int = 8, step: float = 1.0, rows: int = 4) -> Trace:
    """A line whose value is its dot row from the top."""
    return trace(
        points,
        start=0.0,
        end=columns - 1.0,
        step=step,
        columns=columns,
        row_of=lambda value: round(min(rows - 1, max(0, value))),
    )


def drawn(*traces: Trace, height: int = 1) -> list[str]:
    rows = compose(traces, len(traces[0]) // 2, height)
    return ["".join(char for char, _owner in row) for row in rows]


def test_a_level_line_lies_on_one_row_of_dots() -> None:
    for row, char in enumerate("⠉⠒⠤⣀"):
        assert drawn(line([(t, row) for t in range(8)])) == [char * 4]


def test_a_slope_goes_one_dot_down_with_each_dot_across() -> None:
    assert drawn(line([(t, t) for t in range(8)], rows=8), height=2) == ["⠑⢄  ", "  ⠑⢄"]


def test_a_jump_is_joined_by_a_vertical_run() -> None:
    assert drawn(line([(0, 3), (1, 0)], columns=2)) == ["⡸"]
    assert drawn(line([(0, 0), (1, 3)], columns=2)) == ["⢱"]


def test_a_missing_step_is_a_gap_and_so_is_nan() -> None:
    gap = [(t, 0) for t in range(8) if t not in {2, 3}]
    assert drawn(line(gap)) == ["⠉ ⠉⠉"]
    assert drawn(line([(t, math.nan if t in {2, 3} else 0) for t in range(8)])) == ["⠉ ⠉⠉"]


def test_a_step_that_is_late_by_a_little_is_no_gap() -> None:
    assert drawn(line([(0, 0), (1.4, 0), (2.3, 0), (3, 0)], columns=4)) == ["⠉⠉"]


def test_sparse_points_one_step_apart_are_joined() -> None:
    assert drawn(line([(0, 0), (7, 0)], step=7.0)) == ["⠉⠉⠉⠉"]


def test_a_point_on_its_own_is_a_dot() -> None:
    assert drawn(line([(4, 3)])) == ["  ⡀ "]


def test_infinity_stands_at_the_edge() -> None:
    assert drawn(line([(t, -math.inf) for t in range(8)])) == ["⠉⠉⠉⠉"]
    assert drawn(line([(t, math.inf) for t in range(8)])) == ["⣀⣀⣀⣀"]


def test_what_is_outside_the_range_is_not_drawn() -> None:
    assert drawn(line([(-5, 0), (99, 0)])) == ["    "]


def test_a_cell_holds_the_dots_of_all_and_belongs_to_the_first() -> None:
    high, low = line([(t, 0) for t in range(8)]), line([(t, 3) for t in range(4)])
    (row,) = compose([high, low], 4, 1)
    assert row == [("⣉", 0), ("⣉", 0), ("⠉", 0), ("⠉", 0)]
    (row,) = compose([low, high], 4, 1)
    assert [owner for _char, owner in row] == [0, 0, 1, 1]
    assert compose([line([])], 4, 1) == [[BLANK] * 4]


@given(
    st.lists(st.tuples(st.floats(0, 19), st.floats(allow_nan=True)), max_size=40),
    st.integers(1, 6),
)
def test_no_dot_falls_outside_and_every_number_has_its_own(points: Points, height: int) -> None:
    rows = height * 4
    ordered = sorted(points, key=lambda point: point[0])
    dots = trace(
        ordered,
        start=0.0,
        end=19.0,
        step=1.0,
        columns=20,
        row_of=lambda value: int(min(rows - 1, max(0, value))),
    )
    assert len(dots) == 20
    assert all(0 <= column < 1 << rows for column in dots)
    for time, value in ordered:
        if not math.isnan(value):
            assert dots[int(time + 0.5)] >> int(min(rows - 1, max(0, value))) & 1
