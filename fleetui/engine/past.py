"""Which unit a thing belonged to when it was last seen: members that were replaced."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.objects import CapacityUnit, Resource
from fleetui.core.ref import Ref
from fleetui.engine.merge import Difference

EACH = 200
"""So many past members of one unit are remembered, the newest."""
IN_ALL = 5_000


class Past:
    """Past members by unit, in bounded memory: units that nothing leaves are forgotten first."""

    def __init__(self, each: int = EACH, in_all: int = IN_ALL) -> None:
        self._each, self._in_all = each, in_all
        self._members: dict[Ref, dict[Ref, None]] = {}
        self._count = 0

    def members(self, unit: Ref) -> tuple[Ref, ...]:
        """Return who belonged to a unit and left, the last to leave first."""
        return tuple(reversed(self._members.get(unit, {})))

    def see(self, difference: Difference) -> None:
        """Take note of who left between two pictures of one source.

        Both ends of the relation are looked at: a list of members may be read alone, and so
        may a list of units.
        """
        for row in difference.gone:
            for link in row.links:
                if link.relation == "part_of":
                    self._left(link.ref, row.ref)
        for former, row in difference.relinked:
            if isinstance(row, CapacityUnit):
                there = set(_members_of(row))
                for ref in _members_of(former):
                    if ref not in there:
                        self._left(row.ref, ref)

    def _left(self, unit: Ref, member: Ref) -> None:
        members = self._members.pop(unit, {})
        self._members[unit] = members
        if member in members:
            del members[member]
            self._count -= 1
        members[member] = None
        self._count += 1
        if len(members) > self._each:
            del members[next(iter(members))]
            self._count -= 1
        while self._count > self._in_all:
            oldest = next(iter(self._members))
            self._count -= len(self._members.pop(oldest))


def _members_of(row: Resource) -> Iterable[Ref]:
    return (link.ref for link in row.links if link.relation == "has")
