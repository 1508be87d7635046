"""Numbers as people read them: short, aligned, with their unit."""

from __future__ import annotations

import math
from datetime import UTC, datetime

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_DECIMAL = ("", "k", "M", "G", "T", "P")


def size(count: float | None) -> str:
    """Bytes as `512 B`, `1.2 GiB`."""
    if count is None:
        return "–"
    value = float(count)
    for unit in _BINARY:
        if abs(value) < 1000 or unit == _BINARY[-1]:
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 100 else f"{value:.1f} {unit}"


def number(value: float | None) -> str:
    """A measured value as `0.034`, `812`, `1.4 k`, `NaN`, `+Inf`."""
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "0"
    if abs(value) < 0.001 or abs(value) >= 1e18:
        return f"{value:.1e}"
    if abs(value) < 1000:
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    for unit in _DECIMAL:
        if abs(value) < 1000 or unit == _DECIMAL[-1]:
            break
        value /= 1000
    return f"{value:.1f} {unit}" if abs(value) < 100 else f"{value:.0f} {unit}"


def percent(share: float | None) -> str:
    """A share of one as `34 %`."""
    if share is None:
        return "–"
    if not math.isfinite(share):
        return "NaN"
    return f"{share * 100:.0f} %"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: `8s`, `4m 12s`, `3h 20m`, `3d 4h`, `2y 40d`."""
    if seconds is None:
        return "–"
    total = max(0, int(seconds))
    if total < 60:
        return f"{total}s"
    if total < 3600:
        return _two(total, 60, "m", 1, "s")
    if total < 86400:
        return _two(total, 3600, "h", 60, "m")
    if total < 365 * 86400:
        return _two(total, 86400, "d", 3600, "h")
    return _two(total, 365 * 86400, "y", 86400, "d")


def age(seconds: float | None) -> str:
    """A length of time without blanks, for a column: `8s`, `4m12s`, `3h20m`, `3d4h`."""
    return duration(seconds).replace(" ", "")


def _two(total: int, big: int, big_unit: str, small: int, small_unit: str) -> str:
    rest = total % big // small
    return f"{total // big}{big_unit} {rest}{small_unit}" if rest else f"{total // big}{big_unit}"


def iso(time: float | None) -> str | None:
    """Unix seconds as ISO 8601 UTC with a Z; None stays None."""
    if time is None:
        return None
    text = datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
