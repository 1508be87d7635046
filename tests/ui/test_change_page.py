"""What is around a change: its page, what quits, and names that are up to no good."""

from __future__ import annotations

import pytest
from board_fleet import NARROW, WIDE, sees, text_of, until
from change_fleet import ChangingFleet, Slow, dialog_of, stand
from test_typed_ahead import burst
from textual.pilot import Pilot

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.core.change import Ask, Phase, Plan
from fleetui.providers.demo import PRODUCTION
from fleetui.ui.app import FleetApp
from fleetui.ui.change.dialog import PlanDialog
from fleetui.ui.change.page import ChangePage

pytestmark = pytest.mark.usefixtures("at_once")
FREE = Policy()


async def redeploy_of(pilot: Pilot[None], app: FleetApp, changing: ChangingFleet) -> PlanDialog:
    """Ask for a redeploy of deploy/search, and return the dialog with its plan."""
    await stand(pilot, app, changing, "deploy/search")
    await pilot.press("r")
    return await dialog_of(pilot, app)


@pytest.mark.parametrize(
    ("tethered", "becomes"),
    [
        (False, "the next start follows it"),
        (True, "it stops half-way, to be finished or put back later · X puts it back now"),
    ],
)
async def test_quitting_while_something_is_under_way_is_asked_once(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch, tethered: bool, becomes: str
) -> None:
    app = changing.changing(FREE)
    monkeypatch.setattr(Door, "tethered", lambda _door, _plan: tethered)
    async with app.run_test(size=WIDE) as pilot:
        await redeploy_of(pilot, app, changing)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy")
        await pilot.press("q")
        await sees(pilot, f"1 change is under way: {becomes} · q again quits")
        assert app.is_running
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_ctrl_c_is_asked_about_once_where_it_would_leave_a_change_half_way(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = changing.changing(FREE)
    monkeypatch.setattr(Door, "tethered", lambda _door, _plan: True)
    async with app.run_test(size=WIDE) as pilot:
        await redeploy_of(pilot, app, changing)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy")
        await pilot.press("ctrl+c")
        await sees(pilot, "X puts it back now · ^C again quits")
        assert app.is_running
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_ctrl_c_is_asked_about_too_while_the_dialog_has_not_closed_yet(
    changing: ChangingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = changing.changing(FREE)
    monkeypatch.setattr(Door, "tethered", lambda _door, _plan: True)
    async with app.run_test(size=WIDE) as pilot:
        dialog = await redeploy_of(pilot, app, changing)
        # Enter is not left alone for long: the dialog stays.
        monkeypatch.setattr(PlanDialog, "QUIET_S", 600.0)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.door and app.door.under_way), "it has begun")
        assert app.screen is dialog
        await pilot.press("ctrl+c")
        await sees(pilot, "X puts it back now · ^C again quits")
        assert app.is_running
        await pilot.press("escape")
        await sees(pilot, "begun: redeploy")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "it has quit")


async def test_ctrl_c_quits_at_once_where_the_back_end_goes_on(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await redeploy_of(pilot, app, changing)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "it has quit")
        # It stays open in the audit: the next start follows it.
        assert not changing.journal.phases[-1][1].ended


async def test_a_change_has_a_page_and_can_be_cancelled(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    assert changing.door is not None
    changing.still.providers = (*changing.still.providers, changing.door.book)  # type: ignore[assignment]
    async with app.run_test(size=WIDE) as pilot:
        await redeploy_of(pilot, app, changing)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy")
        await changing.fill()
        burst(app, ":rollouts", "<enter>")
        await sees(pilot, "r18 → r19")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChangePage), "its page")
        await sees(pilot, "roll deploy/search to r19, one member after another")
        await pilot.press("escape", "X")
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.CANCELLED, "its end")
        app.follow()
        await sees(pilot, "cancelled: redeploy of deploy/search r18 → r19")


async def test_hostile_names_stay_text(changing: ChangingFleet) -> None:
    evil = "\x1b]52;c;AAAA\x07\x1b[31m[bold]\u202etxt[/] [@click=app.quit]x[/]"

    class Evil(Slow):
        async def plan(self, ask: Ask) -> Plan:
            from fleetui.core.change import Caution, Difference, Undo

            return Plan(
                ask=ask, differences=(Difference(evil, evil, evil * 9),), facts=((evil, evil),),
                cautions=(Caution(evil, grave=True),), steps=(evil,), undo=Undo(evil),
                permission=evil, refused=evil,
            )  # fmt: skip

    app = changing.changing(Policy(production=PRODUCTION), writers=(Evil(),))
    async with app.run_test(size=NARROW) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        burst(app, ":restart", "<enter>")
        await dialog_of(pilot, app)
        await pilot.press("tab")
        await sees(pilot, "[bold]")
        text = text_of(app)
        assert not set(text) & set("\x1b\x07\u202e")
        assert all(line.endswith("│") for line in text.splitlines() if line.startswith("│"))
        assert app.is_running


async def test_asked_whether_to_quit_all_can_be_taken_back_first(changing: ChangingFleet) -> None:
    app = changing.changing(FREE)
    async with app.run_test(size=WIDE) as pilot:
        await redeploy_of(pilot, app, changing)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy")
        # Wherever the cursor is: it is what the question was about.
        await stand(pilot, app, changing, "deploy/api")
        await pilot.press("q", "X")
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.CANCELLED, "its end")
        assert app.is_running
