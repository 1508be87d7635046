"""Several changes at once, each with its gate: one that is bad keeps all from beginning."""

from __future__ import annotations

from dataclasses import replace

from gated import BAD, GATE, GOOD, Halting, gated
from scripted_writer import NumberWriter, ScriptedGate, door_of, scale

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Reading
from fleetui.core.change import Phase


class ByExpression:
    """Each expression has a value of its own."""

    def __init__(self, **values: float | None) -> None:
        self.values = values
        self.asked: list[str] = []

    async def read(self, gate: GateSpec) -> Reading:
        self.asked.append(gate.expr)
        value = self.values[gate.expr]
        if value is None:
            return Reading(False, text=f"{gate.expr} has no answer")
        return Reading(gate.holds(value), value, f"{gate.expr} is {value:g}")


async def test_each_of_many_has_its_own_gate() -> None:
    web, rest = replace(GATE, expr="web"), replace(GATE, expr="rest")
    policy = Policy(gates=(("asg/web", web), ("asg/api", rest)))
    keeper = ByExpression(web=GOOD, rest=GOOD)
    door = door_of(NumberWriter(), policy=policy, gatekeeper=keeper)
    proposal = await door.propose([scale("3", name) for name in ("web", "api", "db")])
    assert proposal.gates == (web, rest, None)
    assert keeper.asked == ["web", "rest"]
    request = door.begin(proposal)
    assert [run.action.gate for run in request.runs] == [web, rest, None]
    await request.wait()
    assert [run.progress.phase for run in request.runs] == [Phase.DONE] * 3


async def test_one_bad_gate_refuses_all_and_is_the_one_that_is_shown() -> None:
    web, rest = replace(GATE, expr="web"), replace(GATE, expr="rest", place="c.toml:20")
    policy = Policy(gates=(("asg/web", web), ("asg/api", rest)))
    door = door_of(NumberWriter(), policy=policy, gatekeeper=ByExpression(web=GOOD, rest=BAD))
    proposal = await door.propose([scale("3", "web"), scale("3", "api")])
    assert [r.line for r in proposal.verdict.refusals] == [
        "the gate is bad already: rest is 3 (policy.gate, c.toml:20)"
    ]
    assert proposal.gate == rest


async def test_a_gate_that_was_asked_for_is_that_of_all() -> None:
    asked = replace(GATE, expr="asked", place="--gate")
    policy = Policy(gates=(("asg/web", replace(GATE, expr="web")),))
    keeper = ByExpression(asked=GOOD)
    door = door_of(NumberWriter(), policy=policy, gatekeeper=keeper)
    proposal = await door.propose([scale("3", "web"), scale("3", "api")], gate=asked)
    assert proposal.gates == (asked, asked)
    assert keeper.asked == ["asked"]


async def test_what_turns_bad_in_the_middle_keeps_the_others_from_beginning() -> None:
    writer = Halting()
    door = door_of(writer, policy=gated(),
                   gatekeeper=ScriptedGate(GOOD, GOOD, GOOD, BAD))  # fmt: skip
    request = door.begin(await door.propose([scale("5", "web"), scale("5", "api")]))
    await request.wait()
    assert [run.progress.phase for run in request.runs] == [Phase.FAILED, Phase.CANCELLED]
    assert writer.sent() == ["web"]
