"""What is on screen is measured; queries; closing; one answer for `get`."""

from __future__ import annotations

import asyncio

import pytest
from scripted import (
    CONTAINERS,
    Asked,
    Listener,
    Measured,
    Scripted,
    Watched,
    box,
    boxes,
    ref,
    until,
)

from fleetui.core.errors import Unreachable
from fleetui.core.objects import CapacityUnit, Instance
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.once import settle
from fleetui.engine.overlay import FRESH_S
from fleetui.engine.timeline import TIMELINE
from fleetui.providers.base import Batch, Usage


async def test_only_rows_on_screen_are_measured_and_carry_the_result(started):
    docker = Measured(boxes(500), interval_s=1000.0)
    engine = started(docker)
    listener = Listener()
    subscription = engine.subscribe([CONTAINERS], listener)
    await asyncio.sleep(1)
    before = engine.store.snapshot(CONTAINERS).rows
    subscription.look_at([ref("c1"), ref("c2"), ref("nobody")])
    await asyncio.sleep(10)
    after = engine.store.snapshot(CONTAINERS).rows

    assert set(docker.measures) == {(ref("c1"), ref("c2"))}
    assert 5 <= len(docker.measures) <= 6
    assert (after[1].cpu, after[1].memory, after[1].memory_limit) == (0.5, 100, 200)
    assert after[1] is engine.store.find(ref("c1"))
    assert after[0] is before[0]
    assert after[3].cpu is None
    assert engine.trend(ref("c1")) == pytest.approx([0.5] * len(docker.measures))
    assert listener.ticks[-1].changed == {CONTAINERS}


async def test_the_same_measurement_keeps_the_row(started):
    docker = Measured(boxes(5), interval_s=1000.0)
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    subscription.look_at([ref("c1")])
    await asyncio.sleep(5)
    before = engine.store.snapshot(CONTAINERS).rows
    await asyncio.sleep(5)

    assert engine.store.snapshot(CONTAINERS).rows is before
    assert before[1].cpu == 0.5


async def test_measurements_are_forgotten_when_they_are_old(started):
    docker = Measured(boxes(5), interval_s=1000.0)
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    subscription.look_at([ref("c1")])
    await asyncio.sleep(5)
    subscription.look_at([])
    asked = len(docker.measures)
    await asyncio.sleep(FRESH_S / 2)
    still = engine.store.find(ref("c1")).cpu
    await asyncio.sleep(FRESH_S)

    assert still == 0.5
    assert engine.store.find(ref("c1")).cpu is None
    assert len(docker.measures) == asked


async def test_scrolling_does_not_ask_at_every_line(started):
    docker = Measured(boxes(500), interval_s=1000.0)
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    for n in range(100):
        subscription.look_at([ref(f"c{n + m}") for m in range(20)])
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)

    assert len(docker.measures) <= 7
    assert ref("c118") in docker.measures[-1]


async def test_a_measure_that_fails_or_hangs_leaves_the_rows(started):
    async def hang() -> Usage:
        await asyncio.sleep(3600)
        return Usage()

    docker = Measured(boxes(5), interval_s=1000.0)
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], Listener())
    docker.usage = Unreachable("no")
    subscription.look_at([ref("c1")])
    await asyncio.sleep(60)
    failing = len(docker.measures)
    docker.usage = hang
    await asyncio.sleep(120)
    docker.usage = Usage(cpu=0.25)
    await until(lambda: engine.store.find(ref("c1")).cpu == 0.25)

    assert failing < 20
    assert not engine.store.snapshot(CONTAINERS).stale


async def test_trends_are_shares_of_one_and_end_with_the_thing(started):
    vm = Ref("aws", "prod", "ec2", "i-1", "web-1")
    aws = Scripted(Batch((Instance(ref=vm, cpu=2.0, cores=4),)), scope="prod")
    aws.name, aws.kinds = "aws", ("compute",)
    engine = started(aws)
    engine.subscribe(engine.keys("compute"), Listener())
    await asyncio.sleep(500)
    trend = engine.trend(vm)
    aws.answer = Batch(())
    await asyncio.sleep(15)

    assert trend == (0.5,) * 30
    assert engine.trend(vm) == ()
    assert len(engine._trends) == 0


async def test_a_query_is_a_source_of_its_own(started):
    query = Query("up", range_s=1800, points=60)
    result = QueryResult(query, "matrix", warnings=("partial",))
    prometheus = Asked(result)
    engine = started(prometheus, Scripted())
    (key,) = engine.query_keys(query)
    subscription = engine.subscribe([key], Listener())
    await asyncio.sleep(1)
    snapshot = engine.store.snapshot(key)
    await asyncio.sleep(100)

    assert key == SourceKey("prometheus", "bastion", "query", query)
    assert snapshot.result is result
    assert snapshot.warnings == ("partial",)
    assert 26 < min(prometheus.gaps) < 34
    prometheus.answer = Batch(())
    await until(lambda: engine.store.snapshot(key).fault)
    assert engine.store.snapshot(key).result is result
    subscription.close()


async def test_old_queries_are_forgotten(started):
    prometheus = Asked(lambda: QueryResult(Query("x"), "vector"))
    engine = started(prometheus)
    subscription = engine.subscribe([], Listener())
    for n in range(100):
        subscription.replace(engine.query_keys(Query(f"metric_{n}")))
        await asyncio.sleep(3)

    assert len(engine.store.snapshots()) <= 35
    assert len(engine._sources) <= 35


