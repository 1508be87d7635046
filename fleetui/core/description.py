"""What is told of one thing when a person looks into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fleetui.core.columns import Cell, Tone
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its value, on as many lines as it has parts."""

    name: str
    lines: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together, under a title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A thing by sections, and the back end's own document with its secrets masked."""

    sections: tuple[Section, ...] = ()
    raw: Any = None
    """Plain data: dicts, lists, text, numbers; None where the back end gave none."""
    events: tuple[Event, ...] = ()
    """What the back end remembers of it and of what belongs to it, in any order."""

    def section(self, title: str) -> Section | None:
        """Return the section of this title."""
        return next((one for one in self.sections if one.title == title), None)


# The order on the page; what is not named here comes after `image`.
_ORDER = (
    "state", "limits", "check", "network", "mounts", "environment", "command", "image",
    "", "members", "labels", "annotations", "links", "can be done", "identity", "recent events",
)  # fmt: skip


def row(name: str, *values: Any, tone: Tone = Tone.NORMAL) -> Row | None:
    """Return a row of what is known; None where nothing is."""
    cells = tuple(
        value if isinstance(value, Cell) else Cell(str(value), tone)
        for value in values
        if value is not None and value != ""
    )
    return Row(name, cells) if cells else None


def section(title: str, rows: Iterable[Row | None]) -> Section | None:
    """Return a section of the rows that there are; None where there are none."""
    found = tuple(one for one in rows if one is not None)
    return Section(title, found) if found else None


def description(
    sections: Iterable[Section | None], raw: Any = None, events: Iterable[Event] = ()
) -> Description:
    """Return the sections that there are, in the order of a page."""
    found = [one for one in sections if one is not None]
    return Description(tuple(sorted(found, key=_place)), raw, tuple(events))


def _place(one: Section) -> int:
    return _ORDER.index(one.title if one.title in _ORDER else "")


def merged(known: Description, told: Description) -> Description:
    """Return what is known of a thing, filled in by what its back end told.

    A row that the back end tells takes the place of the known one of the same name.
    """
    sections: dict[str, Section] = {one.title: one for one in known.sections}
    for one in told.sections:
        before = sections.get(one.title)
        if before is None or one.title == "image":
            sections[one.title] = one
            continue
        names = {r.name for r in one.rows}
        told_rows = {r.name: r for r in one.rows}
        kept = tuple(told_rows.get(r.name, r) for r in before.rows)
        known_names = {r.name for r in before.rows}
        new = tuple(r for r in one.rows if r.name not in known_names)
        same = before.rows and names == known_names
        sections[one.title] = Section(one.title, one.rows if same else (*kept, *new))
    raw = known.raw if told.raw is None else told.raw
    return description(sections.values(), raw, told.events)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a description as text: pieces with their tone, and where its value begins."""

    pieces: tuple[Cell, ...]
    indent: int = 0

    @property
    def text(self) -> str:
        """The line without tones."""
        return "".join(piece.text for piece in self.pieces)


_NAMES_WIDTH = 26
HEADING = "title"


def text_lines(told: Description) -> Iterator[tuple[bool, TextLine]]:
    """Yield the lines of a description, and whether each is a heading."""
    for number, one in enumerate(told.sections):
        if number:
            yield False, TextLine(())
        yield True, TextLine((Cell(one.title),))
        width = min(_NAMES_WIDTH, max(len(r.name) for r in one.rows))
        for r in one.rows:
            name = f"  {r.name:<{width}}  "
            for at, value in enumerate(r.lines):
                # A name longer than its column has a line of its own.
                if at == 0 and len(r.name) > width:
                    yield False, TextLine((Cell(name.rstrip(), Tone.MUTED),))
                lead = name if at == 0 and len(r.name) <= width else " " * (width + 4)
                yield False, TextLine((Cell(lead, Tone.MUTED), value), width + 4)


def form(told: Description) -> list[dict[str, Any]]:
    """Return the sections as JSON knows them."""
    return [
        {
            "title": one.title,
            "rows": [{"name": r.name, "lines": [v.text for v in r.lines]} for r in one.rows],
        }
        for one in told.sections
    ]
