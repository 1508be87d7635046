"""The few widgets that a board needs beside lines, tables and charts."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget


class Bar(Widget):
    """A vertical line between panes, one character a row."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self._chars = ""

    def show(self, chars: str) -> None:
        """Show these characters from the top."""
        if chars != self._chars:
            self._chars = chars
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        char = self._chars[y] if y < len(self._chars) else " "
        return Strip([Segment(char, self._styles["line"])], 1)


class Sentence(Widget):
    """A few words in the middle of the terminal, when there is no room for more."""

    def __init__(self, styles: dict[str, Style], words: str) -> None:
        super().__init__()
        self._styles = styles
        self._words = words

    def render_line(self, y: int) -> Strip:
        """Return one row: the words in the middle one, broken where they must be."""
        width, height = self.size
        lines = [f"too small: {width}×{height}", self._words, "q quits"]
        top = max(0, (height - len(lines)) // 2)
        text = lines[y - top] if 0 <= y - top < len(lines) else ""
        return Strip([Segment(text[:width].center(width), self._styles["text"])], width)
