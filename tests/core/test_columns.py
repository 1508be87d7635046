"""Tables, and how facts are written in their cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetui.core import cells
from fleetui.core.columns import Cell, Look, Tone, sort_key
from fleetui.core.filter import parse
from fleetui.core.kinds import KINDS, WORDS
from fleetui.core.objects import Alert, CapacityUnit, Container, Image, Port, Service, is_wrong
from fleetui.core.ref import Ref
from fleetui.core.state import Health, Severity, State
from fleetui.core.tables import TABLES

NOW = 1_700_000_000.0
LOOK = Look(NOW, production=frozenset({("kubernetes", "blue")}))
REF = Ref("kubernetes", "blue/shop", "deploy", "u", "api")
UNIT = CapacityUnit(ref=REF, state=State.RUNNING, desired=6, ready=4, min=2, max=12)
THING = Container(ref=REF, state=State.RUNNING)


def test_every_kind_has_a_table_and_a_word() -> None:
    assert TABLES.keys() == KINDS.keys() == WORDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_writes_a_bare_object(kind: str) -> None:
    """A back end that says nothing but a name must not break a table."""
    bare = KINDS[kind](ref=REF)
    table = TABLES[kind]
    for column in table.columns.values():
        assert isinstance(column.cell(bare, LOOK), Cell)
        assert sort_key(column)(bare)
        assert column.doc
    assert {*table.shown, *table.wide, table.sort.removeprefix("-")} <= table.columns.keys()
    assert table.wide[: len(table.shown)] == table.shown


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_glyph_a_word_and_a_tone(state: State) -> None:
    cell = cells.state_cell(replace(THING, state=state), LOOK)
    glyph, word = cell.text.split(" ")
    assert len(glyph) == 1
    assert word == state


def test_what_a_check_says_wins_over_running() -> None:
    sick = replace(THING, health=Health.UNHEALTHY)
    assert cells.state_cell(sick, LOOK) == Cell("▲ unhealthy", Tone.WARN)
    assert cells.state_rank(sick) < cells.state_rank(THING)
    assert is_wrong(sick)
    assert not is_wrong(THING)
    starting = replace(THING, health=Health.STARTING)
    assert cells.state_cell(starting, LOOK).text == "◐ starting"
    assert cells.state_cell(replace(UNIT, rollout="1/3"), LOOK).text == "◐ rolling"


@pytest.mark.parametrize(
    ("ready", "desired", "text", "tone"),
    [
        (4, 6, "▰▰▰▰▱▱ 4/6", Tone.WARN),
        (6, 6, "▰▰▰▰▰▰ 6/6", Tone.NORMAL),
        (0, 3, "▱▱▱    0/3", Tone.CRITICAL),
        (99, 100, "▰▰▰▰▰▱ 99/100", Tone.WARN),
        (0, 0, "       0/0", Tone.NORMAL),
        (None, 3, "–/3", Tone.NORMAL),
        (None, None, "–", Tone.MUTED),
    ],
)
def test_ready_is_a_bar_and_numbers(
    ready: int | None, desired: int | None, text: str, tone: Tone
) -> None:
    assert cells.ready_cell(replace(UNIT, ready=ready, desired=desired), LOOK) == Cell(text, tone)


def test_ready_of_a_service_is_of_its_total() -> None:
    assert cells.ready_cell(Service(ref=REF, ready=1, total=2), LOOK).text == "▰▱     1/2"


def test_places_are_marked_where_they_are_production() -> None:
    assert cells.where_cell(THING, LOOK) == Cell("◆ k8s blue/shop", Tone.PRODUCTION)
    assert cells.where_cell(THING, Look(NOW)).tone is Tone.MUTED


def test_bounds() -> None:
    assert cells.range_cell(UNIT, LOOK).text == "2–12"
    assert cells.range_cell(replace(UNIT, min=None, autoscaler="x"), LOOK).text == "…–12 ⇅"


@pytest.mark.parametrize(
    ("port", "text"),
    [
        (Port(8080, 80), "80→8080"),
        (Port(443, 443), "443"),
        (Port(53, 53, "UDP"), "53/udp"),
        (Port(8080), ":8080"),
    ],
)
def test_ports(port: Port, text: str) -> None:
    assert cells.port_text(port) == text


def test_cpu_is_measured_against_the_cores_and_memory_against_its_limit() -> None:
    assert cells.cpu_cell(replace(THING, cpu=0.96), LOOK).tone is Tone.CRITICAL
    trend = Look(NOW, trend=lambda _ref: (0.0, 0.5, 1.0))
    assert cells.cpu_cell(replace(THING, cpu=0.5), trend).text == "    ▁▅█  50 %"
    limit = replace(THING, memory=90, memory_limit=100)
    assert cells.memory_cell(limit, LOOK) == Cell("90 B", Tone.WARN)


def test_nothing_known_comes_last() -> None:
    column = TABLES["containers"].columns["cpu"]
    known = replace(THING, cpu=0.0)
    assert sorted([THING, known], key=sort_key(column)) == [known, THING]


def test_a_loud_alert_is_written_loudly() -> None:
    alert = Alert(ref=REF, severity=Severity.CRITICAL)
    assert cells.severity_cell(alert, LOOK) == Cell("critical", Tone.CRITICAL)


def test_severities_sort_by_how_loud_they_are_and_are_filtered_by_their_word() -> None:
    column = TABLES["alerts"].columns["severity"]
    loud = [Alert(ref=REF, severity=one) for one in (Severity.INFO, Severity.CRITICAL)]

    assert [a.severity for a in sorted(loud, key=sort_key(column))] == ["critical", "info"]
    wanted = parse("severity:crit", TABLES["alerts"].columns)
    assert [wanted(alert, NOW) for alert in loud] == [False, True]
    exact = parse("severity=critical", TABLES["alerts"].columns)
    assert [exact(alert, NOW) for alert in loud] == [False, True]


def test_what_does_not_run_is_in_use_or_not() -> None:
    image = Image(ref=REF, state=State.RUNNING, used_by=2)
    assert cells.state_cell(image, LOOK).text == "● in use"
    assert cells.state_cell(replace(image, used_by=0), LOOK) == Cell("○ unused", Tone.MUTED)
