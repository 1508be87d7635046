"""Who is read, how often, and what happens when it does not answer."""

from __future__ import annotations

import asyncio
import logging

import pytest
from scripted import CONTAINERS, WALL, Listener, Scripted, box, boxes, until

from fleetui.core.errors import AuthExpired, Denied, Throttled, Unreachable
from fleetui.core.snapshot import SourceKey
from fleetui.engine.engine import GRACE_S
from fleetui.providers.base import Batch


async def test_only_what_somebody_looks_at_is_read(started):
    docker = Scripted()
    docker.kinds = ("containers", "images", "volumes")
    engine = started(docker)
    listener = Listener()
    engine.subscribe([CONTAINERS], listener)

    await asyncio.sleep(60)

    assert set(docker.asked) == {CONTAINERS}
    assert listener.ticks[0].changed == {CONTAINERS}
    assert listener.ticks[0].at == pytest.approx(WALL + 1000)
    assert len(engine.store.snapshot(CONTAINERS).rows) == 1


async def test_two_lookers_share_one_loop_and_it_ends_with_the_last(started):
    docker = Scripted()
    engine = started(docker)
    first = engine.subscribe([CONTAINERS], Listener())
    second = engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(30.5)
    shared = len(docker.calls)
    first.close()
    await asyncio.sleep(30)
    still = len(docker.calls)
    second.close()
    await asyncio.sleep(GRACE_S)
    ended = len(docker.calls)
    await asyncio.sleep(300)

    assert shared in {3, 4}
    assert still > shared
    assert len(docker.calls) == ended


async def test_switching_screens_restarts_nothing(started):
    docker = Scripted()
    engine = started(docker)
    one = engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    one.close()
    await asyncio.sleep(GRACE_S / 2)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(GRACE_S * 2)

    assert len(docker.calls) == 1


async def test_who_comes_later_is_told_of_what_is_known(started):
    engine = started(Scripted())
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    late = Listener()
    engine.subscribe([CONTAINERS], late)
    await asyncio.sleep(0.2)

    assert [tick.changed for tick in late.ticks] == [{CONTAINERS}]


async def test_intervals_are_jittered_by_a_tenth(started):
    docker = Scripted()
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await until(lambda: len(docker.calls) > 40, 1000)

    assert all(9 <= gap <= 11 for gap in docker.gaps)
    assert max(docker.gaps) - min(docker.gaps) > 1


async def test_many_sources_begin_at_once_or_soon(started):
    fleet = [Scripted(scope=f"host{n}") for n in range(40)]
    engine = started(*fleet)
    begin = asyncio.get_running_loop().time()
    engine.subscribe(engine.keys("containers"), Listener())
    await until(lambda: all(p.calls for p in fleet))

    delays = sorted(p.calls[0] - begin for p in fleet)
    assert delays[7] == 0
    assert len(set(delays[8:])) > 20
    assert delays[-1] <= 0.26


async def test_a_call_that_hangs_is_given_up_and_its_late_answer_dropped(started):
    async def slow() -> Batch:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        return boxes(99)

    docker = Scripted(boxes(2))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = slow
    await until(lambda: engine.store.snapshot(CONTAINERS).fault)
    fault = engine.store.snapshot(CONTAINERS).fault
    docker.answer = boxes(3)
    await until(lambda: not engine.store.snapshot(CONTAINERS).fault)
    await asyncio.sleep(5)

    assert (fault.code, fault.what, fault.where) == (
        "unreachable", "no answer in 5s", "docker/bastion",
    )  # fmt: skip
    assert len(engine.store.snapshot(CONTAINERS).rows) == 3


async def test_an_outage_is_never_an_empty_table(started):
    docker = Scripted(boxes(5))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    good = engine.store.snapshot(CONTAINERS)
    docker.answer = Unreachable("connection refused", hint="is the engine running?")
    await until(lambda: engine.store.snapshot(CONTAINERS).stale)
    first = engine.store.snapshot(CONTAINERS)
    await asyncio.sleep(600)
    last = engine.store.snapshot(CONTAINERS)
    docker.answer = boxes(4)
    await until(lambda: not engine.store.snapshot(CONTAINERS).stale)
    healed = engine.store.snapshot(CONTAINERS)

    assert last.rows is good.rows
    assert last.fetched_at == good.fetched_at
    assert last.failing_since == first.failing_since > good.fetched_at
    assert last.fault.line == "docker/bastion: connection refused · is the engine running?"
    assert good.generation < first.generation < last.generation < healed.generation
    assert healed.failing_since is None
    assert len(healed.rows) == 4


