"""The help and the bindings are of one mind."""

from __future__ import annotations

import re

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.binding import Binding

from fleetui.ui.app import FleetApp
from fleetui.ui.board import Board
from fleetui.ui.keys import BOARD
from fleetui.ui.prompt import Prompt
from fleetui.ui.table.table import ResourceTable


def keys_of(bindings: list[object]) -> set[str]:
    found: set[str] = set()
    for binding in bindings:
        assert isinstance(binding, Binding)
        found |= set(binding.key.split(","))
    return found


def test_every_key_of_the_help_is_bound_and_every_bound_key_is_in_the_help() -> None:
    told = {key for entry in BOARD for key in entry.keys}
    screens = {str(number) for number in range(1, 10)}
    bound = keys_of(list(Board.BINDINGS)) | keys_of(list(ResourceTable.BINDINGS))
    # The page of messages has no key by itself: its binding waits for one.
    # Terminals have two names for ctrl-space.
    assert bound - {"none", "ctrl+space"} == told | screens
    ids = {b.id for b in (*Board.BINDINGS, *ResourceTable.BINDINGS) if isinstance(b, Binding)}
    assert ids - {None} == {entry.binding for entry in BOARD}


def test_every_action_exists() -> None:
    for entry in BOARD:
        if entry.action.startswith("app."):
            name = entry.action.removeprefix("app.").partition("(")[0]
            assert hasattr(FleetApp, f"action_{name}"), entry
        elif entry.action:
            assert hasattr(Board, f"action_{entry.action.partition('(')[0]}"), entry


async def test_no_binding_of_textual_is_left_over(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        active = set(app.screen.active_bindings)
        told = {key for entry in BOARD for key in entry.keys} | {str(n) for n in range(1, 10)}
        # Textual binds these two on every screen; here nothing can be selected to copy.
        assert active - told <= {"super+c", "none", "ctrl+space"}
        await pilot.press("ctrl+q")
        assert app.is_running
        assert len(app.screen_stack) == 1


async def test_ctrl_c_quits_from_anywhere(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        await pilot.press("slash", "a", "ctrl+c")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_ctrl_c_quits_from_the_help_too(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        await pilot.press("question_mark")
        await sees(pilot, "any key closes it")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_the_help_shows_every_key_and_closes_on_any(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        await pilot.press("question_mark")
        await sees(pilot, "any key closes it")
        screen = text_of(app)
        for entry in BOARD:
            assert entry.does in screen
        await pilot.press("x")
        await until(pilot, lambda: len(app.screen_stack) == 1, "the help is closed")


async def test_the_help_moves_where_it_does_not_fit(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "CAPACITY")
        await pilot.press("question_mark")
        await sees(pilot, "open what the row links to")
        await pilot.press(*["pagedown"] * 9)
        await sees(pilot, "older than it should be")


async def test_the_prompt_edits(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        await pilot.press("slash", *"web api", "left", "left", "backspace", "home", "x")
        prompt = app.focused
        assert isinstance(prompt, Prompt)
        assert prompt.text == "xweb pi"
        await pilot.press("end", "ctrl+w")
        assert prompt.text == "xweb "
        await pilot.press("ctrl+u")
        assert prompt.text == ""


async def test_own_keys_are_in_force_in_board_table_footer_and_help(fleet: Fleet) -> None:
    own = {"filter": ("z",), "zoom": ("slash",), "down": ("n",), "quit": (), "help": ("f1",)}
    app = fleet.app(keys=own)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        foot = text_of(app).splitlines()[-1]
        assert "z filter" in foot
        assert "/ zoom" in foot
        assert "F1 help" in foot
        assert "quit" not in foot
        table = app.board.pane.table
        first = table.cursor
        await pilot.press("j", "down")
        assert table.cursor == first
        await pilot.press("n")
        assert table.cursor != first
        await pilot.press("q")
        assert app.is_running
        await pilot.press("z", *"web")
        await sees(pilot, "/web")
        await pilot.press("escape", "slash")
        await until(pilot, lambda: app.board.zoomed, "zoomed")
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 1
        await pilot.press("f1")
        await sees(pilot, "any key closes it")
        assert re.search(r"  n +next row", text_of(app))
        assert re.search(r"  :quit +quit, from the top only", text_of(app))
        await pilot.press("x", "f1")


async def test_a_note_names_the_keys_in_force(fleet: Fleet) -> None:
    app = fleet.app(keys={"back": ("b",)})
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("z", "q")
        await sees(pilot, "b goes back; q quits from the top")
