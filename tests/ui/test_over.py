"""The palette, commands and links over a page, a log and the messages."""

from __future__ import annotations

import pytest
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.pilot import Pilot

from fleetui.config.key_names import read_key
from fleetui.core.objects import CapacityUnit
from fleetui.ui.aside import Aside
from fleetui.ui.board import Board
from fleetui.ui.command_line import CommandLine
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.page.screen import Page
from fleetui.ui.palette import Palette
from fleetui.ui.table_pane import TablePane


async def typed(pilot: Pilot[None], *keys: str) -> None:
    """Press keys; words are typed letter by letter."""
    for key in keys:
        await pilot.press(*([key[1:-1]] if key.startswith("<") else map(read_key, key)))


def foot(pilot: Pilot[None]) -> str:
    return text_of(pilot.app).splitlines()[-1]  # type: ignore[arg-type]


async def opened(pilot: Pilot[None], key: str, kind: type[object]) -> None:
    await sees(pilot, "deploy/checkout")
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, kind), f"{key} opens {kind}")


@pytest.mark.parametrize(("key", "kind"), [("d", Page), ("y", Page), ("l", LogScreen)])
async def test_the_palette_closes_the_page_and_lands_on_the_row(
    fleet: Fleet, key: str, kind: type[object]
) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, key, kind)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette), "the palette")
        await typed(pilot, "svc/checkout", "<enter>")
        await until(pilot, lambda: isinstance(app.screen, Board), "the board")
        board = app.board
        assert board is not None
        await until(pilot, lambda: board.current == "services", "its pane")
        assert isinstance(board.pane, TablePane)
        row = board.pane.table.selected
        assert row is not None
        assert row.ref.short == "svc/checkout"
        assert len(app.screen_stack) == 1


async def test_the_messages_let_both_through_and_close(fleet: Fleet) -> None:
    app = fleet.app(notes=("something was found",))
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "deploy/checkout")
        for key, kind in (("colon", CommandLine), ("ctrl+p", Palette)):
            await typed(pilot, ":messages", "<enter>")
            await sees(pilot, "any key closes it")
            await pilot.press(key)
            await until(pilot, lambda kind=kind: isinstance(app.screen, kind), "it is open")
            assert len(app.screen_stack) == 2
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, Board), "the board")


async def test_commands_act_on_the_thing_of_the_page(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, "d", Page)
        page = app.screen
        assert isinstance(page, Page)
        name = str(page.thing.ref)
        await typed(pilot, ":raw", "<enter>")
        await until(pilot, lambda: page.view == "raw", "the raw document of the same page")
        assert app.screen is page
        await typed(pilot, ":copy", "<enter>")
        await until(pilot, lambda: app.clipboard == name, "its ref")
        await sees(pilot, f"copied {name}")
        await typed(pilot, ":copy state", "<enter>")
        await until(pilot, lambda: app.clipboard == "▲ degraded", "its state")
        await typed(pilot, ":copy_row", "<enter>")
        await until(pilot, lambda: "deploy/checkout" in app.clipboard.split("\t"), "its row")
        await typed(pilot, ":filter", "<enter>")
        await until(pilot, lambda: app.screen is not page, "the filter is the board's")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await typed(pilot, ":logs", "<enter>")
        await until(pilot, lambda: isinstance(app.screen, LogScreen), "its log")
        await typed(pilot, ":logs", "<enter>")
        await sees(pilot, "this is the log of deploy/checkout")
        await typed(pilot, ":timeline", "<enter>")
        await sees(pilot, "capacity › timeline of deploy/checkout")
        assert len(app.screen_stack) == 1


async def test_what_only_the_board_can_do_is_seen_there(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, "d", Page)
        await typed(pilot, ":sort cpu", "<enter>")
        await sees(pilot, "↓ cpu")
        assert isinstance(app.screen, Board)
        await opened(pilot, "d", Page)
        await typed(pilot, ":wrong_only", "<enter>")
        await sees(pilot, "! wrong only")
        await opened(pilot, "d", Page)
        await typed(pilot, ":get volumes", "<enter>")
        await until(pilot, lambda: isinstance(app.screen, Aside), "a table over the page")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Page), "the page again")


