"""A page of text of any length: only the rows on screen are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fleetui.ui.line import Piece
from fleetui.ui.page.lines import Lines, marked, part, places_of
from fleetui.ui.page.links import Link
from fleetui.ui.table.viewport import clip, reveal

Painter = Callable[[int], list[Piece]]
"""The number of a line → its pieces; their texts together are the line."""
_WHEEL_ROWS = 3


class TextPage(Widget, can_focus=True):
    """Lines with a cursor on one of them, broken to the width, searched as they are."""

    DEFAULT_CSS = "TextPage { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "go(-1)", show=False, id="text.up"),
        Binding("down,j", "go(1)", show=False, id="text.down"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, id="text.page-up"),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False, id="text.page-down"),
        Binding("home,g", "first", show=False, id="text.first"),
        Binding("end,G", "last", show=False, id="text.last"),
    ]

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self._lines = Lines([""])
        self._paint: Painter = lambda _line: []
        self._top = 0
        self._line = 0
        self.sought = ""
        self._hits: list[int] = []
        self._links: Sequence[Link] = ()
        self._chosen: Link | None = None

    # What it is given.

    def show(
        self,
        texts: Sequence[str],
        paint: Painter,
        indents: Sequence[int] = (),
        links: Sequence[Link] = (),
    ) -> None:
        """Show these lines; the cursor keeps its number, and what is sought stays sought."""
        before, old = self._lines, self._links
        self._links = links
        if self._chosen not in links:
            self._chosen = None
        self._lines, self._paint = Lines(texts or [""], indents), paint
        self._line = min(self._line, len(self._lines.texts) - 1)
        self._find()
        width, height = self.size
        if not width:
            return
        self._lines.fit(width - 2)
        if links != old or not before.alike(self._lines):
            self._settle()
            return
        # Mostly it is ages that changed: only their rows are painted again.
        for y in range(min(height, self._lines.count - self._top)):
            line = self._lines.row(self._top + y)[0]
            if before.texts[line] != self._lines.texts[line]:
                self.refresh(Region(0, y, width, 1))

    def start(self) -> None:
        """Stand on the first line."""
        self._line = self._top = 0

    def seek(self, text: str) -> int:
        """Mark a text, go to the next place, and return how many lines hold it."""
        self.sought = text
        self._find()
        if self._hits and self._line not in set(self._hits):
            self.next_hit(1)
        self._settle()
        return len(self._hits)

    def next_hit(self, by: int) -> str:
        """Go to the next line that holds what is sought, or the one before; say which it is."""
        if not self._hits:
            return f"nothing here holds {self.sought}" if self.sought else "/ searches this page"
        if by > 0:
            found = next((n for n, at in enumerate(self._hits) if at > self._line), 0)
        else:
            before = [n for n, at in enumerate(self._hits) if at < self._line]
            found = before[-1] if before else len(self._hits) - 1
        self._line = self._hits[found]
        self._settle()
        return f"{found + 1} of {len(self._hits)} lines with {self.sought}"

    def next_link(self, by: int) -> str:
        """Go to the next link, or the one before, round the end; say where there is none."""
        links = self._links
        if not links:
            return "nothing on this page leads on"
        if self._chosen is not None and self._chosen.line == self._line:
            at = (links.index(self._chosen) + by) % len(links)
        elif by > 0:
            at = next((n for n, one in enumerate(links) if one.line >= self._line), 0)
        else:
            before = [n for n, one in enumerate(links) if one.line < self._line]
            at = before[-1] if before else len(links) - 1
        self._chosen = links[at]
        self._line = self._chosen.line
        self._settle()
        return ""

    @property
    def link(self) -> Link | None:
        """The link that was gone to, else the first on the cursor's line."""
        here = [one for one in self._links if one.line == self._line]
        return self._chosen if self._chosen in here else next(iter(here), None)

    def _find(self) -> None:
        sought = self.sought
        self._hits = []
        if not sought:
            return
        texts = self._lines.texts
        if any(c.isupper() for c in sought):
            self._hits = [n for n, text in enumerate(texts) if sought in text]
        else:
            self._hits = [n for n, text in enumerate(texts) if sought in text.lower()]

    # What it tells.

    @property
    def line(self) -> str:
        """The line under the cursor, whole."""
        return self._lines.texts[self._line]

    @property
    def texts(self) -> Sequence[str]:
        """All lines."""
        return self._lines.texts

    @property
    def place(self) -> tuple[int, int]:
        """The number of the cursor's line from 1, and how many there are."""
        return self._line + 1, len(self._lines.texts)

    # Keys and the mouse.

    def action_go(self, by: int) -> None:
        """Move the cursor by some lines."""
        self._line = max(0, min(self._line + by, len(self._lines.texts) - 1))
        self._settle()

    def action_page(self, pages: int) -> None:
        """Move by a screenful, keeping one row in view."""
        height = max(1, self.size.height - 1)
        at = self._lines.row_of(self._line) + pages * height
        at = max(0, min(at, self._lines.count - 1))
        self._top = clip(self._top + pages * height, self.size.height, self._lines.count)
        self._line = self._lines.row(at)[0]
        self._settle()

    def action_first(self) -> None:
        """Go to the first line."""
        self._line = 0
        self._settle()

    def action_last(self) -> None:
        """Go to the last line."""
        self._line = len(self._lines.texts) - 1
        self._settle()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        at = self._top + event.y
        if at < self._lines.count:
            self._line = self._lines.row(at)[0]
            self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look further down."""
        self._scroll(_WHEEL_ROWS, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look further up."""
        self._scroll(-_WHEEL_ROWS, event)

    def _scroll(self, rows: int, event: events.MouseEvent) -> None:
        event.stop()
        self._top = clip(self._top + rows, self.size.height, self._lines.count)
        self.refresh()

    def on_resize(self) -> None:
        """Break the lines anew; the cursor stays in view."""
        self._settle()

    def _settle(self) -> None:
        """Bring the cursor's line into view, as much of it as fits."""
        width, height = self.size
        if not width or not height:
            return
        self._lines.fit(width - 2)
        first = self._lines.row_of(self._line)
        last = first
        while last + 1 < self._lines.count and self._lines.row(last + 1)[0] == self._line:
            last += 1
        top = reveal(self._top, height, min(last, first + height - 1))
        self._top = clip(reveal(top, height, first), height, self._lines.count)
        self.refresh()

    # How it is drawn.

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen."""
        width, style = self.size.width, self._styles
        text = style["text"]
        number = self._top + y
        if number >= self._lines.count:
            return Strip.blank(width, text)
        line, start, stop = self._lines.row(number)
        pieces = self._paint(line)
        if self.sought:
            places = places_of(self._lines.texts[line], self.sought)
            pieces = marked(pieces, places, "found") if places else pieces
        for one in self._links:
            if one.line == line:
                here = "link here" if one is self.link else "link"
                pieces = marked(pieces, [(one.start, one.stop)], here)
        pieces = part(pieces, start, stop)
        if start:
            pieces = [(" " * self._lines.indent(line, width - 2), "text"), *pieces]
        at_cursor = line == self._line
        lead = ("▌" if start == 0 else " ") if at_cursor else " "
        under = style["cursor"] if at_cursor and self.has_focus else Style.null()
        segments = [Segment(lead, style["key"] + under)]
        for words, meaning in pieces:
            if meaning in {"found", "link here"}:
                segments.append(Segment(words, style["key"] + Style(reverse=True)))
            elif meaning == "link":
                segments.append(Segment(words, text + under + Style(underline=True)))
            else:
                segments.append(Segment(words, style.get(meaning, text) + under))
        return Strip(segments).adjust_cell_length(width, text + under)