async def test_keys_are_found_by_kind_and_place(started):
    engine = started(Scripted(scope="a"), Scripted(scope="b"), Asked())

    assert [k.scope for k in engine.keys("containers")] == ["a", "b"]
    assert [k.scope for k in engine.keys("containers", scope="b")] == ["b"]
    assert engine.keys("containers", provider="aws") == ()
    assert engine.keys("events") == (TIMELINE,)
    assert engine.query_keys(Query("up"), provider="docker") == ()


async def test_closing_waits_for_nobody(started):
    async def hang() -> Batch:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if released:
                    raise

    class Stuck(Measured, Watched):
        def __init__(self, answer):
            Watched.__init__(self, answer)
            self.measures = []

        async def close(self) -> None:
            await hang()

    released = False
    good, stuck = Watched(boxes(1)), Stuck(hang)
    stuck.scope = "stuck"
    engine = started(good, stuck)
    engine.subscribe(engine.keys("containers"), Listener()).look_at([ref("c0")])
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await engine.close()
    took = loop.time() - begin
    released = True
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()

    assert took <= 0.5
    assert good.closed
    assert good.watching == 0


async def test_a_closed_engine_is_quiet(started):
    class Bad(Scripted):
        async def close(self) -> None:
            raise RuntimeError("cannot close")

    docker, listener = Bad(), Listener()
    engine = started(docker)
    subscription = engine.subscribe([CONTAINERS], listener)
    await asyncio.sleep(1)
    await engine.close()
    calls, ticks = len(docker.calls), len(listener.ticks)
    subscription.look_at([ref("c0")])
    subscription.close()
    engine.refresh([CONTAINERS])
    await asyncio.sleep(100)

    assert (len(docker.calls), len(listener.ticks)) == (calls, ticks)
    with pytest.raises(RuntimeError, match="closed"):
        engine.subscribe([CONTAINERS], listener)
    await engine.close()


async def test_settle_is_done_when_all_have_answered_or_failed(started):
    async def soon() -> Batch:
        await asyncio.sleep(0.5)
        return boxes(2)

    good, bad = Scripted(soon), Scripted(Unreachable("refused"), scope="b")
    engine = started(good, bad)
    begin = asyncio.get_running_loop().time()
    first, second, own, missing = await settle(
        engine, (*engine.keys("containers"), TIMELINE, SourceKey("no", "such", "thing")), 10
    )
    took = asyncio.get_running_loop().time() - begin

    assert took == pytest.approx(0.5, abs=0.05)
    assert len(first.rows) == 2
    assert second.fault.what == "refused"
    assert own.fault is None
    assert missing.fault.code == "not_found"
    assert await settle(engine, (), 10) == ()
    (again,) = await settle(engine, [CONTAINERS], 10)
    assert again.generation > first.generation


async def test_settle_says_who_did_not_answer(started):
    async def hang() -> Batch:
        await asyncio.sleep(3600)
        return boxes(1)

    engine = started(Scripted(hang, timeout_s=60.0), Scripted(scope="b"))
    late, good = await settle(engine, engine.keys("containers"), 10)

    assert late.fault.line == "docker/bastion: no answer in 10s"
    assert good.fault is None


async def test_rows_are_measured_as_soon_as_they_arrive(started):
    async def soon() -> Batch:
        await asyncio.sleep(0.9)
        return Batch((box("a"),))

    docker = Measured(soon, interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener()).look_at([ref("a")])
    await asyncio.sleep(1.5)

    assert engine.store.find(ref("a")).cpu == 0.5


async def test_units_are_measured_as_the_sum_of_their_members(started):
    shop = Ref("docker", "bastion", "compose", "shop/web", "shop-web")
    docker = Measured(Batch((CapacityUnit(ref=shop, desired=2),)), interval_s=1000.0)
    docker.kinds = ("capacity",)
    docker.usage = Usage(cpu=1.5, memory=300, memory_limit=400)
    engine = started(docker)
    engine.subscribe(engine.keys("capacity"), Listener()).look_at([shop])
    await asyncio.sleep(5)

    assert (engine.store.find(shop).cpu, engine.store.find(shop).memory) == (1.5, 300)
    assert engine.trend(shop)[-1] == 1.5


async def test_what_cannot_be_measured_keeps_what_it_had(started):
    docker = Measured(Batch((box("a", cpu=0.75, memory=10),)), interval_s=1000.0)
    docker.usage = Usage(memory=20)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener()).look_at([ref("a")])
    await asyncio.sleep(5)
    row = engine.store.find(ref("a"))

    assert (row.cpu, row.memory, row.memory_limit) == (0.75, 20, None)


async def test_a_thing_that_is_gone_takes_its_measurement_along(started):
    docker = Measured(boxes(2), interval_s=10.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener()).look_at([ref("c1")])
    await asyncio.sleep(5)
    docker.answer = boxes(1)
    await asyncio.sleep(10)
    docker.usage = Unreachable("no")
    docker.answer = boxes(2)
    await until(lambda: len(engine.store.snapshot(CONTAINERS).rows) == 2, 12)

    assert engine.store.find(ref("c1")).cpu is None
    assert engine.trend(ref("c1")) == ()
