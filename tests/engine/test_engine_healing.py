"""What happens when a back end that is watched comes back."""

from __future__ import annotations

import asyncio

from scripted import CONTAINERS, Listener, Watched, box, boxes, until

from fleetui.core.errors import Unreachable
from fleetui.providers.base import Upserted


async def test_a_watch_is_open_again_as_soon_as_the_back_end_answers(started):
    docker = Watched(boxes(2), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(10)
    docker.answer = Unreachable("connection refused")
    docker.tell(Unreachable("connection reset"))
    await until(lambda: engine.store.snapshot(CONTAINERS).stale, 3)
    await asyncio.sleep(300)
    docker.answer = boxes(2)
    await until(lambda: not engine.store.snapshot(CONTAINERS).stale, 120)
    await asyncio.sleep(1)
    docker.tell(Upserted((box("new"),)))
    await asyncio.sleep(1)

    assert [row.name for row in engine.store.snapshot(CONTAINERS).rows] == ["c0", "c1", "new"]
