"""The frame before the toolkit: same place and words as the board that follows."""

from __future__ import annotations

import subprocess
import sys

import pyte
import pytest

from fleetui.config.screens import load_screens
from fleetui.config.themes import load_themes
from fleetui.ui.skeleton import skeleton

SCREENS = load_screens(None)
NIGHT = load_themes(None)[0]["night"]


def drawn(width: int, height: int, *, true_colour: bool = True, fleet: str = "acme") -> list[str]:
    screen = pyte.Screen(width, height)
    text = skeleton(SCREENS["overview"], NIGHT, width, height, fleet, true_colour=true_colour)
    pyte.Stream(screen).feed(text)
    return list(screen.display)


@pytest.mark.parametrize("true_colour", [True, False])
def test_panes_have_their_names_and_lines(true_colour: bool) -> None:
    lines = drawn(200, 50, true_colour=true_colour)

    assert lines[0].startswith(" fleetui  acme")
    assert lines[1].startswith("─ capacity ──")
    assert any("┬─ requests/s by code ──" in line for line in lines)
    assert sum("│" in line for line in lines) > 20


def test_a_small_terminal_has_tabs() -> None:
    lines = drawn(80, 24)

    assert lines[1].startswith(" CAPACITY │ services │ traffic │ compute")
    assert len(lines[1]) == 80


def test_nothing_is_drawn_where_the_board_would_say_that_it_is_too_small() -> None:
    assert not "".join(drawn(40, 8)).strip()


def test_a_name_acts_on_nothing() -> None:
    assert drawn(80, 24, fleet="\x1b[2Jx\x07")[0].startswith(" fleetui  [2Jx")


def test_the_toolkit_is_not_needed() -> None:
    code = "import sys, fleetui.ui.skeleton; print('textual' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
