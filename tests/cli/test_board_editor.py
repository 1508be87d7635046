"""`v` on the board: the terminal is lent to an editor, and comes back however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_of_tests import Terminal


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Close every terminal that a test opens."""
    terminals: list[Terminal] = []
    yield terminals
    for terminal in terminals:
        terminal.close()


def on_search(opened: list[Terminal], folder: Path, editor: str) -> Terminal:
    """Return the demo's board with the cursor on a workload, for a person with this editor."""
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\n{editor}\n")
    script.chmod(0o700)
    env = {"VISUAL": "", "EDITOR": str(script), "TMPDIR": str(folder)}
    board = Terminal.fleetui("--demo", env=env)
    opened.append(board)
    board.until_text("capacity")
    board.send(b"2")
    board.until_text("cpu by machine")
    board.send(b"/deploy/search\r")
    board.until_on("deploy/search")
    return board


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("exit 0", "nothing is changed: the document is as it was"),
        ("exit 7", "the editor ended with 7: nothing is changed"),
        ("kill -9 $$", "the editor ended with -9: nothing is changed"),
    ],
)
def test_the_board_comes_back_however_an_editor_ends(
    opened: list[Terminal], tmp_path: Path, ends: str, said: str
) -> None:
    board = on_search(opened, tmp_path, f'printf "say: "; read it; {ends}')
    modes = board.modes()
    board.send(b"v")
    board.until_text("say:")
    assert not board.alternate
    board.send(b"q\r")
    board.until(lambda: board.alternate)
    board.until_text(said)
    assert board.modes() == modes
    board.send(b":screen 1\r")
    board.until_text("containers")
    board.send(b"\x03")
    assert board.ended() == 0
    assert list(tmp_path.glob("fleetui-edit-*")) == []


def test_ctrl_c_in_an_editor_is_the_editor_s(opened: list[Terminal], tmp_path: Path) -> None:
    caught = "trap 'sed -i s/replicas:.3/replicas:\\ 4/ $1; exit 0' INT"
    board = on_search(opened, tmp_path, f"{caught}; echo waits; while :; do read it; done")
    board.send(b"v")
    board.until_text("waits")
    board.send(b"\x03")
    board.until_text("3  →  4")
    board.send(b"\x1b")
    board.until_text("what you wrote is kept:")
    board.send(b"\x03")
    assert board.ended() == 0
    (kept,) = tmp_path.glob("fleetui-edit-*/*")
    assert "replicas: 4" in kept.read_text()
