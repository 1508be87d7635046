"""`fleetui get`: tables, JSON and CSV of the demo fleet, and of back ends that fail."""

from __future__ import annotations

import csv
import io
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run

from fleetui.cli.exits import Exit, Stop
from fleetui.cli.get import outcome
from fleetui.cli.parser import parse
from fleetui.cli.picture import picture
from fleetui.config.filters import language
from fleetui.core.errors import Fault
from fleetui.core.kinds import KINDS, OWN
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Part, Snapshot, SourceKey


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OWN])
def test_every_kind_of_the_demo_in_every_form(fleetui: Run, kind: str) -> None:
    code, out, err = fleetui("--demo", "get", kind, "-o", "json")
    form = json.loads(out)
    assert (code, err) == (0, "")
    assert form["kind"] == kind
    assert form["items"]
    assert all(s["error"] is None and not s["stale"] for s in form["sources"])
    _, table, _ = fleetui("--demo", "get", kind)
    _, wide, _ = fleetui("--demo", "get", kind, "-o", "wide")
    assert "\x1b" not in table + wide
    assert len(wide.splitlines()[0]) > len(table.splitlines()[0]) or kind in {"alerts", "targets"}
    _, text, _ = fleetui("--demo", "get", kind, "-o", "csv")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[:7] == ["ref", "provider", "scope", "kind", "name", "uid", "state"]
    assert rows
    assert all(len(row) == len(head) for row in rows)


