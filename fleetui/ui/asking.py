"""A screen that asks: a line at its foot to type into, and what is said of what is typed."""

from __future__ import annotations

from abc import abstractmethod

from rich.style import Style

from fleetui.ui.layers import Under
from fleetui.ui.prompt import Prompt
from fleetui.ui.questions import Hint, Question


class Asking(Under[None]):
    """What a board needs to ask one question at a time."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self.prompt = Prompt(styles)
        self.question: Question | None = None
        """What the prompt asks now."""
        self.said = Hint("")
        """What is said of what has been typed so far."""

    @abstractmethod
    def lay_out(self) -> None:
        """Place everything anew."""

    @abstractmethod
    def draw_foot(self) -> None:
        """Draw the line under the prompt."""

    @abstractmethod
    def draw_pane(self) -> None:
        """Draw the pane that is asked of, and the lines."""

    @abstractmethod
    def changed_view(self) -> None:
        """Show what the answer makes of the pane."""

    def ask(self, question: Question) -> None:
        """Ask; the keys go to the prompt until it is answered."""
        self.question = question
        self.said = question.changed(question.text)
        self.prompt.ask(question.label, question.text)
        self.lay_out()
        self.set_focus(self.prompt, scroll_visible=False)

    def hint(self, hint: Hint) -> None:
        """Say something of what has been typed so far."""
        self.said = hint
        self.prompt.mark(wrong=hint.wrong)
        self.draw_foot()

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Act on each letter."""
        if self.question is not None:
            self.said = self.question.changed(event.text)
            self.prompt.mark(wrong=self.said.wrong)
            self.draw_pane()

    def on_prompt_completed(self, event: Prompt.Completed) -> None:
        """Write the rest of the word that is being typed."""
        if self.question is not None:
            self.prompt.replace(*self.question.complete(event.text, event.at))

    def on_prompt_submitted(self) -> None:
        """Keep what was typed, unless it cannot be read."""
        if not self.said.wrong:
            self._answered()

    def on_prompt_cancelled(self) -> None:
        """Take back what was typed."""
        if self.question is not None:
            self.question.cancel()
        self._answered()

    def _answered(self) -> None:
        if self.question is not None:
            self.question.end()
        self.question = None
        self.changed_view()
