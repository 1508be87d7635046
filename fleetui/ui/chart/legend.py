"""What each series is called, what it is now, and whether that is too much."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fleetui.core.columns import Tone
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.query import QueryResult, Series

GLYPHS = {Tone.WARN: "▲", Tone.CRITICAL: "✖"}
_METRIC = "__name__"


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a value becomes worth a look; falling past them counts when critical is the lower."""

    warn: float | None = None
    critical: float | None = None

    def tone(self, value: float | None) -> Tone:
        """Return the tone of a value: the worst limit that it reaches."""
        if value is None or math.isnan(value):
            return Tone.MUTED
        falling = self.warn is not None and self.critical is not None and self.critical < self.warn
        for limit, tone in ((self.critical, Tone.CRITICAL), (self.warn, Tone.WARN)):
            if limit is not None and (value <= limit if falling else value >= limit):
                return tone
        return Tone.NORMAL

    def all(self) -> tuple[tuple[float, Tone], ...]:
        """Return every limit that is set, with its tone."""
        both = ((self.warn, Tone.WARN), (self.critical, Tone.CRITICAL))
        return tuple((limit, tone) for limit, tone in both if limit is not None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One series of the legend; `ended` where it has no value at the end of the range."""

    series: Series
    name: str
    last: float | None
    ended: bool


def entries(result: QueryResult, label: str, most: int) -> tuple[tuple[Entry, ...], int]:
    """Return the first series, those that are largest now in front, and how many more there are."""
    ranked = sorted(result.series, key=lambda one: _rank(one, result))
    chosen = ranked[:most]
    names = names_of(chosen, label)
    made = tuple(
        Entry(one, name, one.last, has_ended(one, result))
        for one, name in zip(chosen, names, strict=True)
    )
    return made, len(ranked) - len(chosen)


def has_ended(series: Series, result: QueryResult) -> bool:
    """Whether a series stops before the end of the range: it is not there any more."""
    if not series.points:
        return True
    return result.step > 0 and result.end - series.points[-1][0] > 1.5 * result.step


def _rank(series: Series, result: QueryResult) -> tuple[bool, bool, float, Sequence[object]]:
    last = series.last
    known = last is not None and not math.isnan(last)
    return has_ended(series, result), not known, -(last or 0.0) if known else 0.0, series.labels


def names_of(chosen: Sequence[Series], label: str) -> list[str]:
    """Name series by one label, or by the values of all labels in which they differ."""
    labels = [dict(one.labels) for one in chosen]
    if label:
        return [own.get(label, "–") or "–" for own in labels]
    every = sorted({name for own in labels for name in own}, key=lambda n: (n != _METRIC, n))
    differing = [name for name in every if len({own.get(name) for own in labels}) > 1]
    if not differing:
        differing = [_METRIC] if _METRIC in every else every
    return [" ".join(own[name] for name in differing if own.get(name)) or "value" for own in labels]
