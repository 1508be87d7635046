"""Pictures of the board. Each says what you should see; the fleet and the clock stand still."""

from __future__ import annotations

from typing import Any

from board_fleet import NARROW, WIDE, sees
from small_fleet import SmallFleet
from textual.pilot import Pilot


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
