"""The help: every key that does something where the person is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from fleetui.ui.context import Context
from fleetui.ui.keys import Key
from fleetui.ui.layers import Over
from fleetui.ui.line import Piece, cut

_GROUPS = {"row": "rows", "pane": "this pane", "board": "everywhere"}
_CHANGE = {"change": "changing rows"}
_FILTER = (
    ("web", "name, image, label or reason holds it"),
    ("state:failed", "a column holds it"),
    ("cpu>80 mem>=2GiB age<2h", "a column is more or less"),
    ("label.app:web", "a label holds it"),
    ("/^web-\\d/ image:/:9$/", "a pattern finds it, in any case of letters"),
    ("@broken", "the filter of this name in the config"),
    ("!term", "the contrary"),
    ('"two words"', "held together"),
)


def help_lines(
    keys: tuple[Key, ...], screens: list[tuple[str, str]], groups: Mapping[str, str] = _GROUPS
) -> list[list[Piece]]:
    """Return the help as lines of pieces."""
    lines: list[list[Piece]] = []
    for group, heading in groups.items():
        if any(key.group == group for key in keys):
            lines.append([(heading, "strong")])
            lines += [
                [(f"  {key.label or f':{key.name}':<12}", "key"), (key.does, "text")]
                for key in keys
                if key.group == group and (key.label or key.action)
            ]
    if screens:
        lines.append([("screens", "strong")])
    lines += [[(f"  {key:<12}", "key"), (title, "text")] for key, title in screens]
    return lines


def change_lines(keys: tuple[Key, ...]) -> list[list[Piece]]:
    """Return the part of the help that tells what changes things."""
    return help_lines(keys, [], _CHANGE)


def filter_lines() -> list[list[Piece]]:
    """Return what the filter language can say, as lines of pieces."""
    lines: list[list[Piece]] = [[("filter", "strong")]]
    lines += [[(f"  {term:<24}", "key"), (does, "text")] for term, does in _FILTER]
    lines += [
        [],
        [("glyphs", "strong")],
        [("  ● well  ◐ under way  ▲ degraded  ✖ failed", "text")],
        [("  ○ stopped  ‖ paused  ◌ unknown or older than it should be", "text")],
    ]
    return lines


class HelpText(Widget):
    """A box of lines: two columns where there is room, else one under the other."""

    def __init__(
        self, styles: dict[str, Style], left: list[list[Piece]], right: list[list[Piece]]
    ) -> None:
        super().__init__()
        self._styles = styles
        self._left, self._right = left, right
        self._top = 0

    def _lines(self, width: int) -> list[list[Piece]]:
        if width < 110:
            return [*self._left, [], *self._right]
        half = width // 2 - 2
        lines: list[list[Piece]] = []
        for index in range(max(len(self._left), len(self._right))):
            left = cut(self._left[index], half) if index < len(self._left) else []
            used = sum(Segment(text).cell_length for text, _meaning in left)
            right = self._right[index] if index < len(self._right) else []
            lines.append([*left, (" " * (half - used), "text"), *right])
        return lines

    def scroll_by(self, rows: int) -> None:
        """Show other lines, where there are more than fit."""
        room = max(1, self.size.height - 2)
        last = max(0, len(self._lines(self.size.width)) - room)
        self._top = max(0, min(last, self._top + rows))
        self.refresh()

    def _more(self, width: int, height: int) -> str:
        """Say how many lines are above and below, where not all fit."""
        above = self._top
        below = max(0, len(self._lines(width)) - above - (height - 2))
        told = [f"↑ {above} more"] * bool(above) + [f"↓ {below} more"] * bool(below)
        return f" · j k move · {' · '.join(told)}" if told else ""

    def render_line(self, y: int) -> Strip:
        """Return a line of the box."""
        width, height = self.size
        style = self._styles
        if y in {0, height - 1}:
            word = " help " if y == 0 else f" any key closes it{self._more(width, height)} "
            left, right = ("┌", "┐") if y == 0 else ("└", "┘")
            strip = Strip(
                [
                    Segment(left + "─", style["line"]),
                    Segment(word, style["title" if y == 0 else "muted"]),
                    Segment("─" * (width - len(word) - 3) + right, style["line"]),
                ]
            )
            return strip.adjust_cell_length(width, style["line"])
        lines = self._lines(width)
        index = self._top + y - 1
        pieces = cut(lines[index], width - 4) if index < len(lines) else []
        segments = [Segment(text, style.get(meaning)) for text, meaning in pieces]
        inner = Strip(segments).adjust_cell_length(width - 4, style["text"])
        edge, gap = style["line"], style["text"]
        return Strip(
            [Segment("│", edge), Segment(" ", gap), *inner, Segment(" ", gap), Segment("│", edge)]
        )


class Help(Over[None]):
    """Lies over the board until a key is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Help { align: center middle; background: $f-ground 60%; }
    HelpText { width: 90%; max-width: 140; height: 44; max-height: 100%; }
    """

    def __init__(
        self,
        context: Context,
        keys: tuple[Key, ...] | None = None,
        more: list[list[Piece]] | None = None,
        *,
        screens: bool = True,
    ) -> None:
        super().__init__()
        shown = context.keys if keys is None else keys
        lines = help_lines(shown, context.screens if screens else [])
        right = more or [*change_lines(shown), *filter_lines()]
        self._text = HelpText(context.styles, lines, right)

    def compose(self) -> list[Widget]:
        """Return the box."""
        return [self._text]

    def on_key(self, event: events.Key) -> None:
        """Close on any key but those that move."""
        event.stop()
        event.prevent_default()
        moves = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": 10, "pageup": -10}
        if event.key in moves:
            self._text.scroll_by(moves[event.key])
        else:
            self.dismiss()
