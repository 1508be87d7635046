"""The keys on a change: finish what is half-way or put it back, undo, cancel; and on pages."""

from __future__ import annotations

import pytest
from board_fleet import WIDE, sees, text_of, until
from change_fleet import ChangingFleet, dialog_of, stand
from half_way_writer import HalfWayWriter
from test_typed_ahead import burst
from textual.pilot import Pilot

from fleetui.actions.policy import Policy, Refusal
from fleetui.ui.app import FleetApp
from fleetui.ui.logs.screen import LogScreen
from fleetui.ui.page.screen import Page

pytestmark = pytest.mark.usefixtures("at_once")
FREE = Policy()


async def half_way(pilot: Pilot[None], app: FleetApp, fleet: ChangingFleet) -> None:
    """Redeploy a unit, let that be left half-way, and stand on its row among the changes."""
    assert fleet.door is not None
    fleet.still.providers = (*fleet.still.providers, fleet.door.book)  # type: ignore[assignment]
    await stand(pilot, app, fleet, "deploy/search")
    await pilot.press("r")
    await dialog_of(pilot, app)
    await pilot.press("enter")
    book = fleet.door.book
    await until(pilot, lambda: any(row.half_way for row in book.rows()), "it is half-way")
    app.follow()
    await fleet.fill()
    await pilot.press("4")
    await sees(pilot, "broken off: 1 of 2 are new")


@pytest.mark.parametrize(
    ("key", "title", "said"),
    [
        ("r", "finish: redeploy of deploy/search", "finished"),
        ("R", "put back: redeploy of deploy/search", "put back"),
        ("u", "undo: redeploy of deploy/search", "put back"),
    ],
)
async def test_what_is_half_way_is_finished_or_put_back_by_a_key(
    changing: ChangingFleet, key: str, title: str, said: str
) -> None:
    writer = HalfWayWriter("kubernetes", "blue")
    app = changing.changing(FREE, writers=(writer,))
    async with app.run_test(size=WIDE) as pilot:
        await half_way(pilot, app, changing)
        await pilot.press("j", "k")
        await sees(pilot, "r finish  R put back")
        await pilot.press(key)
        await dialog_of(pilot, app)
        await sees(pilot, title)
        await sees(pilot, "broken off: 1 of 2 are new")
        assert writer.rested == []
        await pilot.press("enter")
        await until(pilot, lambda: writer.rested == [said], "it is done")


async def test_what_a_change_cannot_be_asked_for_is_told(changing: ChangingFleet) -> None:
    app = changing.changing(FREE, writers=(HalfWayWriter("kubernetes", "blue"),))
    async with app.run_test(size=WIDE) as pilot:
        await half_way(pilot, app, changing)
        await pilot.press("s")
        await sees(pilot, "there is no scale of a change: U goes up to what it is about")
        await pilot.press("X")
        await sees(pilot, "no change is under way there")


@pytest.mark.parametrize("opens", ["d", "l"])
async def test_the_thing_of_a_page_or_a_log_is_changed_by_its_keys(
    changing: ChangingFleet, opens: str
) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press(opens)
        await until(pilot, lambda: isinstance(app.screen, Page | LogScreen), "it is open")
        await sees(pilot, "s scale  r redeploy  R rollback")
        await pilot.press("s")
        await dialog_of(pilot, app)
        await sees(pilot, "scale deploy/search: 3 →")
        await pilot.press("escape", "r")
        await dialog_of(pilot, app)
        await sees(pilot, "r18")
        await pilot.press("escape", "question_mark")
        await sees(pilot, "changing rows")
        await sees(pilot, "redeploy: replace the members one after another")


@pytest.mark.parametrize("opens", ["d", "l"])
async def test_read_only_says_there_why_not(changing: ChangingFleet, opens: str) -> None:
    rule = Refusal("read_only", "nothing is changed from here", "config.toml:3")
    app = changing.app(read_only=True, shut=rule)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press(opens)
        await until(pilot, lambda: isinstance(app.screen, Page | LogScreen), "it is open")
        await sees(pilot, "READ-ONLY")
        assert "r redeploy" not in text_of(app)
        for key in ("s", "r", "R", "u", "X"):
            await pilot.press(key)
            await sees(pilot, "nothing is changed from here")
            await pilot.press("j")
            await sees(pilot, "? help")


async def test_a_log_keeps_its_own_key_and_takes_the_command(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LogScreen), "the log")
        await pilot.press("t")
        await sees(pilot, "· trace ")
        burst(app, ":restart", "<enter>")
        await dialog_of(pilot, app)
        await sees(pilot, "restart deploy/search")
