"""The palette: screens, actions, themes and every thing by name, in one list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.strip import Strip
from textual.widget import Widget

from fleetui.ui.finder import SLICE, Entry, Found, Search
from fleetui.ui.geometry import Area
from fleetui.ui.layers import Over
from fleetui.ui.line import Line, Piece, cut, spread, width_of
from fleetui.ui.placed import Placed
from fleetui.ui.prompt import Prompt

_WIDEST, _TALLEST = 100, 23
_WORK_S = 0.01
"""How long a search may work before it gives way: what is found is painted with its letter."""


class Results(Widget):
    """What was found, one line each, with a mark on the one that Enter takes."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self.entries: tuple[Entry, ...] = ()
        self.at = 0

    def show(self, entries: tuple[Entry, ...]) -> None:
        """Show these; the mark stays on what it was on, or goes to the first."""
        if entries != self.entries:
            self.entries, self.at = entries, 0
            self.refresh()

    def go(self, by: int) -> None:
        """Move the mark."""
        at = max(0, min(len(self.entries) - 1, self.at + by))
        if at != self.at:
            self.at = at
            self.refresh()

    @property
    def chosen(self) -> Entry | None:
        """The line under the mark."""
        return self.entries[self.at] if self.entries else None

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        width, height = self.size
        index = y + max(0, self.at - height + 1)
        style = self._styles
        if index >= len(self.entries):
            return Strip.blank(width, style["text"])
        marked = index == self.at
        segments = [
            Segment(
                text, (style.get(meaning) or Style()) + (style["cursor"] if marked else Style())
            )
            for text, meaning in line_of(self.entries[index], width, marked=marked)
        ]
        return Strip(segments).adjust_cell_length(width, style["text"])


def line_of(entry: Entry, width: int, *, marked: bool) -> list[Piece]:
    """Return an entry as a line: its name left, what it is and its key right."""
    right: list[Piece] = [(entry.detail, "muted"), ("  ", "text")]
    what = entry.row.ref.kind if entry.row is not None else entry.kind
    right += [(f"{entry.key}  ", "key")] if entry.key else []
    right += [(f"{what:>9} ", "muted")]
    left: list[Piece] = [("▌" if marked else " ", "accent")]
    left += [(f" {entry.glyph} " if entry.glyph else "   ", entry.tone), (entry.name + " ", "text")]
    room = max(width // 2, width - width_of(left))
    return spread(left, cut(right, room), width, (" ", "text"))


class Palette(Over[Entry | None]):
    """Lies over the board; what is chosen is what it ends with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n,tab", "go(1)", show=False),
        Binding("up,ctrl+p,shift+tab", "go(-1)", show=False),
        Binding("pagedown", "go(10)", show=False),
        Binding("pageup", "go(-10)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = "Palette { background: transparent; overflow: hidden; }"

    def __init__(self, styles: dict[str, Style], entries: Iterable[Entry]) -> None:
        super().__init__()
        self._head, self._foot = Line(styles), Line(styles)
        self._prompt = Prompt(styles)
        self._prompt.ask("find", "")
        self.results = Results(styles)
        self._placed = Placed(self._places)
        self._coming = iter(entries)
        self._texts: list[tuple[str, Entry]] = []
        self._search = Search("", [], 0)
        self._working: asyncio.Task[None] | None = None
        self._taken: asyncio.Event | None = None

    def compose(self) -> list[Widget]:
        """Return the lines from the top."""
        return [self._head, self._prompt, self.results, self._foot]

    @property
    def layout(self) -> Layout:
        """A box near the top, as high as what can be found needs at most."""
        return self._placed

    def _places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        width, height = min(_WIDEST, size.width), min(_TALLEST, size.height)
        x, y = (size.width - width) // 2, min(2, (size.height - height) // 2)
        yield self._head, Area(x, y, width, 1)
        yield self._prompt, Area(x, y + 1, width, 1)
        yield self.results, Area(x, y + 2, width, height - 3)
        yield self._foot, Area(x, y + height - 1, width, 1)

    def on_mount(self) -> None:
        """Take the keys, and show what there is."""
        self.set_focus(self._prompt)
        self._find("")

    def on_resize(self) -> None:
        """Draw the frame at the new width."""
        self._draw(self._search.found())

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Find anew with each letter."""
        self._find(event.text)

    def on_prompt_submitted(self) -> None:
        """Take what is marked, once all has been looked at."""
        if self._taken is None:
            self._taken = asyncio.Event()
            self.run_worker(self._take(self._taken), group="take", description="take an entry")

    async def _take(self, taken: asyncio.Event) -> None:
        try:
            if self._working is not None:
                await self._working
            if self.results.chosen is not None:
                self.dismiss(self.results.chosen)
        finally:
            self._taken = None
            taken.set()

    async def answered(self) -> None:
        """Wait until what was chosen is taken: keys behind Enter are meant for what it opens."""
        if self._taken is not None:
            await self._taken.wait()

    def on_prompt_cancelled(self) -> None:
        """Go back to the board."""
        self.dismiss(None)

    def action_go(self, by: int) -> None:
        """Move the mark."""
        self.results.go(by)

    def _find(self, words: str) -> None:
        if self._working is not None:
            self._working.cancel()
        self._working = asyncio.get_running_loop().create_task(self._work(" ".join(words.split())))

    async def _work(self, words: str) -> None:
        """Look through all entries, giving way to keys between two slices."""
        while more := [(entry.text, entry) for entry in islice(self._coming, SLICE)]:
            self._texts += more
            await asyncio.sleep(0)
        kept = self._search.kept if self._search.narrowed(words) else self._texts
        search = Search(words, kept, len(self._texts))
        rested = perf_counter()
        for _slice in search.steps():
            if perf_counter() - rested > _WORK_S:
                await asyncio.sleep(0)
                rested = perf_counter()
        self._search = search
        self._draw(search.found())

    def _draw(self, found: Found) -> None:
        self.results.show(found.entries)
        width = self._head.size.width
        rule = ("─", "line")
        count = [(f" {found.matching:,} of {found.total:,} ", "muted"), rule]
        self._head.show(spread([rule, (" go to ", "title")], count, width, rule))
        hint = " Enter goes there · ↑ ↓ choose · Esc closes "
        if not found.entries and self._search.words:
            hint = " nothing that is known is called so · Esc closes "
        self._foot.show(spread([rule, (hint, "muted")], [rule], width, rule))
