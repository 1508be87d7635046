"""Looking into one thing: the page, the raw document, the timeline, the clipboard."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml
from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until

from fleetui.core.description import Description, description, row, section
from fleetui.core.errors import NotFound
from fleetui.core.ref import Ref
from fleetui.ui.board import Board
from fleetui.ui.page.screen import Page
from fleetui.ui.table_pane import TablePane


def page_of(app: object) -> Page:
    screen = app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, Page)
    return screen


def pane_of(app: object) -> TablePane:
    board = app.board  # type: ignore[attr-defined]
    assert isinstance(board, Board)
    assert isinstance(board.pane, TablePane)
    return board.pane


async def test_describe_opens_from_what_is_known_and_esc_comes_back(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("d")
        await sees(pilot, "kubernetes/blue/shop/deploy/checkout  describe")
        text = text_of(app)
        for words in ("▲ degraded", "why", "CrashLoopBackOff", "strategy", "environment"):
            assert words in text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Board), "the board again")
        await sees(pilot, "capacity")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_search_marks_moves_and_is_taken_back(fleet: Fleet, size: tuple[int, int]) -> None:
    app = fleet.app()
    async with app.run_test(size=size) as pilot:
        await sees(pilot, "deploy/checkout")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await pilot.press("slash", *"checkout", "enter")
        page = page_of(app)
        first = page.text.place
        assert "checkout" in page.text.line
        await pilot.press("n")
        assert page.text.place != first
        await sees(pilot, "lines with checkout")
        await pilot.press("N")
        assert page.text.place == first
        await pilot.press("slash", "ctrl+u", *"nowhere at all", "enter")
        await pilot.press("n")
        await sees(pilot, "nothing here holds nowhere at all")
        await pilot.press("escape")
        assert page.text.sought == ""
        assert isinstance(app.screen, Page)


async def test_raw_is_yaml_then_json_of_the_same_document(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("y")
        await sees(pilot, "raw YAML")
        await until(pilot, lambda: page_of(app)._told is not None, "it was filled in")
        await pilot.pause()
        document = yaml.safe_load("\n".join(page_of(app).text.texts))
        await pilot.press("y")
        await sees(pilot, "raw JSON")
        assert json.loads("\n".join(page_of(app).text.texts)) == document
        assert document
        await pilot.press("d")
        await sees(pilot, "strategy")


class Refusing:
    """A back end that cannot describe; takes the place of the one that could."""

    def __init__(self, name: str, scope: str) -> None:
        self.name, self.scope = name, scope
        self.told: Description | None = None

    async def describe(self, ref: Ref) -> Description:
        if self.told is not None:
            return self.told
        raise NotFound(f"{ref.short} is gone", where="kubernetes/blue", hint="Esc goes back")


async def test_a_failure_to_fill_in_keeps_what_is_known_and_says_why(fleet: Fleet) -> None:
    refusing = Refusing("kubernetes", "blue")
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        fleet.still.providers = (refusing,)  # type: ignore[assignment]
        await pilot.press("d")
        await sees(
            pilot, "this is what was known already: kubernetes/blue: deploy/checkout is gone"
        )
        assert "CrashLoopBackOff" in text_of(app)
        refusing.told = description([section("state", [row("left", "none of it")])])
        await pilot.press("f5")
        await sees(pilot, "none of it")
        assert "known already" not in text_of(app)


async def test_a_thing_that_goes_away_stays_on_the_page(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        page = page_of(app)
        for key in fleet.still.keys("capacity", "kubernetes"):
            snapshot = fleet.still.store.snapshot(key)
            rows = tuple(row for row in snapshot.rows if row.ref != page.thing.ref)
            fleet.still.put(replace(snapshot, generation=2, rows=rows))
        page._second()
        await sees(pilot, "no source lists it any more")
        assert "CrashLoopBackOff" in text_of(app)


async def test_hostile_text_stays_text(fleet: Fleet) -> None:
    evil = "\x1b]52;c;AAAA\x07\x1b[31m[bold]\u202etxt[/] [@click=app.quit]x[/]"
    refusing = Refusing("kubernetes", "blue")
    refusing.told = description(
        [section("identity", [row(evil, evil)])], {evil: [evil, "é漢" * 200]}
    )
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "deploy/checkout")
        fleet.still.providers = (refusing,)  # type: ignore[assignment]
        await pilot.press("d")
        await pilot.press("G")
        await sees(pilot, "[bold]")
        await pilot.press("y")
        await sees(pilot, "@click")
        await pilot.press("C")
        await sees(pilot, "copied the page")
        assert not set(app.clipboard) & set("\x1b\x07\u202e")
        assert "\x1b" not in text_of(app)
        assert app.is_running


async def test_timeline_of_a_unit_tells_of_its_members_and_is_live(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        unit = pane_of(app).table.selected
        assert unit is not None
        await pilot.press("e")
        await sees(pilot, "capacity › timeline of deploy/checkout")
        pane = pane_of(app)
        await until(pilot, lambda: pane.table.total > 1, "events")
        times = [row.time for row in pane.picture.rows]  # type: ignore[attr-defined]
        assert times == sorted(times, reverse=True)
        subjects = {row.subject for row in pane.picture.rows}  # type: ignore[attr-defined]
        assert any("/pod/" in subject for subject in subjects)
        total = pane.table.total
        newest = replace(
            pane.picture.rows[0], ref=Ref("kubernetes", "blue", "event", "new", "new"),
            time=fleet.now, message="something new",
        )  # type: ignore[call-arg]  # fmt: skip
        key = fleet.still.keys("events", "kubernetes")[0]
        snapshot = fleet.still.store.snapshot(key)
        fleet.still.put(replace(snapshot, generation=2, rows=(newest, *snapshot.rows)))
        await sees(pilot, "something new")
        assert pane.table.total == total + 1
        await pilot.press("slash", *"message:new", "enter")
        await until(pilot, lambda: pane.table.matching == 1, "only the new one")
        await pilot.press("escape")
        await pilot.press("escape")
        await until(pilot, lambda: pane.table.cursor == unit.ref, "the row again")


async def test_timeline_everywhere_and_from_the_page(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("E")
        await sees(pilot, "capacity › timeline")
        await until(pilot, lambda: pane_of(app).table.total > 20, "events of all back ends")
        await pilot.press("E")
        await sees(pilot, "this is what happened everywhere")
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await pilot.press("e")
        await sees(pilot, "capacity › timeline of deploy/checkout")


async def test_copy_says_what_was_copied(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("c")
        await sees(pilot, "copied kubernetes/blue/shop/deploy/checkout")
        assert app.clipboard == "kubernetes/blue/shop/deploy/checkout"
        await pilot.press("C")
        cells = app.clipboard.split("\t")
        assert cells[0] == "▲ degraded"
        assert cells[1] == "deploy/checkout"
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await pilot.press("j", "c")
        assert app.clipboard == page_of(app).text.line.strip()
        await sees(pilot, f"copied {app.clipboard[:20]}")


async def test_where_a_key_cannot_act_the_footer_says_why(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        for _ in range(8):
            if not isinstance(app.board.pane, TablePane):  # type: ignore[union-attr]
                break
            await pilot.press("tab")
        for key in ("d", "y", "e", "E", "c", "C"):
            await pilot.press(key)
            await sees(pilot, "a chart has no rows")
            await pilot.press("j")
        await pilot.press("tab")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await pilot.press("q")
        await sees(pilot, "q quits from the top")


async def test_a_page_stays_open_behind_another_screen(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Page), "a page")
        await pilot.press("3")
        await sees(pilot, "images")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, Page), "the page again")


async def test_what_happened_to_a_row_that_was_opened_and_back(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await pilot.press("2", "enter")
        await until(pilot, lambda: app.board.pane.trail and app.board.pane.table.total, "members")
        await pilot.press("e")
        await until(pilot, lambda: len(app.board.pane.trail) == 2, "what happened to it")
        await pilot.press("escape")
        await until(pilot, lambda: app.board.pane.table.total, "the members again")
        assert len(app.board.pane.trail) == 1
