"""What was confirmed at once: one action, or one for each of many targets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fleetui.actions.run import Run
from fleetui.core.change import Phase
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """How many targets are changed together, and what a failure does to the rest."""

    together: int = 1
    go_on: bool = False
    """Go on with the others after one has failed."""


class Request:
    """Runs one after another, or some together."""

    def __init__(self, request_id: str, runs: Sequence[Run], order: Order) -> None:
        self.id = request_id
        self.runs = tuple(runs)
        self._order = order
        self._task: asyncio.Task[object] | None = None

    @property
    def ended(self) -> bool:
        """Whether each of them has ended."""
        return all(run.progress.phase.ended for run in self.runs)

    def begin(self) -> asyncio.Task[object]:
        """Start it and return its task."""
        self._task = asyncio.create_task(self._all())
        return self._task

    async def wait(self) -> None:
        """Wait until each has ended; giving up the wait leaves it running."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def cancel(self) -> None:
        """Send no more, and stop what can be stopped."""
        for run in self.runs:
            run.cancel()

    def cancel_waiting(self) -> None:
        """Send no more; what is on its way goes on."""
        for run in self.runs:
            if run.progress.phase is Phase.WAITING:
                run.cancel()

    async def _all(self) -> None:
        # All intents first: what a program that dies never came to is in the audit, too.
        for run in self.runs:
            if not await run.intend() and not self._order.go_on:
                self.cancel_waiting()
                break
        room = asyncio.Semaphore(max(1, self._order.together))

        async def one(run: Run) -> None:
            async with room:
                progress = await run.go()
            if progress.phase is not Phase.DONE and not self._order.go_on:
                self.cancel_waiting()

        async with asyncio.TaskGroup() as group:
            for run in self.runs:
                group.create_task(one(run))
