"""Commands that are left in the middle of a change that is made from here, on a real engine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from terminal_of_tests import Terminal

from .servers.docker import DockerEngine
from .servers.waiting import PATIENCE_S, until
from .test_docker_commands import fleetui, home, state

__all__ = ["home"]
LATE = 'HEALTHCHECK --interval=4s --retries=3 CMD ["true"]'
"""A check that is passed after four seconds: so long a redeploy is under way."""


@pytest.fixture(scope="module")
def engine(docker_engine: DockerEngine) -> DockerEngine:
    docker_engine.import_image("app:1", 'CMD ["sleep", "100000"]', LATE)
    return docker_engine


@pytest.fixture
def terminals() -> Iterator[Callable[..., Terminal]]:
    """Start the program in terminals, which are closed at the end."""
    made: list[Terminal] = []

    def start(*words: str) -> Terminal:
        made.append(Terminal.fleetui(*words))
        return made[-1]

    yield start
    for terminal in made:
        terminal.close()


def the_change() -> dict[str, Any]:
    """Return the one change there is, as the next start tells of it."""
    code, out, _ = fleetui("rollouts", "-o", "json")
    assert code == 0
    (item,) = json.loads(out)["items"]
    found: dict[str, Any] = item
    return found


def ends(engine: DockerEngine, before: str) -> None:
    """The new one has got well by itself; the next starts say so, and that the old one is left."""
    until(lambda: the_change()["phase"] == "done", "it is known how it ended")
    item = the_change()
    assert item["reason"].startswith("the new one runs as web; the old one is kept as web.old-")
    assert engine.client.inspect_container("web")["Id"] != before
    assert engine.client.inspect_container(before)["State"]["Status"] == "exited"
    assert fleetui("audit", "--verify")[0] == 0
    (deed,) = json.loads(fleetui("audit", "-o", "json")[1])["actions"]
    assert deed["result"] == "done"


def test_ctrl_c_in_a_redeploy(engine: DockerEngine) -> None:
    before = engine.run_plain("web", "app:1")
    process = subprocess.Popen(
        [sys.executable, "-m", "fleetui", "redeploy", "web", "--no-pull", "--yes"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    while "its check: starting" not in (line := process.stderr.readline()):
        assert line, "it ended"
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(PATIENCE_S) == 130
    assert "it was done from here, and may stop half-way" in rest
    assert "see what becomes of it: fleetui rollouts" in rest
    ends(engine, before)


def test_the_terminal_is_closed_in_a_redeploy(
    engine: DockerEngine, terminals: Callable[..., Terminal]
) -> None:
    before = engine.run_plain("web", "app:1")
    terminal = terminals("redeploy", "web", "--no-pull", "--yes")
    terminal.until_text("its check: starting")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE_S) in {128 + signal.SIGHUP, -signal.SIGHUP}
    ends(engine, before)


def test_a_shell_follows_the_size_and_ends_with_its_code(
    engine: DockerEngine, terminals: Callable[..., Terminal]
) -> None:
    engine.run("box")
    terminal = terminals("exec", "-t", "box", "--", "sh")
    terminal.until_text("# ")
    terminal.send(b"stty size\r")
    terminal.until_text("30 110")
    terminal.resize(24, 80)

    def resized() -> bool:
        terminal.send(b"stty size\r")
        return "24 80" in terminal.text

    terminal.until(resized)
    # Ctrl-C is for what runs in it.
    terminal.send(b"echo $((40 + 2)); sleep 1000\r")
    terminal.until(lambda: "\n42 " in terminal.text)

    def again() -> bool:
        # One that comes before it runs is the shell's own, and ends nothing.
        terminal.send(b"\x03echo $((50 + 3))\r")
        return "\n53 " in terminal.text

    terminal.until(again)
    terminal.send(b"exit 7\r")
    assert terminal.ended() == 7
    assert terminal.modes() == terminal.before
    item = the_change()
    assert (item["action"], item["phase"], item["reason"]) == ("exec", "done", "exit code 7")
    assert state(engine, "box") == "running"
