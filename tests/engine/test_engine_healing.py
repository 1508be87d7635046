"""What happens when a back end that is watched comes back."""

from __future__ import annotations

import asyncio

from scripted import CONTAINERS, Listener, Watched, box, boxes, until

from fleetui.core.errors import Unreachable
from fleetui.providers.base import Upserted

GONE = Unreachable("connection refused")


class Restarted(Watched):
    """Refuses its watches, too, while it is down."""

    def watch(self, key):
        changes = super().watch(key)
        if isinstance(self.answer, Unreachable):
            self.tell(GONE)
        return changes


async def test_a_watch_is_open_again_as_soon_as_the_back_end_answers(started):
    docker = Restarted(boxes(2), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(10)
    docker.answer = GONE
    docker.tell(GONE)
    await asyncio.sleep(600)
    assert engine.store.snapshot(CONTAINERS).stale
    docker.answer = boxes(2)
    await until(lambda: not engine.store.snapshot(CONTAINERS).stale, 120)
    await asyncio.sleep(1)
    docker.tell(Upserted((box("new"),)))
    await asyncio.sleep(1)

    assert docker.watching == 1
    assert [row.name for row in engine.store.snapshot(CONTAINERS).rows] == ["c0", "c1", "new"]
