"""An entry as rows of styled text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import Level, LogLine
from fleetui.core.ref import Ref

Row = tuple[tuple[str, Style], ...]
_TONES = {Level.WARN: "warn", Level.ERROR: "critical", Level.FATAL: "critical"}
_COLOURS = 6
_WIDEST_NAME, _NARROW_NAME = 28, 12
_WIDEST_CONTAINER = 14
_NARROW = 110
"""Below so many cells times and names are shorter."""
_ENDLESS = 1 << 30
_MOST_ROWS = 200
"""Rows of one wrapped line; a line of 16,384 characters has no more to tell than that."""


@lru_cache(maxsize=64)
def _clock(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


@dataclass(slots=True)
class Look:
    """How entries are painted."""

    styles: dict[str, Style]
    timestamps: bool = True
    wrap: bool = False
    left: int = 0
    """Cells of each line that are to the left of what is seen, where lines are cut."""
    names: dict[Ref, str] = field(default_factory=dict)
    """What to call each source, in the order in which they came; empty where there is one."""
    containers: dict[str, int] = field(default_factory=dict)
    """The containers of pods that have several, by name, numbered as they came."""
    chosen: str = ""
    """The only container that is read; empty: all."""
    needle: str = ""
    _cursor: dict[Style, Style] = field(default_factory=dict)

    def turn_wrap(self) -> None:
        """Break long lines, or cut them."""
        self.wrap = not self.wrap

    @property
    def name_width(self) -> int:
        """Cells that names take, the longest decides."""
        return max((len(name) for name in self.names.values()), default=0)

    def rows(
        self, line: LogLine, width: int, *, unfolded: bool, cursor: bool, focused: bool = True
    ) -> list[Row]:
        """Return an entry's rows, each at most `width` cells wide."""
        styles = self.styles
        mark = (
            ("▌ ", styles["accent" if focused else "muted"]) if cursor else ("  ", styles["text"])
        )
        head = [mark, *self._head(line, narrow=width < _NARROW)]
        indent = sum(cell_len(text) for text, _style in head)
        body = self._body(line, self._room(width - indent), unfolded=unfolded)
        rows = [tuple(row) for row in self._broken(head, body, indent, width)]
        if unfolded:
            pad = (" " * min(indent, 4), styles["text"])
            gutter = ("▏ " if cursor else "│ ", styles["line"])
            for part in self._details(line):
                cells = self._broken([pad, gutter], part, 6, width)
                rows += [tuple(row) for row in cells]
        if self.needle:
            rows = [self._highlit(row) for row in rows]
        return [self._under_cursor(row) for row in rows] if cursor else rows

    def reach(self, line: LogLine, width: int, *, unfolded: bool) -> int:
        """Return how far to the right one could look before all of an entry is passed."""
        head = sum(cell_len(text) for text, _style in self._head(line, narrow=width < _NARROW))
        room = width - head - 2
        body = self._body(line, _ENDLESS, unfolded=unfolded)
        longest = sum(cell_len(text) for text, _style in body) - room
        if unfolded:
            for part in self._details(line):
                longest = max(longest, sum(cell_len(text) for text, _style in part) - width + 6)
        return max(0, longest)

    def column(self, line: LogLine, text: str) -> int:
        """Return how far from its beginning an entry's line has a text; -1 where it has not."""
        body = "".join(part for part, _style in self._body(line, _ENDLESS, unfolded=False))
        at = body.lower().find(text.lower())
        return cell_len(body[:at]) if at >= 0 else -1

    def _room(self, cells: int) -> int:
        return _ENDLESS if self.left and not self.wrap else max(8, cells)

    def _head(self, line: LogLine, *, narrow: bool) -> Iterator[tuple[str, Style]]:
        styles = self.styles
        if self.timestamps:
            when = line.time
            part = "" if narrow or not when else f".{int(when % 1 * 1000):03d}"
            text = f"{_clock(int(when))}{part} " if when else " " * (9 if narrow else 13)
            yield text, styles["muted"]
        if self.names:
            number = list(self.names).index(line.source) if line.source in self.names else 0
            name = self.names.get(line.source, line.source.name)
            widest = min(self.name_width, _NARROW_NAME if narrow else _WIDEST_NAME)
            if len(name) > widest:
                # Members of a unit differ in how their names end.
                name = "…" + name[1 - widest :]
            yield f"{name:<{widest}} ", styles[f"series{number % _COLOURS + 1}"]
        if self.containers and not self.chosen and not line.is_note:
            name, number = line.container, self.containers.get(line.container, 0)
            widest = min(max(map(len, self.containers)), _WIDEST_CONTAINER)
            if len(name) > widest:
                name = f"{name[: widest - 1]}…"
            yield f"{name:<{widest}} ", styles[f"series{number % _COLOURS + 1}"]
        if not line.is_note:
            level = line.level
            yield f"{level.word[:5]:<5} ", styles[_TONES.get(level, "muted")]

    def _body(self, line: LogLine, room: int, *, unfolded: bool) -> list[tuple[str, Style]]:
        styles = self.styles
        if line.is_note:
            return [(f"── {line.text} ──", styles["accent"])]
        tone = _TONES.get(line.level, "muted" if 0 < line.level < Level.INFO else "text")
        message = line.message if line.fields or line.parsed.time or line.level else line.text
        pieces = [(message, styles[tone])]
        if line.more and not unfolded:
            count, gist = _gist(line)
            folded = f"  ▸ {count} line{'' if count == 1 else 's'}{gist and ': '}{gist}"
            if not self.wrap and cell_len(message) + cell_len(folded) > room:
                # What a trace comes to matters more than the end of its first line.
                folded = f" ▸ {count}{gist and ': '}{gist}"
                kept = max(10, room - cell_len(folded) - 1)
                if cell_len(message) > kept:
                    pieces = [(f"{message[:kept]}…", styles[tone])]
            pieces.append((folded, styles["critical" if tone == "critical" else "accent"]))
        if line.fields and not unfolded:
            fields = " ".join(f"{name}={value}" for name, value in line.fields.items())
            pieces.append((f"  {fields[:2000]}".replace("\n", " ⏎ "), styles["muted"]))
        return pieces

    def _details(self, line: LogLine) -> Iterator[list[tuple[str, Style]]]:
        styles = self.styles
        for text in line.more or ():
            yield [(text, styles["text"])]
        widest = min(24, max(map(len, line.fields), default=0))
        for name, value in line.fields.items():
            first, *others = value.split("\n")
            yield [(f"{name:<{widest}}  ", styles["key"]), (first, styles["text"])]
            for other in others:
                yield [(" " * (widest + 2), styles["text"]), (other, styles["text"])]

    def _broken(
        self, head: list[tuple[str, Style]], body: list[tuple[str, Style]], indent: int, width: int
    ) -> Iterator[list[tuple[str, Style]]]:
        room = max(8, width - indent)
        if not self.wrap:
            yield [*head, *self._moved(body)]
            return
        if sum(cell_len(text) for text, _style in body) <= room:
            yield [*head, *body]
            return
        row, left, count = list(head), room, 0
        for whole, style in body:
            text = whole
            while text:
                part = (
                    text
                    if cell_len(text) <= left
                    else chop_cells(text, left)[0]
                    if left > 1
                    else ""
                )
                if part:
                    row.append((part, style))
                    left -= cell_len(part)
                    text = text[len(part) :]
                if text:
                    yield row
                    count += 1
                    if count >= _MOST_ROWS:
                        return
                    row, left = [(" " * indent, style)], room
        yield row

    def _moved(self, body: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
        """Return what is right of the cells that are passed, with a mark that there are some."""
        if not self.left or not body:
            return body
        strip = Strip([Segment(text, style) for text, style in body]).crop(self.left + 1)
        rest = [(text, style or body[-1][1]) for text, style, _control in strip]
        return [("…", body[0][1]), *rest]

    def _highlit(self, row: Row) -> Row:
        low, style = self.needle.lower(), self.styles["strong"] + Style(reverse=True)
        found: list[tuple[str, Style]] = []
        for text, own in row:
            folded = text.lower()
            if low not in folded or len(folded) != len(text):
                found.append((text, own))
                continue
            at = 0
            while (hit := folded.find(low, at)) >= 0:
                found += [(text[at:hit], own), (text[hit : hit + len(low)], style)]
                at = hit + len(low)
            found.append((text[at:], own))
        return tuple(piece for piece in found if piece[0])

    def _under_cursor(self, row: Row) -> Row:
        ground, known = self.styles.get("cursor", Style.null()), self._cursor
        for _text, style in row:
            if style not in known:
                known[style] = style + ground
        return tuple((text, known[style]) for text, style in row)


def _gist(line: LogLine) -> tuple[int, str]:
    """Return how long a folded trace is, and its last line that is no place in a program."""
    more = line.more or []
    for text in reversed(more):
        if text[:1] not in {"", " ", "}"} and "goroutine" not in text and not text.endswith(")"):
            return len(more), text
    return len(more), ""


def to_strip(row: Row, width: int, blank: Style) -> Strip:
    """Return a row as the terminal gets it, exactly `width` cells wide."""
    style = row[-1][1] if row else blank
    ground = Style(bgcolor=style.bgcolor) if style.bgcolor else blank
    strip = Strip([Segment(text, own) for text, own in row])
    if strip.cell_length > width:
        return Strip([*strip.crop(0, width - 1), Segment("…", style)]).adjust_cell_length(
            width, ground
        )
    return strip.adjust_cell_length(width, ground)
