"""A back end of numbers that can be scaled, as a writer, and a journal in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fleetui.actions.action import Action, GateSpec, Who
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Entry, JournalError, Reading
from fleetui.core.change import Ask, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Conflict, Invalid, NotFound, ProviderError, Unreachable
from fleetui.core.ref import Ref
from fleetui.providers.writing import Tell

WHO = Who("ana", "bastion", "10.0.0.7")


def unit(name: str = "web", scope: str = "prod") -> Ref:
    return Ref("aws", scope, "asg", f"uid-{name}", name)


@dataclass
class NumberWriter:
    """Units whose members come one at each look. Every call is kept."""

    name: str = "aws"
    scope: str = "prod"
    desired: dict[str, int] = field(default_factory=lambda: {"web": 2, "api": 2, "db": 1})
    running: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    error: ProviderError | None = None
    loses_answer: bool = False
    away: int = 0
    """How many more times it cannot be asked."""
    stuck: str = ""

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset({Verb.SCALE, Verb.RESTART}) if kind == "asg" else frozenset()

    async def plan(self, ask: Ask) -> Plan:
        name = ask.ref.name
        if name not in self.desired:
            raise NotFound(f"{ask.ref.short} is not there any more", where="aws/prod")
        if ask.verb is Verb.RESTART:
            return Plan(ask=ask, seen=str(self.desired[name]))
        before, wanted = self.desired[name], ask.value("count")
        after = before + int(wanted) if wanted[0] in "+-" else int(wanted)
        moved = (Difference("desired", str(before), str(after)),) if after != before else ()
        back = Ask(Verb.SCALE, ask.ref, (("count", str(before)),))
        return Plan(
            ask=replace(ask, values=(("count", str(after)),)),
            differences=moved,
            undo=Undo(f"scale back to {before}, any time", back),
            refused="more than its maximum of 50" if after > 50 else "",
            amount=after - before,
            seen=str(before),
        )

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        name = plan.ref.name
        self.calls.append(("carry_out", name))
        if str(self.desired[name]) != plan.seen:
            raise Conflict("it has changed meanwhile", where="aws/prod")
        if self.error and not self.loses_answer:
            raise self.error
        if plan.ask.verb is Verb.SCALE:
            self.running.setdefault(name, self.desired[name])
            self.desired[name] = int(plan.ask.value("count"))
        if self.loses_answer:
            raise self.error or Unreachable("timed out", where="aws/prod")
        tell(Progress(Phase.SENDING, "taken"))
        return self._now(plan)

    def _now(self, plan: Plan) -> Progress:
        name = plan.ref.name
        wanted = plan.ask.value("count") or str(self.desired[name])
        if str(self.desired[name]) != wanted:
            return Progress(Phase.FAILED, "not done: desired is as it was")
        running = self.running.get(name, self.desired[name])
        phase = Phase.DONE if running == self.desired[name] and not self.stuck else Phase.ROLLING
        return Progress(phase, self.stuck, running, running, self.desired[name])

    async def progress(self, plan: Plan) -> Progress:
        self.calls.append(("progress", plan.ref.name))
        if self.away:
            self.away -= 1
            raise Unreachable("no route to host", where="aws/prod")
        name = plan.ref.name
        if name in self.running and not self.stuck:
            step = (self.desired[name] > self.running[name]) - (
                self.desired[name] < self.running[name]
            )
            self.running[name] += step
        return self._now(plan)

    async def halt(self, plan: Plan) -> Progress:
        self.calls.append(("halt", plan.ref.name))
        if not self.stuck:
            raise Invalid("it is past stopping", where="aws/prod")
        return Progress(Phase.CANCELLED, "the rest stays as it was")

    async def close(self) -> None:
        self.calls.append(("close", ""))

    def sent(self) -> list[str]:
        """Return the names of what was sent, in order."""
        return [name for call, name in self.calls if call == "carry_out"]


class MemoryJournal:
    """Keeps entries in order; `full` makes it refuse."""

    def __init__(self) -> None:
        self.written: dict[str, Entry] = {}
        self.full = False
        self.phases: list[tuple[str, Phase]] = []

    async def intend(self, action: Action, phase: Phase = Phase.SENDING) -> None:
        await self.note(action, Progress(phase))

    async def claim(self, action: Action) -> bool:
        return not self.written[action.id].alive

    async def note(
        self, action: Action, progress: Progress, reading: Reading | None = None
    ) -> None:
        if self.full:
            raise JournalError("the audit in state/audit.db cannot be written: disk full")
        self.phases.append((action.plan.ref.name, progress.phase))
        self.written[action.id] = Entry(action, progress, action.at, alive=True)

    async def entries(self, since: float) -> tuple[Entry, ...]:
        return tuple(
            e for e in self.written.values() if e.action.at >= since or not e.progress.phase.ended
        )


class ScriptedGate:
    """Answers with the next value; the last stays. None: no answer."""

    def __init__(self, *values: float | None) -> None:
        self.values = list(values)

    async def read(self, gate: GateSpec) -> Reading:
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        if value is None:
            return Reading(False, text="prometheus/main does not answer")
        return Reading(gate.holds(value), value, f"{value:g}, at most {gate.max:g}")


def door_of(
    *writers: NumberWriter,
    policy: Policy | None = None,
    journal: MemoryJournal | None = None,
    now: Callable[[], float] | None = None,
    **more: object,
) -> Door:
    """Return a door whose wall clock is the loop's."""
    return Door(
        writers, policy or Policy(), journal or MemoryJournal(), WHO,
        now=now or (lambda: 1_700_000_000 + asyncio.get_running_loop().time()), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def scale(count: str, name: str = "web", scope: str = "prod") -> Ask:
    return Ask(Verb.SCALE, unit(name, scope), (("count", count),))
