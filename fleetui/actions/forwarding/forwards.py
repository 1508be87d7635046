"""Every port that this process forwards, as rows: a provider of `forwards` like any other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from fleetui.actions.action import Action
from fleetui.actions.book import Book
from fleetui.actions.forwarding.forward import NAME, SCOPE, Forwarding
from fleetui.actions.ports import Journal, JournalError
from fleetui.core.change import Phase, Progress
from fleetui.core.clean import clean
from fleetui.core.description import Description, description, row, section
from fleetui.core.errors import NotFound, ProviderError
from fleetui.core.json_form import item
from fleetui.core.kinds import FORWARDS
from fleetui.core.objects import Forward
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Change, Removed, Report, SourceSpec, Upserted
from fleetui.providers.writing import Tunnel

log = logging.getLogger(__name__)
_OPEN = Progress(Phase.ROLLING, "it is open")
_CALM_S = 0.5
"""Rows are told of so often at most: bytes come much quicker."""


class Forwards:
    """Opens forwards, keeps them, closes them. Belongs to the loop's thread."""

    name = NAME
    scope = SCOPE

    def __init__(self, journal: Journal, book: Book, now: Callable[[], float]) -> None:
        self._journal = journal
        self._book = book
        self._now = now
        self._open: dict[str, Forwarding] = {}
        self._watchers: set[asyncio.Event] = set()

    def __len__(self) -> int:
        return len(self._open)

    async def open_all(self, ways: Sequence[tuple[Action, Tunnel]]) -> tuple[Forwarding, ...]:
        """Open all of these, or none. Raises what `open` does."""
        opened: list[Forwarding] = []
        try:
            for action, tunnel in ways:
                opened.append(await self.open(action, tunnel))
        except BaseException:
            for one in opened:
                await self.shut(one.action.id)
            raise
        return tuple(opened)

    async def open(self, action: Action, tunnel: Tunnel) -> Forwarding:
        """Write it down, and open it.

        Raises JournalError where it cannot be written down, and Conflict or Invalid where the
        port here cannot be had; then it is not open.
        """
        await self._journal.intend(action)
        made = Forwarding(action, tunnel, self._now, self._stir)
        try:
            await made.listen()
            await self._journal.note(action, _OPEN)
        except ProviderError as error:
            await made.close()
            await self._end(action, Progress(Phase.FAILED, f"not opened: {error.fault().line}"))
            raise
        except BaseException:
            await made.close()
            await self._end(action, Progress(Phase.FAILED, "not opened"))
            raise
        self._open[action.id] = made
        self._book.write(action, _OPEN)
        self._stir()
        return made

    async def shut(self, action_id: str) -> bool:
        """Close one; False where this process has none of that id open."""
        made = self._open.pop(action_id, None)
        if made is None:
            return False
        await made.close()
        await self._end(made.action, Progress(Phase.DONE, f"closed: {made.summary}"))
        self._stir()
        return True

    async def _end(self, action: Action, progress: Progress) -> None:
        try:
            await self._journal.note(action, progress)
        except JournalError as error:
            # It was open, and that cannot be undone: the row says that the record is missing.
            log.exception("%s: not in the audit", action.id)
            progress = Progress(progress.phase, f"{progress.reason} (not in the audit: {error})")
        self._book.write(action, progress)

    def opened(self) -> Sequence[Forwarding]:
        """Return all that are open, the oldest first."""
        return tuple(self._open.values())

    def rows(self) -> tuple[Forward, ...]:
        """Return all that are open as rows."""
        return tuple(one.row() for one in self._open.values())

    def _stir(self) -> None:
        for event in self._watchers:
            event.set()

    # A provider.

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the one source of forwards."""
        return (SourceSpec(SourceKey(NAME, SCOPE, FORWARDS), interval_s=5.0),)

    async def fetch(self, key: SourceKey) -> Batch:  # noqa: ARG002
        """Return all rows."""
        return Batch(self.rows())

    async def describe(self, ref: Ref) -> Description:
        """Tell one whole. Raises NotFound where it is closed."""
        made = self._open.get(ref.uid)
        if made is None:
            raise NotFound(f"{ref.name} is not open any more", hint="fleetui audit tells of it")
        plan = made.action.plan
        told = (
            row("leads to", f"port {made.port} of {plan.ref}"),
            row("reason given", clean(made.action.reason, 1000)),
            row("needs", clean(plan.permission, 1000)),
            row("request", made.action.request),
        )
        return description((section("identity", told),), item(made.row()))

    async def check(self) -> Report:
        """It is always there."""
        return Report(NAME, SCOPE, reachable=True)

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:  # noqa: ARG002
        """Follow the rows."""
        return self._watch()

    async def _watch(self) -> AsyncIterator[Change]:
        stirred = asyncio.Event()
        self._watchers.add(stirred)
        known: dict[Ref, Forward] = {}
        try:
            while True:
                now = {one.ref: one for one in self.rows()}
                if gone := tuple(ref for ref in known if ref not in now):
                    yield Removed(gone)
                if changed := tuple(one for ref, one in now.items() if known.get(ref) != one):
                    yield Upserted(changed)
                known = now
                await asyncio.sleep(_CALM_S)
                await stirred.wait()
                stirred.clear()
        finally:
            self._watchers.discard(stirred)

    async def close(self) -> None:
        """Nothing: the door closes what is open, so that the audit has it."""

    async def shut_all(self) -> None:
        """Close all of them."""
        await asyncio.gather(*(self.shut(one) for one in tuple(self._open)))
