"""The page of messages: what the footer has said, the newest first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from fleetui.ui.layers import Over, Passing
from fleetui.ui.line import Piece, cut
from fleetui.ui.messages import Messages
from fleetui.ui.topline import clock

_MOVES = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": 10, "pageup": -10}


def message_lines(messages: Messages, width: int) -> list[list[Piece]]:
    """Return each message as lines: its time and its words, broken where they do not fit."""
    lines: list[list[Piece]] = []
    for message in messages:
        times = f" (×{message.times})" if message.times > 1 else ""
        words = textwrap.wrap(message.text + times, max(20, width - 10)) or [""]
        mark = "•" if not message.read else " "
        for number, text in enumerate(words):
            head = f"{mark}{clock(message.at)} " if not number else " " * 10
            lines.append([(head, "muted"), (text, message.meaning)])
    return lines or [[("nothing has been said so far", "muted")]]


class MessagesText(Widget):
    """The lines, from one of them on."""

    def __init__(self, styles: dict[str, Style], messages: Messages) -> None:
        super().__init__()
        self._styles = styles
        # Which were unread is marked for as long as the page is open.
        self._messages = messages
        self._lines: list[list[Piece]] = []
        self._top = 0

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lines = message_lines(self._messages, self.size.width - 2)
        self.refresh()

    def scroll(self, rows: int) -> None:
        """Show other lines, where there are more than fit."""
        last = max(0, len(self._lines) - self.size.height + 2)
        self._top = max(0, min(last, self._top + rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line, the first and last of them a rule."""
        width, height = self.size
        style = self._styles
        if y in {0, height - 1}:
            word = " messages " if y == 0 else " any key closes it · j k move "
            pieces: list[Piece] = [("─", "line"), (word, "title" if y == 0 else "muted")]
            pieces.append(("─" * width, "line"))
        else:
            index = self._top + y - 1
            pieces = self._lines[index] if index < len(self._lines) else []
            pieces = cut([(" ", "text"), *pieces], width)
        segments = [Segment(text, style.get(meaning, style["text"])) for text, meaning in pieces]
        return Strip(segments).crop(0, width).adjust_cell_length(width, style["text"])


class MessagesPage(Passing, Over[None]):
    """Lies over the board until a key is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    MessagesPage { align: center middle; background: $f-ground 60%; }
    MessagesText { width: 90%; max-width: 140; height: 80%; }
    """

    def __init__(
        self, styles: dict[str, Style], messages: Messages, through: Mapping[str, str]
    ) -> None:
        """`through` are the keys that do more than close it, each with its action of the app."""
        super().__init__()
        self._text = MessagesText(styles, messages)
        self._messages = messages
        self._through = through

    def compose(self) -> list[Widget]:
        """Return the text."""
        return [self._text]

    def on_unmount(self) -> None:
        """Take all as read."""
        self._messages.seen()

    def on_key(self, event: events.Key) -> None:
        """Close on any key but those that move."""
        event.stop()
        event.prevent_default()
        if event.key in _MOVES:
            self._text.scroll(_MOVES[event.key])
        else:
            self._messages.seen()
            self.dismiss()
            if event.key in self._through:
                self.app.call_later(self.app.run_action, self._through[event.key])
