"""The links of a page: where its lines name things that belong to the one it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fleetui.core.description import Description, Row, Section, description, row, text_lines
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event, Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot
from fleetui.ui.drill import BACKWARD

MOST = 200
# What stands in these is said by people and programs: a namesake there is no link.
_NO_LINKS = frozenset(
    {"labels", "annotations", "environment", "command", "options", "recent events", "can be done",
     "identity", "check"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A place on a line, and the thing that it names."""

    line: int
    start: int
    stop: int
    ref: Ref


def linked_from(thing: Resource, snapshots: Iterable[Snapshot]) -> tuple[tuple[str, Ref], ...]:
    """Return what links to a thing, with how it reads from there: `used by`, `part of`."""
    known = {link.ref for link in thing.links}
    found: dict[Ref, str] = {}
    for snapshot in snapshots:
        for other in snapshot.rows:
            if not other.links or isinstance(other, Event) or other.ref in known:
                continue
            for link in other.links:
                if link.ref == thing.ref:
                    found.setdefault(other.ref, BACKWARD.get(link.relation, link.relation))
        if len(found) >= MOST:
            break
    return tuple((relation, ref) for ref, relation in found.items())[:MOST]


def with_linked(told: Description, linked: Sequence[tuple[str, Ref]]) -> Description:
    """Return a description that also says what links to the thing."""
    if not linked:
        return told
    rows: dict[str, list[Ref]] = {}
    for relation, ref in linked:
        rows.setdefault(relation, []).append(ref)
    more: tuple[Row | None, ...] = tuple(row(name, *refs) for name, refs in rows.items())
    before = told.section("links")
    whole = Section("links", (*(before.rows if before else ()), *(one for one in more if one)))
    others = [one for one in told.sections if one.title != "links"]
    return replace(told, sections=description([*others, whole]).sections)


def links_in(told: Description, refs: Iterable[Ref], first: int = 0) -> list[Link]:
    """Return where a description names these things; its first line has the number `first`."""
    names = _names(refs)
    found: list[Link] = []
    title = ""
    for number, (heading, line) in enumerate(text_lines(told), first):
        if heading:
            title = line.text
        elif names and title not in _NO_LINKS:
            found += _on_line(number, line.text, names)
    return found


def _names(refs: Iterable[Ref]) -> dict[str, Ref]:
    """Return each way to write a ref; a name that two of them have is none."""
    found: dict[str, Ref | None] = {}
    for ref in dict.fromkeys(refs):
        for text in {str(ref), ref.short, ref.name}:
            found[text] = None if text in found else ref
    return {text: ref for text, ref in found.items() if ref is not None and text}


def _on_line(number: int, text: str, names: dict[str, Ref]) -> list[Link]:
    found: list[Link] = []
    at = 0
    for word in text.split(" "):
        bare = word.strip(",;()")
        ref = names.get(bare)
        if ref is not None:
            start = at + word.index(bare)
            found.append(Link(number, start, start + len(bare), ref))
        at += len(word) + 1
    return found
