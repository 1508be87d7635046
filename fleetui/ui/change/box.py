"""The box of the dialog: where its lines stand, at any size of the terminal."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TypeVar

from rich.style import Style
from textual.geometry import Size
from textual.layout import Layout
from textual.widget import Widget

from fleetui.ui.change.frame import Edge, Field, Text
from fleetui.ui.change.text import Lines
from fleetui.ui.geometry import Area
from fleetui.ui.layers import Over
from fleetui.ui.line import Line
from fleetui.ui.placed import Placed

T = TypeVar("T")
WIDEST = 96


class Box(Over[T]):
    """A value on top, lines that scroll, lines that are pinned, and what confirms at the foot."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self.head, self.foot, self.said = Line(styles), Line(styles), Line(styles)
        self._left, self._right = Edge(styles), Edge(styles)
        self.text, self.pinned = Text(styles), Text(styles)
        self.value, self.confirm = Field(styles), Field(styles)
        self._placed = Placed(self._places)

    @property
    @abstractmethod
    def asks(self) -> bool:
        """Whether a value is typed on top."""

    @property
    @abstractmethod
    def confirms(self) -> bool:
        """Whether something is typed at the foot."""

    @abstractmethod
    def lines(self, width: int) -> tuple[Lines, Lines]:
        """Return what scrolls, and what is pinned below it."""

    @abstractmethod
    def draw(self) -> None:
        """Draw all of it as it is now."""

    def compose(self) -> list[Widget]:
        """Return all widgets; the layout shows those that are needed."""
        return [
            self.head, self._left, self._right, self.value, self.said, self.text,
            self.pinned, self.confirm, self.foot,
        ]  # fmt: skip

    @property
    def layout(self) -> Layout:
        """A box in the middle, as high as what is in it needs."""
        return self._placed

    def _places(self, size: Size) -> Iterator[tuple[Widget, Area]]:
        width = min(WIDEST, size.width)
        lines, pinned = self.lines(width - 4)
        above = 2 if self.asks else 0
        below = 1 if self.confirms else 0
        room = size.height - 2 - above - below
        last = min(len(pinned), max(1, room - 1)) if pinned else 0
        body = max(1, min(len(lines), room - last))
        height = 2 + above + body + last + below
        x, y = (size.width - width) // 2, max(0, (size.height - height) // 2)
        yield self.head, Area(x, y, width, 1)
        yield self._left, Area(x, y + 1, 1, height - 2)
        yield self._right, Area(x + width - 1, y + 1, 1, height - 2)
        at = y + 1
        if above:
            yield self.value, Area(x + 1, at, width - 2, 1)
            yield self.said, Area(x + 1, at + 1, width - 2, 1)
            at += 2
        yield self.text, Area(x + 1, at, width - 2, body)
        at += body
        if last:
            yield self.pinned, Area(x + 1, at, width - 2, last)
            at += last
        if below:
            yield self.confirm, Area(x + 1, at, width - 2, 1)
        yield self.foot, Area(x, y + height - 1, width, 1)

    def lay_out(self) -> None:
        """Place everything anew."""
        # Textual keeps an arrangement for as long as size and children are the same.
        self._clear_arrangement_cache()
        self.refresh(layout=True)
        self.draw()
        # How much is hidden is known once it is placed.
        self.call_after_refresh(self.draw)

    def show_edges(self, meaning: str) -> None:
        """Give the sides a colour by its meaning."""
        self._left.show(meaning)
        self._right.show(meaning)
