"""Round numbers beside the plot, and values in their units."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.ui.chart.scale import scale_of, write


@pytest.mark.parametrize(
    ("values", "rows", "unit", "ticks"),
    [
        ([812, 9, 31], 12, "", (0, 500, 1000)),
        ([0.81], 12, "percent", (0, 0.5, 1.0)),
        ([3 * 1024**3], 8, "bytes", (0, 2 * 1024**3, 4 * 1024**3)),
        ([-5, 5], 8, "", (-5, 0, 5)),
        ([42, 42], 4, "", (0, 50)),
        ([], 4, "", (0, 1)),
        ([math.nan, math.inf, -math.inf], 4, "", (0, 1)),
    ],
)
def test_the_axis_ends_on_round_numbers(
    values: list[float], rows: int, unit: str, ticks: tuple[float, ...]
) -> None:
    assert scale_of(values, rows, unit=unit).ticks == pytest.approx(ticks)


def test_a_limit_that_is_near_is_on_the_scale_and_a_far_one_is_not() -> None:
    assert scale_of([80], 4, thresholds=[150]).high == 200
    assert scale_of([80], 4, thresholds=[5000]).high == 100


@given(
    st.lists(st.floats(-1e15, 1e15).filter(lambda v: v == 0 or abs(v) > 1e-9), max_size=9),
    st.integers(1, 50),
    st.sampled_from(["", "bytes", "percent", "seconds"]),
)
def test_every_value_is_on_the_scale(values: list[float], rows: int, unit: str) -> None:
    scale = scale_of(values, rows, unit=unit)
    assert scale.low < scale.high
    assert 2 <= len(scale.ticks) <= 12
    for value in values:
        hair = 1e-6 * (scale.high - scale.low)
        assert scale.low - hair <= value <= scale.high + hair
        assert 0 <= scale.row_of(value, rows * 4) < rows * 4
    assert scale.row_of(scale.high, 8) == scale.row_of(math.inf, 8) == 0
    assert scale.row_of(scale.low, 8) == scale.row_of(-math.inf, 8) == 7


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (812, "", "812"),
        (3 * 1024**3, "bytes", "3.0 GiB"),
        (0.038, "percent", "3.8 %"),
        (0.5, "percent", "50 %"),
        (0.0341, "seconds", "34.1 ms"),
        (0.0000021, "seconds", "2.1 µs"),
        (1.5, "seconds", "1.5 s"),
        (-90, "seconds", "-1m 30s"),
        (math.inf, "bytes", "+Inf"),
        (math.nan, "seconds", "NaN"),
        (None, "percent", "–"),
    ],
)
def test_a_value_is_written_in_its_unit(value: float | None, unit: str, text: str) -> None:
    assert write(value, unit) == text
