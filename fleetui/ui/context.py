"""What every board of one run shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field

from rich.style import Style

from fleetui.config.specs import ScreenSpec
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource, is_wrong
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.subscription import Subscription, Tick
from fleetui.ui.change.following import Following
from fleetui.ui.change.targets import on_row
from fleetui.ui.footer import key_pieces
from fleetui.ui.keys import Key, in_force
from fleetui.ui.line import Piece
from fleetui.ui.messages import Messages
from fleetui.ui.options import BoardOptions
from fleetui.ui.summary import Summariser, Summary
from fleetui.ui.table.pace import Pace
from fleetui.ui.tally import Tallies
from fleetui.ui.topline import Marks


class Feed:
    """The one subscription of the run: what the visible board needs, and what has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._subscription: Subscription | None = None
        self._changed: set[SourceKey] = set()
        self._refs: frozenset[Ref] = frozenset()
        self.wake: Callable[[], object] = lambda: None
        """Called in the loop, at most once a tick, when something has changed."""

    @property
    def keys(self) -> frozenset[SourceKey]:
        """The sources that are read now."""
        return self._subscription.keys if self._subscription else frozenset()

    def watch(self, keys: Iterable[SourceKey]) -> None:
        """Read these sources from now on, and no others."""
        wanted = frozenset(keys)
        if self._subscription is None:
            self._subscription = self._engine.subscribe(wanted, self._heard)
        elif wanted != self._subscription.keys:
            self._subscription.replace(wanted)

    def look_at(self, refs: Iterable[Ref]) -> None:
        """Say which things are on screen, so that these are measured."""
        wanted = frozenset(refs)
        if self._subscription is not None and wanted != self._refs:
            self._refs = wanted
            self._subscription.look_at(wanted)

    def take(self) -> frozenset[SourceKey]:
        """Return what has changed since this was last called."""
        changed = frozenset(self._changed)
        self._changed.clear()
        return changed

    def close(self) -> None:
        """Stop reading."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _heard(self, tick: Tick) -> None:
        self._changed |= tick.changed
        self.wake()


@dataclass(slots=True)
class Context:
    """The engine, the theme and the options, and the feed between engine and boards."""

    engine: Engine
    styles: dict[str, Style]
    options: BoardOptions
    feed: Feed
    screens: list[tuple[str, str]]
    """(key, title) of each screen that a key opens."""
    pace: Pace = field(default_factory=Pace)
    """What makes long work rest while a key is answered."""
    tallies: Tallies = field(default_factory=Tallies)
    messages: Messages = field(default_factory=Messages)
    following: Following = field(default_factory=Following)
    """What is being changed."""
    summariser: Summariser = field(init=False)
    wrong_only: bool = False
    """Whether every pane shows only what is wrong."""
    pinned: tuple[str, ...] = ()
    """What holds the screen of a wallboard: names of alerts and units."""
    keys: tuple[Key, ...] = field(init=False)
    """What every key does in this run."""

    def __post_init__(self) -> None:
        """Let the top line and the panes share their counts."""
        self.summariser = Summariser(self.tallies)
        self.engine.rest = self.pace.rest
        self.keys = in_force(self.options.keys)
        self.messages.begin(self.options.notes, self.engine.now())

    @property
    def screen_keys(self) -> str:
        """How the keys of the screens are written in the footer: `1–3`."""
        keys = sorted(key for key, _title in self.screens)
        if len(keys) < 2:
            return ""
        return f"{keys[0]}–{keys[-1]}"

    def marks(self, spec: ScreenSpec | None) -> Marks:
        """Return what the top line says of this run, and of a screen that must name itself."""
        name = f"{spec.key} {spec.title.lower()}".strip() if spec else ""
        door = self.options.door
        forwards = door.forwards.rows() if door is not None else ()
        healing = any(is_wrong(row) for row in forwards)
        return Marks(self.options.fleet, self.options.read_only, name, len(forwards), healing)

    def foot_pieces(self, width: int, *, tabled: bool, row: Resource | None = None) -> list[Piece]:
        """Return the footer: the keys that do something in a pane with rows, or in one without.

        Of those that change things, those that can act on the row under the cursor.
        """
        keys = (k for k in self.keys if tabled or k.group == "board" or k.name == "zoom")
        now = on_row(self.options, keys, row, undo=self.following.begun > 0)
        mark = "READ-ONLY" if self.options.read_only else ""
        return key_pieces(now, self.screen_keys, width, self.messages.unread, mark)

    def over_pieces(
        self, keys: Iterable[Key], thing: Resource, width: int, *, screens: bool = True
    ) -> list[Piece]:
        """Return the footer of a page or a log: its keys, and those that can change its thing.

        `screens`: the keys of screens act there, too.
        """
        now = on_row(self.options, keys, thing, undo=self.following.begun > 0)
        mark = "READ-ONLY" if self.options.read_only else ""
        return key_pieces(now, self.screen_keys if screens else "", width, mark=mark)

    def summary(self, now: float) -> Summary:
        """Return how the whole fleet is."""
        return self.summariser.summarise(self.engine.store.snapshots(), self.feed.keys, now)
