"""The widgets of the dialog: a line to type into, the lines of the plan, the sides of the box."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fleetui.ui.change.text import Lines
from fleetui.ui.line import cut
from fleetui.ui.prompt import Prompt
from fleetui.ui.table.viewport import clip


class Field(Prompt):
    """A prompt whose Enter tells when the key was pressed, not when its turn came."""

    class Entered(Message):
        """Enter was pressed at this time of Textual's clock."""

        def __init__(self, at: float) -> None:
            super().__init__()
            self.at = at

    def on_key(self, event: events.Key) -> None:
        """Keep Enter from the prompt's own way; all other keys are the prompt's."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered(event.time))

    def watch_has_focus(self, focused: bool) -> None:
        """Show the place of the next letter only where letters go."""
        super().watch_has_focus(focused)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line; one that waits for its turn is muted and has no cursor."""
        if self.has_focus:
            return super().render_line(y)
        style, width = self._styles, self.size.width
        segments = [Segment(f" {self.label} ", style["muted"]), Segment(self.text, style["text"])]
        return Strip(segments).adjust_cell_length(width, style["text"])


class Edge(Widget):
    """A side of the box, in the frame's colour."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self._meaning = "line"

    def show(self, meaning: str) -> None:
        """Take a colour by its meaning."""
        if meaning != self._meaning:
            self._meaning = meaning
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Return one row."""
        return Strip([Segment("│", self._styles[self._meaning])], 1)


class Text(Widget):
    """Lines that scroll where there are more than fit."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self._lines: Lines = []
        self._top = 0
        self._dimmed = False

    def show(self, lines: Lines, *, dimmed: bool = False) -> None:
        """Show these from where it stands; `dimmed` says that others are on their way."""
        if lines != self._lines or dimmed is not self._dimmed:
            self._lines, self._dimmed = lines, dimmed
            self._top = clip(self._top, max(1, self.size.height), len(lines))
            self.refresh()

    def scroll(self, rows: int) -> None:
        """Show other lines."""
        top = clip(self._top + rows, max(1, self.size.height), len(self._lines))
        if top != self._top:
            self._top = top
            self.refresh()

    @property
    def page(self) -> int:
        """How many lines fit."""
        return max(1, self.size.height)

    def hidden(self, height: int) -> tuple[int, int]:
        """Return how many lines are above and below what `height` lines show."""
        return self._top, max(0, len(self._lines) - self._top - height)

    def render_line(self, y: int) -> Strip:
        """Return one line, set in by one cell."""
        width, style = self.size.width, self._styles
        index = self._top + y
        pieces = cut(self._lines[index], width - 2) if index < len(self._lines) else []
        segments = [Segment(" ", style["text"])]
        for text, meaning in pieces:
            tone = "muted" if self._dimmed else meaning
            segments.append(Segment(text, style.get(tone, style["text"])))
        return Strip(segments).adjust_cell_length(width, style["text"])
