"""What a row links to, as rows of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from fleetui.core.cells import DASH, text
from fleetui.core.columns import Cell, Column, Look, Tone
from fleetui.core.kinds import KINDS
from fleetui.core.objects import Container, Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot
from fleetui.core.state import State
from fleetui.core.tables import NAME, STATE, TABLES, UNIT, WHERE, WHY

# How a relation reads from the row that was drilled into, and from the other end.
_FORWARD = {
    "has": "member",
    "routes_to": "routes to",
    "part_of": "part of",
    "uses": "uses",
    "runs_on": "runs on",
    "about": "about",
}
BACKWARD = {
    "has": "part of",
    "part_of": "member",
    "routes_to": "behind",
    "uses": "used by",
    "runs_on": "runs here",
    "about": "told of it",
}
"""How a relation reads from the thing that is linked to."""
# What a person who opens a thing wants to see before all else.
_MAIN = ("member", "routes to", "used by", "runs here")
_MIXED = (STATE, UNIT, WHERE, WHY)


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a row links to: rows, how each is related, and how many are not known."""

    rows: tuple[Resource, ...]
    relations: dict[Ref, str]
    missing: int = 0


def related(
    row: Resource,
    find: Callable[[Ref], Resource | None],
    snapshots: Iterable[Snapshot],
    *,
    settled: bool,
) -> Drilled:
    """Return the things that `row` links to or that link to it.

    Members and targets stand alone where there are any, for they are what a person came for.
    A link to a thing that no source knows becomes a row which says so, once `settled`.
    """
    words: dict[Ref, str] = {}
    for link in row.links:
        words.setdefault(link.ref, _FORWARD.get(link.relation, link.relation))
    found: dict[Ref, Resource] = {}
    for snapshot in snapshots:
        for other in snapshot.rows:
            if other.ref in words:
                found[other.ref] = other
            elif other.links and not isinstance(other, Event):
                for link in other.links:
                    if link.ref == row.ref:
                        words[other.ref] = BACKWARD.get(link.relation, link.relation)
                        found[other.ref] = other
    words.pop(row.ref, None)
    if any(word in _MAIN for word in words.values()):
        words = {ref: word for ref, word in words.items() if word in _MAIN}
    rows: list[Resource] = []
    missing = 0
    for ref in words:
        known = found.get(ref) or find(ref)
        if known is not None:
            rows.append(known)
        else:
            missing += 1
            if settled:
                reason = "linked, and no source that is read knows it"
                rows.append(Resource(ref=ref, state=State.UNKNOWN, reason=reason))
    return Drilled(tuple(rows), words, missing)


def columns_for(drilled: Drilled) -> tuple[Column, ...]:
    """Return the columns that suit: a kind's own where all rows are of one kind."""
    words = set(drilled.relations.values())
    kinds = {kind_of(row) for row in drilled.rows}
    kind = next(iter(kinds)) if len(kinds) == 1 else ""
    columns: Sequence[Column] = _MIXED
    if kind:
        table = TABLES[kind]
        columns = [guarded(table.columns[name], KINDS[kind]) for name in table.shown]
        if kind == "containers" and not any(_image(row) for row in drilled.rows):
            columns = [column for column in columns if column.name != "image"]
    if words <= {"member"}:
        return tuple(columns)
    relation = text(
        "relation",
        "IS",
        lambda thing: drilled.relations.get(thing.ref, ""),
        tone=Tone.ACCENT,
        priority=1,
        width=10,
        min_width=9,
    )
    # The relation stands after the name: it is read together with it.
    at = next((i for i, c in enumerate(columns) if c.name in {NAME.name, UNIT.name}), 0) + 1
    return (*columns[:at], relation, *columns[at:])


def guarded(column: Column, cls: type[Resource]) -> Column:
    """Return the column so that a row of another kind is a dash in it, and never an error.

    What a thing links to may change its kind while it is looked at.
    """
    value, cell = column.value, column.cell

    def safe_value(thing: Resource) -> object:
        return value(thing) if isinstance(thing, cls) else None

    def safe_cell(thing: Resource, look: Look) -> Cell:
        return cell(thing, look) if isinstance(thing, cls) else DASH

    return replace(column, value=safe_value, cell=safe_cell)


def names_for(rows: Iterable[Resource], columns: Iterable[Column]) -> dict[str, Column]:
    """Return every column that rows can be filtered and sorted by, by name."""
    kinds = {kind_of(row) for row in rows}
    kind = kinds.pop() if len(kinds) == 1 else ""
    own = TABLES[kind].columns if kind else {}
    shown = {column.name: column for column in columns}
    return {name: guarded(column, KINDS[kind]) for name, column in own.items()} | shown


def _image(row: Resource) -> str:
    return row.image if isinstance(row, Container) else ""


def kind_of(row: Resource) -> str:
    """Return the pane kind of a row, or nothing where it is of none."""
    for kind, cls in KINDS.items():
        if type(row) is cls:
            return kind
    return ""
