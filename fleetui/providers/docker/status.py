"""Reads the status text of a container list: `Up 3 minutes (unhealthy)`, `Exited (1) 4 days ago`.

It is all that one call for all containers says of health, exit code and time.
"""

from __future__ import annotations

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.state import Health

_TEXT = lazy_pattern(
    r"^(?:Up (?P<up>.+?)(?: \((?P<note>[^()]*)\))?"
    r"|(?:Exited|Restarting) \((?P<code>-?\d+)\) (?P<ago>.+?))$"
)
_AMOUNT = lazy_pattern(r"^(?:(?P<n>\d+)|About an?|Less than a) (?P<unit>[a-z]+?)s?(?: ago)?$")
_UNITS: dict[str, tuple[float, str]] = {
    "second": (1, "s"),
    "minute": (60, "m"),
    "hour": (3600, "h"),
    "day": (86_400, "d"),
    "week": (604_800, "w"),
    "month": (2_592_000, "mo"),
    "year": (31_536_000, "y"),
}
_HEALTH = {
    "healthy": Health.HEALTHY,
    "unhealthy": Health.UNHEALTHY,
    "health: starting": Health.STARTING,
    "starting": Health.STARTING,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the text says. `low` and `high` bound the seconds since it started or ended."""

    health: Health = Health.NONE
    exit_code: int | None = None
    low: float | None = None
    high: float | None = None
    ago: str = ""
    """`4m`, `3d`: the engine's own rounded words, so that a row changes no more than they do."""

    def fits(self, time: float | None, now: float, slack: float = 3.0) -> bool:
        """Say whether `time` can be the one that the text speaks of."""
        if time is None or self.low is None or self.high is None:
            return time is None and self.low is None
        return self.low - slack <= now - time <= self.high + slack


def said(text: str) -> Said:
    """Return what a status text says; nothing for one that cannot be read."""
    match = _TEXT.match(text)
    if not match:
        return Said()
    low, high, ago = _span(match["up"] or match["ago"])
    code = match["code"]
    return Said(health_of(match["note"] or ""), int(code) if code else None, low, high, ago)


def health_of(word: str) -> Health:
    """Return the health that a word of the engine means."""
    return _HEALTH.get(word.lower(), Health.NONE)


def _span(text: str) -> tuple[float | None, float | None, str]:
    match = _AMOUNT.match(text)
    if not match or match["unit"] not in _UNITS:
        return None, None, ""
    size, short = _UNITS[match["unit"]]
    if text.startswith("Less"):
        return 0.0, size, f"0{short}"
    number = int(match["n"] or 1)
    # Hours are rounded, all others are cut off.
    low = (number - (0.5 if short == "h" else 0.0)) * size
    return low, low + size, f"{number}{short}"
