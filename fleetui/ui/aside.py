"""A board of one pane that a command lays over the screen: Esc takes it away again."""

from __future__ import annotations

from fleetui.config.specs import PaneSpec, ScreenSpec
from fleetui.core.columns import Column
from fleetui.ui.board import Board
from fleetui.ui.context import Context
from fleetui.ui.keys import way_out
from fleetui.ui.layers import Passing
from fleetui.ui.table_pane import TablePane
from fleetui.ui.trail import View


class Aside(Passing, Board):
    """One pane over the whole terminal, live, with all keys of a board."""

    def __init__(
        self,
        pane: PaneSpec,
        context: Context,
        *,
        text: str = "",
        sort: Column | None = None,
        descending: bool = False,
    ) -> None:
        grid = ((pane.name,),)
        super().__init__(ScreenSpec("aside", pane.title, "", grid, {pane.name: pane}), context)
        self._note = None
        self._begun = View()
        shown = self.pane
        if isinstance(shown, TablePane):
            shown.filter(text)
            if sort is not None:
                shown.sort(sort, descending=descending)
            self._begun = shown.view

    def action_back(self) -> None:
        """Go back one step; from the first, to the board below."""
        pane = self.pane
        if isinstance(pane, TablePane) and (pane.trail or pane.view != self._begun):
            super().action_back()
        else:
            self.app.pop_screen()

    def action_zoom(self) -> None:
        """Say that there is nothing to zoom."""
        self.note("the pane has the whole screen already")

    def action_leave(self) -> None:
        """Say how to get to the top: this is not it."""
        self.note(way_out(self.context.keys))
