"""Pictures of the board. Each says what you should see; the fleet and the clock stand still."""

from __future__ import annotations

from typing import Any

import pytest
from board_fleet import NARROW, WIDE, sees, until
from picture_writer import changing_app
from small_fleet import SmallFleet
from textual.pilot import Pilot

from fleetui.ui.change.dialog import PlanDialog


def test_overview_wide(snap_compare: Any) -> None:
    """All panes in one frame: checkout degraded on top with its reason, two alerts, a chart."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")

    assert snap_compare(SmallFleet().app(), terminal_size=WIDE, run_before=before)


def test_overview_narrow(snap_compare: Any) -> None:
    """One pane, the others as tabs with what is wrong in them."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "checkout")

    assert snap_compare(SmallFleet().app(), terminal_size=NARROW, run_before=before)


def test_members_of_a_unit(snap_compare: Any) -> None:
    """`capacity › ecs/checkout`: six tasks, the two that fail on top."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("enter")
        await sees(pilot, "checkout-6")

    assert snap_compare(SmallFleet().app(), terminal_size=WIDE, run_before=before)


def test_mistake_in_a_filter(snap_compare: Any) -> None:
    """The prompt, carets under `stat:run`, the nearest column, and the rows as before."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "checkout")
        await pilot.press("slash", *"stat:run")
        await sees(pilot, "did you mean")

    assert snap_compare(SmallFleet().app(), terminal_size=NARROW, run_before=before)


def test_outage(snap_compare: Any) -> None:
    """AWS is gone for four minutes: its rows stay, dimmed and marked, and the title says why."""
    fleet = SmallFleet()

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        fleet.break_down("aws", "prod", 250)
        await sees(pilot, "◌ 4m 10s")

    assert snap_compare(fleet.app(), terminal_size=WIDE, run_before=before)


def test_wallboard(snap_compare: Any) -> None:
    """No cursor; the alert that is pinned and the age of each source along the bottom."""
    fleet = SmallFleet()
    app = fleet.app(wallboard=())

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        app._second()
        await sees(pilot, "pinned: CheckoutErrors")

    assert snap_compare(app, terminal_size=WIDE, run_before=before)


def test_help(snap_compare: Any) -> None:
    """Every key, by where it acts, beside the filter language."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("question_mark")
        await sees(pilot, "any key closes it")

    assert snap_compare(SmallFleet().app(), terminal_size=WIDE, run_before=before)


def test_log_of_a_unit(snap_compare: Any) -> None:
    """Six tasks in one log: levels, fields, a folded trace with its gist, and one that ended."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("l")
        await sees(pilot, "exit 1")
        await sees(pilot, "order placed")

    assert snap_compare(SmallFleet().app(), terminal_size=WIDE, run_before=before)


def test_log_sideways(snap_compare: Any) -> None:
    """At 80×24 the ends of long lines: … at their left, times, names and levels in place."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "checkout")
        await pilot.press("l")
        await sees(pilot, "exit 1")
        await pilot.press("dollar_sign")
        await sees(pilot, "ends here")

    assert snap_compare(SmallFleet().app(), terminal_size=NARROW, run_before=before)


def test_describe(snap_compare: Any) -> None:
    """All about ecs/checkout: its state and why, its numbers, and links to its six tasks."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("d")
        await sees(pilot, "identity")

    assert snap_compare(SmallFleet().app(), terminal_size=WIDE, run_before=before)


BOTH = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


async def planned(pilot: Pilot[None], text: str) -> None:
    """Wait until a plan that says this is on the screen."""
    await sees(pilot, text)
    dialog = pilot.app.screen
    assert isinstance(dialog, PlanDialog)
    await until(pilot, lambda: dialog.proposal is not None, "the plan")
    await pilot.pause()


@BOTH
def test_plan(snap_compare: Any, size: tuple[int, int]) -> None:
    """The number is typed on top; what changes, what is around, how it is undone; Enter goes."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "deploy/api")
        await pilot.press("j", "j", "s", "plus", "2")
        await planned(pilot, "4  →  6")

    assert snap_compare(changing_app(), terminal_size=size, run_before=before)


@BOTH
def test_plan_in_production(snap_compare: Any, size: tuple[int, int]) -> None:
    """Another frame with the word PRODUCTION; its name is to be typed, and a grave warning."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("s", "0")
        await planned(pilot, "6  →  0")

    assert snap_compare(changing_app(), terminal_size=size, run_before=before)


@BOTH
def test_plan_that_is_refused(snap_compare: Any, size: tuple[int, int]) -> None:
    """Two rules are against it: each with its line of the config, and what can be done."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("s", "9")
        await planned(pilot, "6  →  9")

    assert snap_compare(changing_app(strict=True), terminal_size=size, run_before=before)


@BOTH
def test_plan_for_many(snap_compare: Any, size: tuple[int, int]) -> None:
    """Three units by name with what becomes of each; production is marked, the number typed."""

    async def before(pilot: Pilot[None]) -> None:
        await sees(pilot, "503")
        await pilot.press("space", "j", "space", "j", "space", "s", "x", "2")
        await planned(pilot, "6 → 12")

    assert snap_compare(changing_app(), terminal_size=size, run_before=before)


@BOTH
def test_changes(snap_compare: Any, size: tuple[int, int]) -> None:
    """One under way with its gate, one half-way with what is kept, one done, one that failed."""
    fleet = SmallFleet()
    fleet.change()

    async def before(pilot: Pilot[None]) -> None:
        await pilot.press("4")
        await sees(pilot, "deploy/api")

    assert snap_compare(fleet.app(), terminal_size=size, run_before=before)
