"""A writer, a gate or a journal that breaks: nothing is sent unrecorded, and nothing hangs."""

from __future__ import annotations

import asyncio

import pytest
from scripted_writer import WHO, MemoryJournal, NumberWriter, door_of, scale

from fleetui.actions.action import Action, GateSpec
from fleetui.actions.ports import Entry, JournalError, Reading
from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.errors import Unreachable
from fleetui.providers.writing import Tell


async def test_a_writer_that_breaks_while_it_is_read_back_leaves_unknown() -> None:
    class Broken(NumberWriter):
        async def progress(self, plan: object) -> Progress:
            raise KeyError("State")

    door = door_of(Broken(loses_answer=True))
    request = door.begin(await door.propose([scale("3")]))
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.UNKNOWN
    assert progress.reason.endswith("and now: KeyError, see the log file")


async def test_a_writer_that_never_answers_is_not_waited_for_for_ever() -> None:
    class Silent(NumberWriter):
        async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
            await super().carry_out(plan, tell)
            await asyncio.Event().wait()
            raise AssertionError

    writer = Silent()
    door = door_of(writer, timeout_s=90.0)
    request = door.begin(await door.propose([scale("3")]))
    await request.wait()
    assert request.runs[0].progress.phase is Phase.DONE
    assert writer.sent() == ["web"]


async def test_a_writer_that_breaks_while_it_plans_fails_alone() -> None:
    class Broken(NumberWriter):
        async def plan(self, ask: Ask) -> Plan:
            raise KeyError("Config")

    proposal = await door_of(Broken()).propose([scale("3")])
    assert [fault.line for _, fault in proposal.failed] == ["aws/prod: KeyError, see the log file"]


async def test_a_gate_that_breaks_is_no_pass() -> None:
    class Broken:
        async def read(self, gate: GateSpec) -> Reading:
            if writer.sent():
                raise ZeroDivisionError
            return Reading(True, 0.0, "0")

    writer = NumberWriter()
    door = door_of(writer, gatekeeper=Broken(), timeout_s=60.0)
    gate = GateSpec("errors", max=1.0, hold_s=5.0)
    request = door.begin(await door.propose([scale("3")], gate=gate))
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.TIMED_OUT
    assert progress.reason == (
        "done, but its gate never held for 5s: ZeroDivisionError, see the log file; it is left so: "
        "undo can take it back"
    )


async def test_a_no_that_is_too_early_is_asked_again() -> None:
    class Late(NumberWriter):
        """Takes what was sent a few looks after the answer was lost."""

        looks = 0

        async def progress(self, plan: object) -> Progress:
            self.looks += 1
            if self.looks == 3:
                self.desired["web"] = 3
            return await super().progress(plan)  # type: ignore[arg-type]

    writer = Late()
    door = door_of(writer)
    proposal = await door.propose([scale("3")])
    writer.error = Unreachable("reset by peer", where="aws/prod")
    request = door.begin(proposal)
    await request.wait()
    assert request.runs[0].progress.phase is Phase.DONE
    assert writer.sent() == ["web"]


async def test_without_a_record_of_the_sending_nothing_is_sent() -> None:
    class FullAfterIntent(MemoryJournal):
        async def intend(self, action: Action, phase: Phase = Phase.SENDING) -> None:
            await super().intend(action, phase)
            self.full = True

    writer = NumberWriter()
    door = door_of(writer, journal=FullAfterIntent())
    request = door.begin(await door.propose([Ask(Verb.RESTART, scale("3").ref)]))
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.FAILED
    assert progress.reason.startswith("not sent: the audit in state/audit.db cannot be written")
    assert writer.calls == []


async def test_an_outcome_that_could_not_be_written_is_written_later() -> None:
    journal = MemoryJournal()
    writer = NumberWriter()
    door = door_of(writer, journal=journal)
    await door.pick_up()
    request = door.begin(await door.propose([scale("3")]))
    async with asyncio.timeout(60):
        while not writer.sent():
            await asyncio.sleep(0)
    journal.full = True
    await request.wait()
    assert "(not in the audit: " in door.book.rows()[0].reason
    journal.full = False
    async with asyncio.timeout(60):
        while journal.phases[-1] != ("web", Phase.DONE):
            await asyncio.sleep(1)
    assert door.book.rows()[0].reason == ""
    await door.close()


async def test_a_journal_that_cannot_be_read_holds_up_nothing() -> None:
    class Unreadable(MemoryJournal):
        broken = True

        async def entries(self, since: float) -> tuple[Entry, ...]:
            if self.broken:
                raise JournalError("the audit is damaged")
            return await super().entries(since)

    journal = Unreadable()
    writer = NumberWriter()
    plan = await writer.plan(scale("4"))
    await journal.note(Action(id="a0", request="r", at=0, who=WHO, plan=plan), Progress(Phase.DONE))
    door = door_of(writer, journal=journal, now=lambda: 10.0)
    with pytest.raises(JournalError, match="is damaged"):
        await door.pick_up()
    request = door.begin(await door.propose([scale("3")]))
    await request.wait()
    assert request.runs[0].progress.phase is Phase.DONE
    assert len(door.book.rows()) == 1
    journal.broken = False
    async with asyncio.timeout(60):
        while len(door.book.rows()) < 2:
            await asyncio.sleep(1)
    await door.close()
