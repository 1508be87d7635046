"""A slice of the rows with all that was worked out about them, reused while they last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, TypeVar

from fleetui.core.columns import Column
from fleetui.core.filter import Filter, Predicate
from fleetui.core.haystack import haystack
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref

SIZE = 1_000
"""Rows in one slice of work: about a millisecond of it, so that a key can come between."""

T = TypeVar("T")


def identity(ref: Ref) -> str:
    """Return a ref as one text that no other ref has, and that puts names in order.

    Cleaned text holds no NUL, so comparing these compares (name, provider, scope, kind, uid).
    """
    return f"{ref.name}\0{ref.provider}\0{ref.scope}\0{ref.kind}\0{ref.uid}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Parallel lists over `rows`; `kept` is None where no filter is set."""

    rows: Sequence[Resource]
    ids: list[str]
    values: list[Any]
    kept: list[bool] | None
    column: Column | None
    predicate: Predicate | None
    texts: list[str] | None = None
    """The haystacks; None where nobody reads them."""


def renew(
    rows: Sequence[Resource],
    column: Column | None,
    predicate: Predicate | None,
    now: float,
    before: Chunk | None,
    *,
    judge_again: bool,
    read: bool = False,
    narrowed: bool = False,
) -> Chunk:
    """Work out a chunk, taking from the one before whatever still holds.

    Lists that came out equal are the very same objects as before, so that callers can tell by
    identity that nothing has to be put in order anew. `read` makes the haystacks beforehand;
    `narrowed` says that whatever matches the predicate has matched the one before, too.
    Raises FilterError where the filter gives up.
    """
    if before is None:
        empty: list[Any] = []
        before = Chunk((), empty, empty, None, column, predicate)
    same = rows is before.rows or (
        len(rows) == len(before.rows) and all(map(is_, rows, before.rows))
    )
    read = read or (isinstance(predicate, Filter) and predicate.reads)
    settled = column is before.column and predicate is before.predicate and not judge_again
    if same and settled and (before.texts is not None or not read):
        return before
    was = before.rows
    ids = before.ids if same else _again(_identity_of, rows, was, before.ids)
    if column is not before.column:
        values = [] if column is None else list(map(_value_of(column), rows))
    elif column is None or same:
        values = before.values
    else:
        values = _again(_value_of(column), rows, was, before.values)
    texts = before.texts if same else None
    if read and texts is None:
        texts = _again(haystack, rows, was, before.texts or ())
    kept = None
    if predicate is not None:
        if before.kept is None or predicate is not before.predicate or judge_again:
            known = before.kept if narrowed and same else None
            kept = _judged(predicate, rows, texts, now, known)
        else:
            kept = before.kept if same else _judged_again(predicate, rows, texts, now, before)
    return Chunk(
        rows,
        before.ids if ids == before.ids else ids,
        before.values if values == before.values else values,
        before.kept if kept == before.kept else kept,
        column,
        predicate,
        texts,
    )


def _judged(
    predicate: Predicate,
    rows: Sequence[Resource],
    texts: Sequence[str] | None,
    now: float,
    among: list[bool] | None = None,
) -> list[bool]:
    """Judge all rows, or those that are true `among` them: the others do not match."""
    if not isinstance(predicate, Filter):
        return [predicate(row, now) for row in rows]
    judge, word = predicate.judge, predicate.word
    if among is not None and not any(among):
        return among
    if texts is None:
        texts = [""] * len(rows)
    if among is None:
        if word is not None:
            return [word in text for text in texts]
        return [judge(row, now, text) for row, text in zip(rows, texts, strict=True)]
    if word is not None:
        return [was and word in text for was, text in zip(among, texts, strict=True)]
    return [
        was and judge(row, now, text) for was, row, text in zip(among, rows, texts, strict=True)
    ]


def _judged_again(
    predicate: Predicate,
    rows: Sequence[Resource],
    texts: Sequence[str] | None,
    now: float,
    before: Chunk,
) -> list[bool]:
    """Judge only the rows that are another object than the one in their place before."""
    known = before.kept or []
    common = min(len(rows), len(before.rows))
    results = known[:common]
    news = [at for at in range(common) if rows[at] is not before.rows[at]]
    news += range(common, len(rows))
    results += [False] * (len(rows) - common)
    judged = _judged(
        predicate,
        [rows[at] for at in news],
        None if texts is None else [texts[at] for at in news],
        now,
    )
    for at, verdict in zip(news, judged, strict=True):
        results[at] = verdict
    return results


def _again(
    work_out: Callable[[Resource], T],
    rows: Sequence[Resource],
    before: Sequence[Resource],
    known: Sequence[T],
) -> list[T]:
    """Work out only the rows that are another object than the one in their place before."""
    results = [
        had if row is was else work_out(row)
        for row, was, had in zip(rows, before, known, strict=False)
    ]
    results.extend(map(work_out, rows[len(results) :]))
    return results


def _identity_of(row: Resource) -> str:
    return identity(row.ref)


def _value_of(column: Column) -> Callable[[Resource], Any]:
    """Return the column's value with None for all that has no place in an order."""
    get = column.value

    def value(row: Resource) -> Any:
        got = get(row)
        return None if got is None or got == "" or got != got else got  # noqa: PLR0124 (NaN)

    return value
