"""Events as rows: which are told, how loud, and which kinds they touch."""

from __future__ import annotations

from typing import Any

from docker_recorded import events

from fleetui.core.objects import CapacityUnit, Event, Link
from fleetui.core.ref import Ref
from fleetui.core.skew import Skew
from fleetui.core.state import Severity, State
from fleetui.engine.looking import story
from fleetui.engine.store import Store
from fleetui.engine.timeline import Timeline
from fleetui.providers.docker.containers import unit_ref
from fleetui.providers.docker.events import Teller
from fleetui.providers.docker.history import filters_for


def told(raws: list[Any]) -> list[Event]:
    teller = Teller("bastion")
    return [event for raw in raws if (event := teller.tell(raw, 1.0)[0])]


def raw(action: str, kind: str = "container", uid: str = "c1", **attributes: str) -> Any:
    return {
        "Type": kind,
        "Action": action,
        "Actor": {"ID": uid, "Attributes": {"name": "web", **attributes}},
        "time": 1,
        "timeNano": 1_000_000_001,
    }


def test_a_recorded_life() -> None:
    lines = [
        (e.subject.removeprefix("docker/bastion/"), e.message, e.severity.value)
        for e in told(events())
        if e.subject.endswith(("/e1", "/e2", "/oom", "/busy:2"))
    ]
    assert lines == [
        ("container/e1", "created", "info"),
        ("container/e1", "started", "info"),
        ("container/e1", "check says unhealthy", "warning"),
        ("container/e1", "sent signal 15", "info"),
        ("container/e1", "sent signal 9", "info"),
        ("container/e1", "died, exit 137", "info"),
        ("container/e1", "stopped", "info"),
        ("container/oom", "started", "info"),
        ("container/oom", "out of memory", "critical"),
        ("container/oom", "died, exit 137", "warning"),
        ("container/e2", "renamed from /e1", "info"),
        ("container/e2", "removed", "info"),
        ("image/busy:2", "tagged", "info"),
    ]


def test_checks_are_not_told_and_touch_nothing() -> None:
    teller = Teller("bastion")
    for action in ("exec_create: /bin/sh -c x", "exec_start: /bin/sh -c x", "exec_die", "resize"):
        assert teller.tell(raw(action), 1.0) == (None, frozenset())


def test_a_failure_is_loud_and_colours_the_row() -> None:
    (event,) = told([raw("die", exitCode="3")])
    assert (event.severity, event.state, event.reason) == (
        Severity.WARNING,
        State.DEGRADED,
        "died, exit 3",
    )
    assert told([raw("die", exitCode="0")])[0].severity is Severity.INFO


def test_a_signal_of_long_ago_excuses_no_later_death() -> None:
    life = [raw("kill", signal="15"), raw("start"), raw("die", exitCode="137")]
    assert told(life)[-1].severity is Severity.WARNING


def test_what_events_touch() -> None:
    teller = Teller("bastion")

    def kinds(*args: str) -> set[str]:
        return set(teller.tell(raw(*args), 1.0)[1])

    assert kinds("pause") == {"containers", "capacity"}
    assert kinds("destroy") == {"containers", "capacity", "images", "volumes", "networks"}
    assert kinds("tag", "image") == {"images"}
    assert kinds("mount", "volume") == {"volumes", "containers"}
    assert kinds("connect", "network") == {"networks", "containers"}
    assert kinds("create", "secret") == set()


def test_two_events_of_one_moment_are_two() -> None:
    first, second = told([raw("start"), raw("start", uid="c2")])
    assert first.ref != second.ref
    assert told([raw("start")])[0].ref == first.ref, "told again it is the same event"


def test_garbage_and_hostile_words() -> None:
    teller = Teller("bastion")
    for odd in (None, 1, [], {}, {"Type": 3}, {"Type": "container", "Actor": "x"}):
        assert teller.tell(odd, 1.0) == (None, frozenset())
    evil = "\x1b]52;c;x\x07\u202e"
    event, _ = teller.tell(raw(f"die{evil}", exitCode=evil, name=evil), 1.0)
    assert event is not None
    assert not {"\x1b", "\x07", "\u202e"} & set(repr(event).encode().decode("unicode_escape"))


LABELS = {
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": "web",
    "com.docker.compose.oneoff": "False",
}
UNIT = unit_ref("shop", "web", "bastion")


def test_labels_in_an_event_tell_the_unit_even_of_a_container_that_is_gone() -> None:
    (event,) = told([raw("destroy", **LABELS)])
    assert [(link.relation, str(link.ref)) for link in event.links] == [
        ("about", "docker/bastion/container/web"), ("part_of", "docker/bastion/compose/shop/web"),
    ]  # fmt: skip
    (job,) = told([raw("die", **{**LABELS, "com.docker.compose.oneoff": "True"})])
    (image,) = told([raw("tag", "image", **LABELS)])
    assert [len(one.links) for one in (job, image)] == [1, 1]


def test_a_timeline_of_the_unit_holds_past_containers_of_docker() -> None:
    timeline = Timeline()
    timeline.tell(told([raw("die", uid="old", exitCode="3", **LABELS)]))
    timeline.tell(told([raw("die", uid="new", exitCode="0", **LABELS)]))
    new = Ref("docker", "bastion", "container", "new", "web")
    unit = CapacityUnit(ref=UNIT, links=(Link("has", new),))
    found = story(unit, Store(), timeline)
    assert {(e.message, e.ref in found.past) for e in found.events} == {
        ("died, exit 3", True), ("ended, exit 0", False),
    }  # fmt: skip


def test_who_attached_is_told_only_of_the_thing_that_is_asked_about() -> None:
    uid = "f" * 64
    connect = raw("connect", "network", "n1", container=uid, name="shop_default")
    mount = raw("mount", "volume", "data", container="e" * 64, destination="/var\x1b[31m/data")
    assert told([connect, mount]) == []
    network, volume = (Ref("docker", "bastion", kind, name, name)
                       for kind, name in (("network", "n1"), ("volume", "data")))  # fmt: skip

    def asked(ref: Ref, one: Any) -> Event | None:
        return Teller("bastion", None, ref, {uid: "shop-web-1"}).tell(one, 1.0)[0]

    attached, mounted = asked(network, connect), asked(volume, mount)
    assert attached is not None
    assert attached.message == "shop-web-1 attached"
    assert mounted is not None
    assert mounted.message == f"mounted by {'e' * 12} at /var[31m/data"
    assert asked(volume, connect) is None


def test_the_engine_is_asked_for_what_is_about_a_thing() -> None:
    assert filters_for(UNIT) == {
        "label": ["com.docker.compose.project=shop", "com.docker.compose.service=web"]
    }
    volume = Ref("docker", "bastion", "volume", "data", "data")
    assert filters_for(volume) == {"volume": ["data"], "type": ["volume"]}
    assert filters_for(Ref("docker", "bastion", "event", "1", "die")) is None


def test_times_are_told_by_our_clock() -> None:
    skew = Skew()
    skew.note("Tue, 24 Nov 2026 22:10:00 GMT", 1_795_558_200.0 - 60)
    (plain,) = told([raw("die", exitCode="1")])
    event, _ = Teller("bastion", skew).tell(raw("die", exitCode="1"), 1.0)
    assert event is not None
    assert event.time == plain.time - skew.correction
    assert skew.correction
    assert event.ref == plain.ref
