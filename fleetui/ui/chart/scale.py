"""The y axis: where values stand between round numbers, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable

from fleetui.core import humanise
from fleetui.core.lazy_dataclass import dataclass

_NICE = (1.0, 2.0, 5.0, 10.0)
_BINARY_NICE = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
# A threshold further away than this many times the highest value would flatten the lines.
_FAR = 2.0
_ROWS_A_TICK = 4
# Beyond this, and below one part of it, arithmetic on the axis would overflow.
_INFINITE = 1e300


@dataclass(frozen=True, slots=True)
class Scale:
    """A range between round numbers, with the values that are written beside it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def row_of(self, value: float, dots: int) -> int:
        """Return the dot row of a value, from the top of `dots`; beyond the range, the edge."""
        if value >= self.high:
            return 0
        if value <= self.low:
            return dots - 1
        return int((self.high - value) / (self.high - self.low) * (dots - 1) + 0.5)


def scale_of(
    values: Iterable[float], rows: int, *, unit: str = "", thresholds: Iterable[float] = ()
) -> Scale:
    """Return a scale for these values on `rows` rows of cells.

    It begins at zero unless something is below: a small change in a large number then looks
    as small as it is. Only finite values count.
    """
    finite = [value for value in values if abs(value) < _INFINITE]
    high, low = max(finite, default=0.0), min(finite, default=0.0)
    near = [limit for limit in thresholds if math.isfinite(limit) and limit <= high * _FAR]
    high, low = max(high, 0.0, *near), min(low, 0.0)
    if high - low < 1 / _INFINITE:
        high = low + 1.0
    step = _nice_step((high - low) / max(1, min(5, rows // _ROWS_A_TICK)), unit)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return Scale(first * step, last * step, tuple(n * step for n in range(first, last + 1)))


def _nice_step(least: float, unit: str) -> float:
    """Return the smallest round number that is no less than `least`."""
    base, nice = (1024.0, _BINARY_NICE) if unit == "bytes" else (10.0, _NICE)
    power = base ** math.floor(math.log(least, base))
    return next((one * power for one in nice if one * power >= least * (1 - 1e-9)), base * power)


def write(value: float | None, unit: str) -> str:
    """Write a value in its unit: `bytes`, `percent` (a share of one), `seconds`, or none."""
    if value is None or not math.isfinite(value):
        return humanise.number(value)
    if unit == "bytes":
        return humanise.size(value)
    if unit == "percent":
        share = value * 100
        return f"{share:.0f} %" if abs(share) >= 10 or share == round(share) else f"{share:.1f} %"
    if unit == "seconds":
        return _seconds(value)
    return humanise.number(value)


def _seconds(value: float) -> str:
    size = abs(value)
    if size >= 60:
        return ("-" if value < 0 else "") + humanise.duration(size)
    if size >= 1 or size == 0:
        return f"{value:.3g} s"
    if size >= 1e-3:
        return f"{value * 1e3:.3g} ms"
    return f"{value * 1e6:.3g} µs"
