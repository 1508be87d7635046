"""The least that Textual can show: what the program's start is measured against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Show the word that the bench waits for."""
        yield Static("ready-to-look", markup=False)


if __name__ == "__main__":
    Empty().run()
