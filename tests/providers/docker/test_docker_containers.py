"""Containers as rows: recorded from 20.10, and what newer and odder engines answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docker_recorded import NOW, SCENE, detail, recorded, summaries, summary

from fleetui.core.objects import Port, is_wrong
from fleetui.core.state import Health, State
from fleetui.providers.docker.answers import Summary, each
from fleetui.providers.docker.containers import container_of
from fleetui.providers.docker.details import by_urgency, still_true
from fleetui.providers.docker.status import said


@pytest.mark.parametrize(
    ("name", "state", "health", "reason"),
    [
        ("busycpu", State.RUNNING, Health.NONE, ""),
        ("shop-web-1", State.RUNNING, Health.HEALTHY, ""),
        ("sick", State.RUNNING, Health.UNHEALTHY, "check fails"),
        ("starting", State.RUNNING, Health.STARTING, ""),
        ("nocmd", State.PENDING, Health.NONE, "created, not started"),
        ("oom", State.STOPPED, Health.NONE, "killed (137), 4m ago"),
        ("stopped", State.STOPPED, Health.NONE, "killed (137), 4m ago"),
        ("loop", State.DEGRADED, Health.NONE, "exits 7"),
        ("ok0", State.STOPPED, Health.NONE, ""),
        ("fail1", State.FAILED, Health.NONE, "exited 3, 4m ago"),
    ],
)
def test_what_one_list_tells(name: str, state: State, health: Health, reason: str) -> None:
    row = container_of(summaries()[name], None, SCENE)
    assert (row.state, row.health, row.reason) == (state, health, reason)
    assert row.name == name


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("oom", State.FAILED, "out of memory, exited 137, 4m ago"),
        ("stopped", State.STOPPED, "killed (137), 4m ago"),
        ("fail1", State.FAILED, "exited 3, 4m ago"),
    ],
)
def test_an_inspection_tells_memory_from_a_stop(name: str, state: State, reason: str) -> None:
    row = container_of(summaries()[name], detail(name), SCENE)
    assert (row.state, row.reason) == (state, reason)
    assert row.finished is not None
    assert row.started is None


def test_one_that_could_not_start_has_failed() -> None:
    row = container_of(summaries()["nocmd"], detail("nocmd"), SCENE)
    assert row.state is State.FAILED
    assert row.reason == (
        'could not start: exec: "/nonexist": stat /nonexist: no such file or directory'
    )
    assert row.exit_code == 127


def test_details_give_exact_times_and_restarts() -> None:
    loop = container_of(summaries()["loop"], detail("loop"), SCENE)
    assert loop.restarts
    assert loop.reason == f"exits 7, restarted {loop.restarts} times"
    web = container_of(summaries()["shop-web-1"], detail("shop-web-1"), SCENE)
    assert web.started == pytest.approx(1795558883.77, abs=0.01)


@pytest.mark.parametrize(
    ("word", "text", "state"),
    [
        ("paused", "Up 2 hours (Paused)", State.PAUSED),
        ("removing", "Removal In Progress", State.STOPPING),
        ("dead", "Dead", State.FAILED),
        ("exited", "Exited (143) 2 hours ago", State.STOPPED),
        ("exited", "Exited (130) 2 hours ago", State.STOPPED),
        ("exited", "Exited (255) 2 hours ago", State.FAILED),
        ("exited", "", State.STOPPED),
        ("stopping", "Stopping", State.STOPPING),
        ("frozen\x1b[2J", "", State.UNKNOWN),
        (None, None, State.UNKNOWN),
    ],
)
def test_rarer_states(word: str | None, text: str | None, state: State) -> None:
    row = container_of(summary(State=word, Status=text), None, SCENE)
    assert row.state is state
    assert "\x1b" not in row.reason


def test_a_newer_engine_says_health_beside_the_text() -> None:
    """API 1.52 has it as a field; a paused one is not judged by its check."""
    newer = {"Status": "healthy", "FailingStreak": 0}
    row = container_of(summary(State="running", Status="Up 1 hour", Health=newer), None, SCENE)
    assert row.health is Health.HEALTHY
    paused = summary(State="paused", Status="Up 1 hour (Paused)", Health={"Status": "unhealthy"})
    assert not is_wrong(container_of(paused, None, SCENE))


def test_names_may_be_missing_or_be_those_of_links() -> None:
    assert container_of(summary(Names=[]), None, SCENE).name == "c" * 12
    assert container_of(summary(Names=None), None, SCENE).name == "c" * 12
    assert container_of(summary(Names=["/web/db", "/db"]), None, SCENE).name == "db"


def test_an_image_that_lost_its_name_goes_by_its_id() -> None:
    row = container_of(summary(Image="sha256:" + "ab" * 32), None, SCENE)
    assert row.image == "abababababab"


def test_ports_once_each_in_order() -> None:
    row = container_of(summaries()["busycpu"], None, SCENE)
    assert row.ports == tuple(Port(n, n, "udp", "0.0.0.0") for n in (9000, 9001, 9002))
    exposed = summary(
        Ports=[{"PrivatePort": 80, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"}]
    )
    assert container_of(exposed, None, SCENE).ports == (Port(53, None, "udp"), Port(80))


def test_links_to_all_it_uses_and_belongs_to() -> None:
    row = container_of(summaries()["shop-web-1"], None, SCENE)
    assert [(link.relation, link.ref.short) for link in row.links] == [
        ("part_of", "compose/shop/web"),
        ("uses", "image/busy:1"),
        ("uses", "volume/shop_data"),
        ("uses", "network/shop_default"),
    ]


def test_every_word_from_outside_is_cleaned() -> None:
    evil = "\x1b]8;;http://x\x07\u202ered\x9b"
    row = container_of(
        summary(
            Names=[f"/{evil}"],
            Image=evil,
            Command=evil,
            Status=evil,
            State=evil,
            Labels={evil: evil, "com.docker.compose.project": evil},
            Mounts=[{"Type": "volume", "Name": evil}],
            NetworkSettings={"Networks": {evil: {"NetworkID": evil}}},
            Ports=[{"PrivatePort": 1, "Type": evil, "IP": evil}],
        ),
        None,
        SCENE,
    )
    for bad in ("\x1b", "\x07", "\u202e", "\x9b"):
        assert bad not in "".join(_texts(row))


def _texts(row: object) -> list[str]:
    if isinstance(row, str):
        return [row]
    if isinstance(row, tuple):
        return [text for part in row for text in _texts(part)]
    slots = getattr(type(row), "__dataclass_fields__", {})
    return [text for name in slots for text in _texts(getattr(row, name))]


def test_one_odd_entry_hides_no_other() -> None:
    entries = [*recorded("containers"), {"Names": "no id, no list"}, "nothing"]
    found, unreadable = each(entries, Summary)
    assert (len(found), unreadable) == (12, 2)


def test_an_inspection_is_asked_for_again_after_a_change() -> None:
    found, known = summaries()["sick"], detail("sick")
    text = said(found.status or "")
    assert still_true(known, "running", text, NOW)
    assert not still_true(known, "exited", text, NOW)
    assert not still_true(known, "running", said("Up 2 seconds (unhealthy)"), NOW), "restarted"
    assert not still_true(known, "running", said("Up 4 minutes (healthy)"), NOW), "healed"
    over, ended = detail("fail1"), said("Exited (3) 4 minutes ago")
    assert still_true(over, "exited", ended, NOW)
    assert not still_true(over, "exited", said("Exited (4) 4 minutes ago"), NOW)


def test_failures_are_inspected_first() -> None:
    found = summaries()
    pairs = [(s, said(s.status or "")) for s in found.values()]
    order = by_urgency(pairs)
    first = {found[name].id for name in ("oom", "stopped", "fail1", "paused", "loop")}
    assert set(order[:5]) == first


def test_times_are_told_by_our_clock_where_the_engines_is_off() -> None:
    ahead = replace(SCENE, ahead_s=90.0)
    for name in ("stopped", "shop-web-1"):
        for known in (None, detail(name)):
            plain = container_of(summaries()[name], known, SCENE, NOW - 50)
            ours = container_of(summaries()[name], known, ahead, NOW - 50)
            for field in ("created", "started", "finished"):
                before, after = getattr(plain, field), getattr(ours, field)
                assert (before is None) is (after is None)
                assert before is None or after == before - 90
