"""What a part of the screen looks at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """The sources that have a newer snapshot since the last tick."""

    changed: frozenset[SourceKey]
    at: float
    """Unix seconds."""


Listener = Callable[[Tick], None]


class Desk(Protocol):
    """Where subscriptions report what they look at: the engine."""

    def looked_for(self, subscription: Subscription, before: frozenset[SourceKey]) -> None:
        """Take note that the keys of a subscription have changed."""
        ...

    def looked_at(self, subscription: Subscription) -> None:
        """Take note that other rows are on its screen."""
        ...


class Subscription:
    """Some keys, and the rows of them that are on screen. Close it when it is not shown."""

    def __init__(self, desk: Desk, listener: Listener) -> None:
        self.keys: frozenset[SourceKey] = frozenset()
        self.refs: frozenset[Ref] = frozenset()
        self._desk = desk
        self._listener = listener
        self._closed = False

    def replace(self, keys: Iterable[SourceKey]) -> None:
        """Look at other keys; those that stay are not read anew."""
        if self._closed:
            return
        before, self.keys = self.keys, frozenset(keys)
        self._desk.looked_for(self, before)

    def look_at(self, refs: Iterable[Ref]) -> None:
        """Say which rows are on screen: only these are measured."""
        if self._closed:
            return
        self.refs = frozenset(refs)
        self._desk.looked_at(self)

    def close(self) -> None:
        """Look at nothing any more."""
        if self._closed:
            return
        self.look_at(())
        self.replace(())
        self._closed = True

    def tell(self, tick: Tick) -> None:
        """Call the listener with what concerns it; its mistakes are its own."""
        mine = self.keys & tick.changed
        if not mine or self._closed:
            return
        try:
            self._listener(Tick(mine, tick.at))
        except Exception:
            log.exception("a listener failed")