def test_a_table_stands_in_columns_without_trailing_blanks(fleetui: Run) -> None:
    _, out, _ = fleetui("--demo", "get", "compute")
    lines = out.splitlines()
    at = lines[0].index("NAME")
    assert all(line[at - 1] == " " and line[at] != " " for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_filter_sort_and_header(fleetui: Run) -> None:
    _, out, _ = fleetui(
        "--demo", "get", "compute", "-o", "csv", "--filter", "where:aws", "--sort", "-name",
        "--no-header",
    )  # fmt: skip
    names = [row[4] for row in csv.reader(io.StringIO(out))]
    assert len(names) > 2
    assert names == sorted(names, reverse=True)
    assert all(row[1] == "aws" for row in csv.reader(io.StringIO(out)))


def test_nothing_matches(fleetui: Run) -> None:
    code, out, _ = fleetui("--demo", "get", "compute", "--filter", "no-such-thing")
    assert code == 0
    assert len(out.splitlines()) == 1
    assert fleetui("--demo", "get", "compute", "--filter", "zz", "--no-header")[1] == ""


def test_the_same_seed_is_the_same_fleet(fleetui: Run) -> None:
    def volumes(*words: str) -> dict[str, int]:
        out = fleetui("get", "volumes", "-o", "json", *words)[1]
        return {item["name"]: item["size"] for item in json.loads(out)["items"]}

    assert volumes("--demo-seed", "5") == volumes("--demo-seed", "5") != volumes("--demo-seed", "6")


def test_measured_values_come_with_a_short_list(fleetui: Run) -> None:
    _, out, err = fleetui(
        "--demo", "get", "containers", "--filter", "where:docker !paused", "-o", "json"
    )
    items = [i for i in json.loads(out)["items"] if i["state"] == "running"]
    assert items
    assert err == ""
    assert all(item["cpu"] is not None and item["memory"] for item in items)


def test_a_kind_that_nobody_provides_is_empty_and_no_failure(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text('[prometheus.main]\nurl = "http://127.0.0.1:1"\n')
    code, out, err = fleetui("--config", str(path), "get", "volumes", "-o", "json")
    assert code == 0
    assert json.loads(out) == {"kind": "volumes", "items": [], "sources": []}
    assert err.startswith("fleetui: nothing that is configured lists volumes")
    assert f"add [docker.NAME] to {path}" in err


def test_when_all_fail_it_ends_with_4(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text(f'[docker.gone]\nhost = "unix://{home}/none.sock"\n')
    code, out, err = fleetui("--config", str(path), "get", "containers", "-o", "json")
    assert code == 4
    (source,) = json.loads(out)["sources"]
    assert source["error"]["code"] == "unreachable"
    assert source["stale"]
    assert err.startswith("fleetui: docker/gone")


FAULT = Fault("throttled", "too many requests", "", "wait")
GOOD = Snapshot(SourceKey("aws", "prod", "compute"), 1, fetched_at=1.0)
BAD = Snapshot(SourceKey("aws", "old", "compute"), 1, fault=FAULT)
PARTLY = replace(GOOD, parts=(Part("us-1", FAULT, None),), warnings=("careful",))


@pytest.mark.parametrize(
    ("snapshots", "code", "lines"),
    [
        ((), Exit.DONE, []),
        ((GOOD,), Exit.DONE, []),
        ((GOOD, BAD), Exit.FAILED, ["aws/old: too many requests · wait"]),
        ((BAD,), Exit.UNREACHABLE, ["aws/old: too many requests · wait"]),
        ((PARTLY,), Exit.FAILED, ["aws/prod: too many requests · wait", "aws/prod: careful"]),
    ],
)
def test_what_failed_is_told_on_stderr_and_by_the_exit_code(
    capsys: pytest.CaptureFixture[str],
    snapshots: tuple[Snapshot, ...],
    code: Exit,
    lines: list[str],
) -> None:
    assert outcome(snapshots) is code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"fleetui: {line}" for line in lines]


def test_the_log_is_private(fleetui: Run, home: Path) -> None:
    log = home / "my.log"
    path = home / "c.toml"
    path.write_text(f'[docker.gone]\nhost = "unix://{home}/none.sock"\n[log]\nlevel = "debug"\n')
    fleetui("--config", str(path), "--log-file", str(log), "get", "containers")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_no_rows_to_read_where_a_provider_is_not_enabled(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text("[docker.off]\nenabled = false\n")
    code, out, err = fleetui("--config", str(path), "get", "containers")
    assert code == 0
    assert out.startswith("STATE")
    assert "nothing that is configured lists containers" in err


def test_a_query_is_answered_in_every_form(fleetui: Run) -> None:
    code, table, err = fleetui("--demo", "query", "up")
    assert (code, err) == (0, "")
    assert table.split("\n")[0].split() == ["METRIC", "INSTANCE", "JOB", "VALUE"]
    _, text, _ = fleetui("--demo", "query", "up", "-o", "csv", "--no-header")
    assert next(csv.reader(io.StringIO(text)))[0] == "up"
    _, out, _ = fleetui("--demo", "query", "up", "--range", "5m", "-o", "json")
    form = json.loads(out)
    assert (form["expr"], form["type"]) == ("up", "matrix")
    assert len(form["series"][0]["points"]) > 10


def test_an_expression_that_prometheus_refuses_ends_with_1(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "query", "sum(")
    assert (code, out) == (1, "")
    assert err.startswith("fleetui: prometheus/main")


def test_without_a_prometheus_there_is_nobody_to_ask(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text('[docker.local]\nhost = "unix:///none"\n')
    code, _, err = fleetui("--config", str(path), "query", "up")
    assert code == 2
    assert "there is no Prometheus to ask: add [prometheus.NAME]" in err


def test_one_of_several_must_be_chosen(fleetui: Run, home: Path) -> None:
    path = home / "c.toml"
    path.write_text("[prometheus.a]\n[prometheus.b]\n")
    code, _, err = fleetui("--config", str(path), "query", "up")
    assert code == 2
    assert "choose one with --source: a, b" in err


def test_filters_with_patterns_and_names(fleetui: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('version = 1\n[filters]\nmine = "/^(web|api)/ !state:stopped"\n')
    named = fleetui("--config", str(config), "--demo", "get", "capacity", "--filter", "@mine")
    code, out, err = named
    assert (code, err) == (0, "")
    written = fleetui("--demo", "get", "capacity", "--filter", "/^(web|api)/ !state:stopped")[1]
    refs = [line.split()[:3] for line in out.splitlines()]
    assert len(refs) > 2
    assert [line.split()[:3] for line in written.splitlines()] == refs


@pytest.mark.parametrize(
    ("text", "message", "mark"),
    [
        ("web /a(b/", "--filter: the pattern: missing )", "          ^"),
        ("x /y", "--filter: a pattern ends with / before a blank", "    ^^"),
        ("x @none", "--filter: no filter is called 'none': there is @broken, @new",
         "    ^^^^^"),
    ],
)  # fmt: skip
def test_mistakes_in_a_filter_are_underlined(
    fleetui: Run, text: str, message: str, mark: str
) -> None:
    code, out, err = fleetui("--demo", "get", "compute", "--filter", text)
    assert (code, out) == (Exit.USAGE, "")
    lines = err.splitlines()
    assert message in lines[0]
    assert lines[-1] == mark


def test_a_hostile_pattern_ends_the_run_in_words() -> None:
    args = parse(["get", "containers", "--filter", "web /(x+x+)+y/"])
    shown = picture(args, language({}))
    rows = [Container(ref=Ref("docker", "h", "container", "1", "web"), reason="x" * 4000)]
    with pytest.raises(Stop) as caught:
        shown.choose(rows, 0.0)
    assert caught.value.code == Exit.USAGE
    assert caught.value.lines[0] == "--filter: /(x+x+)+y/ takes too long: make it simpler"
