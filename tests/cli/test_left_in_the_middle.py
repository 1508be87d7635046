"""A program that is left while a change is under way: what is kept, and what is said after."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from changing_fleet import Fleet
from command_line import Run
from terminal_of_tests import PATIENCE_S, StartTerminal, Terminal

TOLD = (signal.SIGHUP, signal.SIGINT)
HUNG_UP = {128 + signal.SIGHUP, -signal.SIGHUP}


@pytest.fixture(autouse=True)
def hears() -> Iterator[None]:
    """Let what is started hear of its terminal, though these tests are run under nohup or `&`."""
    ignored = [one for one in TOLD if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


def audited(fleetui: Run) -> dict[str, Any]:
    """Return the one change that the audit has, after it has proved itself."""
    assert fleetui("audit", "--verify")[0] == 0
    (deed,) = json.loads(fleetui("audit", "-o", "json")[1])["actions"]
    found: dict[str, Any] = deed
    return found


def ends_well(fleetui: Run, fleet: Fleet) -> None:
    """It was left open; the next start asks what came of it, and sends nothing."""
    deed = audited(fleetui)
    assert (deed["result"], deed["ended_at"]) == ("unknown", None)
    fleet.set(slow=False)
    (item,) = json.loads(fleetui("rollouts", "-o", "json")[1])["items"]
    assert (item["action"], item["phase"]) == ("scale", "done")
    assert audited(fleetui)["result"] == "done"
    assert fleet.sent() == ["scale api 40"]


def begun_on_the_board(numbers: StartTerminal) -> Terminal:
    """Scale on a board, by its keys, and return it while that is under way."""
    board = numbers()
    board.until_text("pool/api")
    board.send(b"/api\r")
    board.until(lambda: "pool/web" not in board.text)
    board.until_on("pool/api")
    board.send(b"s40")
    board.until_text("2  →  40")
    board.go_ahead("begun")
    board.until_text("scale 2 → 40: ")
    return board


def test_the_terminal_of_a_command_is_closed(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    terminal = numbers("scale", "api", "40", "--yes")
    terminal.until_text("rolling")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE_S) in HUNG_UP
    ends_well(fleetui, fleet)


def test_who_is_deaf_to_a_closed_terminal_goes_on_to_the_end(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    # As under nohup, where it is begun with its output on the terminal all the same.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = numbers("scale", "api", "4", "--yes")
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    terminal.until_text("rolling")
    terminal.hang_up()
    end = time.monotonic() + PATIENCE_S
    while terminal.process.poll() is None:
        assert time.monotonic() < end, "it goes on for ever"
        # It writes this file, too, and may undo what is set just then.
        fleet.set(slow=False)
        with suppress(subprocess.TimeoutExpired):
            terminal.process.wait(1)
    assert audited(fleetui)["result"] == "done"
    assert fleet.sent() == ["scale api 4"]


def test_the_terminal_of_the_board_is_closed(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    board = begun_on_the_board(numbers)
    board.hang_up()
    assert board.process.wait(PATIENCE_S) in {0, *HUNG_UP}
    ends_well(fleetui, fleet)


def test_the_terminal_is_closed_while_it_asks(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    terminal = numbers("scale", "api", "40")
    terminal.until_text("go ahead? [y/N]")
    terminal.hang_up()
    assert terminal.process.wait(PATIENCE_S) in {3, *HUNG_UP}
    assert fleet.sent() == []
    assert json.loads(fleetui("audit", "-o", "json")[1])["actions"] == []


def test_ctrl_c_in_a_change_that_is_made_from_here(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    fleet.set(tethered=True)
    terminal = numbers("scale", "api", "40", "--yes")
    terminal.until_text("rolling")
    terminal.send(b"\x03")
    terminal.until_text("it was done from here, and may stop half-way")
    terminal.until_text("see what becomes of it: fleetui rollouts")
    assert terminal.ended() == 130
    assert terminal.modes() == terminal.before
    ends_well(fleetui, fleet)


def test_ctrl_c_on_the_board_is_asked_about_and_the_next_start_says_what_was_left(
    fleetui: Run, fleet: Fleet, numbers: StartTerminal
) -> None:
    fleet.set(tethered=True)
    board = begun_on_the_board(numbers)
    board.send(b"\x03")
    board.until_text("it stops half-way, to be finished or put back later")
    assert board.process.poll() is None
    board.send(b"\x03")
    assert board.ended() == 0
    assert not board.alternate
    again = numbers()
    again.until_text("pool/api")
    # What it said at its start may have had its time already.
    again.send(b":messages\r")
    again.until_text("picked up again: scale of pool/api, rolling when the program ended")
    again.send(b"\x03")
    again.ended()
    ends_well(fleetui, fleet)
