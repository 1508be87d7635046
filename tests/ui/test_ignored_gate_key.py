"""A gate that is bad already, and how a person at the keyboard goes ahead in spite of it."""

from __future__ import annotations

import pytest
from board_fleet import NARROW, WIDE, sees, text_of, until
from change_fleet import ChangingFleet, dialog_of, stand
from scripted_writer import ScriptedGate

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Policy
from fleetui.core.change import Phase
from fleetui.ui.change.dialog import PlanDialog

pytestmark = pytest.mark.usefixtures("at_once")
GATE = GateSpec("errors", max=1, hold_s=60, place="config.toml:14")
GATED = Policy(gates=(("*", GATE),))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_is_ignored_with_a_reason(changing: ChangingFleet, size: tuple[int, int]) -> None:
    app = changing.changing(GATED, gatekeeper=ScriptedGate(3.0))
    async with app.run_test(size=size) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await sees(pilot, "✖ refused: the gate is bad already: 3, at most 1")
        await sees(pilot, "^G ignore the gate")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        assert changing.sent == []
        await pilot.press("ctrl+g")
        await sees(pilot, "its gate is ignored: nothing is stopped or taken back")
        await sees(pilot, "now 3, at most 1  ✖  ignored")
        await sees(pilot, "why:")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "a reason must be given: it is kept in the audit")
        assert changing.sent == []
        await pilot.press(*"it is the cure", "enter")
        await sees(pilot, "begun: redeploy of deploy/search")
        (entry,) = changing.journal.written.values()
        assert entry.action.ignores_gate
        assert (entry.action.gate, entry.action.reason) == (GATE, "it is the cure")


async def test_it_is_heeded_again_and_a_value_may_be_typed_meanwhile(
    changing: ChangingFleet,
) -> None:
    app = changing.changing(GATED, gatekeeper=ScriptedGate(3.0))
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("s", "5")
        await sees(pilot, "✖ refused: the gate is bad already")
        await sees(pilot, "3  →  5")
        await dialog_of(pilot, app)
        await pilot.press("ctrl+g")
        await sees(pilot, "^G heed the gate")
        await pilot.press("backspace", "4")
        await sees(pilot, "3  →  4")
        await sees(pilot, "its gate is ignored")
        await dialog_of(pilot, app)
        await pilot.press("ctrl+g")
        await sees(pilot, "✖ refused: the gate is bad already")
        assert "its gate is ignored" not in text_of(app)
        await dialog_of(pilot, app)
        await pilot.press("enter")
        assert changing.sent == []
        assert isinstance(app.screen, PlanDialog)


async def test_the_key_does_nothing_where_no_gate_is_in_the_way(changing: ChangingFleet) -> None:
    rules = Policy(gates=GATED.gates, protect=(("*/deploy/search", "config.toml:41"),))
    app = changing.changing(rules, gatekeeper=ScriptedGate(0.0))
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await sees(pilot, "is protected by")
        assert "^G" not in text_of(app)
        await pilot.press("ctrl+g")
        await sees(pilot, "no gate is in the way")
        assert "is protected by" in text_of(app)


async def test_undo_passes_over_what_its_gate_took_back(changing: ChangingFleet) -> None:
    bad_after = ScriptedGate(*[0.0] * 12, 3.0)
    back = GateSpec("errors", max=1, hold_s=600, roll_back=True, place="config.toml:14")
    app = changing.changing(Policy(gates=(("*/deploy/search", back),)), gatekeeper=bad_after)
    async with app.run_test(size=WIDE) as pilot:
        await stand(pilot, app, changing, "deploy/coredns")
        await pilot.press("s", "plus", "1")
        await dialog_of(pilot, app)
        await sees(pilot, "2  →  3")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: scale of deploy/coredns")
        changing.now += 300
        await until(pilot, lambda: changing.journal.phases[-1][1] is Phase.DONE, "its end")
        app.follow()
        await sees(pilot, "done: scale of deploy/coredns")
        await stand(pilot, app, changing, "deploy/search")
        await pilot.press("r")
        await dialog_of(pilot, app)
        await pilot.press("enter")
        await sees(pilot, "begun: redeploy of deploy/search")

        def taken_back() -> bool:
            changing.now += 30
            return changing.journal.phases[-1][1] is Phase.ROLLED_BACK

        await until(pilot, taken_back, "it is taken back")
        await pilot.press("u")
        await sees(pilot, "undo: scale of deploy/coredns")
        await sees(
            pilot,
            "the redeploy of deploy/search was rolled back already: this takes back the change",
        )
