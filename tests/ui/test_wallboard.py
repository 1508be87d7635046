"""The wallboard: it goes round, takes no keys, and stays where an incident is shown."""

from __future__ import annotations

from board_fleet import WIDE, Fleet, sees, text_of, until
from small_fleet import SmallFleet

from fleetui.config.screens import load_screens
from fleetui.ui.app import FleetApp
from fleetui.ui.rotation import Rotation, incidents

SCREENS = load_screens(None)
ALL = [SCREENS[name] for name in ("overview", "capacity", "containers")]

THREE = ("overview", "capacity", "containers")


def test_screens_take_turns() -> None:
    rotation = Rotation(ALL, 10, 0)
    shown = [rotation.step(float(second), {}) for second in range(0, 40, 5)]
    assert shown == [
        "overview", "overview", "capacity", "capacity", "containers", "containers",
        "overview", "overview",
    ]  # fmt: skip


def test_an_incident_holds_the_screen_that_shows_most_of_it() -> None:
    rotation = Rotation(ALL, 10, 0)
    assert rotation.step(10, {}) == "capacity"
    found = {"alerts": ["CheckoutErrors"], "capacity": ["checkout"]}
    for second in range(11, 200, 7):
        assert rotation.step(second, found) == "overview"
        assert rotation.pinned == ("CheckoutErrors", "checkout")
    later = [rotation.step(second, {}) for second in range(200, 240, 10)]
    assert rotation.pinned == ()
    assert set(later) == {"overview", "capacity", "containers"}


def test_what_no_screen_shows_does_not_stop_the_rotation() -> None:
    rotation = Rotation([SCREENS["containers"], SCREENS["capacity"]], 10, 0)
    found = {"alerts": ["CheckoutErrors"]}
    assert {rotation.step(float(s), found) for s in range(0, 60, 5)} == {"containers", "capacity"}


def test_screens_that_show_as_much_of_it_take_turns() -> None:
    rotation = Rotation(ALL, 10, 0)
    found = {"capacity": ["checkout"]}
    assert {rotation.step(float(s), found) for s in range(0, 60, 5)} == {"overview", "capacity"}


def test_a_clock_that_is_set_back_does_not_stop_the_rotation() -> None:
    rotation = Rotation(ALL, 10, 1000)
    assert rotation.step(5, {}) == "capacity"


def test_only_what_is_critical_is_an_incident() -> None:
    fleet = SmallFleet()
    assert incidents(fleet.still.store.snapshots()) == {"alerts": ["CheckoutErrors"]}
    fleet.fail_alone("edge")
    found = incidents(fleet.still.store.snapshots())
    assert found == {"alerts": ["CheckoutErrors"], "capacity": ["edge"]}
    fleet.heal("alerts", "capacity")
    assert incidents(fleet.still.store.snapshots()) == {}


def second(app: FleetApp, fleet: Fleet, by: float) -> None:
    """Let time pass for the app, as its timer does each second."""
    fleet.now += by
    app._second()


async def test_it_rotates_shows_ages_and_takes_no_keys() -> None:
    fleet = SmallFleet()
    fleet.heal("alerts", "capacity")
    app = fleet.app(wallboard=THREE, rotate_s=10.0)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "requests/s by code")
        bar = text_of(app).splitlines()[-1]
        assert "aws/prod now" in bar
        assert "docker/bastion now" in bar
        assert "help" not in bar
        # No cursor, and no key that moves, opens or filters.
        assert "▌" not in text_of(app)
        before = text_of(app)
        await pilot.press("j", "tab", "enter", "slash", "z", "2", "question_mark")
        assert text_of(app) == before
        second(app, fleet, 11)
        await sees(pilot, "cpu by machine")
        second(app, fleet, 11)
        await sees(pilot, "networks")
        second(app, fleet, 11)
        await sees(pilot, "requests/s by code")
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_it_stays_with_an_incident_until_it_is_over() -> None:
    fleet = SmallFleet()
    fleet.heal("alerts", "capacity")
    app = fleet.app(wallboard=THREE, rotate_s=10.0)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "requests/s by code")
        second(app, fleet, 11)
        second(app, fleet, 11)
        await sees(pilot, "networks")
        fleet.fail_alone("edge")
        for _ in range(6):
            second(app, fleet, 11)
            await sees(pilot, "pinned: edge")
            assert "networks" not in text_of(app)
        fleet.heal("capacity")
        seen = []
        for _ in range(3):
            second(app, fleet, 11)
            await until(pilot, lambda: "pinned" not in text_of(app), "nothing is pinned")
            seen.append(app._rotation.current if app._rotation else "")
        assert set(seen) == {"overview", "capacity", "containers"}


async def test_screens_with_nothing_to_show_here_take_no_turn() -> None:
    fleet = SmallFleet()
    board = fleet.app(wallboard=(), rotate_s=10.0)
    # There is no door here: nothing is changed, and so there are no changes to show.
    assert {spec.name for spec in board.specs} == set(SCREENS) - {"changes"}
    fleet.still.extra = [key for key in fleet.still.extra if key.provider != "kubernetes"]
    board = fleet.app(wallboard=(), rotate_s=10.0)
    assert {spec.name for spec in board.specs} == set(SCREENS) - {"changes", "kubernetes"}


async def test_only_the_screens_named_take_turns() -> None:
    fleet = SmallFleet()
    fleet.heal("alerts", "capacity")
    app = fleet.app(wallboard=("containers", "capacity"), rotate_s=10.0)
    async with app.run_test(size=WIDE) as pilot:
        await sees(pilot, "networks")
        second(app, fleet, 11)
        await sees(pilot, "cpu by machine")
        second(app, fleet, 11)
        await sees(pilot, "networks")
