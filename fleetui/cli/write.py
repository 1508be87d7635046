"""Rows as text: an aligned table for people, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fleetui.cli.output import paint
from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern

_GAP = "  "
# Valid JSON may hold these as they are; a terminal acts on them, or turns text round.
_UNSAFE = lazy_pattern(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a table: its text, what it means, and whether it is a number."""

    text: str
    tone: str = "normal"
    right: bool = False


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    import wcwidth

    taken: int = wcwidth.wcswidth(text)
    return len(text) if taken < 0 else taken


def table(rows: Iterable[Sequence[Field]], *, colours: bool = False) -> Iterator[str]:
    """Yield the lines of a table whose columns stand under one another, titles among the rows."""
    cells = [[Field(clean(f.text).rstrip() or "–", f.tone, f.right) for f in row] for row in rows]
    widths = [
        max(map(width, column))
        for column in zip(*([f.text for f in r] for r in cells), strict=True)
    ]
    for row in cells:
        line: list[str] = []
        for number, (field, room) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (room - width(field.text))
            shown = paint(field.text, field.tone, colours=colours)
            last = number == len(row) - 1
            line.append(blanks + shown if field.right else shown + ("" if last else blanks))
        yield _GAP.join(line)


def titles(names: Iterable[tuple[str, bool]]) -> list[Field]:
    """Return the row of titles from (title, aligned right)."""
    return [Field(name, "muted", right) for name, right in names]


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield CSV records, each without its end of line.

    Values are written as they are: a text that begins with `=` stays one, and a spreadsheet
    may take it for a formula.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="")
    for row in rows:
        writer.writerow([clean(v) if isinstance(v, str) else v for v in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def json_text(form: Any, *, indent: int | None = 2) -> str:
    """Return JSON without a character that would act on a terminal."""
    text = json.dumps(form, indent=indent, ensure_ascii=False, allow_nan=False)
    # Most text is plain, which isascii() tells at once.
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
