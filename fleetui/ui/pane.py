"""A pane: its title line, what stands below it, and which sources it reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from textual.widget import Widget

from fleetui.config.specs import PaneSpec
from fleetui.core.columns import Look
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.ui.context import Context
from fleetui.ui.line import Line
from fleetui.ui.picture import EMPTY, Picture, gather
from fleetui.ui.titles import Title, title_pieces


class Pane(ABC):
    """What all panes have in common. It owns two widgets and is none itself."""

    def __init__(self, spec: PaneSpec, context: Context) -> None:
        self.spec = spec
        self.name = spec.title or spec.show
        self.title = Line(context.styles, id=f"title-{spec.name}")
        self.picture: Picture = EMPTY
        self._context = context
        self._engine = context.engine

    @property
    @abstractmethod
    def body(self) -> Widget:
        """The widget below the title."""

    @property
    def bodies(self) -> tuple[Widget, ...]:
        """Every widget that may stand below the title."""
        return (self.body,)

    @property
    @abstractmethod
    def keys(self) -> tuple[SourceKey, ...]:
        """The sources that it shows now."""

    @abstractmethod
    def draw(self, now: float) -> None:
        """Show what the store knows."""

    @abstractmethod
    def title_of(self, *, focused: bool) -> Title:
        """Return what the title line says."""

    @property
    def visible_refs(self) -> tuple[Ref, ...]:
        """The things whose rows are on screen."""
        return ()

    @property
    def noted(self) -> bool:
        """Whether its title says more than a tab can."""
        return bool(self.picture.faults or self.picture.warnings)

    def fit(self) -> bool:
        """Take a new size; say whether other sources are needed for it."""
        return False

    def draw_title(self, now: float, width: int, joints: dict[int, str], *, focused: bool) -> None:
        """Show the title line as it is now."""
        self.title.show(title_pieces(self.title_of(focused=focused), now, width, joints))

    def look(self, now: float) -> Look:
        """Return what cells may know besides their object."""
        context = self._context
        return Look(
            now, self._engine.trend, context.options.production, context.following.under_way.get
        )

    def gather(self, keys: Sequence[SourceKey]) -> Picture:
        """Lay together what is known of these sources."""
        return gather((self._engine.store.snapshot(key) for key in keys), self.picture)
