"""A gate that a person goes ahead in spite of: shown, kept in the audit, and deciding nothing."""

from __future__ import annotations

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

from fleetui.actions.action import GateSpec
from fleetui.actions.audit import form
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.policy import Freeze, Policy
from fleetui.actions.proposal import Refused
from fleetui.core.change import Ask, Phase, Plan, Verb

GATE = GateSpec("errors", max=1, hold_s=10, roll_back=True, place="c.toml:14")
GATED = Policy(gates=(("*", GATE),))


@pytest.mark.parametrize("value", [3.0, None])
async def test_it_is_shown_and_decides_nothing(value: float | None) -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    door = door_of(writer, policy=GATED, journal=journal, gatekeeper=ScriptedGate(value))
    assert (await door.propose([scale("5")])).stopped_by_gate
    proposal = await door.propose([scale("5")], ignore_gate=True)
    assert proposal.verdict.allowed
    assert (proposal.verdict.needs_reason, proposal.stopped_by_gate) == (True, False)
    assert proposal.reading is not None
    assert not proposal.reading.holds
    assert [c.text for c in proposal.plans[0].cautions] == [
        "its gate is ignored: nothing is stopped or taken back, however bad it is"
    ]
    request = door.begin(proposal, reason="more members are the cure")
    await request.wait()
    assert request.runs[0].progress.phase is Phase.DONE
    # It was neither held for, nor taken back, nor read again.
    assert Phase.HOLDING not in [phase for _, phase in journal.phases]
    assert writer.sent() == ["web"]
    assert request.runs[0].reading is None
    (entry,) = journal.written.values()
    assert (entry.action.gate, entry.action.ignores_gate) == (GATE, True)


@pytest.mark.parametrize("reason", ["", "  "])
async def test_without_a_reason_it_is_not_ignored(reason: str) -> None:
    writer = NumberWriter()
    door = door_of(writer, policy=GATED, gatekeeper=ScriptedGate(3.0))
    proposal = await door.propose([scale("5")], ignore_gate=True)
    with pytest.raises(Refused, match="to ignore a gate, a reason must be given"):
        door.begin(proposal, reason=reason)
    assert writer.sent() == []


async def test_every_other_rule_holds() -> None:
    rules = Policy(
        gates=GATED.gates, production=frozenset({("aws", "prod")}), max_step=2,
        protect=(("*/asg/api", "c.toml:3"),), places={"max_step": "c.toml:4"},
        freezes=(Freeze("all day", lambda _now: 9e9, "c.toml:5"),),
    )  # fmt: skip
    door = door_of(NumberWriter(), policy=rules, gatekeeper=ScriptedGate(3.0))
    proposal = await door.propose([scale("9"), scale("3", "api")], ignore_gate=True)
    assert {refusal.rule for refusal in proposal.verdict.refusals} == {
        "policy.max_step", "policy.protect", "policy.freeze",
    }  # fmt: skip
    assert proposal.verdict.word == "2"


async def test_where_there_is_no_gate_nothing_is_ignored() -> None:
    journal = MemoryJournal()
    door = door_of(NumberWriter(), journal=journal)
    proposal = await door.propose([scale("5")], ignore_gate=True)
    assert (proposal.verdict.needs_reason, proposal.plans[0].cautions) == (False, ())
    await door.begin(proposal).wait()
    (entry,) = journal.written.values()
    assert entry.action.ignores_gate is False


async def test_the_audit_keeps_it_and_it_stays_so_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    journal = AuditJournal(path)
    writer = NumberWriter()
    door = Door([writer], GATED, journal, WHO, gatekeeper=ScriptedGate(3.0))
    proposal = await door.propose([scale("5")], ignore_gate=True)
    await door.begin(proposal, reason="an incident").wait()
    await door.close()
    await journal.close()
    again = AuditJournal(path)
    (entry,) = await again.entries(0)
    assert (entry.action.gate, entry.action.ignores_gate) == (GATE, True)
    assert (entry.action.watched, entry.action.reason) == (None, "an incident")
    await again.close()
    assert verify(Store(path)).broken is None
    data = form.of_action(entry.action, Phase.SENDING)
    assert data["gate"]["ignored"] is True
    # As it was written before gates could be ignored.
    del data["gate"]["ignored"]
    assert form.action(entry.action.id, data).ignores_gate is False


async def test_who_wants_to_see_why_it_is_bad_may_get_in() -> None:
    class Shell(NumberWriter):
        def verbs(self, kind: str) -> frozenset[Verb]:
            return frozenset({Verb.EXEC})

        async def plan(self, ask: Ask) -> Plan:
            return Plan(ask=ask)

    door = door_of(Shell(), policy=GATED, gatekeeper=ScriptedGate(3.0))
    proposal = await door.propose([Ask(Verb.EXEC, unit(), (("command", "sh"),))])
    assert (proposal.verdict.allowed, proposal.gate) == (True, None)
