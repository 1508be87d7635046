"""The board in a terminal: it opens, and gives the terminal back on every way out."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Start
from terminal_of_tests import PATIENCE_S, Terminal

# Runs the board with a part of it broken after the first paint.
CRASH = """
import sys
from fleetui.cli.main import main
from fleetui.ui.board import Board

def broken(self, *_):
    secret_local = "hunter2"
    raise RuntimeError("a mistake of ours")

Board.draw_second = broken
sys.exit(main(["--demo", *sys.argv[1:]]))
"""
# Runs the board and writes down what was imported until it ended.
MODULES = """
import atexit, pathlib, sys
from fleetui.cli.main import main

file = pathlib.Path(sys.argv[1])
atexit.register(lambda: file.write_text("\\n".join(sys.modules)))
sys.exit(main(["--demo"]))
"""
SDKS = {"boto3", "botocore", "docker", "kubernetes", "paramiko", "httpx"}


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Close every terminal that a test opens."""
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def board(opened: list[Terminal]) -> Terminal:
    """The demo's board, painted."""
    terminal = Terminal.fleetui("--demo")
    opened.append(terminal)
    terminal.until(lambda: "capacity" in terminal.text and "running" in terminal.text)
    assert terminal.alternate
    assert terminal.modes() != terminal.before
    return terminal


def given_back(terminal: Terminal) -> bool:
    """Whether the terminal is as it was: modes, screen and cursor."""
    shown = terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
    return terminal.modes() == terminal.before and not terminal.alternate and shown


def at_prompt(terminal: Terminal) -> bool:
    """Whether the shell waits for a line, below what was there before the board."""
    return not terminal.alternate and terminal.raw.endswith(b"ready> ")


@pytest.mark.parametrize(("keys", "code"), [(b"q", 0), (b"\x03", 0)], ids=["q", "ctrl-c"])
def test_a_key_quits(board: Terminal, keys: bytes, code: int) -> None:
    board.send(keys)
    assert board.ended() == code
    assert given_back(board)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_is_told_by_the_exit_code(
    board: Terminal, number: signal.Signals
) -> None:
    board.signal(number)
    assert board.ended() == 128 + number
    assert given_back(board)


def test_ctrl_z_gives_the_terminal_back_and_fg_paints_again(opened: list[Terminal]) -> None:
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], {"PS1": "ready> "})
    opened.append(terminal)
    terminal.until_text("ready>")
    terminal.send(f"{sys.executable} -m fleetui --demo\n".encode())
    terminal.until(lambda: terminal.alternate and "running" in terminal.text)
    terminal.send(b"\x1a")
    terminal.until(lambda: b"Stopped" in terminal.raw and at_prompt(terminal))
    before = len(terminal.raw)
    terminal.send(b"fg\n")
    terminal.until(lambda: terminal.alternate and b"capacity" in terminal.raw[before:])
    terminal.send(b"q")
    terminal.until(lambda: at_prompt(terminal))
    terminal.send(b"exit $(( 6 * 7 ))\n")
    assert terminal.ended() == 42


def test_a_terminal_that_goes_away_ends_it(board: Terminal) -> None:
    board.hang_up()
    assert board.process.wait(PATIENCE_S) in {0, 128 + signal.SIGHUP, -signal.SIGHUP}


def test_a_crash_is_a_short_report_after_the_terminal_is_given_back(
    opened: list[Terminal], home: Path
) -> None:
    terminal = Terminal([sys.executable, "-c", CRASH])
    opened.append(terminal)
    assert terminal.ended() == 1
    assert given_back(terminal)
    after = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode()
    log = home / "state" / "fleetui.log"
    assert "fleetui: the program failed: RuntimeError: a mistake of ours" in after
    assert f"the traceback is in {log}" in after
    assert "Traceback" not in after
    assert len(after.strip().splitlines()) <= 4
    assert "hunter2" not in after + log.read_text()
    assert "Traceback" in log.read_text()


def test_a_hanging_back_end_does_not_hold_the_exit(opened: list[Terminal]) -> None:
    terminal = Terminal.fleetui("--demo-fault", "hanging")
    opened.append(terminal)
    terminal.until_text("capacity")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert given_back(terminal)


