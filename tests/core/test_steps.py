"""The step of a range query: round, never refused, and never shifting."""

from __future__ import annotations

import pytest

from fleetui.core.steps import MAX_POINTS, step_for, window


@pytest.mark.parametrize(
    ("range_s", "points", "step"),
    [
        (60, 120, 1),
        (1800, 120, 15),
        (1800, 60, 30),
        (3600, 50, 120),
        (86_400, 120, 900),
        (30 * 86_400, 120, 21_600),
        (400 * 86_400, 100, 4 * 86_400),
    ],
)
def test_the_step_is_the_smallest_round_one_that_fits(
    range_s: float, points: int, step: float
) -> None:
    assert step_for(range_s, points) == step


@pytest.mark.parametrize("points", [0, 1, 7, 120, 11_000, 10**9])
@pytest.mark.parametrize("range_s", [1, 59, 1800, 86_400 * 400])
def test_no_step_asks_for_more_than_the_server_gives(range_s: float, points: int) -> None:
    step = step_for(range_s, points)
    start, end = window(1_700_000_123.4, range_s, step)
    assert step >= 1
    assert (end - start) / step + 1 <= MAX_POINTS


def test_the_window_stands_still_between_two_steps() -> None:
    first = window(1_700_000_101.0, 1800, 15)
    assert first == window(1_700_000_114.9, 1800, 15)
    moved = window(1_700_000_115.0, 1800, 15)
    assert [after - before for before, after in zip(first, moved, strict=True)] == [15, 15]
    assert first[0] % 15 == first[1] % 15 == 0
    assert first[1] - first[0] == 1800
