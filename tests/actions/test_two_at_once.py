"""Two changes of one target at once: each is told of the other, and none meets one half-way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from scripted_writer import (
    WHO,
    MemoryJournal,
    NumberWriter,
    ScriptedGate,
    door_of,
    scale,
    unit,
)  # fmt: skip

from fleetui.actions.action import GateSpec, Who
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.process import Process
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.core.change import Ask, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.providers.writing import Tell

BACK = GateSpec("errors", max=1, hold_s=60, roll_back=True, place="--gate")


@dataclass
class Sized(NumberWriter):
    """Units that have a size, too; what is sent takes its time."""

    size: str = "small"
    busy: int = 0
    most: int = 0

    def verbs(self, kind: str) -> frozenset[Verb]:
        return super().verbs(kind) | {Verb.RESIZE}

    async def plan(self, ask: Ask) -> Plan:
        if ask.verb is not Verb.RESIZE:
            return await super().plan(ask)
        back = Ask(Verb.RESIZE, ask.ref, (("size", self.size),))
        return Plan(
            ask=ask, differences=(Difference("size", self.size, ask.value("size")),),
            undo=Undo(f"back to {self.size}", back),
        )  # fmt: skip

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(5)
        self.busy -= 1
        if plan.ask.verb is not Verb.RESIZE:
            return await super().carry_out(plan, tell)
        self.calls.append(("carry_out", plan.ref.name))
        self.size = plan.ask.value("size")
        return Progress(Phase.DONE)


async def reached(phase: Phase, *journals: MemoryJournal, number: int = 1) -> None:
    async with asyncio.timeout(1000):
        while sum(j.phases.count(("web", phase)) for j in journals) < number:
            await asyncio.sleep(0.1)


async def test_two_that_go_bad_together_are_taken_back_one_after_the_other() -> None:
    class Later(ScriptedGate):
        async def read(self, gate: GateSpec) -> object:  # type: ignore[override]
            self.values = [3.0 if bad.is_set() else 0.0]
            return await super().read(gate)

    bad = asyncio.Event()
    writer, journal = Sized(), MemoryJournal()
    door = door_of(writer, journal=journal, gatekeeper=Later(0.0))
    first = door.begin(await door.propose([scale("4")], gate=BACK))
    await reached(Phase.HOLDING, journal)
    resize = Ask(Verb.RESIZE, unit(), (("size", "large"),))
    second = door.begin(await door.propose([resize], gate=BACK))
    await reached(Phase.HOLDING, journal, number=2)
    bad.set()
    await asyncio.gather(first.wait(), second.wait())
    phases = [request.runs[0].progress.phase for request in (first, second)]
    assert phases == [Phase.ROLLED_BACK, Phase.ROLLED_BACK]
    assert (writer.desired["web"], writer.size, writer.most) == (2, "small", 1)


async def test_the_plan_says_that_somebody_is_at_it() -> None:
    door = door_of(NumberWriter(stuck="no room"))
    request = door.begin(await door.propose([scale("5")]))
    await asyncio.sleep(5)
    (plan,) = (await door.propose([scale("7")])).plans
    assert [c.text for c in plan.cautions] == [
        "the scale of ana@bastion from 10.0.0.7 is under way on it: rolling"
    ]
    # Another target is nobody's business, and what has ended is no caution.
    assert (await door.propose([scale("7", "api")])).plans[0].cautions == ()
    request.cancel()
    await request.wait()
    assert (await door.propose([scale("7")])).plans[0].cautions == ()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Door, Door, NumberWriter]]:
    """Two people's programs on one back end and one audit."""
    writer = NumberWriter()
    here = Process.this()
    journals = [
        AuditJournal(tmp_path / "audit.db", here=replace(here, uid=here.uid + n)) for n in (0, 1)
    ]
    doors = [
        Door([writer], Policy(), journal, who)
        for journal, who in zip(journals, (WHO, Who("bo", "laptop")), strict=True)
    ]
    yield doors[0], doors[1], writer
    for door in doors:
        await door.close()
    for journal in journals:
        await journal.close()
    assert verify(Store(tmp_path / "audit.db")).broken is None


async def test_the_second_of_two_people_is_told_and_not_sent(
    two: tuple[Door, Door, NumberWriter],
) -> None:
    ana, bo, writer = two
    plans = await ana.propose([scale("5")]), await bo.propose([scale("+1")])
    requests = ana.begin(plans[0]), bo.begin(plans[1])
    await asyncio.gather(*(request.wait() for request in requests))
    found = sorted((r.runs[0].progress.phase, r.runs[0].progress.reason) for r in requests)
    assert found == [
        (Phase.DONE, ""), (Phase.FAILED, "not done: aws/prod: it has changed meanwhile"),
    ]  # fmt: skip
    # Whoever was first: it was done once, as that one had it planned.
    assert writer.desired["web"] in {3, 5}


async def test_each_is_told_of_the_other_by_the_audit(
    two: tuple[Door, Door, NumberWriter],
) -> None:
    ana, bo, writer = two
    await bo.pick_up()
    writer.stuck = "no room"
    request = ana.begin(await ana.propose([scale("5")]))
    async with asyncio.timeout(60):
        while not bo.book.rows():
            await asyncio.sleep(1)
    (plan,) = (await bo.propose([scale("7")])).plans
    assert "the scale of ana@bastion from 10.0.0.7 is under way on it" in plan.cautions[0].text
    request.cancel()
    await request.wait()