@pytest.mark.parametrize("wanted", [False, True], ids=["by default", "mouse = true"])
def test_the_mouse_is_off_over_ssh_unless_it_is_wanted(
    opened: list[Terminal], home: Path, wanted: bool
) -> None:
    config = home / "mouse.toml"
    config.write_text("[ui]\nmouse = true\n" if wanted else "[ui]\n")
    there = {"SSH_CONNECTION": "203.0.113.7 50022 203.0.113.9 22", "SSH_TTY": "/dev/pts/0"}
    terminal = Terminal.fleetui("--demo", "--config", str(config), env=there)
    opened.append(terminal)
    terminal.until(lambda: "running" in terminal.text)
    terminal.send(b"q")
    assert terminal.ended() == 0
    # The four ways to ask a terminal for its mouse.
    asked = [mode for mode in (1000, 1002, 1003, 1006) if f"\x1b[?{mode}h".encode() in terminal.raw]
    assert bool(asked) is wanted, asked
    if wanted:
        assert terminal.raw.rfind(b"\x1b[?1003l") > terminal.raw.rfind(b"\x1b[?1003h")


def test_what_is_typed_at_its_first_frame_is_no_other_key(opened: list[Terminal]) -> None:
    terminal = Terminal.fleetui("--demo", "--screen", "containers")
    opened.append(terminal)
    # The frame is there before the terminal is the board's: Enter is still a new line there.
    terminal.until_text("networks")
    terminal.send(b"/redis-0\r")
    terminal.until_on("redis-0")
    terminal.send(b"d")
    terminal.until_text("memory limit")


def test_a_command_written_in_one_piece_is_one_command(board: Terminal) -> None:
    board.send(b":get containers\r/buildkit\rd")
    board.until_text("docker/ci/container/buildkitd  describe")
    board.send(b"/restart policy\r\x10svc/catalog\r")
    board.until_on("svc/catalog")
    board.send(b"q")
    assert board.ended() == 0


@pytest.mark.parametrize("quits", [b"q", b"\x03"], ids=["q", "ctrl-c"])
def test_keys_behind_the_one_that_quits_are_for_nobody(board: Terminal, quits: bytes) -> None:
    board.send(b"jj" + quits + b"jd:get containers\r" * 20)
    assert board.ended() == 0
    assert given_back(board)


def test_the_wallboard_opens_and_quits(opened: list[Terminal]) -> None:
    terminal = Terminal.fleetui("--demo", "wallboard", "--screens", "capacity", "--rotate", "2s")
    opened.append(terminal)
    terminal.until_text("capacity")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert given_back(terminal)


def test_no_sdk_is_imported_for_the_demo(opened: list[Terminal], home: Path) -> None:
    file = home / "modules"
    terminal = Terminal([sys.executable, "-c", MODULES, str(file)])
    opened.append(terminal)
    terminal.until_text("capacity")
    terminal.send(b"q")
    assert terminal.ended() == 0
    modules = set(file.read_text().splitlines())
    assert "textual" in modules
    assert not modules & SDKS


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"TERM": "dumb"}, "needs a terminal that can draw, and TERM says dumb"),
        ({"TERM": ""}, "needs a terminal that can draw, and TERM says nothing"),
        (
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            "a UTF-8 locale, and this one is ASCII: set LC_ALL=C.UTF-8, or try fleetui --demo",
        ),
    ],
)
def test_a_terminal_that_cannot_show_it_is_refused_in_a_line(
    opened: list[Terminal], env: dict[str, str], message: str
) -> None:
    terminal = Terminal.fleetui("--demo", env=env)
    opened.append(terminal)
    assert terminal.ended() == 2
    (line,) = terminal.raw.decode().splitlines()
    assert line.startswith("fleetui: the board ")
    assert message in line


def test_a_pipe_is_refused_in_a_line(program: Start) -> None:
    process = program("--demo")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"fleetui: the board needs a terminal, and standard ")
    assert err.endswith(b": try fleetui --demo get capacity\n")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--screen", "overviw"], '--screen: no "overviw", did you mean "overview"?'),
        (["--theme", "nigt"], '--theme: no "nigt", did you mean "night"?'),
        (["wallboard", "--screens", "capasity"], '--screens: no "capasity", did you mean'),
    ],
)
def test_names_that_are_not_there_are_refused(
    opened: list[Terminal], words: list[str], message: str
) -> None:
    terminal = Terminal.fleetui("--demo", *words)
    opened.append(terminal)
    assert terminal.ended() == 2
    assert message in terminal.raw.decode()
    assert b"\x1b" not in terminal.raw
