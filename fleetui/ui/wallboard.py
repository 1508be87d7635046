"""The wallboard's screen: a board that nobody steers, with a bar of ages along the bottom."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from fleetui.config.specs import ScreenSpec
from fleetui.core.snapshot import SourceKey
from fleetui.ui.board import Board
from fleetui.ui.context import Context
from fleetui.ui.footer import ages_pieces, note_pieces
from fleetui.ui.rotation import INCIDENT_KINDS
from fleetui.ui.titles import words


class WallBoard(Board, inherit_bindings=False):
    """No cursor, no prompt, no key but the one that quits."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.leave", "quit", show=False)]

    def __init__(self, spec: ScreenSpec, context: Context) -> None:
        super().__init__(spec, context)
        for pane in self.panes.values():
            for body in pane.bodies:
                body.can_focus = False
        self.prompt.can_focus = False

    @property
    def has_keys(self) -> bool:
        """Nobody steers it."""
        return False

    @property
    def needed(self) -> frozenset[SourceKey]:
        """What is shown, and what tells of incidents wherever they are."""
        engine = self.context.engine
        incidents = (key for kind in INCIDENT_KINDS for key in engine.keys(kind))
        return frozenset((*super().needed, *incidents))

    def focus_pane(self, name: str) -> None:
        """Show this pane where only one fits; nothing takes keys."""
        if name != self.current:
            self.current = name
            self.lay_out()

    def draw_foot(self) -> None:
        """Draw what is pinned and how old each source is."""
        width, engine = self._frame.width, self.context.engine
        pinned = self.context.pinned
        left = note_pieces(f"pinned: {words(pinned)}  ", "critical", width * 2 // 3)
        if not pinned:
            left = []
        used = sum(len(text) for text, _meaning in left)
        ages = ages_pieces(engine.store.snapshots(self.needed), engine.now(), width - used)
        self.foot.show([*left, *ages])
