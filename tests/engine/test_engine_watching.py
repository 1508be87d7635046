"""Sources that tell of changes by themselves."""

from __future__ import annotations

import asyncio

import pytest
from scripted import CONTAINERS, EVENTS, Listener, Watched, box, boxes, event, ref, until

from fleetui.core.errors import Throttled, Unreachable
from fleetui.core.state import State
from fleetui.engine.merge import EVENTS_KEPT
from fleetui.engine.watching import INBOX_FULL
from fleetui.providers.base import Batch, Happened, Hinted, Listed, Removed, Upserted


def names(engine) -> list[str]:
    return [row.name for row in engine.store.snapshot(CONTAINERS).rows]


async def test_changes_are_laid_over_the_list(started):
    docker = Watched(Batch((box("a"), box("b"))), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    old = engine.store.snapshot(CONTAINERS)
    docker.tell(Upserted((box("b", State.STOPPED), box("c"))), Removed((ref("a"),)))
    await asyncio.sleep(1)
    new = engine.store.snapshot(CONTAINERS)

    assert names(engine) == ["b", "c"]
    assert new.rows[0].state is State.STOPPED
    assert [row.name for row in old.rows] == ["a", "b"]
    assert new.fetched_at > old.fetched_at
    assert len(docker.calls) == 1


async def test_five_thousand_events_in_a_second_are_one_update_a_tick(started):
    docker = Watched(boxes(100), interval_s=1000.0)
    engine = started(docker)
    listener = Listener()
    engine.subscribe([CONTAINERS], listener)
    await asyncio.sleep(1)
    ticks, generation = len(listener.ticks), engine.store.snapshot(CONTAINERS).generation
    for n in range(1000):
        docker.tell(*(Upserted((box(f"c{n % 100}", restarts=5 * n + m),)) for m in range(5)))
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)

    assert engine.store.snapshot(CONTAINERS).generation - generation <= 13
    assert len([t for t in listener.ticks[ticks:] if CONTAINERS in t.changed]) <= 13
    assert engine.store.find(ref("c99")).restarts == 4999
    assert len(docker.calls) == 1


