"""One open watch: moves what a provider tells into an inbox that the source empties."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from fleetui.core.errors import Fault, Unreachable
from fleetui.core.snapshot import SourceKey
from fleetui.engine.faults import fault_of, is_mistake, place
from fleetui.engine.tasks import Loose
from fleetui.providers.base import Change

log = logging.getLogger(__name__)
# The provider waits when so many changes lie unread: memory stays bounded in any storm.
INBOX_FULL = 20_000
# An iterator that always has something ready would otherwise never let anybody else run.
BREATH = 200


class Watch:
    """Follows one source until the connection is lost; `lost` then says why."""

    def __init__(
        self,
        key: SourceKey,
        changes: AsyncIterator[Change],
        wake: Callable[[], None],
        loose: Loose,
    ) -> None:
        self.key = key
        self.inbox: list[Change] = []
        self.lost: Fault | None = None
        loop = asyncio.get_running_loop()
        self.opened_at = loop.time()
        self._wake = wake
        self._loose = loose
        self._emptied = asyncio.Event()
        self._task = loop.create_task(self._follow(changes), name=f"watch {place(key)} {key.kind}")

    def take(self) -> list[Change]:
        """Return what has come since the last time."""
        changes, self.inbox = self.inbox, []
        self._emptied.set()
        return changes

    def close(self) -> None:
        """Stop following, without waiting for the provider."""
        self._loose.let_go(self._task)

    async def _follow(self, changes: AsyncIterator[Change]) -> None:
        try:
            count = 0
            async for change in changes:
                if not self.inbox:
                    self._wake()
                self.inbox.append(change)
                count += 1
                if len(self.inbox) >= INBOX_FULL:
                    self._emptied.clear()
                    await self._emptied.wait()
                elif not count % BREATH:
                    await asyncio.sleep(0)
            self.lost = Fault(Unreachable.code, "the watch ended", place(self.key))
        except Exception as error:
            if is_mistake(error):
                log.exception("the watch of %s %s failed", place(self.key), self.key.kind)
            self.lost = fault_of(error, self.key)
        finally:
            self._wake()
            close = getattr(changes, "aclose", None)
            if close is not None:
                await close()
