"""What the engine tells of what it saw."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from scripted import CONTAINERS, Listener, Scripted, Watched, box, boxes, event, ref, until

from fleetui.core.errors import Unreachable
from fleetui.core.objects import Alert, CapacityUnit, Container, is_wrong
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import Health, Severity, State
from fleetui.engine.merge import Difference
from fleetui.engine.observe import AT_ONCE, Observation, observed
from fleetui.engine.timeline import OWN_KEPT, TIMELINE, TOLD_KEPT, Timeline
from fleetui.providers.base import Batch, Removed, Upserted

WEB = Ref("aws", "prod", "asg", "asg-1", "web")


def messages(difference: Difference, kind: str = "containers") -> list[tuple[Severity, str]]:
    key = SourceKey("docker", "bastion", kind)
    return [(o.severity, o.message) for o in observed(key, difference)]


def change(before, after, kind: str = "containers") -> list[tuple[Severity, str]]:
    return messages(Difference(changed=[(before, after)]), kind)


def test_states_are_told_with_their_reason():
    killed = box("a", State.FAILED, reason="OOMKilled")

    assert change(box("a"), killed) == [(Severity.CRITICAL, "running → failed: OOMKilled")]
    assert change(killed, box("a")) == [(Severity.INFO, "failed → running")]
    assert change(box("a"), box("a", State.DEGRADED)) == [(Severity.WARNING, "running → degraded")]
    assert change(box("a"), box("a", restarts=3)) == []
    assert change(box("a", restarts=2), box("a", restarts=3)) == [
        (Severity.WARNING, "restarted, 3 times by now")
    ]


def test_health_is_told_but_not_its_first_word():
    sick, well = (box("a", health=h) for h in (Health.UNHEALTHY, Health.HEALTHY))

    assert change(well, sick) == [(Severity.WARNING, "healthy → unhealthy")]
    assert change(sick, well) == [(Severity.INFO, "unhealthy → healthy")]
    assert change(box("a"), well) == []


def test_capacity_tells_of_its_number_its_revision_and_its_rollouts():
    unit = CapacityUnit(ref=WEB, state=State.RUNNING, desired=4, revision="7")
    rolling = replace(unit, desired=6, revision="8", rollout="2 of 6")

    assert [m for _, m in change(unit, rolling, "capacity")] == [
        "desired 4 → 6", "revision 7 → 8", "rollout began: 2 of 6",
    ]  # fmt: skip
    assert [m for _, m in change(rolling, replace(rolling, rollout=""), "capacity")] == [
        "rollout ended"
    ]
    assert change(unit, replace(unit, ready=3), "capacity") == []


def test_alerts_begin_fire_and_end():
    firing = Alert(
        ref=WEB, state=State.FAILED, native_state="firing",
        severity=Severity.CRITICAL, summary="5xx",
    )  # fmt: skip
    pending = replace(firing, state=State.PENDING, native_state="pending")

    assert messages(Difference(appeared=[firing]), "alerts") == [
        (Severity.CRITICAL, "alert firing: 5xx")
    ]
    assert messages(Difference(appeared=[pending]), "alerts")[0][0] is Severity.INFO
    assert change(pending, firing, "alerts") == [(Severity.CRITICAL, "alert pending → firing")]
    assert messages(Difference(gone=[firing]), "alerts") == [(Severity.INFO, "alert ended")]


def test_a_namesake_with_another_id_is_one_story():
    old = box("a")
    new = replace(old, ref=replace(old.ref, uid="another"))

    assert messages(Difference(appeared=[new], gone=[old])) == [
        (Severity.INFO, "replaced by a new one, running")
    ]


def test_more_than_a_person_can_read_is_one_sentence():
    rows: list[Container] = [box(f"c{n}") for n in range(5000)]
    failed = [(row, replace(row, state=State.FAILED)) for row in rows]

    assert messages(Difference(gone=list(rows))) == [(Severity.INFO, "5,000 containers gone")]
    assert messages(Difference(changed=failed)) == [(Severity.CRITICAL, "5,000 containers changed")]
    assert len(messages(Difference(gone=list(rows[:AT_ONCE])))) == AT_ONCE
    assert messages(Difference(gone=list(rows)), "events") == []


def test_rings_are_bounded_and_the_newest_come_first():
    timeline = Timeline()
    for n in range(OWN_KEPT + 5):
        timeline.observe([Observation(None, "docker/b", f"m{n}")], now=float(n))
    timeline.tell(event(f"e{n}", time=n + 0.5) for n in range(TOLD_KEPT + 5))
    events = timeline.events()

    assert len(events) == OWN_KEPT + TOLD_KEPT
    assert [e.time for e in events] == sorted((e.time for e in events), reverse=True)
    assert timeline.own()[0].message == f"m{OWN_KEPT + 4}"
    assert len({e.ref for e in timeline.own()}) == OWN_KEPT


def test_an_event_told_again_replaces_the_former():
    timeline = Timeline()
    timeline.tell([event("a", 1.0)])
    before = timeline.events()
    timeline.tell([event("a", 2.0, count=7)])

    assert len(before) == 1
    assert [(e.time, e.count) for e in timeline.events()] == [(2.0, 7)]


def test_about_names_one_thing_and_not_its_namesake():
    timeline = Timeline()
    old, new = ref("a"), replace(ref("a"), uid="another")
    timeline.observe([Observation(old, str(old), "gone")], 1.0)
    timeline.observe([Observation(new, str(new), "appeared", Severity.WARNING)], 2.0)
    (about,) = timeline.about(new)

    assert about.message == "appeared"
    assert about.subject == "docker/bastion/container/a"
    assert is_wrong(about)
    assert not is_wrong(timeline.about(old)[0])


async def test_the_first_picture_is_no_news_and_the_next_one_is(started):
    docker = Scripted(Batch((box("a"), box("b"))))
    engine = started(docker)
    listener = Listener()
    engine.subscribe([CONTAINERS, TIMELINE], listener)
    await asyncio.sleep(1)
    first = engine.store.snapshot(TIMELINE)
    docker.answer = Batch((box("a", State.FAILED, reason="exit 1"), box("c")))
    await asyncio.sleep(11)
    second = engine.store.snapshot(TIMELINE)

    assert (first.rows, first.fetched_at is not None) == ((), True)
    assert {e.message for e in second.rows} == {
        "appeared, running", "gone", "running → failed: exit 1",
    }  # fmt: skip
    assert second.rows == engine.timeline.events()
    assert {e.time for e in second.rows} == {engine.store.snapshot(CONTAINERS).fetched_at}
    assert TIMELINE in listener.ticks[-1].changed
    assert [e.message for e in engine.timeline.about(ref("b"))] == ["gone"]


async def test_an_outage_is_told_once_for_all_kinds_and_its_end_once(started):
    docker = Scripted(lambda: Batch(()))
    docker.kinds = ("containers", "images", "volumes")
    engine = started(docker)
    keys = [spec.key for spec in docker.sources()]
    engine.subscribe(keys, Listener())
    await asyncio.sleep(1)
    docker.answer = Unreachable("connection refused")
    await until(lambda: all(engine.store.snapshot(k).stale for k in keys))
    await asyncio.sleep(300)
    during = [e.message for e in engine.timeline.own()]
    docker.answer = Batch(())
    await until(lambda: not any(engine.store.snapshot(k).stale for k in keys))

    assert during == ["cannot be read: connection refused"]
    assert engine.timeline.own()[0].message == "answers again"
    assert len(engine.timeline.own()) == 2
    assert engine.timeline.own()[1].subject == "docker/bastion"


async def test_what_changed_during_an_outage_does_not_flood(started):
    docker = Scripted(boxes(10))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Unreachable("connection refused")
    await until(lambda: engine.store.snapshot(CONTAINERS).stale)
    docker.answer = Batch(tuple(box(f"new{n}") for n in range(10)))
    await until(lambda: not engine.store.snapshot(CONTAINERS).stale, 120)

    assert {e.message for e in engine.timeline.own()} == {
        "cannot be read: connection refused", "answers again",
        "10 containers appeared", "10 containers gone",
    }  # fmt: skip


async def test_changes_of_a_watch_are_news_too(started):
    docker = Watched(Batch((box("a"),)), interval_s=1000.0)
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.tell(Upserted((box("a", State.STOPPED), box("b"))), Removed((ref("b"),)))
    await asyncio.sleep(1)

    assert {e.message for e in engine.timeline.own()} == {
        "running → stopped", "appeared, running", "gone",
    }  # fmt: skip


async def test_an_outage_that_nobody_looks_at_any_more_is_told_anew_later(started):
    docker = Scripted(Unreachable("connection refused"))
    engine = started(docker)
    first = engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(5)
    first.close()
    await asyncio.sleep(60)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(5)

    assert [e.message for e in engine.timeline.own()] == [
        "cannot be read: connection refused"
    ] * 2  # fmt: skip