async def test_it_is_tried_for_ever_and_never_in_a_hurry(started):
    docker = Scripted(Unreachable("connection refused"))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(7200)

    assert max(docker.gaps) <= 61
    assert 150 < len(docker.calls) < 400
    assert docker.calls[-1] > asyncio.get_running_loop().time() - 61


@pytest.mark.parametrize("error", [AuthExpired, Denied])
async def test_what_only_a_person_can_mend_is_tried_slowly_and_keeps_its_hint(started, error):
    docker = Scripted(error("token expired", hint="run aws sso login"))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(600)

    assert 9 <= len(docker.calls) <= 11
    assert min(docker.gaps) >= 60
    assert engine.store.snapshot(CONTAINERS).fault.hint == "run aws sso login"


async def test_retry_after_is_honoured_beyond_the_cap(started):
    docker = Scripted(Throttled("slow down", retry_after=120))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1000)

    assert min(docker.gaps) >= 120
    assert max(docker.gaps) <= 133


async def test_a_mistake_of_a_provider_is_a_fault_and_is_logged_once(started, caplog):
    docker = Scripted(ZeroDivisionError("by\x1b[31m zero"))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    with caplog.at_level(logging.ERROR):
        await asyncio.sleep(300)

    fault = engine.store.snapshot(CONTAINERS).fault
    assert fault.code == "failed"
    assert fault.what == "ZeroDivisionError: by[31m zero"
    assert len(docker.calls) > 5
    logged = [r for r in caplog.records if r.exc_info]
    assert len(logged) == 1
    docker.answer = boxes(1)
    await until(lambda: engine.store.snapshot(CONTAINERS).rows)


@pytest.mark.parametrize(
    "garbage",
    [
        None.__class__,
        lambda: "rows",
        lambda: Batch(("a row",)),
        lambda: Batch((box("a"), 7)),
        lambda: Batch(None),
        asyncio.CancelledError,
    ],
)
async def test_garbage_is_a_fault_and_the_rows_stay(started, garbage):
    docker = Scripted(boxes(2))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = garbage
    await until(lambda: engine.store.snapshot(CONTAINERS).fault)
    bad = engine.store.snapshot(CONTAINERS)
    docker.answer = boxes(3)
    await until(lambda: not engine.store.snapshot(CONTAINERS).fault)

    assert len(bad.rows) == 2
    assert len(engine.store.snapshot(CONTAINERS).rows) == 3


async def test_a_row_that_cannot_be_compared_kills_nothing(started):
    class Odd(type(box("a"))):
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no comparison")

        __hash__ = None

    docker = Scripted(lambda: Batch((Odd(ref=box("a").ref),)))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await until(lambda: engine.store.snapshot(CONTAINERS).fault)
    docker.answer = Batch((box("b"),))
    await until(lambda: not engine.store.snapshot(CONTAINERS).fault)


async def test_a_part_that_failed_keeps_its_rows_with_their_age(started):
    east, west = box("a", scope="aws/east"), box("b", scope="aws/west")
    docker = Scripted(Batch((east, west)))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    good = engine.store.snapshot(CONTAINERS).fetched_at
    docker.answer = Batch((east,), failed={"aws/west": Throttled("too fast")})
    await asyncio.sleep(60)
    partial = engine.store.snapshot(CONTAINERS)
    docker.answer = Batch((east,))
    await asyncio.sleep(12)
    healed = engine.store.snapshot(CONTAINERS)

    assert partial.rows == (east, west)
    assert not partial.stale
    assert partial.part_of("aws/west").fetched_at == good
    assert partial.part_of("aws/west").fault.code == "throttled"
    assert partial.fetched_at > good + 40
    assert healed.rows == (east,)
    assert healed.parts == ()


