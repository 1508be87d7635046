"""A gate before, during and after a change: no answer is no pass, and bad is taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from gated import BACK, BAD, GATE, GOOD, Halting, ended, gated, one
from scripted_writer import MemoryJournal, NumberWriter, ScriptedGate, door_of, scale, unit

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Freeze, Policy
from fleetui.actions.ports import Reading
from fleetui.actions.proposal import Refused
from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.errors import Invalid
from fleetui.core.ref import Ref

# Before.


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (BAD, "the gate is bad already: 3, at most 1 (policy.gate, c.toml:14)"),
        (
            None,
            "the gate cannot be read: prometheus/main does not answer (policy.gate, c.toml:14)",
        ),
    ],
)
async def test_what_is_not_well_before_is_refused(value: float | None, told: str) -> None:
    writer = NumberWriter()
    door = door_of(writer, policy=gated(), gatekeeper=ScriptedGate(value))
    proposal = await door.propose([scale("3")])
    assert [r.line for r in proposal.verdict.refusals] == [told]
    assert proposal.gate == GATE
    assert proposal.reading is not None
    assert not proposal.reading.holds
    with pytest.raises(Refused):
        door.begin(proposal)
    assert writer.sent() == []


async def test_a_gate_of_the_command_line_says_so() -> None:
    door = door_of(NumberWriter(), gatekeeper=ScriptedGate(BAD))
    asked = replace(GATE, place="--gate")
    proposal = await door.propose([scale("3")], gate=asked)
    assert [r.line for r in proposal.verdict.refusals] == [
        "the gate is bad already: 3, at most 1 (gate, --gate)"
    ]


async def test_without_a_prometheus_a_gate_lets_nothing_pass() -> None:
    door = door_of(NumberWriter(), policy=gated())
    proposal = await door.propose([scale("3")])
    assert [r.text for r in proposal.verdict.refusals] == [
        "the gate cannot be read: no Prometheus is configured to read it"
    ]


@pytest.mark.parametrize("value", [BAD, None])
async def test_it_is_looked_at_once_more_before_anything_is_sent(value: float | None) -> None:
    writer = NumberWriter()
    progress, _ = await one(writer, GOOD, value, GOOD)
    assert progress.phase is Phase.FAILED
    assert progress.reason.startswith("not sent: gate: ")
    assert writer.sent() == []


async def test_cancelled_while_the_gate_is_read_it_is_not_sent() -> None:
    writer = NumberWriter()

    class Slow(ScriptedGate):
        async def read(self, gate: GateSpec) -> Reading:
            await asyncio.sleep(3)
            return await super().read(gate)

    door = door_of(writer, policy=gated(), gatekeeper=Slow(GOOD))
    request = door.begin(await door.propose([scale("5")]))
    await asyncio.sleep(1)
    await door.cancel(request.runs[0].action.id)
    await request.wait()
    progress = request.runs[0].progress
    assert (progress.phase, progress.reason) == (Phase.CANCELLED, "not sent")
    assert writer.sent() == []


# During.


async def test_going_bad_stops_what_can_be_stopped_and_offers_to_take_it_back() -> None:
    writer, journal = Halting(), MemoryJournal()
    progress, door = await one(writer, GOOD, GOOD, GOOD, BAD, journal=journal)
    assert (progress.phase, progress.reason) == (
        Phase.FAILED,
        "gate: 3, at most 1; no more are started; it is left so: undo can take it back",
    )
    assert [call for call, _ in writer.calls].count("halt") == 1
    assert writer.sent() == ["web"]
    last = await door.last_reversible()
    assert last is not None
    proposal = await door.propose_undo(last.action)
    assert proposal.verdict.allowed
    assert proposal.gate is None
    assert (await ended(door, proposal)).phase is Phase.DONE
    assert writer.desired["web"] == 2


async def test_what_cannot_be_stopped_says_so() -> None:
    progress, _ = await one(NumberWriter(), GOOD, GOOD, BAD, count="9")
    assert progress.phase is Phase.FAILED
    assert "it could not be stopped: aws/prod: it is past stopping" in progress.reason


async def test_no_answer_while_it_rolls_is_neither_bad_nor_a_pass() -> None:
    writer = NumberWriter()
    progress, _ = await one(writer, GOOD, GOOD, None, None, None, GOOD)
    assert (progress.phase, progress.reason) == (Phase.DONE, "gate held for 10s: 0.5, at most 1")


async def test_going_bad_takes_it_back_where_the_gate_is_to() -> None:
    writer, journal = Halting(), MemoryJournal()
    progress, door = await one(writer, GOOD, GOOD, GOOD, BAD, gate=BACK, journal=journal)
    assert (progress.phase, progress.reason) == (Phase.ROLLED_BACK, "gate: 3, at most 1")
    assert writer.sent() == ["web", "web"]
    assert writer.desired["web"] == writer.running["web"] == 2
    first, second = (entry.action for entry in journal.written.values())
    assert (second.undoes, second.reason) == (first.id, "rolled back: gate: 3, at most 1")
    assert second.gate is None
    assert [row.phase for row in door.book.rows()] == ["rolled back", "done"]


@pytest.mark.parametrize("left", [4, 3])
async def test_what_stopping_left_half_done_is_taken_back(left: int) -> None:
    writer = Halting()
    writer.stops_at = left
    progress, _ = await one(writer, GOOD, GOOD, GOOD, BAD, gate=BACK)
    assert progress.phase is Phase.ROLLED_BACK
    assert writer.desired["web"] == 2


async def test_what_stopping_has_taken_back_by_itself_is_not_sent_again() -> None:
    writer = Halting()
    writer.stops_at = 2
    progress, _ = await one(writer, GOOD, GOOD, GOOD, BAD, gate=BACK)
    assert progress.phase is Phase.ROLLED_BACK
    assert writer.sent() == ["web"]


class GivingUp(Halting):
    """Is at 4 of 5, and then its back end gives up on the fifth."""

    looks = 0

    async def progress(self, plan: Plan) -> Progress:
        found = await super().progress(plan)
        if plan.ask.value("count") != "5":
            return found
        self.looks += 1
        return found if self.looks < 3 else replace(found, phase=Phase.FAILED, reason="no room")


async def test_what_its_back_end_gives_up_on_is_taken_back_where_the_gate_is_to() -> None:
    writer, journal = GivingUp(), MemoryJournal()
    progress, _ = await one(writer, GOOD, gate=BACK, journal=journal)
    assert (progress.phase, progress.reason) == (Phase.ROLLED_BACK, "no room")
    assert writer.desired["web"] == 2
    first, second = (entry.action for entry in journal.written.values())
    assert (second.undoes, second.reason) == (first.id, "rolled back: no room")


async def test_what_its_back_end_gives_up_on_is_left_where_the_gate_only_stops() -> None:
    writer = GivingUp()
    progress, _ = await one(writer, GOOD)
    assert (progress.phase, progress.reason) == (Phase.FAILED, "no room")
    assert writer.sent() == ["web"]


async def test_what_was_never_taken_is_not_taken_back() -> None:
    writer = NumberWriter(error=Invalid("no such subnet", where="aws/prod"))
    progress, _ = await one(writer, GOOD, gate=BACK)
    assert progress.phase is Phase.FAILED
    assert progress.reason.startswith("not done: ")
    assert writer.sent() == ["web"]


async def test_what_somebody_else_has_changed_is_not_taken_back() -> None:
    writer = Halting()
    writer.stops_at = 9
    progress, _ = await one(writer, GOOD, GOOD, GOOD, BAD, gate=BACK)
    assert progress.phase is Phase.FAILED
    assert "not taken back: changed since: desired was made 5 and is 9" in progress.reason
    assert writer.desired["web"] == 9


async def test_a_freeze_that_began_meanwhile_leaves_nobody_with_what_is_bad() -> None:
    writer = Halting()
    began: list[float] = []

    def covers(now: float) -> float | None:
        began.append(now)
        return now + 60 if len(began) > 2 else None

    policy = gated(BACK, freezes=(Freeze("now", covers),), max_step=3)
    progress, _ = await one(writer, GOOD, GOOD, GOOD, BAD, policy=policy)
    assert len(began) > 2
    assert progress.phase is Phase.ROLLED_BACK
    assert writer.desired["web"] == 2


async def test_what_cannot_be_undone_says_so_before_and_after() -> None:
    writer = NumberWriter(stuck="waits")
    door = door_of(writer, policy=gated(BACK), gatekeeper=ScriptedGate(GOOD, GOOD, BAD))
    proposal = await door.propose([Ask(Verb.RESTART, unit())])
    assert [c.text for c in proposal.plans[0].cautions] == [
        "its gate is to roll it back when it goes bad, and this cannot be undone"
    ]
    progress = await ended(door, proposal)
    assert progress.phase is Phase.FAILED
    assert "not taken back: asg/web: cannot be undone" in progress.reason


# After.


async def test_it_must_hold_long_enough() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    writer, journal = NumberWriter(), MemoryJournal()
    progress, _ = await one(writer, GOOD, count="3", journal=journal)
    assert (progress.phase, progress.reason) == (Phase.DONE, "gate held for 10s: 0.5, at most 1")
    assert loop.time() - before >= 10
    phases = [phase for _, phase in journal.phases]
    assert phases[-2:] == [Phase.HOLDING, Phase.DONE]
    assert phases.count(Phase.HOLDING) == 1


async def test_a_gap_begins_the_time_anew() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    values = [GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, None, GOOD]
    progress, _ = await one(NumberWriter(), *values, count="3")
    assert progress.phase is Phase.DONE
    assert loop.time() - before >= 18


async def test_going_bad_after_it_was_done_is_a_failure() -> None:
    writer = NumberWriter()
    progress, door = await one(writer, GOOD, GOOD, GOOD, GOOD, BAD, count="3")
    assert (progress.phase, progress.reason) == (
        Phase.FAILED,
        "done, and then gate: 3, at most 1; it is left so: undo can take it back",
    )
    assert ("halt", "web") not in writer.calls
    last = await door.last_reversible()
    assert last is not None
    assert last.action.plan.ref == unit()


async def test_going_bad_after_it_was_done_is_taken_back() -> None:
    writer = NumberWriter()
    progress, _ = await one(writer, GOOD, GOOD, GOOD, GOOD, BAD, count="3", gate=BACK)
    assert (progress.phase, progress.reason) == (Phase.ROLLED_BACK, "gate: 3, at most 1")
    assert writer.desired["web"] == 2


async def test_what_never_holds_is_never_a_pass() -> None:
    progress, _ = await one(NumberWriter(), GOOD, GOOD, None, count="3", timeout_s=60.0)
    assert progress.phase is Phase.TIMED_OUT
    assert progress.reason == (
        "done, but its gate never held for 10s: prometheus/main does not answer; it is left so: "
        "undo can take it back"
    )


async def test_a_gate_may_hold_for_longer_than_a_change_may_take() -> None:
    long = replace(GATE, hold_s=500)
    progress, _ = await one(NumberWriter(), GOOD, gate=long, count="3", timeout_s=60.0)
    assert (progress.phase, progress.reason) == (Phase.DONE, "gate held for 8m 20s: 0.5, at most 1")


@pytest.mark.parametrize(
    ("last", "phase", "told"),
    [
        (GOOD, Phase.DONE, "done; its gate was not waited for"),
        (None, Phase.DONE, "done; its gate was not waited for"),
        (BAD, Phase.FAILED, "done, and then gate: 3, at most 1"),
    ],
)
async def test_who_does_not_wait_is_told_so(last: float | None, phase: Phase, told: str) -> None:
    door = door_of(NumberWriter(), policy=gated(),
                   gatekeeper=ScriptedGate(GOOD, GOOD, GOOD, GOOD, last))  # fmt: skip
    request = door.begin(await door.propose([scale("3")]))
    run = request.runs[0]
    async with asyncio.timeout(100):
        while run.progress.phase is not Phase.HOLDING:
            await asyncio.sleep(0.1)
    await door.cancel(run.action.id)
    await request.wait()
    assert run.progress.phase is phase
    assert run.progress.reason.startswith(told)


async def test_one_left_by_an_ended_process_must_hold_anew() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    first = door_of(writer, policy=gated(), journal=journal, gatekeeper=ScriptedGate(GOOD))
    request = first.begin(await first.propose([scale("3")]))
    async with asyncio.timeout(100):
        while request.runs[0].progress.phase is not Phase.HOLDING:
            await asyncio.sleep(0.1)
    await first.close()
    for key, entry in journal.written.items():
        journal.written[key] = replace(entry, alive=False)
    second = door_of(writer, journal=journal, gatekeeper=ScriptedGate(None, GOOD))
    loop = asyncio.get_running_loop()
    before = loop.time()
    await second.pick_up()
    async with asyncio.timeout(100):
        while second.book.rows()[0].phase != "done":
            await asyncio.sleep(0.5)
    assert loop.time() - before >= 12
    assert second.book.rows()[0].reason == "gate held for 10s: 0.5, at most 1"
    assert writer.sent() == ["web"]
    await second.close()


# What is wanted because the gate is bad.


async def test_a_rollback_is_not_refused_by_the_gate_that_it_is_to_mend() -> None:
    class Rolls(NumberWriter):
        def verbs(self, kind: str) -> frozenset[Verb]:
            return super().verbs(kind) | {Verb.ROLLBACK}

        async def plan(self, ask: Ask) -> Plan:
            return Plan(ask=ask, seen=str(self.desired[ask.ref.name]))

    door = door_of(Rolls(), policy=gated(), gatekeeper=ScriptedGate(BAD))
    proposal = await door.propose([Ask(Verb.ROLLBACK, unit(), (("revision", "4"),))])
    assert proposal.verdict.allowed
    assert proposal.gates == (None,)


# The chart.


async def test_what_the_gate_has_said_is_kept_for_its_chart() -> None:
    writer = NumberWriter()
    progress, door = await one(writer, GOOD, GOOD, 0.7, None, 0.9, 0.4, count="3")
    assert progress.phase is Phase.DONE
    (row,) = door.book.rows()
    watched = door.book.watched(row.ref.uid)
    assert watched is not None
    assert watched.gate == GATE
    assert [value for _, value in watched.readings][:4] == [0.5, 0.7, 0.9, 0.4]
    times = [at for at, _ in watched.readings]
    assert times == sorted(times)
    assert times[0] > 1_700_000_000
    assert watched.text == row.gate == "0.4, at most 1"
    assert door.book.watched("another") is None


def test_a_ref_of_another_scope_is_another() -> None:
    assert Policy(gates=(("aws/prod/*", GATE),)).gate_of(Ref("aws", "dev", "asg", "u", "w")) is None
