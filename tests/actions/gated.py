"""Changes that a gate watches, for tests."""

from __future__ import annotations

from dataclasses import replace

from scripted_writer import MemoryJournal, NumberWriter, ScriptedGate, door_of, scale

from fleetui.actions.action import GateSpec
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.proposal import Proposal
from fleetui.core.change import Phase, Plan, Progress

GATE = GateSpec("errors", max=1, hold_s=10, place="c.toml:14")

BACK = replace(GATE, roll_back=True)

GOOD, BAD = 0.5, 3.0


def gated(gate: GateSpec = GATE, **more: object) -> Policy:
    return Policy(gates=(("*", gate),), **more)  # type: ignore[arg-type]


async def ended(door: Door, proposal: Proposal) -> Progress:
    request = door.begin(proposal)
    await request.wait()
    return request.runs[0].progress


async def one(
    writer: NumberWriter, *values: float | None, gate: GateSpec = GATE, count: str = "5",
    journal: MemoryJournal | None = None, **more: object,
) -> tuple[Progress, Door]:  # fmt: skip
    """Scale with a gate that says these one after another; the first is the look before."""
    policy = more.pop("policy", None) or gated(gate)
    door = door_of(writer, policy=policy, journal=journal,  # type: ignore[arg-type]
                   gatekeeper=ScriptedGate(*values), **more)  # fmt: skip
    return await ended(door, await door.propose([scale(count)])), door


class Halting(NumberWriter):
    """Is at 4 of 5 for ever, and stops where it is told to."""

    stops_at: int | None = None

    async def progress(self, plan: Plan) -> Progress:
        await super().progress(plan)
        name = plan.ref.name
        wanted = int(plan.ask.value("count") or 0)
        if wanted > 2 and self.desired[name] == wanted:
            self.running[name] = wanted - 1
        return self._now(plan)

    async def halt(self, plan: Plan) -> Progress:
        self.calls.append(("halt", plan.ref.name))
        if self.stops_at is not None:
            self.desired[plan.ref.name] = self.running[plan.ref.name] = self.stops_at
        return Progress(Phase.CANCELLED, "no more are started")
