"""The line behind `:`, over the foot of the board: completion, history, mistakes below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.layout import Layout
from textual.widget import Widget

from fleetui.ui.commands import Act, Commands
from fleetui.ui.footer import hint_pieces
from fleetui.ui.geometry import Area
from fleetui.ui.layers import Over
from fleetui.ui.line import Line
from fleetui.ui.mistake import Mistake
from fleetui.ui.placed import Placed
from fleetui.ui.prompt import Prompt


class CommandLine(Over[tuple[str, Act] | None]):
    """Ends with what was typed and what it asks for, or with nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
        Binding("up,ctrl+p", "recall(-1)", show=False),
        Binding("down,ctrl+n", "recall(1)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = "CommandLine { background: transparent; overflow: hidden; }"

    def __init__(
        self, styles: dict[str, Style], commands: Commands, history: Sequence[str]
    ) -> None:
        super().__init__()
        self._commands = commands
        self._prompt = Prompt(styles)
        self._hint = Line(styles)
        self._lines = [*history, ""]
        self._at = len(history)
        self._offers: list[str] = []
        self._offer = -1
        self._placed = Placed(self._places)

    def compose(self) -> list[Widget]:
        """Return the line to type into, and the one below it."""
        return [self._prompt, self._hint]

    @property
    def layout(self) -> Layout:
        """The last two lines of the terminal."""
        return self._placed

    def _places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        yield self._prompt, Area(0, size.height - 2, size.width, 1)
        yield self._hint, Area(0, size.height - 1, size.width, 1)

    def on_mount(self) -> None:
        """Begin with an empty line."""
        self.set_focus(self._prompt)
        self._become("")

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Say what may be typed next."""
        self._offers, self._offer = [], -1
        self._say(event.text)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """End, or say what cannot be understood."""
        if not event.text.strip():
            self.dismiss(None)
            return
        try:
            act = self._commands.read(event.text)
        except Mistake as mistake:
            self._prompt.mark(wrong=True)
            at = self._prompt.text_x + mistake.start
            width = self.app.size.width
            self._hint.show(hint_pieces(at, mistake.length, str(mistake), width))
        else:
            self.dismiss((event.text.strip(), act))

    def on_prompt_cancelled(self) -> None:
        """Go back to the board."""
        self.dismiss(None)

    def on_prompt_completed(self) -> None:
        """Tab: the prompt asks for it."""
        self.action_complete(1)

    def action_complete(self, by: int) -> None:
        """Complete the last word as far as it is certain, else with each that it may become."""
        text = self._prompt.text
        if not self._offers:
            found = self._commands.completions(text)
            stem = text[: text.rfind(" ") + 1] if " " in text.lstrip() else ""
            common = _common(found)
            if len(found) == 1:
                done = "" if found[0].endswith(":") else " "
                self._become(stem + found[0] + done)
                return
            if len(stem + common) > len(text.lstrip()):
                self._become(stem + common)
                return
            self._offers = [stem + word for word in found]
            self._offer = -1 if by > 0 else 0
        if self._offers:
            offers, self._offer = self._offers, (self._offer + by) % len(self._offers)
            self._become(offers[self._offer])
            self._offers = offers

    def action_recall(self, by: int) -> None:
        """Show a command that was typed before, or come back to the one being typed."""
        if self._at == len(self._lines) - 1:
            self._lines[-1] = self._prompt.text
        at = max(0, min(len(self._lines) - 1, self._at + by))
        if at != self._at:
            self._at = at
            self._offers = []
            self._become(self._lines[at])

    def _become(self, text: str) -> None:
        self._prompt.ask(":", text)
        self._say(text)

    def _say(self, text: str) -> None:
        self._prompt.mark(wrong=False)
        hint = self._commands.hint(text)
        self._hint.show(hint_pieces(None, 0, hint, self.app.size.width))


def _common(words: list[str]) -> str:
    """Return what all words begin with."""
    least, most = min(words, default=""), max(words, default="")
    same = next(
        (at for at, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), len(least)
    )
    return least[:same]
