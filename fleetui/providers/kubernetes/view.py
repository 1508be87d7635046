"""The rows of one pane kind: made anew where something has touched them, and told in batches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol

from fleetui.core.objects import Event, Resource
from fleetui.core.ref import Ref
from fleetui.providers.base import Batch, Change, Hinted, Listed, Removed, Upserted

log = logging.getLogger(__name__)
SPACING_S = 0.05
"""So long changes are gathered before rows are made anew."""
SLICE_S = 0.004
"""For so long at a time rows are made; then keys and other work have their turn."""
_SHARE = 3.0


class Mailbox:
    """What one watcher has not taken yet: of each row only the last that became of it."""

    def __init__(self, lacks: Callable[[], Batch]) -> None:
        """`lacks` says what of a whole list could not be read."""
        self._lacks = lacks
        self._rows: dict[str, Resource | None] = {}
        self._refs: dict[str, Ref] = {}
        self._listed: bool | None = None
        self._hinted = False
        self._filled = asyncio.Event()

    def put(self, rows: Iterable[tuple[str, Resource]], gone: Iterable[tuple[str, Ref]]) -> None:
        """Add rows that are new or other, and those that are gone."""
        for uid, row in rows:
            self._rows[uid] = row
        for uid, ref in gone:
            self._rows[uid] = None
            self._refs[uid] = ref
        if self._rows:
            self._filled.set()

    def put_list(self, rows: Iterable[tuple[str, Resource]], *, complete: bool) -> None:
        """Put a list, or as much of it as there is, in the place of all before it."""
        if complete:
            self._rows = {uid: row for uid, row in self._rows.items() if row is None}
        self._rows.update(rows)
        self._listed = complete
        self._filled.set()

    def hint(self) -> None:
        """Let the watcher ask how it is."""
        self._hinted = True
        self._filled.set()

    async def take(self) -> list[Change]:
        """Wait until there is something, and return it."""
        await self._filled.wait()
        self._filled.clear()
        rows, self._rows = self._rows, {}
        refs, self._refs = self._refs, {}
        listed, self._listed = self._listed, None
        changes: list[Change] = []
        there = tuple(row for row in rows.values() if row is not None)
        gone = tuple(refs[uid] for uid, row in rows.items() if row is None and uid in refs)
        # What is gone first: it may have been on an earlier page of the list.
        if gone:
            changes.append(Removed(gone))
        if listed is not None:
            lacks = self._lacks() if listed else Batch(())
            changes.append(Listed(there, listed, lacks.failed, lacks.warnings))
        elif there:
            changes.append(Upserted(there))
        if self._hinted:
            self._hinted = False
            changes.append(Hinted())
        return changes


class Maker(Protocol):
    """What a view needs to know of its kind."""

    def uids(self) -> Iterable[str]:
        """Yield what has a row."""
        ...

    def row(self, uid: str) -> Resource | None:
        """Return a row as it is now; None where there is none any more."""
        ...

    def whole(self) -> bool:
        """Say whether everything that the rows are made from has been read, or cannot be."""
        ...

    def lacks(self) -> Batch:
        """Return what could not be read, without any rows."""
        ...


class View:
    """All rows of one kind, and who watches them."""

    def __init__(self, kind: str, maker: Maker) -> None:
        self.kind = kind
        self.rows: dict[str, Resource] = {}
        self.odd: set[str] = set()
        """What no row could be made of: a mistake of ours."""
        self._maker = maker
        self._whole = maker.whole
        self._dirty: dict[str, None] = {}
        self._boxes: list[Mailbox] = []
        self._task: asyncio.Task[None] | None = None
        self._complete = False
        self._flushed = asyncio.Event()
        self._begun = self._made = 0
        """How many times rows have been begun to be made, and were made."""
        self._took_s = 0.0
        self._flushed_at = 0.0

    def touch(self, uids: Iterable[str]) -> None:
        """Note that these rows are to be made anew."""
        self._dirty.update(dict.fromkeys(uids))
        if self._dirty:
            self._soon()

    def look(self) -> None:
        """See whether the list is whole now."""
        if not self._complete:
            self._soon()

    def doubt(self) -> None:
        """Something failed: let watchers ask."""
        for box in self._boxes:
            box.hint()

    def heal(self) -> None:
        """All is well again: tell watchers all rows anew, which proves it."""
        self._complete = False
        self._soon()
        self.doubt()

    async def fresh(self) -> tuple[Resource, ...]:
        """Return all rows, once all is made that had been touched before this was asked.

        What is touched meanwhile is not waited for: under steady changes that has no end.
        """
        last = self._begun + bool(self._dirty)
        while self._task is not None and self._made < last:
            await self._flushed.wait()
        return tuple(self.rows.values())

    async def watch(self) -> AsyncGenerator[Change, None]:
        """Yield what there is, and then what becomes of it."""
        box = Mailbox(self._maker.lacks)
        if self.rows or self._complete:
            box.put_list(self.rows.items(), complete=self._complete)
        self._boxes.append(box)
        try:
            while True:
                for change in await box.take():
                    yield change
        finally:
            # By identity: two empty mailboxes are not the same watcher.
            self._boxes = [one for one in self._boxes if one is not box]

    def stop(self) -> None:
        """Forget all rows."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.rows.clear()
        self.odd.clear()
        self._dirty.clear()
        self._complete = False
        self._over()

    # Making rows.

    def _soon(self) -> None:
        if self._task is None:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run(), name=f"rows of {self.kind}")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._dirty or (not self._complete and self._whole()):
                # Many changes of few rows: no more than a third of the time goes into them.
                pause = max(SPACING_S, self._took_s * _SHARE)
                await asyncio.sleep(max(0.0, self._flushed_at + pause - loop.time()))
                await self._flush(loop)
                self._flushed_at = loop.time()
                self._made = self._begun
                self._over()
        except Exception:
            log.exception("the rows of %s could not be made", self.kind)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self._over()

    def _over(self) -> None:
        """Let those look who wait for rows."""
        self._flushed.set()
        self._flushed = asyncio.Event()

    async def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        dirty, self._dirty = self._dirty, {}
        self._begun += 1
        whole = self._whole()
        changed: list[tuple[str, Resource]] = []
        gone: list[tuple[str, Ref]] = []
        began = loop.time()
        self._took_s = 0.0
        for uid in dirty:
            before = self.rows.get(uid)
            try:
                row = self._maker.row(uid)
            except Exception:
                # One strange object must not hide the others.
                if uid not in self.odd:
                    log.exception("a row of %s cannot be made", self.kind)
                self.odd.add(uid)
                continue
            if row is None:
                if before is not None:
                    del self.rows[uid]
                    self.odd.discard(uid)
                    # What happened has happened, though the server forgets it in an hour.
                    if not isinstance(before, Event):
                        gone.append((uid, before.ref))
            elif row != before:
                self.rows[uid] = row
                changed.append((uid, row))
            if (spent := loop.time() - began) > SLICE_S:
                self._took_s += spent
                self._tell(changed, gone, whole=False)
                changed, gone = [], []
                await asyncio.sleep(0)
                began = loop.time()
        self._took_s += loop.time() - began
        self._tell(changed, gone, whole=whole and not self._dirty)

    def _tell(
        self, changed: list[tuple[str, Resource]], gone: list[tuple[str, Ref]], *, whole: bool
    ) -> None:
        if self._complete:
            for box in self._boxes:
                box.put(changed, gone)
            return
        self._complete = whole
        for box in self._boxes:
            box.put((), gone)
            if whole:
                box.put_list(self.rows.items(), complete=True)
            elif changed:
                box.put_list(changed, complete=False)
