"""A storm of the same is one row that counts, and pushes nothing else out."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from scripted import CONTAINERS, Listener, Scripted, box, event, ref

from fleetui.core.describe import often
from fleetui.core.objects import Event, Link
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.engine.fold import NEWEST, STORM_GAP_S, Folding, fresh, story_of
from fleetui.engine.merge import Difference
from fleetui.engine.observe import observed
from fleetui.engine.timeline import TOLD_KEPT, Timeline
from fleetui.providers.base import Batch


def told(n: int, time: float, message: str = "died, exit 1", name: str = "web", **more) -> Event:
    return Event(
        ref=Ref("docker", "bastion", "event", f"{message}-{n}", "die"), time=time, created=time,
        message=message, links=(Link("about", ref(name)),), **more,
    )  # fmt: skip


def flapping(cycles: int) -> list[Event]:
    return [
        told(n, 10.0 * n + at, word)
        for n in range(cycles)
        for at, word in enumerate(("started", "died, exit 1"))
    ]


def test_a_flapping_container_is_a_few_rows_and_leaves_the_others() -> None:
    timeline = Timeline()
    timeline.tell([told(0, 0.0, "created", "db")])
    timeline.tell(flapping(20_000))
    events = timeline.events()

    assert len(events) == 1 + 2 * (NEWEST + 1)
    assert events[-1].message == "created"
    assert [e.time for e in events] == sorted((e.time for e in events), reverse=True)
    (head,) = [e for e in events if e.count > 1 and e.message == "died, exit 1"]
    assert head.count == 20_000 - NEWEST
    assert (head.created, head.time) == (1.0, 10.0 * (20_000 - NEWEST - 1) + 1)
    assert often(head) == "died, exit 1  ×19,997 in 2d 7h"
    assert events[0].count == 1


def test_what_is_hours_apart_keeps_its_times() -> None:
    folding = Folding(100)
    for n in range(20):
        folding.add(told(n, n * (STORM_GAP_S + 1)))

    assert len(list(folding)) == 20
    assert all(e.count == 1 for e in folding)


def test_another_storm_later_is_another_row() -> None:
    folding = Folding(100)
    for burst in range(2):
        for n in range(50):
            folding.add(told(burst * 50 + n, burst * 10_000.0 + n))
    counts = sorted(e.count for e in folding if e.count > 1)

    assert sum(e.count for e in folding) == 100
    assert counts == [47, 50]


def test_what_is_told_again_is_not_counted_twice() -> None:
    timeline = Timeline()
    storm = [told(n, float(n)) for n in range(300)]
    timeline.tell(storm)
    timeline.tell(storm)
    timeline.tell(reversed(storm))

    assert sum(e.count for e in timeline.events()) == 300
    assert fresh(storm, timeline.events()) == ()
    assert [e.time for e in fresh([*storm, told(300, 300.0)], timeline.events())] == [300.0]


def test_an_event_that_counts_itself_is_replaced() -> None:
    timeline = Timeline()
    for times in range(1, 50):
        timeline.tell([told(1, float(times), "BackOff", count=times)])

    assert [(e.count, e.time) for e in timeline.events()] == [(49, 49.0)]


def test_how_often_it_was_restarted_is_no_other_story() -> None:
    timeline = Timeline()
    for n in range(1, 100):
        before, after = box("web", restarts=n), box("web", restarts=n + 1)
        seen = observed(CONTAINERS, Difference(changed=[(before, after)]))
        timeline.observe(seen, float(n))
    own = timeline.own()

    assert len(own) == NEWEST + 1
    assert own[0].message == "restarted, 100 times by now"
    assert own[-1].count == 96


def test_exit_codes_and_things_are_stories_of_their_own() -> None:
    one = told(1, 1.0)

    assert story_of(one) == story_of(told(2, 9.0))
    assert story_of(one) != story_of(told(1, 1.0, "died, exit 2"))
    assert story_of(one) != story_of(told(1, 1.0, name="db"))
    assert story_of(event("nothing said")) is None


def test_thousands_of_different_ones_are_bounded_with_all_that_is_kept_of_them() -> None:
    timeline = Timeline()
    timeline.tell(told(n, float(n), name=f"c{n}") for n in range(TOLD_KEPT * 2))

    assert len(timeline.events()) == TOLD_KEPT
    assert len(timeline._told._stories) == TOLD_KEPT


async def test_a_storm_that_the_engine_sees_itself_is_folded(started) -> None:
    docker = Scripted(Batch((box("web"), box("db"))))
    engine = started(docker)
    engine.subscribe([CONTAINERS], Listener())
    await asyncio.sleep(1)
    docker.answer = Batch((box("web"), replace(box("db"), state=State.STOPPED)))
    for n in range(60):
        await asyncio.sleep(11)
        state = State.FAILED if n % 2 else State.RUNNING
        docker.answer = Batch((box("web", state), box("db", State.STOPPED)))
    own = engine.timeline.own()

    assert len(own) <= 2 * (NEWEST + 1) + 1
    assert "running → stopped" in {e.message for e in own}
    assert sum(e.count for e in own) > 50
