"""What keys and commands ask of the screens about one thing, a page or a log.

The screens themselves are imported when the first of them is opened.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from typing import TYPE_CHECKING

from fleetui.ui.layers import Under

if TYPE_CHECKING:
    from fleetui.config.actions import Key
    from fleetui.core.objects import Resource
    from fleetui.core.ref import Ref


class About(Under[None]):
    """A screen about one thing, over the board."""

    thing: Resource
    keys: tuple[Key, ...]
    """What keys do on it."""

    @abstractmethod
    def note(self, text: str, meaning: str = "accent") -> None:
        """Say something in the footer until the next key."""


class AboutPage(About):
    """The page of a thing."""

    view: str
    """`describe` or `raw`."""

    @property
    @abstractmethod
    def link(self) -> Ref | None:
        """What the link under the cursor leads to."""

    @abstractmethod
    def action_view(self, view: str) -> None:
        """Show the other view."""


class AboutLog(About):
    """The log of a thing."""

    @property
    @abstractmethod
    def writer(self) -> Resource:
        """What wrote the line under the cursor; the thing itself where there is no line."""

    @property
    @abstractmethod
    def containers(self) -> Collection[str]:
        """The containers of pods that have written, by their names."""

    @abstractmethod
    def choose_container(self, name: str) -> None:
        """Show only what this container writes; empty: what all do."""
