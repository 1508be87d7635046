"""The rows of one source as its provider tells them, and as they are shown."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable

from fleetui.core.objects import Event, Resource
from fleetui.engine import merge
from fleetui.engine.merge import Difference, Paused, Rows
from fleetui.engine.overlay import Overlay
from fleetui.providers.base import Listed, Removed, Upserted


class Picture:
    """Takes lists, pages and changes; knows of no time, task or provider."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows: Rows = {}
        self.shown: Rows = {}
        self.overlay = Overlay()
        self.known = False
        """Whether a whole list, or the first page of one, has been seen."""
        self.complete = False
        """Whether a whole list has been seen; what is read anew since is laid over it."""
        self._listing: Rows | None = None
        self._fresh: list[Event] = []

    def replace(self, rows: Iterable[Resource], kept: Collection[str] = ()) -> Paused[Difference]:
        """Take a whole list. Scopes in `kept` were not read and keep their rows."""
        if self.kind == "events":
            self.add_events(rows)
            self.known = self.complete = True
            return Difference()
        self.rows, difference = yield from merge.replaced(self.rows, rows, self.kind, kept)
        self.known = self.complete = True
        return difference

    def list_page(self, page: Listed) -> Paused[Difference]:
        """Take one page: its rows show at once, what no page has goes with the last one."""
        if self.kind == "events":
            self.add_events(page.rows)
            self.known = self.complete = True
            return Difference()
        if self._listing is None:
            self._listing = {}
        for row in page.rows:
            merge.check_row(row, self.kind)
            self._listing[row.ref] = row
        if page.complete:
            rows, self._listing = self._listing, None
            return (yield from self.replace(tuple(rows.values()), frozenset(page.failed)))
        self.known = True
        return merge.upserted(self.rows, page.rows, self.kind)

    def stop_listing(self) -> None:
        """No more pages come: the connection is lost."""
        self._listing = None

    def apply(self, change: Upserted | Removed) -> Difference:
        """Take a change; while pages arrive it counts for the list they make, too."""
        if isinstance(change, Removed):
            if self._listing is not None:
                merge.removed(self._listing, change.refs)
            return merge.removed(self.rows, change.refs)
        if self.kind == "events":
            self.add_events(change.rows)
            return Difference()
        if self._listing is not None:
            merge.upserted(self._listing, change.rows, self.kind)
        return merge.upserted(self.rows, change.rows, self.kind)

    def add_events(self, events: Iterable[Resource]) -> tuple[Event, ...]:
        """Merge events by their uid and return those that are new."""
        self.rows, fresh = merge.with_events(self.rows, events)
        self._fresh += fresh
        return tuple(fresh)

    def take_fresh(self) -> tuple[Event, ...]:
        """Return the events that came since the last time."""
        fresh, self._fresh = self._fresh, []
        return tuple(fresh)

    def draw(self, before: tuple[Resource, ...]) -> tuple[Resource, ...]:
        """Return the rows to show; `before` itself where nothing differs."""
        self.shown = self.overlay.over(self.rows)
        rows = tuple(self.shown.values())
        same = len(rows) == len(before) and all(map(operator.is_, rows, before))
        return before if same else rows
