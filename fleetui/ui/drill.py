"""What a row links to, as rows of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fleetui.core.cells import DASH, text
from fleetui.core.columns import Cell, Column, Look, Tone
from fleetui.core.kinds import KINDS
from fleetui.core.labelled import subjects
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Alert, CapacityUnit, Container, Event, Resource, Target
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
    snapshots: Sequence[Snapshot],
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
    if isinstance(row, Alert | Target):
        for thing in _subjects(row, snapshots):
            words.setdefault(thing.ref, "about")
            found[thing.ref] = thing
    words.pop(row.ref, None)
    if any(word in _MAIN for word in words.values()):
        words = {ref: word for ref, word in words.items() if word in _MAIN}
        words = _without_units(words, found)
    return _known(words, found, find, settled=settled)


def _without_units(words: dict[Ref, str], found: dict[Ref, Resource]) -> dict[Ref, str]:
    """Leave out units whose members stand there themselves: who mounts it, and not who owns that.

    From a member there is a key up to its unit.
    """
    spared = {
        ref
        for ref, row in found.items()
        if ref in words
        and isinstance(row, CapacityUnit)
        and any(link.relation == "has" and words.get(link.ref) == words[ref] for link in row.links)
    }
    return {ref: word for ref, word in words.items() if ref not in spared}


def _known(
    words: dict[Ref, str],
    found: dict[Ref, Resource],
    find: Callable[[Ref], Resource | None],
    *,
    settled: bool,
) -> Drilled:
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


def _subjects(row: Resource, snapshots: Iterable[Snapshot]) -> tuple[Resource, ...]:
    """Return what the labels of an alert or a target say that it is about."""
    told = {"alerts", "targets", "events"}
    rows = (other for s in snapshots if s.key.kind not in told for other in s.rows)
    return subjects(dict(row.labels), rows)


# What owns a thing, the nearest first: only the first of these that there is.
_UPWARD: tuple[str, ...] = ("part of", "about", "behind", "runs on")


def owners(
    row: Resource,
    find: Callable[[Ref], Resource | None],
    snapshots: Sequence[Snapshot],
    *,
    settled: bool,
) -> Drilled:
    """Return what a thing belongs to: its unit, what it is about, else what is in front of it."""
    all_words: dict[str, dict[Ref, str]] = {word: {} for word in _UPWARD}
    found: dict[Ref, Resource] = {}
    for link in row.links:
        word = _FORWARD.get(link.relation, "")
        if word in all_words:
            all_words[word][link.ref] = word
    for snapshot in snapshots:
        for other in snapshot.rows:
            for link in other.links if not isinstance(other, Event | Alert) else ():
                word = BACKWARD.get(link.relation, "")
                if link.ref == row.ref and word in all_words:
                    all_words[word][other.ref] = word
                    found[other.ref] = other
    if isinstance(row, Alert | Target):
        about = _subjects(row, snapshots)
        if about:
            # The thing itself says more than the target that measures it.
            all_words["about"] = {thing.ref: "about" for thing in about}
            found.update((thing.ref, thing) for thing in about)
    order = _UPWARD
    if isinstance(row, Event) and any(ref in found or find(ref) for ref in all_words["about"]):
        # What it happened to, as long as that is there; else the unit that outlived it.
        order = ("about", *_UPWARD)
    words = next((all_words[word] for word in order if all_words[word]), {})
    words.pop(row.ref, None)
    return _known(words, found, find, settled=settled)


def columns_for(drilled: Drilled, relation_of: Callable[[Resource], str]) -> tuple[Column, ...]:
    """Return the columns that suit: a kind's own where all rows are of one kind.

    `relation_of` is asked anew for each row: rows come and go while the columns stay.
    """
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
    relation = relation_column(relation_of)
    # The relation stands after the name: it is read together with it.
    at = next((i for i, c in enumerate(columns) if c.name in {NAME.name, UNIT.name}), 0) + 1
    return (*columns[:at], relation, *columns[at:])


def relation_column(relation_of: Callable[[Resource], str], width: int = 10) -> Column:
    """Return the column that says what a row is to the one that was opened."""
    return text(
        "relation",
        "IS",
        relation_of,
        tone=Tone.ACCENT,
        priority=1,
        width=width,
        min_width=min(width, 9),
    )


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
