"""The last picture of every source, for whoever draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey


class Store:
    """Snapshots by key. Read in the event loop's thread; written by the engine alone."""

    def __init__(self) -> None:
        self._snapshots: dict[SourceKey, Snapshot] = {}
        self._rows: dict[SourceKey, Mapping[Ref, Resource]] = {}

    def snapshot(self, key: SourceKey) -> Snapshot:
        """Return the last picture; one of generation 0 before the first answer."""
        return self._snapshots.get(key) or Snapshot(key)

    def snapshots(self, keys: Iterable[SourceKey] | None = None) -> tuple[Snapshot, ...]:
        """Return the pictures of these keys, or all that are known."""
        if keys is None:
            return tuple(self._snapshots.values())
        return tuple(self.snapshot(key) for key in keys)

    def find(self, ref: Ref) -> Resource | None:
        """Return the thing as it was last seen, wherever it is listed."""
        for rows in self._rows.values():
            found = rows.get(ref)
            if found is not None:
                return found
        return None

    def rows(self, key: SourceKey) -> Mapping[Ref, Resource]:
        """Return the last rows of a key by ref."""
        return self._rows.get(key, {})

    def put(self, snapshot: Snapshot, rows: Mapping[Ref, Resource]) -> None:
        """Take in a newer picture; one that is older than what is here is dropped."""
        known = self._snapshots.get(snapshot.key)
        if known is not None and known.generation >= snapshot.generation:
            return
        self._snapshots[snapshot.key] = snapshot
        self._rows[snapshot.key] = rows

    def forget(self, key: SourceKey) -> None:
        """Drop what nobody will ask for again."""
        self._snapshots.pop(key, None)
        self._rows.pop(key, None)
