"""Pipes that break, outputs that are closed, and signals while watching."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from command_line import Start
from terminal_of_tests import PATIENCE_S

MODULES = """
import sys
from fleetui.cli.main import main
code = main(sys.argv[1:])
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""
HEAVY = {"textual", "rich", "boto3", "botocore", "docker", "kubernetes", "paramiko", "httpx"}


@pytest.mark.parametrize("words", [("get", "containers", "-o", "json"), ("kinds",)])
def test_a_reader_that_goes_away_is_no_noise(program: Start, words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = program("--demo", *words, stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (141, b"")


def test_head_of_a_watch_ends_it(program: Start) -> None:
    process = program("--demo", "get", "events", "--watch", "-o", "json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first.keys() in ({"change", "source"}, {"change", "item"})
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_watched_table_is_written_anew_when_a_cell_changes(program: Start) -> None:
    process = program("--demo", "get", "containers", "--watch", "--filter", "where:docker")
    assert process.stdout is not None
    tables: list[list[bytes]] = []
    for line in process.stdout:
        if line.startswith(b"STATE"):
            tables.append([])
        tables[-1].append(line)
        if len(tables) == 2:
            break
    assert tables[0][-1] == b"\n"
    assert len(tables[0]) > 3
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 143


@pytest.mark.parametrize(
    ("form", "number", "code"),
    [("table", signal.SIGINT, 130), ("json", signal.SIGINT, 130), ("wide", signal.SIGTERM, 143)],
)
def test_a_signal_ends_a_watch_without_a_traceback(
    program: Start, form: str, number: signal.Signals, code: int
) -> None:
    process = program("--demo", "get", "alerts", "--watch", "-o", form)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (code, b"")


def test_a_closed_stdout_is_told(program: Start) -> None:
    process = program("--demo", "get", "alerts", stdout=None, preexec_fn=lambda: os.close(1))
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert err == b"fleetui: cannot write the output: standard output is closed\n"


def test_a_full_disk_is_told(program: Start) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123  a device, not a file of ours
        process = program("--demo", "get", "alerts", stdout=full)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert err == b"fleetui: cannot write the output: No space left on device\n"


def test_a_closed_stderr_does_not_matter(program: Start) -> None:
    process = program("gte", stderr=None, preexec_fn=lambda: os.close(2))
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_encoding_of_a_pipe_will_do(program: Start, encoding: str) -> None:
    process = program("--demo", "get", "capacity", env={"PYTHONIOENCODING": encoding})
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, b"")
    assert out.decode(encoding).startswith("STATE")
    assert b"\x1b" not in out


@pytest.mark.parametrize(
    "words",
    [["--version"], ["gte"], ["--demo", "get", "compute"], ["--demo", "check"], ["screens"]],
    ids=" ".join,
)
def test_nothing_heavy_is_imported_for_what_needs_no_screen(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MODULES, *words], capture_output=True, text=True, check=False
    )
    modules = set(done.stderr.splitlines())
    assert "fleetui.cli.main" in modules
    assert not modules & HEAVY
    if words == ["--version"]:
        assert "asyncio" not in modules
