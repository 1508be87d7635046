"""Questions to a metrics server and their answers."""

from __future__ import annotations

from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Query:
    """A PromQL expression over the last `range_s` seconds, or now where it is zero.

    `points` is how many steps the drawing has room for; the provider picks the step.
    """

    expr: str
    range_s: float = 0.0
    points: int = 120


@dataclass(frozen=True, slots=True)
class Series:
    """One line of an answer: labels, and (unix seconds, value) pairs in order of time.

    A value may be NaN or infinite. A gap is a missing step, never a zero.
    """

    labels: tuple[tuple[str, str], ...]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float | None:
        """The newest value."""
        return self.points[-1][1] if self.points else None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to one Query, of any result type, as series.

    `kind` is Prometheus's word: `vector`, `matrix`, `scalar` or `string`. A string's text
    is in `text`. A native histogram becomes one series per quantile named by its label
    `quantile`, and `warnings` says so.
    """

    query: Query
    kind: str
    series: tuple[Series, ...] = ()
    start: float = 0.0
    end: float = 0.0
    step: float = 0.0
    text: str = ""
    warnings: tuple[str, ...] = ()
