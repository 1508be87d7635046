"""What a page shows of a thing: its sections or its raw document, as lines and their pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fleetui import yaml_form
from fleetui.core.description import Description, text_lines
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.ui.line import Piece
from fleetui.ui.page import highlight
from fleetui.ui.page.links import Link, links_in

_AT_ONCE = 4_000
"""A document of up to so many values is written out between two keys."""


@dataclass(frozen=True, slots=True)
class Content:
    """Lines as text, how each is painted, and where its continuation is indented to."""

    texts: list[str]
    paint: Callable[[int], list[Piece]]
    indents: list[int]
    links: Sequence[Link] = ()


def of_sections(told: Description, notes: list[Piece], refs: Iterable[Ref] = ()) -> Content:
    """Return the sections of a description; `notes` are lines that come before them.

    Where a line names one of `refs`, there is a link.
    """
    texts = [text for text, _meaning in notes]
    lines: list[list[Piece]] = [[note] for note in notes]
    indents = [2] * len(notes)
    for heading, line in text_lines(told):
        texts.append(line.text)
        lines.append(
            [(piece.text, "title" if heading else piece.tone.value) for piece in line.pieces]
        )
        indents.append(line.indent)
    return Content(texts, lambda at: lines[at], indents, links_in(told, refs, len(notes)))


def of_raw(text: str, notes: list[Piece]) -> Content:
    """Return a document that was written out; lines are coloured as they are looked at."""
    texts = [*(words for words, _meaning in notes), *text.split("\n")]

    def paint(at: int) -> list[Piece]:
        return [notes[at]] if at < len(notes) else highlight.pieces(texts[at])

    return Content(texts, paint, [])


def written(document: Any, form: str) -> str:
    """Return a document as text of this form: yaml or json."""
    return yaml_form.as_json(document) if form == "json" else yaml_form.as_yaml(document)


def is_large(document: Any) -> bool:
    """Say whether writing it out would hold up the keys."""
    count = 0
    waiting = [document]
    while waiting:
        one = waiting.pop()
        count += 1
        if count > _AT_ONCE:
            return True
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False
