"""Hostile text in every view: nothing of it acts on the terminal, and its markup can be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from board_fleet import NARROW, WIDE, text_of, until
from hostile_fleet import EVIL, HostileFleet, bad, watched
from textual.pilot import Pilot

from fleetui.ui.app import FleetApp
from fleetui.ui.board import Board
from fleetui.ui.command_line import CommandLine
from fleetui.ui.help import Help
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.page.screen import Page
from fleetui.ui.palette import Palette
from fleetui.ui.sort_picker import SortPicker

READABLE = "[red]x[/red]"
# What stands in each view, the keys that lead to it, and whether hostile text is to be read there.
VIEWS: dict[str, tuple[list[str], type[object], bool]] = {
    "table": ([], Board, True),
    "alone": (["z"], Board, True),
    "wrong": (["exclamation_mark"], Board, True),
    "members": (["enter"], Board, True),
    "filter": (["slash", *"evil"], Board, True),
    "filter kept": (["slash", *"evil", "enter"], Board, True),
    "no match": (["slash", *"zz[red]", "enter"], Board, False),
    "marked and copied": (["space", "ctrl+space", "c"], Board, True),
    "row copied": (["C"], Board, True),
    "describe": (["d"], Page, True),
    "raw": (["y"], Page, True),
    "raw as JSON": (["y", "y"], Page, True),
    "described and copied": (["d", "G", "c", "C"], Page, True),
    "search in a page": (["d", "slash", *"[red]", "enter", "n"], Page, True),
    "timeline": (["e"], Board, True),
    "everything": (["E"], Board, True),
    "log": (["l"], LogScreen, True),
    "log unfolded": (["l", "g", "enter", "w", "c"], LogScreen, True),
    "log search": (["l", "slash", *"[red]", "enter"], LogScreen, True),
    "log filter": (["l", "ampersand", *"evil", "enter"], LogScreen, True),
    "palette": (["ctrl+p", *"evil"], Palette, True),
    "gone to from the palette": (["ctrl+p", *"evil", "enter"], Board, True),
    "completion": (["colon", *"get cont", "tab", "tab"], CommandLine, True),
    "mistake": (["colon", *"get [red]"], CommandLine, True),
    "listed": (["colon", *"get", "space", *"images", "enter"], Board, True),
    "messages": (["colon", *"messages", "enter"], object, True),
    "sort picker": (["S"], SortPicker, True),
    "help": (["question_mark"], Help, False),
    "screen 2": (["2"], Board, True),
    "screen 3": (["3"], Board, True),
}


async def pressed(pilot: Pilot[None], keys: list[str]) -> None:
    for key in keys:
        await pilot.press({" ": "space", "[": "left_square_bracket", "]": "right_square_bracket"}
                          .get(key, key))  # fmt: skip


def shows(app: FleetApp) -> Callable[[], bool]:
    return lambda: READABLE in text_of(app)


@pytest.mark.parametrize("view", VIEWS)
async def test_no_view_lets_hostile_text_act(view: str) -> None:
    await look(view, WIDE)


@pytest.mark.parametrize("view", ["table", "describe", "log unfolded", "palette", "messages"])
async def test_nor_on_a_narrow_terminal(view: str) -> None:
    await look(view, NARROW)


async def look(view: str, size: tuple[int, int]) -> None:
    keys, screen, readable = VIEWS[view]
    app = HostileFleet().app(notes=(EVIL,), fleet=EVIL)
    sent = watched(app)
    async with app.run_test(size=size) as pilot:
        await until(pilot, shows(app), "the first rows")
        await pressed(pilot, keys)
        await until(pilot, lambda: isinstance(app.screen, screen), f"a {screen}")
        await pilot.pause()
        if readable:
            await until(pilot, shows(app), "markup as text")
        assert app.is_running
        assert app.failure is None
        assert bad(app.clipboard.replace("\t", "")) == []
        assert bad(text_of(app)) == []
    text = "".join(sent)
    assert READABLE in text
    assert bad(text) == []
    assert "\x1b]" not in text


async def test_the_wallboard_shows_it_as_text() -> None:
    app = HostileFleet().app(wallboard=(), fleet=EVIL)
    sent = watched(app)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, shows(app), "the first rows")
    assert bad("".join(sent)) == []


@pytest.mark.parametrize("hides", [True, False])
async def test_secrets_in_a_log_are_hidden_unless_the_config_shows_them(hides: bool) -> None:
    app = HostileFleet().app(hide_secrets=hides)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, shows(app), "the first rows")
        await pilot.press("l")
        wanted, other = ("***", "hunter2") if hides else ("hunter2", "***")
        await until(pilot, lambda: f"password={wanted}" in text_of(app), "the line")
        assert f"password={other}" not in text_of(app)
