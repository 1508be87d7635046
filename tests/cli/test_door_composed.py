"""From the words and the config to the door: its rules with their lines, or why there is none."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from fleetui.actions.action import Who
from fleetui.actions.audit.journal import AuditJournal
from fleetui.cli import compose
from fleetui.cli.door import Entrance, open_door, policy, read_only, writers
from fleetui.cli.parser import parse
from fleetui.core.change import Verb
from fleetui.core.ref import Ref

CONFIG = """[policy]
protect = ["container/db-*"]
max_step = 4
max_targets = 9
reason = "always"
freeze = ["2020-01-01 00:00 - 2020-01-02 00:00 UTC"]
together = 3
go_on = true
[gate.errors]
match = ["docker/prod/*", "web-*"]
expr = " errors "
max = 1
hold = "5m"
roll_back = true
[docker.prod]
production = true
[docker.old]
read_only = true
[docker.off]
enabled = false
[prometheus.main]
"""


@pytest.fixture
def args(home: Path) -> argparse.Namespace:
    path = home / "config.toml"
    path.write_text(CONFIG)
    return parse(["--config", str(path)])


def entrance(args: argparse.Namespace, **more: bool) -> Entrance:
    fleet = compose.gather(args, compose.configure(args))
    return open_door(args, fleet, AuditJournal(None), Who("ana", "bastion"), **more)


def test_the_rules_come_with_their_lines(args: argparse.Namespace) -> None:
    found = policy(compose.gather(args, compose.configure(args)))
    assert found.production == {("docker", "prod")}
    assert found.protect == (("container/db-*", "~/config.toml:2"),)
    assert (found.max_step, found.max_targets, found.reason) == (4, 9, "always")
    assert found.places == {
        "max_step": "~/config.toml:3", "max_targets": "~/config.toml:4",
        "reason": "~/config.toml:5",
    }  # fmt: skip
    ((freeze),) = found.freezes
    assert (freeze.place, freeze.covers(1_577_840_000)) == ("~/config.toml:6", 1_577_923_200)
    assert [glob for glob, _ in found.gates] == ["docker/prod/*", "web-*"]
    gate = found.gates[0][1]
    assert (gate.expr, gate.max, gate.hold_s, gate.roll_back) == ("errors", 1.0, 300.0, True)
    assert (gate.place, gate.source) == ("~/config.toml:9", "")


def test_what_its_table_makes_read_only_has_no_writer_and_says_why(
    args: argparse.Namespace,
) -> None:
    made = entrance(args)
    assert made.door is not None
    assert made.book is made.door.book
    assert (made.order.together, made.order.go_on) == (3, True)
    refusal = made.door.refusal(Ref("docker", "old", "container", "u", "web"), Verb.STOP)
    assert refusal is not None
    assert refusal.line == "docker/old is read-only (read-only, ~/config.toml:18)"
    queries = made.door.refusal(Ref("prometheus", "main", "target", "u", "a"), Verb.STOP)
    assert queries is not None
    assert queries.text == "prometheus/main can only be read"


@pytest.mark.parametrize(
    ("value", "shut"),
    [("1", True), ("yes", True), ("true", True), ("0", False), ("", False), ("false", False),
     (" No ", False), ("anything", True)],
)  # fmt: skip
def test_the_environment_shuts_it_unless_it_clearly_does_not(
    args: argparse.Namespace, value: str, shut: bool
) -> None:
    rule = read_only(args, compose.configure(args), environ={"FLEETUI_READ_ONLY": value})
    assert (rule is not None) is shut
    if rule is not None:
        assert rule.place == "FLEETUI_READ_ONLY in the environment"


def test_every_way_names_its_place(
    args: argparse.Namespace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entrance(args).rule is None
    wall = entrance(args, wallboard=True)
    assert (wall.door, wall.rule and wall.rule.place) == (None, "fleetui wallboard")
    args.read_only = True
    assert (entrance(args).rule or wall.rule).line == (  # type: ignore[union-attr]
        "nothing is changed from here: this run is read-only (read-only, --read-only)"
    )
    args.read_only = False
    monkeypatch.setenv("FLEETUI_READ_ONLY", "1")
    assert entrance(args).door is None
    monkeypatch.delenv("FLEETUI_READ_ONLY")
    (home / "config.toml").write_text("\nread_only = true\n[docker.a]\n")
    shut = entrance(args)
    assert shut.door is None
    assert shut.rule is not None
    assert shut.rule.place == "~/config.toml:2"


async def test_the_demo_goes_through_the_door_too(home: Path) -> None:
    args = parse(["--demo"])
    made = entrance(args)
    assert made.door is not None
    fleet = compose.gather(args, compose.configure(args))
    made_for = {(one.name, one.scope) for one in writers(args, fleet)}
    assert made_for == {(p.name, p.scope) for p in fleet.providers if p.name != "prometheus"}
    refusal = made.door.refusal(Ref("prometheus", "main", "target", "u", "x"), Verb.STOP)
    assert refusal is not None
    assert refusal.text == "prometheus/main can only be read"
    assert await made.begin() == ()
    await made.close()


def test_a_table_of_the_config_shuts_one_of_the_demo(home: Path) -> None:
    path = home / "demo.toml"
    args = parse(["--demo"])
    fleet = compose.gather(args, compose.configure(args))
    first = next(one for one in writers(args, fleet) if one.name == "docker")
    path.write_text(f"[docker.{first.scope}]\nread_only = true\n")
    args = parse(["--demo", "--config", str(path)])
    fleet = compose.gather(args, compose.configure(args))
    assert ("docker", first.scope) not in {(w.name, w.scope) for w in writers(args, fleet)}
    made = open_door(args, fleet, AuditJournal(None), Who("ana", "bastion"))
    assert made.door is not None
    refusal = made.door.refusal(Ref("docker", first.scope, "container", "u", "x"), Verb.STOP)
    assert refusal is not None
    assert refusal.place == "~/demo.toml:2"


async def test_rollouts_of_an_empty_audit_are_none(args: argparse.Namespace) -> None:
    made = entrance(args, wallboard=True)
    (spec,) = made.book.sources()
    assert (await made.book.fetch(spec.key)).rows == ()
