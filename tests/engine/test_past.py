"""Members that were replaced: which unit they belonged to, and what happened to them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from scripted import CONTAINERS, WALL, Listener, Scripted, box, ref

from fleetui.core.objects import Alert, CapacityUnit, Event, Link
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Severity, State
from fleetui.engine.looking import story
from fleetui.engine.merge import Difference
from fleetui.engine.observe import Observation
from fleetui.engine.past import Past
from fleetui.engine.store import Store
from fleetui.engine.timeline import Timeline
from fleetui.providers.base import Batch
from fleetui.providers.demo import demo_fleet

SHOP = Ref("docker", "bastion", "compose", "shop/web", "shop/web")
CAPACITY = SourceKey("docker", "bastion", "capacity")


def member(name: str, unit: Ref = SHOP):
    return box(name, links=(Link("part_of", unit),))


def unit(*names: str) -> CapacityUnit:
    return CapacityUnit(ref=SHOP, links=tuple(Link("has", ref(name)) for name in names))


def test_both_ends_of_the_relation_are_looked_at() -> None:
    past = Past()
    past.see(Difference(gone=[member("a")]))
    past.see(Difference(relinked=[(unit("a", "b", "c"), unit("c", "d"))]))

    assert past.members(SHOP) == (ref("b"), ref("a"))
    assert past.members(ref("c")) == ()


def test_what_is_remembered_is_bounded_and_idle_units_go_first() -> None:
    past = Past(each=3, in_all=5)
    other = replace(SHOP, uid="shop/api", name="shop/api")
    past.see(Difference(gone=[member("x", other), member("y", other)]))
    past.see(Difference(gone=[member(f"m{n}") for n in range(10)]))
    assert past.members(SHOP) == (ref("m9"), ref("m8"), ref("m7"))
    assert past.members(other) == (ref("y"), ref("x"))
    third = replace(SHOP, uid="shop/db", name="shop/db")
    past.see(Difference(gone=[member("z", third)]))
    assert past.members(other) == ()
    assert len(past.members(SHOP)) == 3


async def test_events_of_a_replaced_container_stay_with_its_unit(started) -> None:
    docker = Scripted(lambda: Batch((member("a"), member("b"))))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Batch((member("a"), member("c")))
    await asyncio.sleep(11)
    about_b = Event(
        ref=Ref("docker", "bastion", "event", "e1", "die"), time=WALL, message="died, exit 1",
        links=(Link("about", ref("b")),),
    )  # fmt: skip
    about_a = replace(about_b, ref=replace(about_b.ref, uid="e2"), links=(Link("about", ref("a")),))
    engine.timeline.tell([about_b, about_a])
    found = story(unit("a", "c"), engine.store, engine.timeline)

    assert engine.timeline.past.members(SHOP) == (ref("b"),)
    assert {(e.message, e.ref in found.past) for e in found.events} == {
        ("died, exit 1", True), ("gone", True), ("died, exit 1", False),
        ("appeared, running", False),
    }  # fmt: skip
    assert len(found.events) == 4


async def test_a_unit_of_the_demo_tells_of_the_pods_that_a_rollout_replaced(started) -> None:
    loop = asyncio.get_running_loop()
    fleet = demo_fleet(seed=7, now=lambda: WALL + loop.time())
    engine = started(*fleet)
    engine.subscribe(
        [key for kind in ("capacity", "containers", "events")
         for key in engine.keys(kind, "kubernetes")], Listener(),
    )  # fmt: skip
    await asyncio.sleep(3)
    key = engine.keys("capacity", "kubernetes")[0]
    api = next(r for r in engine.store.snapshot(key).rows if r.name == "api")
    first = [link.ref for link in api.links if link.relation == "has"]
    await asyncio.sleep(147)
    now = engine.store.find(api.ref)
    found = story(now, engine.store, engine.timeline)
    of_the_first = [e for e in found.events if {link.ref for link in e.links} & set(first)]

    assert not {link.ref for link in now.links} & set(first)
    assert {e.message for e in of_the_first} >= {"stopping container api", "gone"}
    assert {e.ref for e in of_the_first} <= found.past
    assert any(e.ref not in found.past for e in found.events)


def test_an_alert_that_ended_is_still_told_with_what_it_was_about() -> None:
    timeline, store = Timeline(), Store()
    alert = Alert(
        ref=Ref("prometheus", "main", "alert", "1", "Down"), links=(Link("about", SHOP),),
        severity=Severity.CRITICAL, state=State.FAILED,
    )  # fmt: skip
    key = SourceKey("prometheus", "main", "alerts")
    store.put(Snapshot(key, 1), {})
    timeline.observe(
        [Observation(alert.ref, str(alert.ref), "alert ended", links=alert.links)], 5.0
    )
    found = story(unit("a"), store, timeline)

    assert [e.message for e in found.events] == ["alert ended"]
    assert found.past == frozenset()


async def test_changes_events_deploys_and_alerts_come_in_order(started) -> None:
    docker = Scripted(Batch((member("a"),)))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Batch((replace(member("a"), state=State.FAILED, reason="exit 1"),))
    await asyncio.sleep(11)
    died = Event(
        ref=Ref("docker", "bastion", "event", "e", "die"),
        time=WALL + 9.0,
        message="died, exit 1",
        links=(Link("about", ref("a")), Link("part_of", SHOP)),
    )
    late = replace(died, ref=replace(died.ref, uid="f"), time=WALL + 2.0, message="started")
    engine.timeline.tell([died, late])
    engine.timeline.observe([Observation(SHOP, str(SHOP), "revision 7 → 8")], engine.now())
    found = story(unit("a"), engine.store, engine.timeline).events

    assert [e.message for e in found] == [
        "revision 7 → 8", "running → failed: exit 1", "died, exit 1", "started",
    ]  # fmt: skip
    assert [e.time for e in found] == sorted((e.time for e in found), reverse=True)
    assert {(e.ref.provider, e.ref.scope) for e in found} == {("docker", "bastion")}