async def test_refs_are_named_completed_and_refused(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await typed(pilot, ":describe svc/chec", "<tab>", "<enter>")
        await sees(pilot, "svc/checkout  describe")
        await typed(pilot, ":logs deploy/api", "<enter>")
        await until(pilot, lambda: isinstance(app.screen, LogScreen), "its log")
        await sees(pilot, "log deploy/api")
        await typed(pilot, ":timeline kubernetes/blue/shop/deploy/api", "<enter>")
        await sees(pilot, "› timeline of deploy/api")
        await typed(pilot, ":describe checkout", "<enter>")
        await until(pilot, lambda: "things, say more of it: " in foot(pilot), "the candidates")
        assert "kubernetes/blue/shop/deploy/checkout" in foot(pilot)
        line, under = text_of(app).splitlines()[-2:]
        assert under.index("^^^^^^^^ ") == line.index("checkout")
        await typed(pilot, "<ctrl+u>", "timeline deploy/chekout", "<enter>")
        await until(pilot, lambda: "did you mean deploy/checkout?" in foot(pilot), "the nearest")
        await typed(pilot, "<ctrl+u>", "logs nothing/at/all", "<enter>")
        told = 'nothing that is known is called "nothing/at/all"'
        await until(pilot, lambda: told in foot(pilot), "not known")
        await typed(pilot, "<ctrl+u>", "logs droplet/blog", "<enter>")
        await sees(pilot, "droplet/blog keeps no log: containers, units and services do")


async def test_links_are_gone_through_followed_and_come_back_from(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, "d", Page)
        page = app.screen
        assert isinstance(page, Page)
        await until(pilot, lambda: page._told is not None, "it was filled in")
        await pilot.press("enter")
        await sees(pilot, "no link on this line: Tab goes to the next")
        assert isinstance(page.thing, CapacityUnit)
        members = [link.ref for link in page.thing.links]
        await pilot.press("tab")
        assert page.link in members
        first = page.text.place
        await pilot.press("tab")
        assert page.text.place != first
        await pilot.press("shift+tab")
        assert page.text.place == first
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is not page, "the member")
        member = app.screen
        assert isinstance(member, Page)
        assert member.thing.ref == members[0]
        await sees(pilot, f"─ deploy/checkout › {members[0]}  describe")
        # What links to it is told too, and leads back.
        await until(pilot, lambda: page.thing.ref in member._refs, "its unit")
        while member.link != page.thing.ref:
            await pilot.press("tab")
        await pilot.press("shift+tab", "escape")
        await until(pilot, lambda: app.screen is page, "back, where it was left")
        assert page.text.place == first
        await pilot.press("enter", "e")
        await sees(pilot, f"timeline of {members[0].short}")
        assert len(app.screen_stack) == 1


async def test_d_in_a_log_describes_what_wrote_the_line(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, "l", LogScreen)
        log = app.screen
        assert isinstance(log, LogScreen)
        await until(pilot, lambda: log.view.cursor is not None, "lines")
        await pilot.press("g")
        writer = log.writer.ref
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "its page")
        assert app.screen.thing.ref == writer  # type: ignore[attr-defined]
        assert writer.kind == "pod"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is log, "the log again")


async def test_a_cell_is_found_by_its_column_and_copied(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await typed(pilot, ":copy revisio", "<enter>")
        await sees(pilot, 'no column "revisio", did you mean "revision"?')
        await typed(pilot, "<tab>", "<enter>")
        await until(pilot, lambda: app.clipboard == "r88", "one cell")
        await pilot.press("ctrl+p")
        await typed(pilot, "copy unit")
        await sees(pilot, "1 of ")
        await pilot.press("enter")
        await until(pilot, lambda: app.clipboard == "deploy/checkout", "another")
        await pilot.press("space", "j", "space")
        await typed(pilot, ":copy unit", "<enter>")
        await until(pilot, lambda: app.clipboard.count("\n") == 1, "of each marked row")
        board = app.board
        assert board is not None
        board.focus_pane("traffic")
        await typed(pilot, ":copy unit", "<enter>")
        await sees(pilot, "there is no row to copy from")


async def test_own_keys_act_on_pages_and_in_logs_and_are_shown_there(fleet: Fleet) -> None:
    app = fleet.app(
        keys={"log_level": ("L",), "filter": ("f",), "forward": (), "next_link": ("o",)}
    )
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, "l", LogScreen)
        log = app.screen
        assert isinstance(log, LogScreen)
        await sees(pilot, "L level")
        assert "Enter unfold" in foot(pilot)
        await pilot.press("v")
        assert log.view.wanted.everything
        await pilot.press("L")
        await until(pilot, lambda: not log.view.wanted.everything, "less grave ones are left out")
        await typed(pilot, "f", "xyz", "<enter>")
        assert log.view.needle == "xyz"
        await pilot.press("question_mark")
        await sees(pilot, "any key closes it")
        assert "  L " in text_of(app)
        await pilot.press("x", "escape", "escape", "escape")
        await opened(pilot, "d", Page)
        await sees(pilot, "o link")
        await pilot.press("o")
        assert app.screen.link is not None  # type: ignore[attr-defined]
