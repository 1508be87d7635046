"""Rows in the order and number that a table shows, and the one that the cursor is on.

The work is cut into slices: a caller that cannot wait runs it to its end, one that has keys
to answer gives way between two slices and goes on showing the picture before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import field, replace
from itertools import chain
from operator import is_
from typing import Any

from fleetui.core.columns import Column
from fleetui.core.filter import Filter, Predicate
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource, is_wrong
from fleetui.core.ref import Ref
from fleetui.ui.table.chunk import SIZE, Chunk, identity, renew

JUDGE_AGAIN_S = 5.0
"""A filter may speak of ages, so rows that did not change are judged again now and then."""


class Model:
    """What is shown: `order`. A new picture appears there whole, when all of it is ready."""

    def __init__(self, column: Column | None = None, *, descending: bool = False) -> None:
        self.column = column
        self.descending = descending
        self.predicate: Predicate | None = None
        self.read = False
        """Whether a filter is being typed, so that the texts of all rows are made ready."""
        self.rows: Sequence[Resource] = ()
        self.order: list[Resource] = []
        self.index = 0
        """Where in `order` the cursor is; 0 where there are no rows."""
        self.pinned = False
        """Whether someone chose the cursor's row; until then it is the first one."""
        self._wanted = ""
        """The identity of a row that the cursor goes to as soon as it is there."""
        self._chunks: list[Chunk] = []
        self._base: list[int] = []
        self._places: list[int] = []
        self._whole = Whole()
        self._arranged_by: tuple[Column | None, bool, Predicate | None] | None = None
        self._judged_at = float("-inf")

    @property
    def cursor(self) -> Ref | None:
        """The ref of the row under the cursor."""
        return self.order[self.index].ref if self.order else None

    @property
    def settled(self) -> Predicate | None:
        """The filter that made what is shown."""
        return self._arranged_by[2] if self._arranged_by else None

    def place(self, index: int) -> None:
        """Put the cursor on a row of the order; past either end, on the last one there."""
        self.index = max(0, min(index, len(self.order) - 1))
        self.pinned, self._wanted = True, ""

    def seek(self, ref: Ref) -> None:
        """Put the cursor on a thing, now or as soon as it is there."""
        index = self.find(ref)
        if index is not None:
            self.place(index)
        else:
            self.pinned, self._wanted = True, identity(ref)

    def find(self, ref: Ref) -> int | None:
        """Return where in the order a thing is; None where it is not shown."""
        return self._find(identity(ref))

    def next_wrong(self, by: int, *, beyond: bool = True) -> int | None:
        """Return where the next wrong row after the cursor is, or with -1 the one before.

        Without `beyond` the search begins at the edge and not at the cursor.
        """
        count = len(self.order)
        start = self.index + by if beyond else 0 if by > 0 else count - 1
        places = range(start, count if by > 0 else -1, by)
        return next((at for at in places if is_wrong(self.order[at])), None)

    def is_current(self, rows: Sequence[Resource], now: float) -> bool:
        """Whether arranging these rows would change nothing."""
        return (
            self._arranged_by == (self.column, self.descending, self.predicate)
            and not self._is_old(now)
            and len(rows) == len(self.rows)
            and (rows is self.rows or all(map(is_, rows, self.rows)))
        )

    def _is_old(self, now: float) -> bool:
        """Whether rows that did not change may be judged otherwise by now."""
        timed = self.predicate.timed if isinstance(self.predicate, Filter) else self.predicate
        return bool(timed) and now - self._judged_at >= JUDGE_AGAIN_S

    def arrange(self, rows: Sequence[Resource], now: float) -> Iterator[None]:
        """Filter and sort a new picture, pausing between slices; it is applied at the end.

        Raises FilterError where the filter gives up; what is shown stays as it is then.
        """
        column, descending, predicate = settings = self.column, self.descending, self.predicate
        judge_again, read = self._is_old(now), self.read
        narrowed = _narrows(predicate, self.settled)
        chunks: list[Chunk] = []
        for nth, start in enumerate(range(0, len(rows), SIZE)):
            before = self._chunks[nth] if nth < len(self._chunks) else None
            same = before is not None and rows is self.rows
            piece = before.rows if before is not None and same else rows[start : start + SIZE]
            chunks.append(
                renew(
                    piece, column, predicate, now, before,
                    judge_again=judge_again, read=read, narrowed=narrowed,
                )
            )  # fmt: skip
            if before is not None and same and before.texts is None:
                # A letter that comes meanwhile begins anew, but not with these.
                self._chunks[nth] = replace(before, texts=chunks[-1].texts)
            yield
        same_refs = _same_ids(chunks, self._chunks)
        base, places = self._base, self._places
        if not same_refs:
            base = base if len(base) == len(rows) else list(range(len(rows)))
            ids = list(chain.from_iterable(chunk.ids for chunk in chunks))
            yield
            base = yield from _sorted(base, ids.__getitem__)
        if not same_refs or settings != self._arranged_by or not _same_keys(chunks, self._chunks):
            whole = self._whole
            if not whole.holds((column, descending), chunks):
                whole = Whole()
                # While a filter is typed each letter needs the order of all, only with less left.
                if predicate is None or read:
                    whole = yield from _order_whole(base, chunks, (column, descending))
            if whole.natural:
                places, self._whole = _kept(whole.places, chunks), whole
            else:
                places = yield from _order(_kept(base, chunks), chunks, descending)
        yield
        self._apply(rows, chunks, base, places)
        self._arranged_by = settings
        if judge_again or predicate is None:
            self._judged_at = now

    def _apply(
        self, rows: Sequence[Resource], chunks: list[Chunk], base: list[int], places: list[int]
    ) -> None:
        """Show the new picture, with the cursor where its row, or the nearest left of it, is."""
        before, before_chunks, index = self._places, self._chunks, self.index
        if before and not places and self.pinned and not self._wanted:
            # An empty picture is often a short one: the cursor comes back with its row.
            self._wanted = _id_at(before_chunks, before[index])
        self.order = [rows[place] for place in places]
        self.rows, self._chunks, self._base, self._places = rows, chunks, base, places
        wanted = self._find(self._wanted) if self._wanted else None
        if wanted is not None:
            self.index, self._wanted = wanted, ""
        elif not self.pinned or not places or not before:
            self.index = 0
        elif places is not before or not _same_ids(self._chunks, before_chunks):
            self.index = self._follow(before, before_chunks, index)

    def _follow(self, before: list[int], chunks: list[Chunk], index: int) -> int:
        """Return where the cursor's row is now, or that of its nearest neighbour that is left."""
        if _same_ids(self._chunks, chunks):
            return self._follow_kept(before, index)
        found = self._find(_id_at(chunks, before[index]))
        if found is not None:
            return found
        ids = list(chain.from_iterable(chunk.ids for chunk in self._chunks))
        now_at = {ids[place]: at for at, place in enumerate(self._places)}
        for distance in range(1, max(index, len(before) - index) + 1):
            for near in (index + distance, index - distance):
                if 0 <= near < len(before):
                    found = now_at.get(_id_at(chunks, before[near]))
                    if found is not None:
                        return found
        return min(index, len(self._places) - 1)

    def _follow_kept(self, before: list[int], index: int) -> int:
        """Return the same where the rows are those before, and only the filter is another."""
        for distance in range(max(index, len(before) - index) + 1):
            for near in (index + distance, index - distance):
                if 0 <= near < len(before):
                    chunk = self._chunks[before[near] // SIZE]
                    if chunk.kept is None or chunk.kept[before[near] % SIZE]:
                        return self._places.index(before[near])
        return min(index, len(self._places) - 1)

    def _find(self, wanted: str) -> int | None:
        start = 0
        for chunk in self._chunks:
            if wanted in chunk.ids:
                place = start + chunk.ids.index(wanted)
                return self._places.index(place) if place in self._places else None
            start += len(chunk.ids)
        return None


def _id_at(chunks: list[Chunk], place: int) -> str:
    return chunks[place // SIZE].ids[place % SIZE]


def _same_ids(chunks: list[Chunk], before: list[Chunk]) -> bool:
    return len(chunks) == len(before) and all(
        a.ids is b.ids for a, b in zip(chunks, before, strict=True)
    )


def _same_keys(chunks: list[Chunk], before: list[Chunk]) -> bool:
    return all(
        a.values is b.values and a.kept is b.kept for a, b in zip(chunks, before, strict=True)
    )


def _narrows(predicate: Predicate | None, before: Predicate | None) -> bool:
    return (
        isinstance(predicate, Filter) and isinstance(before, Filter) and predicate.narrows(before)
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows in order, whatever the filter, and what they were put in order by."""

    by: tuple[Column | None, bool] = (None, False)
    ids: tuple[list[str], ...] = ()
    values: tuple[list[Any], ...] = ()
    places: list[int] = field(default_factory=list)
    natural: bool = False
    """Whether any part of it is in the order in which it would be put alone."""

    def holds(self, by: tuple[Column | None, bool], chunks: list[Chunk]) -> bool:
        """Say whether these rows, with these values, still stand in this order."""
        return (
            self.natural
            and self.by == by
            and len(self.ids) == len(chunks)
            and all(map(is_, self.ids, (chunk.ids for chunk in chunks)))
            and all(map(is_, self.values, (chunk.values for chunk in chunks)))
        )


def _order_whole(
    base: list[int], chunks: list[Chunk], by: tuple[Column | None, bool]
) -> Generator[None, None, Whole]:
    """Put all rows in order; not natural where values of several kinds have none."""
    try:
        places = yield from _order(base, chunks, by[1], mixed=False)
    except TypeError:
        return Whole()
    ids = tuple(chunk.ids for chunk in chunks)
    return Whole(by, ids, tuple(chunk.values for chunk in chunks), places, natural=True)


def _kept(places: list[int], chunks: list[Chunk]) -> list[int]:
    """Return the places that the filter leaves."""
    if not chunks or chunks[0].predicate is None:
        return list(places)
    kept = list(chain.from_iterable(chunk.kept or () for chunk in chunks))
    return [place for place in places if kept[place]]


def _order(
    places: list[int], chunks: list[Chunk], descending: bool, *, mixed: bool = True
) -> Generator[None, None, list[int]]:
    """Return the places sorted by value, then by identity; no value comes last.

    Raises TypeError for values of several kinds, unless `mixed` ones may be put in some order.
    """
    if not chunks or chunks[0].column is None:
        return list(places)
    values = list(chain.from_iterable(chunk.values for chunk in chunks))
    known = [place for place in places if values[place] is not None]
    unknown = [place for place in places if values[place] is None]
    yield
    try:
        known = yield from _sorted(known, values.__getitem__, descending=descending)
    except TypeError:
        if not mixed:
            raise
        # A column of mixed kinds of value still has an order: the kinds one after another.
        known.sort(key=lambda p: (type(values[p]).__name__, str(values[p])), reverse=descending)
    return known + unknown


def _sorted(
    places: list[int], key: Callable[[int], Any], *, descending: bool = False
) -> Generator[None, None, list[int]]:
    """Sort in slices, then merge: sorted runs are merged in one quick pass."""
    parts: list[int] = []
    for start in range(0, len(places), SIZE):
        parts.extend(sorted(places[start : start + SIZE], key=key, reverse=descending))
        yield
    parts.sort(key=key, reverse=descending)
    return parts
