"""What lies over the board about one thing, and what keys and commands do to that thing."""

from __future__ import annotations

from collections.abc import Sequence

from fleetui.config.actions import Key
from fleetui.core.objects import Resource
from fleetui.ui.about import About, AboutLog, AboutPage
from fleetui.ui.board import Board
from fleetui.ui.context import Context
from fleetui.ui.keyboard import Keyboard
from fleetui.ui.logs.opening import log_of, why_no_log
from fleetui.ui.looking import cells_of, copy_of, open_timeline
from fleetui.ui.page.opening import page_of
from fleetui.ui.table_pane import TablePane


class Over(Keyboard):
    """The part of the app that opens pages and logs over the board, and leaves them."""

    context: Context

    @property
    def board(self) -> Board | None:
        """The board on screen."""
        raise NotImplementedError

    @property
    def over(self) -> About | None:
        """The page or log in front, whatever asks for a command over it."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Board):
                return None
            if isinstance(screen, About):
                return screen
        return None

    def leave_over(self, board: Board) -> None:
        """Close all that lies over a board of the screen in front."""
        while board in self.screen_stack and self.screen is not board:
            self.pop_screen()

    def say(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer of what is in front."""
        front = self.over or self.board
        if front is not None:
            front.note(text, meaning)

    # What is done to one thing.

    def look_into(self, what: str, thing: Resource) -> None:
        """Describe a thing, show its raw document, its logs or its timeline, or copy it."""
        board = self.board
        if board is None:
            return
        if what in {"describe", "raw"}:
            self._open_page(thing, what)
        elif what == "logs":
            self._open_log(thing, board)
        elif what == "timeline":
            self.leave_over(board)
            open_timeline(board, thing)
        else:
            self._copy(board, (thing,), what)

    def _copy(self, board: Board, things: Sequence[Resource], what: str) -> None:
        text, note = copy_of(board, things, what)
        if text:
            self.copy_to_clipboard(text)
        self.say(note)

    @property
    def meant(self) -> tuple[Resource, ...]:
        """What a command acts on: the thing in front, what is marked, the row under the cursor."""
        over, board = self.over, self.board
        if over is not None:
            return (over.thing,)
        pane = board.pane if board is not None else None
        if not isinstance(pane, TablePane):
            return ()
        row = pane.table.selected
        return pane.marked or ((row,) if row is not None else ())

    def cells(self) -> dict[str, str]:
        """Return the cells of the thing that a command acts on, by the names of their columns."""
        board, things = self.board, self.meant
        return cells_of(board, things[0]) if board is not None and things else {}

    def copy_cells(self, column: str) -> None:
        """Copy one cell of the thing in front, or of each row that is marked."""
        if self.board is not None and self.meant:
            self._copy(self.board, self.meant, column)

    def _open_page(self, thing: Resource, view: str) -> None:
        over = self.over
        if isinstance(over, AboutPage) and over.thing.ref == thing.ref:
            if over.view != view:
                over.action_view(view)
        else:
            self.push_screen(page_of(thing, self.context, view))

    def _open_log(self, thing: Resource, board: Board) -> None:
        over = self.over
        reason = why_no_log(thing)
        if reason:
            self.say(reason)
        elif isinstance(over, AboutLog) and over.thing.ref == thing.ref:
            self.say(f"this is the log of {thing.ref.short}")
        else:
            self.push_screen(log_of(thing, self.context, board.needed))

    def act_over(self, key: Key, over: About) -> bool:
        """Do what an action means to the page or log in front; False where it is the board's."""
        if key.name in OF_A_THING:
            self.look_into(OF_A_THING[key.name], over.thing)
            return True
        own = next((one for one in over.keys if one.name == key.name and one.action), None)
        if own is not None:
            node = self if own.action.startswith("app.") else over
            self.call_later(self.run_action, own.action.removeprefix("app."), node)
        return own is not None

    # What the keys of pages and logs do.

    def action_look(self, what: str) -> None:
        """Look into the thing that the page or log in front is about."""
        if self.over is not None:
            self.look_into(what, self.over.thing)

    def action_look_at_line(self) -> None:
        """Describe what wrote the line under the cursor of the log."""
        over = self.over
        if isinstance(over, AboutLog):
            self.look_into("describe", over.writer)

    def action_follow(self) -> None:
        """Open the page of what the link under the cursor leads to; Esc comes back."""
        over = self.over
        if isinstance(over, AboutPage):
            ref = over.link
            if ref is None:
                over.note("no link on this line: Tab goes to the next")
            else:
                found = self.context.engine.store.find(ref)
                self.push_screen(page_of(found or Resource(ref=ref), self.context))


OF_A_THING = {
    "describe": "describe",
    "raw": "raw",
    "logs": "logs",
    "timeline": "timeline",
    "copy": "ref",
    "copy_row": "row",
}
"""The actions that act on the row under the cursor, and what each does to it."""
