"""`fleetui logs`: text and JSON, what is left out, what is refused, and how it ends."""

from __future__ import annotations

import json
import os
import signal

import pytest
from command_line import Run, Start
from terminal_of_tests import PATIENCE_S

from fleetui.cli.log_form import JsonForm, TextForm
from fleetui.core.logs.line import LogLine
from fleetui.core.ref import Ref


def test_a_units_log_is_its_members_in_order_of_time(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "logs", "deploy/api", "--tail", "20", "-o", "json")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert len({one["ref"] for one in found}) == 5
    times = [one["time"] for one in found]
    assert times == sorted(times)
    assert found[0].keys() == {
        "time",
        "ref",
        "container",
        "stream",
        "level",
        "message",
        "trace",
        "fields",
        "text",
    }
    assert all(one["ref"].startswith("kubernetes/blue/shop/pod/api-") for one in found)


def test_text_names_the_source_where_there_are_several(fleetui: Run) -> None:
    _, out, _ = fleetui("--demo", "logs", "deploy/api", "--tail", "2", "-t")
    assert "\x1b" not in out
    name, _, rest = out.splitlines()[0].partition(" | ")
    assert name.startswith("api-")
    assert rest[:2] == "20"
    _, one, _ = fleetui("--demo", "logs", "pod/postgres-0", "--tail", "2")
    assert " | " not in one


def test_level_and_grep_leave_out_the_rest(fleetui: Run) -> None:
    words = ("--demo", "logs", "deploy/worker", "--tail", "300", "-o", "json")
    _, out, _ = fleetui(*words, "--level", "warn")
    assert {json.loads(line)["level"] for line in out.splitlines()} <= {"warn", "error", "fatal"}
    _, out, _ = fleetui(*words, "--grep", "took_ms>50 !level:debug")
    found = [json.loads(line) for line in out.splitlines()]
    assert found
    assert all(int(one["fields"]["took_ms"]) > 50 and one["level"] != "debug" for one in found)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("logs", 2, "the following arguments are required: REF"),
        ("logs nothing-there", 1, 'nothing is called "nothing-there"\nsee: fleetui kinds'),
        ("logs a/b/c/d/e", 1, 'nothing is called "a/b/c/d/e"'),
        ("logs deplyo/api", 1, "did you mean kubernetes/blue/shop/deploy/api"),
        ("logs checkout", 2, '"checkout" could be 2 things: say more of it\n  '),
        ("logs asg/web", 1, "its members are machines: they keep no log here"),
        ("logs x --tail many", 2, "'many' is not a whole number of 0 or more"),
        ("logs x --since soon", 2, "'soon' is not a length of time"),
        ("logs x --level loud", 2, 'no level "loud"'),
        ("logs x --grep status>x", 2, "--grep: 'x' is no number: status>100, or status:x"),
        ("logs x -f --previous", 2, "--previous is over: it cannot be followed"),
        ("logs pod/postgres-0 --previous", 1, "no run before this one is kept"),
        ("logs x --output yaml", 2, 'no format "yaml"'),
        ("--demo-log-rate 0 kinds", 2, "'0' is out of bounds: 1 to 50000 lines a second"),
        ("--demo-log-rate 50001 kinds", 2, "'50001' is out of bounds"),
    ],
)
def test_what_cannot_be_done_is_said(fleetui: Run, words: str, code: int, said: str) -> None:
    got, _out, err = fleetui("--demo", *words.split())
    assert got == code
    assert said in err


def test_it_is_followed_until_it_is_interrupted(program: Start) -> None:
    process = program("--demo-log-rate", "50", "logs", "deploy/api", "-f", "--tail", "1")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(100)]
    assert all(line.startswith(b"api-") for line in lines)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (130, b"")


def test_a_reader_that_goes_away_while_it_follows_is_no_noise(program: Start) -> None:
    read, write = os.pipe()
    os.close(read)
    process = program("--demo-log-rate", "50", "logs", "deploy/api", "-f", stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (141, b"")


def test_a_container_is_chosen_only_where_there_are_several(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "logs", "pod/postgres-0", "-c", "side")
    assert (code, out) == (1, "")
    assert "it has one container only" in err


def test_who_in_a_pod_wrote_a_line_stands_before_it() -> None:
    ref = Ref("kubernetes", "blue/shop", "pod", "a", "web-1")
    entry = LogLine(1, ref, "level=warn msg=slow", container="proxy")

    def text(*, names: bool, containers: bool = True) -> list[str]:
        form = TextForm(colours=False, timestamps=False, names=names, containers=containers)
        return list(form.lines(entry))

    assert text(names=False) == ["proxy | level=warn msg=slow"]
    assert text(names=True) == ["web-1 proxy | level=warn msg=slow"]
    assert text(names=False, containers=False) == ["level=warn msg=slow"]
    told = json.loads(next(JsonForm().lines(entry)))
    assert (told["container"], told["level"], told["message"]) == ("proxy", "warn", "slow")
