"""The help and the bindings are of one mind."""

from __future__ import annotations

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.binding import Binding

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
    assert bound == told | screens


def test_every_action_exists() -> None:
    for entry in BOARD:
        if entry.action and not entry.action.startswith("app."):
            assert hasattr(Board, f"action_{entry.action.partition('(')[0]}"), entry


async def test_no_binding_of_textual_is_left_over(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "capacity")
        active = set(app.screen.active_bindings)
        told = {key for entry in BOARD for key in entry.keys} | {str(n) for n in range(1, 10)}
        # Textual binds these two on every screen; here nothing can be selected to copy.
        assert active - told <= {"super+c"}
        await pilot.press("ctrl+q", "ctrl+p")
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
