"""Answers as rows: what `fleetui query` prints."""

from __future__ import annotations

from math import inf, nan

import pytest

from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.query_text import csv_rows, table_rows, value_text

T = 1_700_000_000.0
INSTANT = QueryResult(
    Query("up"),
    "vector",
    (
        Series((("__name__", "up"), ("job", "node")), ((T, 1.0),)),
        Series((("__name__", "up"), ("zone", "b")), ((T, nan),)),
    ),
)
RANGE = QueryResult(
    Query("rate(x[1m])", 60),
    "matrix",
    (Series((("code", "200"),), ((T, 0.5), (T + 15, nan), (T + 30, 2.0))),),
)


def test_an_instant_answer_has_a_column_for_each_label() -> None:
    assert table_rows(INSTANT) == [
        ["METRIC", "JOB", "ZONE", "VALUE"],
        ["up", "node", "", "1"],
        ["up", "", "b", "NaN"],
    ]


def test_a_range_tells_its_extremes_and_its_end() -> None:
    assert table_rows(RANGE) == [["CODE", "MIN", "MAX", "LAST"], ["200", "0.5", "2", "2"]]


def test_csv_has_every_point() -> None:
    assert csv_rows(RANGE) == [
        ["code", "time", "value"],
        ["200", "2023-11-14T22:13:20.000Z", "0.5"],
        ["200", "2023-11-14T22:13:35.000Z", "NaN"],
        ["200", "2023-11-14T22:13:50.000Z", "2"],
    ]


def test_scalars_strings_and_nothing() -> None:
    scalar = QueryResult(Query("1"), "scalar", (Series((), ((5.0, 1.5),)),))
    assert table_rows(scalar) == [["VALUE"], ["1.5"]]
    string = QueryResult(Query('"hi"'), "string", text="hi", end=0.0)
    assert table_rows(string) == [["VALUE"], ["hi"]]
    assert csv_rows(string) == [["time", "value"], ["1970-01-01T00:00:00.000Z", "hi"]]
    assert table_rows(QueryResult(Query("absent"), "vector")) == [["VALUE"]]


def test_a_range_of_nothing_but_nan_has_no_extremes() -> None:
    hollow = QueryResult(Query("x", 60), "matrix", (Series((), ((0.0, nan),)),))
    assert table_rows(hollow) == [["MIN", "MAX", "LAST"], ["–", "–", "NaN"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (inf, "+Inf"), (-inf, "-Inf"), (3.0, "3"), (0.1, "0.1"), (1e300, "1e+300")],
)
def test_values_are_written_in_full(value: float | None, text: str) -> None:
    assert value_text(value) == text
