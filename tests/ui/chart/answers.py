"""Answers for the chart's tests."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from fleetui.core.query import Query, QueryResult, Series
from fleetui.ui.line import Piece

RANGE = Query("up", 90.0, 20)


def series(*values: float, step: float = 10.0, skip: Sequence[int] = (), **labels: str) -> Series:
    points = tuple((n * step, v) for n, v in enumerate(values) if n not in skip)
    return Series(tuple(sorted(labels.items())), points)


def matrix(*found: Series, end: float = 90.0, step: float = 10.0) -> QueryResult:
    return QueryResult(RANGE, "matrix", found, 0.0, end, step)


def vector(*found: Series) -> QueryResult:
    return QueryResult(Query("up"), "vector", found)


def texts(rows: Sequence[Sequence[Piece]]) -> list[str]:
    return ["".join(text for text, _meaning in row) for row in rows]


def widths(rows: Sequence[Sequence[Piece]]) -> set[int]:
    return {cell_len(text) for text in texts(rows)}


def meanings(rows: Sequence[Sequence[Piece]], text: str) -> set[str]:
    """The meanings of the pieces that hold a text."""
    return {meaning for row in rows for piece, meaning in row if text in piece}
