"""From a query's answer to series: every result type, gaps left as they are."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleetui.core.clean import clean, clean_pairs
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.secrets import shown
from fleetui.providers.prometheus.answers import (
    Envelope,
    HistogramSample,
    Metric,
    QueryData,
    Sample,
)
from fleetui.providers.prometheus.histograms import quantile

QUANTILES = (0.5, 0.9, 0.99)
# Nobody reads more, and a query that forgets its labels must not eat the memory.
MAX_SERIES = 10_000
# The year 5138: no time past it can be written, so it is none.
_LAST_TIME = 1e11
_HISTOGRAM_NOTE = "native histograms are shown as their quantiles 0.5, 0.9 and 0.99"


def result_of(
    envelope: Envelope, query: Query, start: float = 0.0, end: float = 0.0, step: float = 0.0
) -> QueryResult:
    """Return the series of an answer. Raises msgspec.DecodeError where it is no such answer.

    `start`, `end` and `step` are those asked for; an instant answer gives its own time.
    """
    data = msgspec.json.decode(envelope.data, type=QueryData)
    notes = [clean(note) for note in envelope.notes()]
    if data.result_type == "string":
        at, text = msgspec.json.decode(data.result, type=Sample)
        at = _time(at)
        return QueryResult(
            query, "string", start=at, end=at, text=clean(text), warnings=tuple(notes)
        )
    if data.result_type == "scalar":
        at, value = msgspec.json.decode(data.result, type=Sample)
        at = _time(at)
        series: tuple[Series, ...] = (Series((), ((at, float(value)),)),)
        return QueryResult(query, "scalar", series, at, at, warnings=tuple(notes))
    if data.result_type not in {"vector", "matrix"}:
        raise msgspec.ValidationError(f"unknown result type {clean(data.result_type, 40)!r}")
    # One by one: decoding the whole at once would hold up every other thread.
    elements = msgspec.json.decode(data.result, type=list[msgspec.Raw] | None) or []
    found: list[Series] = []
    histograms = False
    for element in elements[:MAX_SERIES]:
        metric = msgspec.json.decode(element, type=Metric)
        found.extend(_series(metric))
        histograms = histograms or bool(metric.histogram or metric.histograms)
    series = tuple(found)
    if histograms:
        notes.append(_HISTOGRAM_NOTE)
    if len(elements) > MAX_SERIES:
        notes.append(f"only {MAX_SERIES} of {len(elements)} series were read: narrow the query")
    if data.result_type == "vector" and series:
        start = end = max(one.points[-1][0] for one in series)
    return QueryResult(query, data.result_type, series, start, end, step, warnings=tuple(notes))


def _series(metric: Metric) -> Iterable[Series]:
    """Yield the series of one element; more than one where it is a histogram."""
    labels = tuple((name, shown(name, text)) for name, text in clean_pairs(metric.metric))
    values = metric.values if metric.value is None else [metric.value]
    if values:
        yield Series(labels, tuple((_time(at), float(text)) for at, text in values))
    histograms = metric.histograms if metric.histogram is None else [metric.histogram]
    if histograms:
        yield from _quantiles(labels, histograms)


def _quantiles(
    labels: tuple[tuple[str, str], ...], samples: list[HistogramSample]
) -> Iterable[Series]:
    for share in QUANTILES:
        named = tuple(sorted((*labels, ("quantile", f"{share:g}"))))
        yield Series(named, tuple((_time(at), quantile(one, share)) for at, one in samples))


def _time(at: float) -> float:
    if not abs(at) < _LAST_TIME:
        raise msgspec.ValidationError("a sample's time is no time")
    return at
