"""What the command line hands to the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from fleetui.core.filter import PLAIN, Language
from fleetui.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from fleetui.actions.door import Door
    from fleetui.actions.policy import Refusal
    from fleetui.actions.request import Order


def _one_by_one() -> Order:
    from fleetui.actions.request import Order

    return Order()


@dataclass(frozen=True, slots=True)
class BoardOptions:
    """How this run of the board behaves; all of it decided before the first paint."""

    start_screen: str = ""
    """Name of the screen to open first; empty: the one with the lowest key."""
    mouse: bool = False
    read_only: bool = False
    door: Door | None = None
    """Through which everything is changed; None: nothing is changed from here."""
    shut: Refusal | None = None
    """Why there is no door."""
    order: Order = field(default_factory=_one_by_one)
    """How many targets are changed together, and what a failure does to the rest."""
    production: frozenset[tuple[str, str]] = frozenset()
    """(provider, scope) pairs that are production."""
    wallboard: tuple[str, ...] | None = None
    """Names of the screens to rotate through, all of them when empty; None: a board with keys."""
    rotate_s: float = 15.0
    fleet: str = ""
    """What the top line calls this fleet: the config's name, or `demo`."""
    notes: tuple[str, ...] = ()
    """Lines for the person at start: what was found, what was left out and why."""
    reads: frozenset[str] = frozenset()
    """The back ends that this version reads, by their words in the config."""
    version: str = ""
    log_path: Path | None = None
    language: Language = PLAIN
    """What a filter may say."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A person's own keys, by the names of the actions."""
    hide_secrets: bool = True
    """Whether log lines lose what is unmistakably a secret."""
    history: Path | None = None
    """Where the commands that were typed are kept; None: nowhere."""
