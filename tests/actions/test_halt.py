"""How one that was stopped on its way ended is told as it is."""

from __future__ import annotations

import asyncio

import pytest
from scripted_writer import MemoryJournal, NumberWriter, ScriptedGate, door_of, scale

from fleetui.actions.action import GateSpec
from fleetui.core.change import Phase, Plan, Progress


class Halting(NumberWriter):
    """Never gets ready; says how it ended once it is stopped."""

    ended = Progress(Phase.ROLLED_BACK, "the old one is back")

    async def halt(self, plan: Plan) -> Progress:
        self.calls.append(("halt", plan.ref.name))
        return self.ended


@pytest.mark.parametrize(
    ("halted", "phase"),
    [
        (Phase.CANCELLED, Phase.CANCELLED),
        (Phase.ROLLING, Phase.CANCELLED),
        (Phase.ROLLED_BACK, Phase.ROLLED_BACK),
        (Phase.DONE, Phase.DONE),
        (Phase.FAILED, Phase.FAILED),
    ],
)
async def test_cancelling_keeps_what_it_was_too_late_for(halted: Phase, phase: Phase) -> None:
    writer = Halting(stuck="no room")
    writer.ended = Progress(halted, "so it is")
    door = door_of(writer, journal=MemoryJournal())
    request = door.begin(await door.propose([scale("4")]))
    run = request.runs[0]
    while run.progress.phase is not Phase.ROLLING:
        await asyncio.sleep(0.1)
    await door.cancel(run.action.id)
    await request.wait()
    assert (run.progress.phase, run.progress.reason) == (phase, "cancelled; so it is")
    await door.close()


async def test_what_went_back_by_itself_is_not_taken_back_again() -> None:
    writer = Halting(stuck="no room")
    door = door_of(writer, journal=MemoryJournal(), gatekeeper=ScriptedGate(0.0, 0.0, 9.0))
    gate = GateSpec("errors", max=1.0, roll_back=True)
    request = door.begin(await door.propose([scale("4")], gate=gate))
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.ROLLED_BACK
    assert progress.reason.endswith("the old one is back")
    assert writer.sent() == ["web"]
    await door.close()
