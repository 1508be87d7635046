"""The rows that a person has marked: a selection of things, not of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fleetui.core.objects import Resource
from fleetui.core.ref import Ref


class Marking:
    """Marked refs in the order of marking; a thing that goes and comes again is still marked."""

    def __init__(self) -> None:
        self._refs: dict[Ref, None] = {}
        self._last: Ref | None = None
        self.version = 0
        """Another number after each change."""

    def __contains__(self, ref: object) -> bool:
        """Say whether a thing is marked."""
        return ref in self._refs

    def __iter__(self) -> Iterator[Ref]:
        """Go over the marked refs."""
        return iter(self._refs)

    def __bool__(self) -> bool:
        """Say whether anything is marked."""
        return bool(self._refs)

    def mark(self, order: Sequence[Resource], index: int, *, range_: bool) -> bool:
        """Mark the row at `index`, or with `range_` all from the last mark to it."""
        if not order:
            return False
        if range_:
            return self.reach(order, index)
        self.turn(order[index].ref)
        return True

    def turn(self, ref: Ref) -> None:
        """Mark a thing, or take its mark away."""
        if ref in self._refs:
            del self._refs[ref]
        else:
            self._refs[ref] = None
        self._last = ref
        self.version += 1

    def reach(self, order: Sequence[Resource], index: int) -> bool:
        """Mark the rows from the last mark to `index`; False where that mark is not among them."""
        last = self._last
        start = next((at for at, row in enumerate(order) if row.ref == last), None)
        if start is None:
            return False
        low, high = sorted((start, index))
        self._mark(row.ref for row in order[low : high + 1])
        self._last = order[index].ref
        return True

    def clear(self) -> None:
        """Take all marks away."""
        self._refs.clear()
        self._last = None
        self.version += 1

    def _mark(self, refs: Iterable[Ref]) -> None:
        self._refs.update(dict.fromkeys(refs))
        self.version += 1
