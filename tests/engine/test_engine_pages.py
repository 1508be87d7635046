"""Watched lists that come in pages, or only in part."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from scripted import CONTAINERS, Listener, Watched, box, boxes, ref

from fleetui.core.errors import Denied, Unreachable
from fleetui.core.state import State
from fleetui.providers.base import Batch, Listed, Removed, Upserted


def names(engine) -> list[str]:
    return [row.name for row in engine.store.snapshot(CONTAINERS).rows]


async def test_pages_show_at_once_and_the_fetch_is_dropped(started):
    async def never() -> Batch:
        await asyncio.sleep(4)
        return boxes(77)

    docker = Watched(never, interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(0.1)
    docker.tell(Listed((box("a"), box("b")), complete=False))
    await asyncio.sleep(0.2)
    first = engine.store.snapshot(CONTAINERS)
    docker.tell(Listed((box("c"),), complete=False), Removed((ref("b"),)))
    await asyncio.sleep(0.2)
    docker.tell(Listed((box("d"),)))
    await asyncio.sleep(0.2)
    last = engine.store.snapshot(CONTAINERS)
    await asyncio.sleep(10)

    assert (len(first.rows), first.complete) == (2, False)
    assert [row.name for row in last.rows] == ["a", "c", "d"]
    assert last.complete
    assert last.rows[0] is first.rows[0]
    assert len(engine.store.snapshot(CONTAINERS).rows) == 3
    assert engine.timeline.own() == ()


async def test_a_new_list_in_pages_drops_what_is_on_no_page_only_at_its_end(started):
    docker = Watched(Batch((box("a"), box("b"))), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Listed((box("b"),), complete=False))
    await asyncio.sleep(0.2)
    during = names(engine)
    docker.tell(Listed((box("c"),)))
    await asyncio.sleep(0.2)

    assert during == ["a", "b"]
    assert names(engine) == ["b", "c"]


async def test_a_list_says_which_scopes_it_could_not_read_and_their_rows_stay(started):
    far = replace(box("far"), ref=replace(ref("far"), scope="bastion/far"))
    docker = Watched(Batch((box("a"), far)), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Listed((box("b"),), failed={"bastion/far": Denied("no")}, warnings=("odd",)))
    await asyncio.sleep(0.2)
    during = engine.store.snapshot(CONTAINERS)
    docker.tell(Listed((box("b"),)))
    await asyncio.sleep(0.2)
    after = engine.store.snapshot(CONTAINERS)

    assert [row.name for row in during.rows] == ["b", "far"]
    assert [(part.scope, part.fault.what) for part in during.parts] == [("bastion/far", "no")]
    assert during.warnings == ("odd",)
    assert [row.name for row in after.rows] == ["b"]
    assert (after.parts, after.warnings) == ((), ())


async def test_a_change_between_pages_counts_for_the_list_they_make(started):
    docker = Watched(Batch((box("a"),)), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Listed((box("a"), box("b")), complete=False))
    docker.tell(Upserted((box("b", State.FAILED), box("new"))), Removed((ref("a"),)))
    docker.tell(Listed((box("c"),)))
    await asyncio.sleep(1)

    assert names(engine) == ["b", "new", "c"]
    assert engine.store.find(ref("b")).state is State.FAILED


async def test_a_list_that_breaks_off_drops_nothing(started):
    docker = Watched(Batch((box("a"), box("b"))), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Unreachable("connection refused")
    docker.tell(Listed((box("a"),), complete=False), Unreachable("connection reset"))
    await asyncio.sleep(2)
    docker.answer = Unreachable("still")
    snapshot = engine.store.snapshot(CONTAINERS)

    assert names(engine) == ["a", "b"]
    assert snapshot.stale
    assert snapshot.complete
