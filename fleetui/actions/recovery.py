"""From one start to the next, and beside others: what the journal tells of is shown and ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from fleetui.actions.book import SHOWN_S
from fleetui.actions.ports import Entry, JournalError
from fleetui.actions.run import NOT_SENT, Run, Tools
from fleetui.core.change import Phase, Progress
from fleetui.providers.writing import Writer

log = logging.getLogger(__name__)
LOOK_EVERY_S = 3.0
Keep = Callable[[asyncio.Task[Progress]], None]


class Recovery:
    """Shows what other processes do, and follows what an ended one left. Never sends."""

    def __init__(
        self,
        tools: Tools,
        writers: Mapping[tuple[str, str], Writer],
        now: Callable[[], float],
        keep: Keep,
    ) -> None:
        """`keep` holds the tasks of those that are followed."""
        self._tools = tools
        self._writers = writers
        self._now = now
        self._keep = keep
        self._mine: dict[str, Run] = {}
        self._tasks: dict[str, asyncio.Task[Progress]] = {}
        self._unknown: set[str] = set()

    def own(self, runs: Iterable[Run]) -> None:
        """Leave these to themselves: this process follows them as it is."""
        self._mine |= {run.action.id: run for run in runs}

    async def look(self) -> tuple[Entry, ...]:
        """Show what is in the journal; follow what is left, and return it. Raises JournalError."""
        # First: one that ends while the journal is read must not be taken for what it was.
        for action_id in [i for i, run in self._mine.items() if run.settled]:
            del self._mine[action_id]
            self._tasks.pop(action_id, None)
        entries = await self._tools.journal.entries(self._now() - SHOWN_S)
        left = []
        for entry in entries:
            if entry.action.id in self._mine or entry.action.id in self._unknown:
                continue
            if entry.progress.phase.ended or entry.alive:
                self._show(entry, entry.progress)
            else:
                left.append(entry)
        # The newest first: what takes another back is followed before what it takes back.
        for entry in reversed(left):
            await self._take(entry, entries)
        return tuple(left)

    async def settle(self, action_ids: Collection[str], patience_s: float) -> None:
        """Wait until these, as far as they are followed here, have ended and it is on disk."""
        tasks = [task for uid, task in self._tasks.items() if uid in action_ids]
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)

    async def keep_up(self) -> None:
        """Look again every few seconds, for ever; a journal that fails is tried again."""
        said = ""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for run in tuple(self._mine.values()):
                if run.progress.phase.ended:
                    await run.write_again()
            try:
                await self.look()
                said = ""
            except JournalError as error:
                if said != str(error):
                    said = str(error)
                    log.warning("others' changes are not shown: %s", said)

    def _show(self, entry: Entry, progress: Progress) -> None:
        self._tools.book.write(entry.action, progress, entry.gate, entry.at)

    async def _take(self, entry: Entry, entries: Sequence[Entry]) -> None:
        action = entry.action
        ref = action.plan.ref
        waiting = entry.progress.phase is Phase.WAITING
        writer = self._writers.get(ref.place)
        if writer is None and not waiting:
            # It stays open: the next start may have what can be asked.
            self._unknown.add(action.id)
            text = f"{ref.provider}/{ref.scope} is not configured to be changed now"
            self._show(entry, Progress(Phase.UNKNOWN, text))
            return
        back = None if waiting else _back(entry, entries)
        if back is not None and back.alive and back.action.id not in self._mine:
            self._show(entry, entry.progress)
            return
        try:
            if not await self._tools.journal.claim(action):
                return
        except JournalError as error:
            self._show(entry, Progress(Phase.UNKNOWN, f"left by a process that ended: {error}"))
            return
        if waiting:
            await self._end(entry, Progress(Phase.FAILED, f"was {NOT_SENT}: the program ended"))
        elif writer is None or not entry.whole:
            text = "it held a secret, which is not kept: look yourself what came of it"
            await self._end(entry, Progress(Phase.UNKNOWN, text))
        else:
            run = Run(action, writer, self._tools)
            self.own([run])
            how = None if back is None else self._ending(back)
            why = "" if back is None else back.action.reason.removeprefix("rolled back: ")
            task = asyncio.create_task(run.pick_up(entry.progress, how, why))
            self._tasks[action.id] = task
            self._keep(task)

    async def _end(self, entry: Entry, progress: Progress) -> None:
        self._tools.book.write(entry.action, progress, entry.gate)
        try:
            await self._tools.journal.note(entry.action, progress)
        except JournalError:
            log.exception("%s: not in the audit", entry.action.id)

    def _ending(self, back: Entry) -> Awaitable[Progress]:
        task = self._tasks.get(back.action.id)
        if task is not None:
            return asyncio.shield(task)
        ended = asyncio.get_running_loop().create_future()
        ended.set_result(back.progress)
        return ended


def _back(entry: Entry, entries: Sequence[Entry]) -> Entry | None:
    """Return what takes an action back, if it was sent."""
    for one in reversed(entries):
        if one.action.undoes == entry.action.id:
            sent = one.progress.phase is not Phase.WAITING and NOT_SENT not in one.progress.reason
            return one if sent else None
    return None
