"""What went back by itself is nothing to be undone: the change before it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_writer import MemoryJournal, NumberWriter, ScriptedGate, door_of, scale

from fleetui.actions.action import GateSpec
from fleetui.actions.door import Door
from fleetui.actions.ports import Entry
from fleetui.core.change import Phase, Progress

GATE = GateSpec("errors", max=1, hold_s=10, roll_back=True, place="--gate")


async def done(door: Door, count: str, name: str = "web", gate: GateSpec | None = None) -> Phase:
    request = door.begin(await door.propose([scale(count, name)], gate=gate))
    await request.wait()
    return request.runs[0].progress.phase


def bad_later() -> ScriptedGate:
    """Well before it is sent, and bad once it is done."""
    return ScriptedGate(0.0, 0.0, 0.0, 0.0, 0.0, 3.0)


async def test_the_change_before_is_offered_and_says_why() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    door = door_of(writer, journal=journal, gatekeeper=bad_later())
    assert await done(door, "4") is Phase.DONE
    assert await done(door, "6", gate=GATE) is Phase.ROLLED_BACK
    # It is the newest that is done, and to take it back would bring 6 again.
    newest = max(journal.written.values(), key=lambda entry: entry.action.id)
    assert (newest.progress.phase, newest.action.undoes != "") == (Phase.DONE, True)
    last = await door.last_reversible()
    assert last is not None
    assert [(d.before, d.after) for d in last.action.plan.differences] == [("2", "4")]
    passed = await door.passed_over(last)
    assert passed == "the scale of asg/web was rolled back already"
    proposal = await door.propose_undo(last.action, passed=passed)
    assert [(d.before, d.after) for d in proposal.plans[0].differences] == [("4", "2")]
    assert [c.text for c in proposal.plans[0].cautions] == [
        "the scale of asg/web was rolled back already: this takes back the change before it"
    ]
    await door.begin(proposal).wait()
    assert writer.desired["web"] == 2
    # That undo was a person's: it can be taken back as any other change, and needs no words.
    again = await door.last_reversible()
    assert again is not None
    assert again.action.undoes == last.action.id
    assert await door.passed_over(again) == ""


async def test_where_nothing_was_done_before_there_is_nothing_to_undo() -> None:
    door = door_of(NumberWriter(), journal=MemoryJournal(), gatekeeper=bad_later())
    assert await done(door, "6", gate=GATE) is Phase.ROLLED_BACK
    assert await door.last_reversible() is None
    assert await door.passed_over(None) == "the scale of asg/web was rolled back already"


async def test_what_was_done_after_it_is_undone_as_ever() -> None:
    door = door_of(NumberWriter(), journal=MemoryJournal(), gatekeeper=bad_later())
    assert await done(door, "6", gate=GATE) is Phase.ROLLED_BACK
    assert await done(door, "3", "api") is Phase.DONE
    last = await door.last_reversible()
    assert last is not None
    assert last.action.plan.ref.name == "api"
    assert await door.passed_over(last) == ""


@pytest.mark.parametrize("phase", [Phase.ROLLING, Phase.HOLDING])
async def test_nor_is_it_while_the_end_of_what_it_took_back_is_not_written(phase: Phase) -> None:
    # A program that dies between the two leaves this.
    journal = MemoryJournal()
    door = door_of(NumberWriter(), journal=journal, gatekeeper=bad_later())
    assert await done(door, "6", gate=GATE) is Phase.ROLLED_BACK
    first = min(journal.written, key=lambda uid: uid)
    entry: Entry = journal.written[first]
    journal.written[first] = replace(entry, progress=Progress(phase))
    assert await door.last_reversible() is None
