"""One line to type into, at the foot of the board."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fleetui.core.clean import clean


class Prompt(Widget, can_focus=True):
    """A word that says what is asked, and the text typed so far. Nothing blinks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", show=False),
        Binding("escape", "cancel", show=False),
        Binding("backspace,ctrl+h", "rub_out", show=False),
        Binding("delete,ctrl+d", "delete", show=False),
        Binding("left,ctrl+b", "go(-1)", show=False),
        Binding("right,ctrl+f", "go(1)", show=False),
        Binding("home,ctrl+a", "start", show=False),
        Binding("end,ctrl+e", "end", show=False),
        Binding("ctrl+u", "empty", show=False),
        Binding("ctrl+w", "rub_out_word", show=False),
        Binding("tab", "complete", show=False),
    ]
    LIMIT = 500

    class Changed(Message):
        """The text is another."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Submitted(Changed):
        """Enter: it is meant."""

    class Completed(Changed):
        """Tab: the rest of the word before `at` is wanted."""

        def __init__(self, text: str, at: int) -> None:
            super().__init__(text)
            self.at = at

    class Cancelled(Message):
        """Esc: it is not."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self._styles = styles
        self.label = ""
        self.text = ""
        self._at = 0
        self._wrong = False

    def ask(self, label: str, text: str) -> None:
        """Begin anew with this text."""
        self.label, self.text, self._at, self._wrong = label, text, len(text), False
        self.refresh()

    def mark(self, *, wrong: bool) -> None:
        """Say whether the text can be read as what was asked for."""
        if wrong is not self._wrong:
            self._wrong = wrong
            self.refresh()

    @property
    def text_x(self) -> int:
        """The column at which the text begins."""
        return len(self.label) + 2

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Return the line: label, text, and the place of the next character turned round."""
        style = self._styles
        text = style["warn"] if self._wrong else style["strong"]
        width = self.size.width
        under = self.text[self._at : self._at + 1] or " "
        segments = [
            Segment(f" {self.label} ", style["key"]),
            Segment(self.text[: self._at], text),
            Segment(under, text + Style(reverse=True)),
            Segment(self.text[self._at + 1 :], text),
        ]
        strip = Strip(segments)
        # A text longer than the line moves left, so that its cursor stays in sight.
        cursor = Strip(segments[:3]).cell_length
        start = max(0, cursor - width)
        return strip.crop(start, start + width).adjust_cell_length(width, style["text"])

    def on_key(self, event: events.Key) -> None:
        """Take what can be printed; the board's one-letter keys are letters here.

        The other keys act here and now too: as bindings they would come after letters that
        were typed behind them.
        """
        action = _ACTIONS.get(event.key)
        if action is not None:
            name, _, number = action.rstrip(")").partition("(")
            getattr(self, f"action_{name}")(*([int(number)] if number else []))
        elif event.is_printable and event.character:
            self._insert(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        lines = event.text.splitlines()
        if lines:
            self._insert(lines[0])

    def _insert(self, text: str) -> None:
        text = clean(text)[: self.LIMIT - len(self.text)]
        self._become(self.text[: self._at] + text + self.text[self._at :], self._at + len(text))

    def _become(self, text: str, at: int) -> None:
        changed, self.text, self._at = text != self.text, text, max(0, min(at, len(text)))
        self.refresh()
        if changed:
            self.post_message(self.Changed(text))

    def action_submit(self) -> None:
        """Mean it."""
        self.post_message(self.Submitted(self.text))

    def action_complete(self) -> None:
        """Want the rest of a word."""
        self.post_message(self.Completed(self.text, self._at))

    def replace(self, text: str, at: int) -> None:
        """Take another text, with the cursor at a place of it."""
        self._become(text[: self.LIMIT], at)

    def action_cancel(self) -> None:
        """Take it back."""
        self.post_message(self.Cancelled())

    def action_rub_out(self) -> None:
        """Delete the character before the cursor."""
        if self._at:
            self._become(self.text[: self._at - 1] + self.text[self._at :], self._at - 1)

    def action_delete(self) -> None:
        """Delete the character under the cursor."""
        self._become(self.text[: self._at] + self.text[self._at + 1 :], self._at)

    def action_go(self, by: int) -> None:
        """Move the cursor."""
        self._become(self.text, self._at + by)

    def action_start(self) -> None:
        """Move to the first character."""
        self._become(self.text, 0)

    def action_end(self) -> None:
        """Move behind the last character."""
        self._become(self.text, len(self.text))

    def action_empty(self) -> None:
        """Delete all of it."""
        self._become("", 0)

    def action_rub_out_word(self) -> None:
        """Delete the word before the cursor."""
        kept = self.text[: self._at].rstrip()
        kept = kept[: kept.rfind(" ") + 1]
        self._become(kept + self.text[self._at :], len(kept))


_ACTIONS = {
    key: binding.action
    for binding in Prompt.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
