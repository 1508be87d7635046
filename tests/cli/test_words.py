"""Every word that can be wrong, with what is said of it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from command_line import Run

from fleetui.cli import parser
from fleetui.cli.main import COMMANDS
from fleetui.cli.parser import build, subparsers
from fleetui.cli.parsing.words import Parser

USAGE: list[tuple[str, str]] = [
    ("gte compute", 'no command "gte": did you mean "get"?'),
    ("zzz", 'no command "zzz": there is wallboard, get, describe, logs, query, audit, check'),
    ("--them day", "no option --them: did you mean --theme?"),
    ("--zzzzz", "no option --zzzzz"),
    ("get", "the following arguments are required: KIND"),
    ("get computr", 'no kind "computr": did you mean "compute"?'),
    ("get compute -o yaml", 'no format "yaml": there is table, wide, json, csv'),
    ("get compute -o jsn", 'did you mean "json"?'),
    ("get compute extra", '"extra" is one word too many'),
    ("--demo get compute --sort price", 'no column "price": did you mean "private"?'),
    ("--demo get compute --filter cpu>lots", "cpu cannot be compared with 'lots'"),
    ("--demo get compute --filter cpi>1", "did you mean cpu?"),
    ("--demo get compute --watch -o csv", "--watch writes table, wide or json, not csv"),
    ("get compute --filtre x", "no option --filtre: did you mean --filter?"),
    ("--demo resize memory=1GiB", "resize what? write a REF before the amounts"),
    ("--demo resize shop-web-1 cpu=1 cpu=2", "cpu is given twice"),
    ("--demo resize shop-web-1 cpu=", "resize to what? give --memory, --cpu"),
    ("query", "the following arguments are required: EXPR"),
    ("query up --range lots", "'lots' is not a length of time: try 30m or 1h30m"),
    ("query up --range 0s", "'0s' is not a length of time"),
    ("query up -o wide", 'no format "wide"'),
    ("--demo query up --source mian", 'no Prometheus "mian": did you mean "main"?'),
    ("audit extra", '"extra" is one word too many'),
    ("audit -o yaml", 'no format "yaml": there is table, json, csv'),
    ("audit -o jsn", 'did you mean "json"?'),
    ("audit --since lots", "'lots' is not a length of time: try 30m or 1h30m"),
    ("audit --since 0d", "'0d' is not a length of time"),
    ("audit --limit few", "'few' is not a whole number of 0 or more"),
    ("audit --ref", "--ref: takes a value"),
    ("audit --verfy", "no option --verfy: did you mean --verify?"),
    ("audit --verify --since 7d", "--verify walks the whole audit: leave out --since"),
    ("audit --verify --ref web", "--verify walks the whole audit: leave out --ref"),
    ("audit --verify --limit 0", "--verify walks the whole audit: leave out --limit"),
    ("audit --verify -o csv", "--verify writes table or json, not csv"),
    ("--demo audit", "the demo keeps its audit only while it runs: see it on the board"),
    ("check -o csv", 'no format "csv": there is table, json'),
    ("completion zhs", 'no shell "zhs": did you mean "zsh"?'),
    ("completion", "the following arguments are required: SHELL"),
    ("wallboard --rotate 1s", "'1s' is too short: 2s is the least"),
    ("wallboard --rotate soon", "'soon' is not a length of time"),
    ("--demo-seed x", "'x' is not a whole number of 0 or more"),
    ("--demo-size -5", "'-5' is not a whole number of 0 or more"),
    ("--demo-fault lost", 'no fault "lost": there is throttled'),
    ("--demo-fault hangng", 'did you mean "hanging"?'),
    ("screens extra", '"extra" is one word too many'),
    ("--demo init", "the demo needs no config"),
    ("--config", "--config: takes a value"),
    ("get alerts --sort", "--sort: takes a value"),
    ("get alerts --filter", "--filter: takes a value"),
    ("get alerts -o", "-o/--output: takes a value"),
    ("logs x --since", "--since: takes a value"),
    ("logs x --since yesterday", "--since: 'yesterday' is not a length of time: try 30m or 1h30m"),
    ("logs x --since -5m", "--since: '-5m' is not a length of time: try 30m or 1h30m"),
    ("logs x --tail -1", "--tail: '-1' is not a whole number of 0 or more"),
    ("logs x --level", "--level: takes a value"),
    ("logs x -o yaml", 'no format "yaml": there is text, json'),
    ('--demo logs x --grep a"b', "--grep: a quote is not closed"),
    ("--demo logs x --grep level:loud", "--grep: no level is called 'loud': there is trace, debug"),
    ("--demo logs /", "REF is empty: try fleetui get containers, or fleetui get capacity"),
    ("--demo describe /", "REF is empty: try fleetui get containers -o json, or fleetui kinds"),
    ("describe", "the following arguments are required: REF"),
    ("describe x y", '"y" is one word too many'),
    ("describe x -o csv", 'no format "csv": there is text, json, yaml'),
    ("keys -o csv", 'no format "csv": there is table, json'),
    ("keys extra", '"extra" is one word too many'),
    ("get pods", 'no kind "pods": there is compute, containers, images'),
    ("--demo get containers --sort -nosuch", 'no column "nosuch": there is age, command, cpu'),
    ("--demo get containers --filter @", "@ needs a name after it"),
    ("--demo get containers --filter @brokn", "did you mean @broken?"),
    ("--demo get containers --filter @x", "no filter is called 'x': there is @broken, @new"),
    ("--demo get containers --filter label.:x", "label. needs a name after it: label.app:web"),
    ("query up --range -5m", "--range: '-5m' is not a length of time: try 30m or 1h30m"),
    ("--demo-size 0 get alerts", "--demo-size: '0' is too small: 20 is the least"),
    ("--demo-size 5 get alerts", "--demo-size: '5' is too small: 20 is the least"),
    ("--demo-size abc", "--demo-size: 'abc' is not a whole number of 0 or more"),
    ("--config /does/not/exist.toml get compute", "cannot be read: no such file"),
    ("--log-file /proc/none/x.log --demo get alerts", "no log: /proc/none"),
]


@pytest.mark.parametrize(("line", "message"), USAGE, ids=[line for line, _ in USAGE])
def test_wrong_usage_is_told_in_a_line_and_ends_with_2(
    fleetui: Run, line: str, message: str
) -> None:
    code, out, err = fleetui(*line.split(" "))
    assert (code, out) == (2, "")
    assert err.startswith("fleetui: ")
    assert message in err


def test_an_empty_expression_is_refused(fleetui: Run) -> None:
    code, _, err = fleetui("--demo", "query", " ")
    assert (code, err) == (2, "fleetui: the expression is empty: try fleetui query up\n")


def test_a_filter_s_mistake_is_pointed_at(fleetui: Run) -> None:
    code, _, err = fleetui("--demo", "get", "compute", "--filter", "web cpu>lots")
    assert code == 2
    assert err.splitlines()[1:] == ["  web cpu>lots", "      ^^^^^^^^"]


@pytest.mark.parametrize("command", ["", "get", "query", "check", "init", "wallboard", "screens"])
def test_help_names_the_words_and_ends_well(fleetui: Run, command: str) -> None:
    code, out, err = fleetui(*command.split(), "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: fleetui")
    assert "--demo" in out


def test_help_documents_the_exit_codes(fleetui: Run) -> None:
    _, out, _ = fleetui("--help")
    for code in (
        "0   done",
        "1   it failed",
        "2   wrong usage",
        "3   refused",
        "4   nothing could",
    ):
        assert code in out


def test_all_mistakes_of_a_config_are_told_at_once(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text('[ui]\nnmae = "x"\n[docker.local]\nhots = "y"\n')
    code, out, err = fleetui("--config", str(path), "get", "containers")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "fleetui: 2 things are wrong",
        f'  {path}:2: ui.nmae: unknown key, did you mean "name"?',
        f'  {path}:4: docker.local.hots: unknown key, did you mean "host"?',
    ]


def test_a_config_may_be_named_by_a_variable(
    fleetui: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "c.toml"
    path.write_text("nmae = 1\n")
    monkeypatch.setenv("FLEETUI_CONFIG", str(path))
    code, _, err = fleetui("get", "containers")
    assert (code, err) == (2, f"fleetui: {path}:1: nmae: unknown key\n")
    # The demo needs no config, so a broken one is not in its way.
    assert fleetui("--demo", "get", "alerts")[0] == 0


def test_options_may_stand_before_or_after_the_command(fleetui: Run) -> None:
    before = fleetui("--demo", "--demo-seed", "3", "get", "volumes", "-o", "csv")
    after = fleetui("get", "volumes", "-o", "csv", "--demo-seed", "3")
    assert before[0] == after[0] == 0
    names = [[line.split(",")[0] for line in out.splitlines()] for _, out, _ in (before, after)]
    assert names[0] == names[1]
    assert len(names[0]) > 1


def test_a_config_in_its_usual_place_that_cannot_be_read_is_told(
    fleetui: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "cfg"))
    place = home / "cfg" / "fleetui" / "config.toml"
    place.mkdir(parents=True)
    code, _, err = fleetui("get", "containers")
    assert (code, err) == (2, f"fleetui: {place}: cannot be read: is a directory\n")


def test_every_command_that_is_read_is_done_by_something() -> None:
    assert set(subparsers(build())) == set(COMMANDS) - {""}


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {""}))
def test_a_command_is_made_alone_as_it_is_among_all(name: str) -> None:
    alone = build({name})
    assert list(subparsers(alone)) == [name]
    assert subparsers(alone)[name].format_help() == subparsers(build())[name].format_help()


def test_only_the_commands_that_a_line_names_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[set[str]] = []

    def noting(only: set[str]) -> Parser:
        made.append(set(only))
        return build(only)

    monkeypatch.setattr(parser, "build", noting)
    assert parser.parse(["--screen", "pods"]).command is None
    assert parser.parse(["get", "compute", "--screen", "logs"]).command == "get"
    with pytest.raises(SystemExit):
        parser.parse(["get", "--help"])
    assert made == [set(), {"get", "logs"}, set(COMMANDS) - {""}]
    for module, name in COMMANDS.values():
        assert callable(getattr(import_module(module), name))
