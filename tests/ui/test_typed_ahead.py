"""Keys that a program types in one burst: each acts before the next is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual import events

from fleetui.config.key_names import read_key
from fleetui.core.snapshot import Snapshot
from fleetui.ui.app import FleetApp
from fleetui.ui.aside import Aside
from fleetui.ui.board import Board
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.page.screen import Page
from fleetui.ui.sort_picker import SortPicker
from fleetui.ui.table_pane import TablePane


def burst(app: FleetApp, *keys: str) -> None:
    """Type all of it at once; what is longer than a key's name is typed letter by letter."""
    for key in keys:
        if key.startswith("<"):
            app.post_message(events.Key(key[1:-1], None))
            continue
        for char in key:
            app.post_message(events.Key(read_key(char), char))


def pane_of(app: FleetApp) -> TablePane:
    assert app.board is not None
    assert isinstance(app.board.pane, TablePane)
    return app.board.pane


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_whole_command_in_one_burst(fleet: Fleet, size: tuple[int, int]) -> None:
    app = fleet.app()
    async with app.run_test(size=size) as pilot:
        await sees(pilot, "deploy/checkout")
        burst(app, ":get containers api", "<enter>")
        await until(pilot, lambda: isinstance(app.screen, Aside), "the table")
        assert pane_of(app).view.text == "api"
        assert pane_of(app).spec.show == "containers"


async def test_what_follows_an_answer_goes_to_what_it_opened(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, ":get capacity", "<enter>", "/qnz", "<enter>", ":filter web", "<enter>", "jd")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        assert pane_of(app).view.text == "web"
        assert isinstance(app.board, Aside)
        row = pane_of(app).table.selected
        assert row is not None
        assert app.screen.thing.ref == row.ref  # type: ignore[attr-defined]
        assert pane_of(app).table.first_visible == 1
        burst(app, "<escape>", "<escape>", "<escape>", "z")
        await until(pilot, lambda: isinstance(app.screen, Board) and app.screen.zoomed, "the board")


async def test_keys_behind_an_answer_wait_for_the_first_rows(fleet: Fleet) -> None:
    held = [fleet.still.store.snapshot(key) for key in fleet.still.keys("containers")]
    for snapshot in held:
        fleet.still.put(Snapshot(snapshot.key, 2))
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "deploy/checkout")
        burst(app, ":get containers", "<enter>", "/buildkit", "<enter>", "d")
        await until(pilot, lambda: isinstance(app.screen, Aside), "the table")
        await until(pilot, lambda: pane_of(app).view.text == "buildkit", "the filter")
        assert not isinstance(app.screen, Page)
        # The one that has the row may well be the last to answer.
        for snapshot in sorted(held, key=lambda one: one.key.scope == "ci"):
            fleet.still.put(replace(snapshot, generation=3))
        await sees(pilot, "docker/ci/container/buildkitd  describe")


async def test_the_palette_takes_a_burst(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, "<ctrl+p>", "query zoom", "<backspace>", "<ctrl+u>", "the pane alone", "<enter>")
        await until(pilot, lambda: app.board is not None and app.board.zoomed, "zoomed once")
        assert len(app.screen_stack) == 1
        # What stands behind Enter is for the board.
        burst(app, "<ctrl+p>", "svc/catalog", "<enter>", "d")
        await sees(pilot, "svc/catalog  describe")


async def test_the_board_filters_and_sorts_in_one_burst(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        board = app.board
        assert board is not None
        burst(app, "/qnz", "<backspace>", "1")
        await until(pilot, lambda: board.prompt.text == "qn1", "all letters in their order")
        assert not board.zoomed
        burst(app, "<escape>", "ScpS", "<enter>", "!")
        await until(pilot, lambda: app.context.wrong_only, "only what is wrong")
        assert pane_of(app).sorted_by == ("cpu", False)
        assert not isinstance(app.screen, SortPicker)


async def test_a_page_and_a_log_take_a_burst(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, "d/cedey", "<enter>", "y")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        page = app.screen
        assert isinstance(page, Page)
        await until(pilot, lambda: page.view == "raw", "the raw document")
        assert page.text.sought == "cedey"
        assert len(app.screen_stack) == 2
        burst(app, "<escape>", "<escape>", "l/tvpnf", "<enter>", "&level", "<enter>", "P")
        await until(pilot, lambda: isinstance(app.screen, LogScreen), "a log")
        log = app.screen
        assert isinstance(log, LogScreen)
        await until(pilot, lambda: log.view.paused, "paused")
        assert (log.view.needle, log.view.wanted.text) == ("tvpnf", "level")
        assert not log.query_of_log.previous


async def test_what_is_pasted_goes_where_the_keys_before_it_led(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, ":")
        app.post_message(events.Paste("filter checkout\nquit"))
        burst(app, "<enter>")
        await sees(pilot, "/checkout")
        assert app.is_running


async def test_ctrl_c_does_not_wait_for_the_keys_before_it(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, *["j"] * 200, "<ctrl+c>")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_keys_go_on_when_a_screen_closes_under_them(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        burst(app, *["d", "<escape>", "?", "x", "l", "<escape>", ":", "<escape>"] * 4, "z")
        await until(pilot, lambda: app.board is not None and app.board.zoomed, "zoomed at the end")
        assert len(app.screen_stack) == 1
        assert "capacity" in text_of(app)
