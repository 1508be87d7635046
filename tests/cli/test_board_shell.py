"""`x` on the board: the terminal is lent to a command, comes back painted, and it is audited."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from changing_fleet import Fleet
from command_line import Run
from terminal_of_tests import StartTerminal, Terminal


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Close every terminal that a test opens."""
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.close()


def on_shop_web(opened: list[Terminal], *words: str) -> Terminal:
    """Return the demo's board with the cursor on a container."""
    return on_the_one(opened, "shop-web-1", *words)


def on_the_one(opened: list[Terminal], name: str, *words: str) -> Terminal:
    """Return the demo's board with the cursor on the thing of that name."""
    board = Terminal.fleetui("--demo", *words)
    opened.append(board)
    board.until_text("capacity")
    board.send(b"3")
    board.until_text("networks")
    board.send(f"/{name}\r".encode())
    board.until_on(name)
    return board


def test_a_shell_has_the_terminal_and_gives_it_back(opened: list[Terminal]) -> None:
    board = on_shop_web(opened)
    modes = board.modes()
    board.send(b"x")
    board.until_text("exec container/shop-web-1")
    board.go_ahead(":/app#")
    assert not board.alternate
    board.send(b"cat /etc/os-release\r")
    board.until_text("VERSION_ID")
    # What the shell is told is nothing for the board.
    board.send(b"q\r")
    board.until_text("q: not found")
    before = len(board.raw)
    board.send(b"exit 3\r")
    board.until(lambda: board.alternate and b"containers" in board.raw[before:])
    board.until_text("shell in container/shop-web-1: exit code 3")
    assert board.modes() == modes
    # It is among the changes, and the board takes keys again.
    board.send(b":rollouts\r")
    board.until_text("exit code 3")
    board.send(b"\x03")
    assert board.ended() == 0
    assert board.modes() == board.before


def test_ctrl_c_in_the_shell_is_the_shell_s(opened: list[Terminal]) -> None:
    board = on_shop_web(opened)
    board.send(b"x")
    board.until_text("exec container/shop-web-1")
    board.go_ahead(":/app#")
    board.send(b"\x03")
    board.send(b"exit 0\r")
    board.until(lambda: board.alternate)
    assert board.process.poll() is None


def test_one_that_breaks_off_gives_the_terminal_back(numbers: StartTerminal) -> None:
    board = numbers()
    board.until_text("pool/api")
    board.send(b"/api\r")
    board.until(lambda: "pool/web" not in board.text)
    board.until_on("pool/api")
    board.send(b":shell away\r")
    board.until_text("exec pool/api")
    board.go_ahead("the connection broke off")
    board.until(lambda: board.alternate)
    board.send(b":rollouts\r")
    board.until_text("it may run on")


def test_a_debug_container_of_a_pod_is_entered(opened: list[Terminal]) -> None:
    board = on_the_one(opened, "redis-0")
    board.send(b"D")
    board.until_text("it cannot be taken away again")
    board.go_ahead(":/app#")
    board.send(b"exit 3\r")
    board.until(lambda: board.alternate)
    board.until_text("exit code 3")


def test_it_is_in_the_audit_before_and_after(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    board = numbers()
    board.until_text("pool/api")
    board.send(b"/api\r")
    board.until(lambda: "pool/web" not in board.text)
    board.until_on("pool/api")
    board.send(b"x")
    board.until_text("exec pool/api")
    board.go_ahead("shell in pool/api: exit code 1")
    assert board.alternate
    board.send(b"q")
    assert board.ended() == 0
    (deed,) = json.loads(fleetui("audit", "-o", "json")[1])["actions"]
    assert (deed["verb"], deed["result"], deed["why"]) == ("exec", "done", "exit code 1")
    assert fleet.sent() == ["exec sh"]
    assert fleetui("audit", "--verify")[0] == 0


def test_read_only_has_no_shell(opened: list[Terminal]) -> None:
    board = on_shop_web(opened, "--read-only")
    board.send(b"x")
    board.until_text("nothing is changed from here: this run is read-only")
    assert board.alternate
    assert "x shell" not in board.text
