"""What an ended process left half-way: told, and finished or put back through the door."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from half_way_writer import LEFT, HalfWayWriter
from scripted_writer import MemoryJournal, door_of, unit

from fleetui.actions.door import Door
from fleetui.actions.resting import propose_rest
from fleetui.core.change import Ask, Phase, Plan, Verb

WEB = unit("web")


async def half_way(writer: HalfWayWriter, journal: MemoryJournal) -> str:
    """Begin a redeploy and end the process: the journal has it, and nobody is at it."""
    door = door_of(writer, journal=journal)
    request = door.begin(await door.propose([Ask(Verb.REDEPLOY, WEB)]))
    await asyncio.sleep(1)
    (action_id,) = journal.written
    assert not request.ended
    await door.close()
    journal.written[action_id] = replace(journal.written[action_id], alive=False)
    return action_id


async def left(writer: HalfWayWriter, journal: MemoryJournal) -> tuple[Door, str]:
    """Let the next process take it up."""
    action_id = await half_way(writer, journal)
    door = door_of(writer, journal=journal)
    await door.pick_up()
    while not (phase := door.book.phase(action_id)) or not phase.ended:
        await asyncio.sleep(1)
    return door, action_id


async def test_it_is_told_and_nothing_is_done_by_itself() -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    door, action_id = await left(writer, journal)
    (row,) = door.book.rows()
    assert (row.phase, row.reason, row.half_way) == ("failed", LEFT.reason, True)
    assert (row.updated, row.total) == (1, 2)
    assert journal.written[action_id].progress.half_way
    assert writer.sent() == ["web"]
    assert await door.half_way.refs() == (WEB,)
    await door.close()


@pytest.mark.parametrize(
    ("verb", "said"), [(Verb.REDEPLOY, "finished"), (Verb.ROLLBACK, "put back")]
)
async def test_the_verb_of_its_target_finishes_it_or_puts_it_back(verb: Verb, said: str) -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    door, _ = await left(writer, journal)
    proposal = await door.propose([Ask(verb, WEB)])
    assert dict(proposal.plans[0].facts)["half-way"] == LEFT.reason
    request = door.begin(proposal)
    await request.wait()
    assert (request.runs[0].progress.phase, writer.rested) == (Phase.DONE, [said])
    # From now on it is one like any other.
    (plan,) = (await door.propose([Ask(verb, WEB)])).plans
    assert not plan.facts
    await door.close()


async def test_an_undo_puts_it_back_and_is_told_as_its_undo() -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    door, action_id = await left(writer, journal)
    last = await door.last_reversible()
    assert last is not None
    assert last.action.id == action_id
    proposal = await door.propose_undo(last.action)
    assert proposal.verdict.allowed, proposal.verdict
    request = door.begin(proposal)
    await request.wait()
    assert writer.rested == ["put back"]
    assert request.runs[0].action.undoes == action_id
    last = await door.last_reversible()
    assert last is None or last.action.id != action_id
    await door.close()


@pytest.mark.parametrize(("back", "said"), [(False, "finished"), (True, "put back")])
async def test_by_the_change_itself_once(back: bool, said: str) -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    door, action_id = await left(writer, journal)
    action = journal.written[action_id].action
    request = door.begin(await propose_rest(door, action, back=back))
    await request.wait()
    assert writer.rested == [said]
    again = await propose_rest(door, action, back=back)
    assert "nothing of it is half-way any more" in again.verdict.refusals[0].line
    assert not again.plans
    await door.close()


async def test_before_it_was_taken_up_it_is_known_too() -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    await half_way(writer, journal)
    door = door_of(writer, journal=journal)
    (plan,) = (await door.propose([Ask(Verb.ROLLBACK, WEB)])).plans
    assert dict(plan.memo)["rest"] == "put back"
    await door.close()


async def test_what_a_living_process_is_at_is_not_half_way() -> None:
    writer, journal = HalfWayWriter(), MemoryJournal()
    action_id = await half_way(writer, journal)
    journal.written[action_id] = replace(journal.written[action_id], alive=True)
    door = door_of(writer, journal=journal)
    (plan,) = (await door.propose([Ask(Verb.REDEPLOY, WEB)])).plans
    assert "rest" not in dict(plan.memo)
    assert await door.half_way.refs() == ()
    await door.close()


class NodeWriter(HalfWayWriter):
    """Nodes whose drains can be left half-way."""

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset({Verb.DRAIN, Verb.UNCORDON})

    async def plan(self, ask: Ask) -> Plan:
        return Plan(ask=ask, memo=(("rest", "by itself"),) if ask.verb is Verb.UNCORDON else ())


async def test_a_drain_has_words_of_its_own_for_the_rest_and_the_way_back() -> None:
    writer, journal = NodeWriter(), MemoryJournal()
    door = door_of(writer, journal=journal)
    request = door.begin(await door.propose([Ask(Verb.DRAIN, WEB)]))
    await asyncio.sleep(1)
    action = request.runs[0].action
    await door.close()
    journal.written[action.id] = replace(journal.written[action.id], alive=False)
    door = door_of(writer, journal=journal)
    (plan,) = (await propose_rest(door, action, back=False)).plans
    assert (plan.ask.verb, dict(plan.memo)["rest"]) == (Verb.DRAIN, "finished")
    proposal = await propose_rest(door, action, back=True)
    assert proposal.plans[0].ask.verb is Verb.UNCORDON
    request = door.begin(proposal)
    await request.wait()
    assert request.runs[0].progress.phase is Phase.DONE
    # Somebody closes the node again, for something else: that is not what was left.
    writer.half.add("web")
    (plan,) = (await door.propose([Ask(Verb.UNCORDON, WEB)])).plans
    assert dict(plan.memo)["rest"] == "by itself"
    assert await door.half_way.refs() == ()
    await door.close()