async def test_a_storm_of_hints_is_a_fetch_now_and_then(started):
    docker = Watched(boxes(3), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    for _ in range(1000):
        docker.tell(*[Hinted()] * 5)
        await asyncio.sleep(0.001)
    await asyncio.sleep(1)

    assert 3 <= len(docker.calls) <= 6
    assert min(docker.gaps) >= 0.25


async def test_a_hint_is_followed_at_once_and_one_during_a_fetch_is_not_lost(started):
    async def slow() -> Batch:
        count = len(docker.calls)
        await asyncio.sleep(1)
        return boxes(count)

    docker = Watched(slow, interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(0.5)
    docker.tell(Hinted())
    await asyncio.sleep(3)

    assert len(docker.calls) == 2
    docker.tell(Hinted())
    await asyncio.sleep(1)
    assert len(docker.calls) == 3


async def test_hints_do_not_hurry_a_source_that_fails(started):
    docker = Watched(boxes(3), interval_s=100.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Throttled("slow down", retry_after=60)
    docker.tell(Hinted())
    await asyncio.sleep(1)
    calls = len(docker.calls)
    for _ in range(50):
        docker.tell(Hinted())
        await asyncio.sleep(1)

    assert calls == 2
    assert len(docker.calls) == 2


async def test_a_lost_watch_means_a_new_list_and_a_new_watch(started):
    docker = Watched(boxes(3), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(10)
    docker.answer = boxes(5)
    docker.tell(Unreachable("connection reset"))
    await until(lambda: len(docker.lines) == 2, 2)
    await asyncio.sleep(0.1)
    again = len(names(engine))
    docker.tell(Upserted((box("new"),)))
    await asyncio.sleep(0.2)

    assert again == 5
    assert "new" in names(engine)
    assert docker.watching == 1


@pytest.mark.parametrize("end", [None, RuntimeError("oops")])
async def test_a_watch_that_ends_again_and_again_is_opened_ever_slower_and_polled(started, end):
    docker = Watched(boxes(3), interval_s=10.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    for _ in range(3000):
        await asyncio.sleep(0.1)
        if docker.watching:
            docker.tell(end)

    assert 8 <= len(docker.lines) <= 40
    assert max(docker.gaps) <= 11
    assert not engine.store.snapshot(CONTAINERS).stale


async def test_an_engine_that_restarts_loses_no_screen(started):
    docker = Watched(boxes(3), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(10)
    docker.answer = Unreachable("connection refused")
    docker.tell(Unreachable("connection reset"))
    await until(lambda: engine.store.snapshot(CONTAINERS).stale, 3)
    during = names(engine)
    docker.answer = boxes(2)
    await until(lambda: not engine.store.snapshot(CONTAINERS).stale, 120)

    assert during == ["c0", "c1", "c2"]
    assert names(engine) == ["c0", "c1"]


async def test_the_list_is_read_now_and_then_although_a_watch_is_up(started):
    docker = Watched(boxes(3), interval_s=2.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(600)

    assert min(docker.gaps) > 8
    assert max(docker.gaps) < 12


async def test_a_change_during_a_fetch_wins_over_the_list_that_is_older(started):
    async def slow() -> Batch:
        rows = (box("a"), box("b"))
        await asyncio.sleep(2)
        return Batch(rows)

    docker = Watched(slow, interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Removed((ref("a"),)), Upserted((box("b", State.FAILED),)))
    await asyncio.sleep(3)

    assert [(r.name, r.state) for r in engine.store.snapshot(CONTAINERS).rows] == [
        ("b", State.FAILED)
    ]


async def test_a_strange_change_is_a_fault_and_the_loop_lives(started):
    docker = Watched(boxes(1), interval_s=10.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell("a change")
    await until(lambda: engine.store.snapshot(CONTAINERS).fault, 1)
    await until(lambda: not engine.store.snapshot(CONTAINERS).fault, 10)


async def test_a_watch_that_cannot_be_opened_is_polled(started):
    class Broken(Watched):
        def watch(self, key):
            raise Unreachable("no events here")

    docker = Broken(boxes(1))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(60)

    assert len(docker.calls) > 5
    assert not engine.store.snapshot(CONTAINERS).stale


async def test_nobody_watches_any_more_when_nobody_looks(started):
    docker = Watched(boxes(1))
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    before = docker.watching
    subscription.close()
    await asyncio.sleep(3)

    assert (before, docker.watching) == (1, 0)


async def test_events_are_merged_by_uid_and_bounded(started):
    docker = Watched(Batch((event("one", 1.0), event("two", 2.0))), interval_s=1000.0)
    docker.kinds = ("events",)
    engine = started(docker)
    engine.subscribe([EVENTS], Listener())
    await asyncio.sleep(1)
    docker.tell(Happened((event("two", 2.0, count=5), event("three", 3.0))))
    await asyncio.sleep(1)
    few = engine.store.snapshot(EVENTS).rows
    docker.tell(Happened(tuple(event(f"n{n}", 10.0 + n) for n in range(EVENTS_KEPT + 500))))
    await asyncio.sleep(1)
    many = engine.store.snapshot(EVENTS).rows

    assert [(e.name, e.count) for e in few] == [("three", 1), ("two", 5), ("one", 1)]
    assert len(many) == EVENTS_KEPT
    assert many[0].time == 10.0 + EVENTS_KEPT + 499
    assert len(engine.timeline.events()) == EVENTS_KEPT + 503


async def test_events_of_another_source_reach_the_timeline_alone(started):
    docker = Watched(boxes(1), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Happened((event("oom", 5.0, subject="docker/bastion/container/c0"),)))
    await asyncio.sleep(1)

    assert names(engine) == ["c0"]
    assert [e.name for e in engine.timeline.events()] == ["oom"]
    assert [e.name for e in engine.timeline.about(ref("c0"))] == ["oom"]


async def test_a_watch_that_never_pauses_starves_nobody_and_loses_nothing(started):
    most = [0]

    class Torrent(Watched):
        async def _follow(self, line):
            for n in range(50_000):
                yield Upserted((box(f"c{n % 10}", restarts=n),))
                follower = engine._sources[CONTAINERS]._follower
                most[0] = max(most[0], len(follower._watch.inbox))
            await line.get()

    docker = Torrent(boxes(10), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(5)

    assert sorted(r.restarts for r in engine.store.snapshot(CONTAINERS).rows) == list(
        range(49_990, 50_000)
    )
    assert most[0] <= INBOX_FULL
    assert len(docker.calls) <= 2


async def test_events_may_be_listed_or_upserted_as_well(started):
    docker = Watched(Batch(()), interval_s=1000.0)
    docker.kinds = ("events",)
    engine = started(docker)
    engine.subscribe([EVENTS], Listener())
    await asyncio.sleep(1)
    docker.tell(Listed((event("one", 1.0),)), Upserted((event("two", 2.0),)))
    await asyncio.sleep(1)

    assert [e.name for e in engine.store.snapshot(EVENTS).rows] == ["two", "one"]
    assert [e.name for e in engine.timeline.events()] == ["two", "one"]
    assert engine.timeline.own() == ()


async def test_the_machine_slept_so_the_watch_is_opened_anew(started):
    offset, loop = [0.0], asyncio.get_running_loop()
    docker = Watched(boxes(2), interval_s=1000.0)
    engine = started(docker, now=lambda: loop.time() + offset[0])
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(7)
    offset[0] = 3600.0
    await asyncio.sleep(10)

    assert len(docker.lines) == 2
    assert docker.watching == 1
    assert len(docker.calls) == 2


async def test_changes_lost_beside_a_strange_one_are_made_good_by_a_list(started):
    async def slow() -> Batch:
        count = len(docker.calls)
        await asyncio.sleep(2)
        return boxes(count)

    docker = Watched(slow, interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell("a change", Upserted((box("lost"),)))
    await asyncio.sleep(10)

    assert len(docker.calls) == 2
    assert names(engine) == ["c0", "c1"]


async def test_a_good_watch_that_is_lost_now_and_then_is_soon_back(started):
    docker = Watched(boxes(1), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    for lost in range(1, 21):
        await asyncio.sleep(60)
        assert docker.watching == 1
        docker.tell(None)
        await until(lambda lost=lost: len(docker.lines) == lost + 1, 1.1)
