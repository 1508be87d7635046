"""The commands that change something, as processes of their own, on a real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .servers.docker import DockerEngine
from .servers.waiting import PATIENCE_S, until


@pytest.fixture(autouse=True)
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker_engine: DockerEngine
) -> Iterator[None]:
    """A home of its own, whose config names the engine."""
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "XDG_", "FLEETUI_")):
            monkeypatch.delenv(name)
    config = tmp_path / "config.toml"
    config.write_text(f'version = 1\n[docker.bastion]\nhost = "{docker_engine.host}"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FLEETUI_CONFIG", str(config))
    monkeypatch.setenv("FLEETUI_STATE_DIR", str(tmp_path / "state"))
    yield
    docker_engine.remove_all()


def fleetui(*words: str, stdin: str = "") -> tuple[int, str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "fleetui", *words],
        input=stdin, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return made.returncode, made.stdout, made.stderr


def state(engine: DockerEngine, name: str) -> str:
    return str(engine.client.inspect_container(name)["State"]["Status"])


def test_stop_undo_and_what_is_told_after(docker_engine: DockerEngine) -> None:
    docker_engine.run("web", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done")
    code, out, err = fleetui("stop", "web", "--dry-run")
    assert (code, err) == (0, "")
    assert "running → exited" in out
    assert state(docker_engine, "web") == "running"
    code, _, err = fleetui("stop", "web")
    assert (code, "add --yes" in err) == (3, True)
    assert fleetui("stop", "web", "--yes", "--grace", "5s", "--reason", "night")[0] == 0
    assert state(docker_engine, "web") == "exited"
    code, _, err = fleetui("undo", "--yes")
    assert (code, "undo of: stop docker/bastion/container/web" in err) == (0, True), err
    assert state(docker_engine, "web") == "running"
    code, out, _ = fleetui("rollouts", "-o", "json")
    assert {(i["action"], i["phase"]) for i in json.loads(out)["items"]} == {
        ("stop", "done"), ("start", "done"),
    }  # fmt: skip
    assert fleetui("audit", "--verify")[0] == 0


def test_several_and_one_of_them_gone(docker_engine: DockerEngine) -> None:
    for name in ("one", "two"):
        docker_engine.run(name)
    code, out, _ = fleetui("rm", "one", "two", "--force", "--yes", "--confirm", "2", "-o", "json")
    assert code == 0
    outcomes: list[dict[str, Any]] = json.loads(out)["outcomes"]
    assert [one["phase"] for one in outcomes] == ["done", "done"]
    code, _, err = fleetui("rm", "one", "--yes")
    assert (code, 'nothing is called "one"' in err) == (1, True)


def test_exec_has_the_command_s_input_output_and_code(docker_engine: DockerEngine) -> None:
    docker_engine.run("web")
    got = fleetui("exec", "web", "--", "sh", "-c", "cat; echo no >&2; exit 7", stdin="in\n")
    assert got == (7, "in\n", "no\n")
    code, _, err = fleetui("exec", "web", "--", "nosuch")
    assert (code, "there is no nosuch in it" in err) == (127, True)
    code, _, err = fleetui("exec", "web", "--read-only", "--", "ls")
    assert (code, "read-only" in err) == (3, True)


def test_what_is_done_from_here_is_waited_for_even_without_wait(
    docker_engine: DockerEngine,
) -> None:
    before = docker_engine.run("web")
    code, out, err = fleetui("redeploy", "web", "--no-pull", "--yes", "--no-wait")
    assert (code, out.split()[0]) == (0, "done"), err
    assert docker_engine.client.inspect_container("web")["Id"] != before


def test_ctrl_c_while_it_stops_and_how_rollouts_tells_of_it(docker_engine: DockerEngine) -> None:
    docker_engine.run("slow", "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")
    process = subprocess.Popen(
        [sys.executable, "-m", "fleetui", "stop", "slow", "--grace", "5s", "--yes"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "docker/bastion/container/slow: " in line
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(PATIENCE_S) == 130
    assert "fleetui rollouts" in rest
    until(lambda: state(docker_engine, "slow") == "exited", "it has stopped")
    _, out, _ = fleetui("rollouts", "-o", "json")
    (item,) = json.loads(out)["items"]
    assert item["phase"] == "done"
