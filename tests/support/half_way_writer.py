"""A back end whose redeploys can be left half-way, as a writer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scripted_writer import NumberWriter

from fleetui.core.change import Ask, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Invalid
from fleetui.providers.writing import Tell

LEFT = Progress(Phase.FAILED, "broken off: 1 of 2 are new", 1, 2, 2, half_way=True)


@dataclass
class HalfWayWriter(NumberWriter):
    """Its units are half-way from one revision to another until that is finished or put back."""

    half: set[str] = field(default_factory=set)
    rested: list[str] = field(default_factory=list)

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset({Verb.REDEPLOY, Verb.ROLLBACK})

    async def plan(self, ask: Ask) -> Plan:
        undo = Undo("roll back", Ask(Verb.ROLLBACK, ask.ref))
        return Plan(ask=ask, differences=(Difference("revision", "1", "2"),), undo=undo)

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        self.calls.append(("carry_out", plan.ref.name))
        word = dict(plan.memo).get("rest", "")
        if not word:
            self.half.add(plan.ref.name)
            return Progress(Phase.ROLLING, "begun", 0, 2, 2)
        self.half.discard(plan.ref.name)
        self.rested.append(word)
        return Progress(Phase.DONE, word, 2, 2, 2)

    async def progress(self, plan: Plan) -> Progress:
        return LEFT if plan.ref.name in self.half else Progress(Phase.DONE)

    async def left(self, plan: Plan) -> Progress | None:
        return LEFT if plan.ref.name in self.half else None

    async def rest(self, plan: Plan, ask: Ask) -> Plan:
        if plan.ref.name not in self.half:
            raise Invalid("nothing of it is half-way any more")
        back = ask.verb is Verb.ROLLBACK
        moved = tuple(Difference(d.name, d.after, d.before) if back else d
                      for d in plan.differences)  # fmt: skip
        return replace(
            plan, ask=Ask(ask.verb, plan.ref), differences=moved,
            facts=(("half-way", LEFT.reason),),
            memo=(*plan.memo, ("rest", "put back" if back else "finished")),
        )  # fmt: skip
