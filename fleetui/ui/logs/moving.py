"""The keys that move through a log: by entries, by screenfuls, sideways, to a match."""

from __future__ import annotations

from abc import abstractmethod

from fleetui.ui.logs.body import LogBody
from fleetui.ui.logs.view import LogView


class Moving:
    """What a screen with a log's body does with them."""

    view: LogView
    body: LogBody

    @abstractmethod
    def draw(self) -> None:
        """Draw what has changed."""

    @abstractmethod
    def note(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer."""

    def action_go(self, by: int) -> None:
        """Move by entries."""
        self.body.go(by)
        self.draw()

    def action_page(self, pages: int) -> None:
        """Move by screenfuls."""
        self.body.page(pages)
        self.draw()

    def action_first(self) -> None:
        """Go to the oldest."""
        self.view.follow = False
        self.view.go(0)
        self.draw()

    def action_last(self) -> None:
        """Go to the newest and follow."""
        self.view.last()
        self.draw()

    def action_side(self, cells: int) -> None:
        """Look further to the right of lines that are cut, or to the left."""
        if not self._wrapped():
            self.body.side(cells)

    def action_side_page(self, pages: int) -> None:
        """Look a page to the right or to the left."""
        if not self._wrapped():
            self.body.side_page(pages)

    def action_side_start(self) -> None:
        """Look where lines begin."""
        self.body.side_start()

    def action_side_end(self) -> None:
        """Look where the longest line on screen ends."""
        if not self._wrapped():
            self.body.side_end()

    def _wrapped(self) -> bool:
        if self.body.look.wrap:
            self.note("long lines are wrapped; w cuts them")
        return self.body.look.wrap

    def action_match(self, step: int) -> None:
        """Go to the next match."""
        if not self.view.needle:
            self.note("search first: /")
        elif not self.view.find(step):
            self.note(f"{self.view.needle!r} is nowhere in what is shown", "warn")
        else:
            self.body.show_text(self.view.needle)
        self.draw()
