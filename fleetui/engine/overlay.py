"""What was measured of single things, laid over the rows for as long as it is fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fleetui.core.objects import CapacityUnit, Container, Instance, Resource
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.base import Usage

FRESH_S = 30.0
_ENDED = frozenset({State.STOPPED, State.FAILED, State.DELETED})


class Overlay:
    """Usage by ref with its time, and the rows that were made with it."""

    def __init__(self) -> None:
        self._usage: dict[Ref, tuple[Usage, float]] = {}
        self._made: dict[Ref, tuple[Resource, Usage, Resource]] = {}

    def __bool__(self) -> bool:
        return bool(self._usage)

    def put(self, usages: Mapping[Ref, Usage], at: float) -> None:
        """Take in what was measured at loop time `at`."""
        for ref, usage in usages.items():
            self._usage[ref] = (usage, at)

    def expire(self, at: float) -> bool:
        """Forget what is too old; say whether anything was."""
        old = [ref for ref, (_, when) in self._usage.items() if at - when > FRESH_S]
        for ref in old:
            del self._usage[ref]
            self._made.pop(ref, None)
        return bool(old)

    def drop(self, ref: Ref) -> None:
        """Forget one thing: it is gone."""
        self._usage.pop(ref, None)
        self._made.pop(ref, None)

    def over(self, rows: Mapping[Ref, Resource]) -> dict[Ref, Resource]:
        """Return `rows` with what was measured; a row stays the same object until it differs."""
        shown = dict(rows)
        for ref, (usage, _) in self._usage.items():
            row = shown.get(ref)
            if row is None:
                continue
            made = self._made.get(ref)
            if made is None or made[0] is not row or made[1] != usage:
                made = (row, usage, with_usage(row, usage))
                self._made[ref] = made
            shown[ref] = made[2]
        return shown


def with_usage(row: Resource, usage: Usage) -> Resource:
    """Return the row with what was measured; what was not keeps its value.

    What has ended since it was measured uses nothing any more.
    """
    if row.state in _ENDED:
        return row
    if isinstance(row, Instance | Container):
        return replace(
            row,
            cpu=row.cpu if usage.cpu is None else usage.cpu,
            memory=row.memory if usage.memory is None else usage.memory,
            memory_limit=row.memory_limit if usage.memory_limit is None else usage.memory_limit,
        )
    if isinstance(row, CapacityUnit):
        return replace(
            row,
            cpu=row.cpu if usage.cpu is None else usage.cpu,
            memory=row.memory if usage.memory is None else usage.memory,
        )
    return row
