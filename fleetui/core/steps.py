"""Picks the step of a range query, so that points suit the width and do not shift."""

from __future__ import annotations

import math

# Prometheus refuses a query whose series would have more points than this.
MAX_POINTS = 11_000
# Divisors of the minute, the hour and the day: steps that fall on round clock times.
_NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAY = 86_400


def step_for(range_s: float, points: int) -> float:
    """Return the smallest round step, in seconds, that makes at most `points` of the range.

    Never below one second, nor so small that the server would refuse it.
    """
    least = range_s / max(1, min(points, MAX_POINTS - 1))
    for step in _NICE:
        if step >= least:
            return float(step)
    return float(_DAY * math.ceil(least / _DAY))


def window(now: float, range_s: float, step: float) -> tuple[float, float]:
    """Return (start, end) as multiples of `step` that cover the range before `now`.

    Aligned, the same moments are asked for each time, and a drawn line stands still until a
    new point joins it.
    """
    end = math.floor(now / step) * step
    return end - max(1, math.ceil(range_s / step)) * step, end
