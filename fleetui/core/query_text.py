"""An answer as rows of text: a short table for people, every point for a spreadsheet."""

from __future__ import annotations

import math

from fleetui.core.humanise import iso, number
from fleetui.core.query import QueryResult, Series

Rows = list[list[str]]
"""The first row holds the titles."""


def table_rows(result: QueryResult) -> Rows:
    """Return one row a series: its labels, then its value, or MIN, MAX and LAST over a range."""
    if result.kind == "string":
        return [["VALUE"], [result.text]]
    names = label_names(result)
    ranged = result.kind == "matrix"
    titles = ["MIN", "MAX", "LAST"] if ranged else ["VALUE"]
    rows = [[*(_title(name) for name in names), *titles]]
    for series in result.series:
        values = _extremes(series) if ranged else [number(series.last)]
        rows.append([*_labels(series, names), *values])
    return rows


def csv_rows(result: QueryResult) -> Rows:
    """Return one row a point: the labels, the time in ISO 8601 UTC, the value in full."""
    if result.kind == "string":
        return [["time", "value"], [iso(result.end) or "", result.text]]
    names = label_names(result)
    rows = [[*names, "time", "value"]]
    for series in result.series:
        labels = _labels(series, names)
        rows.extend([*labels, iso(time) or "", value_text(value)] for time, value in series.points)
    return rows


def label_names(result: QueryResult) -> list[str]:
    """Return the names of all labels that any series has, the metric's own name first."""
    names = {name for series in result.series for name, _ in series.labels}
    return sorted(names, key=lambda name: (name != "__name__", name))


def value_text(value: float | None) -> str:
    """A value in full, as Prometheus writes it: `42`, `0.1`, `NaN`, `+Inf`; None is empty."""
    if value is None:
        return ""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _title(name: str) -> str:
    return "METRIC" if name == "__name__" else name.upper()


def _labels(series: Series, names: list[str]) -> list[str]:
    labels = dict(series.labels)
    return [labels.get(name, "") for name in names]


def _extremes(series: Series) -> list[str]:
    values = [value for _, value in series.points if not math.isnan(value)]
    low, high = (min(values), max(values)) if values else (None, None)
    return [number(low), number(high), number(series.last)]
