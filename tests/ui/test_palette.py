"""The palette over a demo fleet: found by name, and gone to."""

from __future__ import annotations

from board_fleet import NARROW, WIDE, Fleet, sees, text_of, until
from textual.pilot import Pilot

from fleetui.config.filters import language
from fleetui.config.specs import PaneSpec
from fleetui.core.objects import Container, Resource
from fleetui.core.ref import Ref
from fleetui.ui.aside import Aside
from fleetui.ui.goto import lists
from fleetui.ui.palette import Palette
from fleetui.ui.table_pane import TablePane


def standing_on(fleet_app: object) -> Resource | None:
    board = fleet_app.board  # type: ignore[attr-defined]
    assert isinstance(board.pane, TablePane)
    return board.pane.table.selected


def named(fleet: Fleet, kind: str) -> Resource:
    """Return the last thing of a kind."""
    rows = [row for key in fleet.still.keys(kind) for row in fleet.still.store.snapshot(key).rows]
    return rows[-1]


async def find(pilot: Pilot[None], words: str) -> None:
    """Open the palette, type, and wait for what is marked."""
    await pilot.press("ctrl+p")
    await sees(pilot, "go to")
    await pilot.press(*("space" if char == " " else char for char in words))

    def marked() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, Palette) and screen._search.words == words.strip()

    await until(pilot, marked, f"what {words!r} finds")


async def test_everything_is_in_one_list_with_its_keys(fleet: Fleet) -> None:
    async with fleet.app().run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        await find(pilot, "")
        await sees(pilot, "Overview")
        await sees(pilot, "page down")
        await find_more(pilot, "wrong")
        line = next(x for x in text_of(pilot.app).splitlines() if "only what is wrong" in x)
        assert "wrong_only" in line
        assert "!" in line


async def find_more(pilot: Pilot[None], words: str) -> None:
    await pilot.press(*words)
    await sees(pilot, words)


async def test_enter_goes_to_a_thing_on_this_screen(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        row = named(fleet, "services")
        await find(pilot, row.ref.short)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1, "the palette is gone")
        await until(pilot, lambda: standing_on(app) == row, "the cursor is on it")
        assert app.board.current == "services"


async def test_enter_goes_to_another_screen_that_was_never_open(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        row = named(fleet, "images")
        await find(pilot, row.ref.name)
        await pilot.press("enter")
        await until(pilot, lambda: app.board and app.board.spec.name == "containers", "its screen")
        await until(pilot, lambda: standing_on(app) == row, "the cursor is on it")


async def test_what_no_screen_lists_gets_a_table_of_its_own(fleet: Fleet) -> None:
    app = fleet.app()
    app.specs[:] = [spec for spec in app.specs if spec.name == "overview"]
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "CrashLoopBackOff")
        row = named(fleet, "volumes")
        await find(pilot, row.ref.short)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Aside), "a table over the board")
        await until(pilot, lambda: standing_on(app) == row, "the cursor is on it")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Aside), "the board again")


async def test_a_filter_that_hides_the_thing_is_taken_off(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "3 of 6 pods")
        await pilot.press("slash", *"zzz", "enter")
        row = named(fleet, "capacity")
        await find(pilot, row.ref.short)
        await pilot.press("enter")
        await until(pilot, lambda: standing_on(app) == row, "the cursor is on it")


async def test_actions_screens_and_themes_are_done(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "3 of 6 pods")
        await find(pilot, "only what is")
        await pilot.press("enter")
        await sees(pilot, "! wrong only")
        await find(pilot, "page down")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1, "the palette is gone")
        await find(pilot, "capacity")
        await pilot.press("enter")
        await until(pilot, lambda: app.board and app.board.spec.name == "capacity", "the screen")


async def test_escape_leaves_everything_as_it_was_and_nothing_found_says_so(fleet: Fleet) -> None:
    app = fleet.app()
    async with app.run_test(size=NARROW) as pilot:
        await sees(pilot, "3 of 6 pods")
        before = standing_on(app)
        await find(pilot, "qqqqqzzz")
        await sees(pilot, "nothing that is known is called so")
        await pilot.press("enter")
        assert isinstance(app.screen, Palette)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1, "the palette is gone")
        assert standing_on(app) == before


def test_a_pane_whose_filter_has_a_name_or_a_pattern_is_found() -> None:
    row = Container(ref=Ref("docker", "h", "container", "1", "web-1"))
    spoken = language({"mine": "web"})
    for text, there in (("@mine", True), ("/^web/", True), ("/^db/", False), ("@gone", False)):
        assert lists(PaneSpec("p", "containers", filter=text), row, 0.0, spoken) is there