async def test_rows_that_are_equal_stay_the_same_objects(started):
    count = iter(range(100))

    def answer() -> Batch:
        n = next(count)
        return Batch((box("same", observed_at=n), box("other", restarts=n)))

    engine = started(Scripted(answer))
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    before = engine.store.snapshot(CONTAINERS)
    await asyncio.sleep(11)
    after = engine.store.snapshot(CONTAINERS)

    assert after.rows[0] is before.rows[0]
    assert after.rows[1] is not before.rows[1]
    assert engine.store.find(before.rows[1].ref) is after.rows[1]


async def test_an_unchanged_answer_keeps_the_very_tuple(started):
    engine = started(Scripted(lambda: boxes(50)))
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    before = engine.store.snapshot(CONTAINERS)
    await asyncio.sleep(11)
    after = engine.store.snapshot(CONTAINERS)

    assert after.generation > before.generation
    assert after.rows is before.rows


async def test_refresh_asks_now_even_in_a_back_off(started):
    docker = Scripted(AuthExpired("expired"))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = boxes(1)
    engine.refresh([CONTAINERS, SourceKey("no", "such", "source")])
    await asyncio.sleep(0.1)

    assert len(docker.calls) == 2
    assert not engine.store.snapshot(CONTAINERS).stale


async def test_refresh_supersedes_a_call_once_and_starves_none(started):
    answers = iter(range(100))

    async def slow() -> Batch:
        n = next(answers)
        await asyncio.sleep(2)
        return boxes(n)

    docker = Scripted(slow)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(0.5)
    for _ in range(20):
        engine.refresh([CONTAINERS])
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.2)
    first = len(engine.store.snapshot(CONTAINERS).rows)
    await asyncio.sleep(3)

    assert first == 1
    assert len(docker.calls) == 3
    assert len(engine.store.snapshot(CONTAINERS).rows) == 2


async def test_a_source_that_is_not_configured_says_so(started):
    engine = started()
    key = SourceKey("aws", "prod", "compute")
    engine.subscribe([key], Listener())

    assert engine.store.snapshot(key).fault.line == "aws/prod: no such source is configured"


async def test_a_sleep_of_the_machine_reads_everything_once_and_not_all_at_the_same_time(started):
    offset = [0.0]
    loop = asyncio.get_running_loop()
    fleet = [Scripted(scope=f"host{n}", interval_s=600.0) for n in range(20)]
    engine = started(*fleet, now=lambda: WALL + loop.time() + offset[0])
    engine.subscribe(engine.keys("containers"), Listener())
    await asyncio.sleep(7)
    offset[0] = 8 * 3600
    key = engine.keys("containers")[0]
    age = engine.store.snapshot(key).age(engine.now())
    await asyncio.sleep(20)

    assert age > 8 * 3600
    assert all(len(p.calls) == 2 for p in fleet)
    second = [p.calls[1] for p in fleet]
    assert max(second) - min(second) > 1
    assert engine.store.snapshot(key).age(engine.now()) < 20


async def test_a_listener_that_fails_stops_nobody(started):
    engine = started(Scripted())
    engine.subscribe([CONTAINERS], lambda tick: 1 / 0)
    good = Listener()
    engine.subscribe([CONTAINERS], good)
    await asyncio.sleep(25)

    assert len(good.ticks) == 3


async def test_a_refresh_while_rows_are_taken_in_is_not_lost(started):
    docker = Scripted(lambda: boxes(20_000), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    source = engine._sources[CONTAINERS]
    while not (docker.calls and source._fetch is None):
        await asyncio.sleep(0)
    taking_in = not engine.store.snapshot(CONTAINERS).rows
    engine.refresh([CONTAINERS])
    await asyncio.sleep(1)

    assert taking_in
    assert len(docker.calls) == 2


async def test_large_sources_remember_the_trend_of_what_is_on_screen_alone(started):
    docker = Scripted(lambda: boxes(6000, cpu=0.5))
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    subscription.look_at([box("c7").ref])
    await asyncio.sleep(35)

    assert engine.trend(box("c7").ref) == (0.5,) * len(docker.calls)
    assert engine.trend(box("c8").ref) == ()


async def test_a_provider_that_cannot_say_what_it_has_hides_nobody(started):
    class Mute(Scripted):
        def sources(self):
            raise RuntimeError("no idea")

    engine = started(Mute(scope="mute"), Scripted())

    assert engine.keys("containers") == (CONTAINERS,)
