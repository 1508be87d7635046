"""From an ask to its end: sent once, followed, written down, taken back."""

from __future__ import annotations

import asyncio

import pytest
from scripted_writer import MemoryJournal, NumberWriter, door_of, scale, unit

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy, Refusal
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.request import Order
from fleetui.core.change import Ask, Phase, Verb
from fleetui.core.errors import Conflict, Denied, Unreachable


async def carried(door: Door, proposal: Proposal, **more: object) -> list[tuple[Phase, str]]:
    request = door.begin(proposal, **more)  # type: ignore[arg-type]
    await request.wait()
    return [(run.progress.phase, run.progress.reason) for run in request.runs]


async def test_a_scale_is_sent_once_and_followed_to_its_end() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    door = door_of(writer, journal=journal)
    proposal = await door.propose([scale("+3")])
    (plan,) = proposal.plans
    assert [(d.name, d.before, d.after) for d in plan.differences] == [("desired", "2", "5")]
    assert plan.undo.words == "scale back to 2, any time"
    assert writer.calls == []
    assert await carried(door, proposal) == [(Phase.DONE, "")]
    assert writer.sent() == ["web"]
    assert writer.desired["web"] == writer.running["web"] == 5
    phases = [phase for _, phase in journal.phases]
    assert phases == [Phase.WAITING, Phase.SENDING, Phase.ROLLING, Phase.DONE]
    (row,) = door.book.rows()
    assert (row.action, row.before, row.after, row.phase) == ("scale", "2", "5", "done")
    assert row.subject == "aws/prod/asg/web"


async def test_without_a_record_nothing_is_sent() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    journal.full = True
    door = door_of(writer, journal=journal)
    ((phase, reason),) = await carried(door, await door.propose([scale("3")]))
    assert phase is Phase.FAILED
    assert reason == "not sent: the audit in state/audit.db cannot be written: disk full"
    assert writer.calls == []


async def test_a_clear_no_is_the_end_of_it_and_is_not_tried_again() -> None:
    writer = NumberWriter(error=Denied("may not scale", where="aws/prod"))
    door = door_of(writer)
    found = await carried(door, await door.propose([scale("3")]))
    assert found == [(Phase.FAILED, "not done: aws/prod: may not scale")]
    assert writer.sent() == ["web"]


async def test_a_lost_answer_is_read_back_and_never_sent_again() -> None:
    writer = NumberWriter(loses_answer=True, away=3)
    door = door_of(writer)
    ((phase, _),) = await carried(door, await door.propose([scale("3")]))
    assert phase is Phase.DONE
    assert writer.sent() == ["web"]


async def test_a_lost_answer_of_what_was_not_done_says_so() -> None:
    writer = NumberWriter(error=Unreachable("reset by peer", where="aws/prod"))
    door = door_of(writer)
    found = await carried(door, await door.propose([scale("3")]))
    assert found == [(Phase.FAILED, "not done: desired is as it was")]


async def test_what_cannot_be_read_back_is_unknown() -> None:
    writer = NumberWriter(loses_answer=True, away=10_000)
    door = door_of(writer)
    ((phase, reason),) = await carried(door, await door.propose([scale("3")]))
    assert phase is Phase.UNKNOWN
    assert reason.startswith("it may have been done: aws/prod: timed out; and now: aws/prod: no")


async def test_a_target_that_has_changed_since_the_plan_is_left_alone() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    proposal = await door.propose([scale("3")])
    writer.desired["web"] = 4
    found = await carried(door, proposal)
    assert found == [(Phase.FAILED, "not done: aws/prod: it has changed meanwhile")]


async def test_one_that_hangs_times_out_with_the_reason() -> None:
    writer = NumberWriter(stuck="no capacity in eu-1a")
    door = door_of(writer, timeout_s=60.0)
    found = await carried(door, await door.propose([scale("3")]))
    assert found == [(Phase.TIMED_OUT, "not done after 60 s: no capacity in eu-1a")]


async def test_an_outage_while_it_rolls_is_waited_for() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    proposal = await door.propose([scale("5")])
    writer.away = 4
    assert await carried(door, proposal) == [(Phase.DONE, "")]


async def test_cancelling_stops_what_can_be_stopped_and_says_what_is_left() -> None:
    writer = NumberWriter(stuck="waits for a node")
    door = door_of(writer)
    request = door.begin(await door.propose([scale("5")]))
    await asyncio.sleep(5)
    assert await door.cancel(request.runs[0].action.id)
    await request.wait()
    progress = request.runs[0].progress
    assert progress.phase is Phase.CANCELLED
    assert progress.reason == "cancelled; the rest stays as it was"


async def test_many_go_one_after_another_and_stop_at_the_first_failure() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    proposal = await door.propose([scale("3", "web"), scale("60", "api"), scale("3", "db")])
    with pytest.raises(Refused, match="asg/api: more than its maximum of 50"):
        door.begin(proposal)
    proposal = await door.propose([scale("3", name) for name in ("web", "api", "db")])
    writer.desired["api"] = 9
    found = await carried(door, proposal, typed="")
    assert [phase for phase, _ in found] == [Phase.DONE, Phase.FAILED, Phase.CANCELLED]
    assert writer.sent() == ["web", "api"]


async def test_many_may_go_on_after_a_failure() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    proposal = await door.propose([scale("3", name) for name in ("web", "api", "db")])
    writer.desired["web"] = 9
    found = await carried(door, proposal, order=Order(together=2, go_on=True))
    assert [phase for phase, _ in found] == [Phase.FAILED, Phase.DONE, Phase.DONE]


async def test_undo_is_a_plan_of_its_own() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    door = door_of(writer, journal=journal)
    assert await door.last_reversible() is None
    await carried(door, await door.propose([scale("5")]))
    last = await door.last_reversible()
    assert last is not None
    proposal = await door.propose_undo(last.action)
    assert [(d.before, d.after) for d in proposal.plans[0].differences] == [("5", "2")]
    assert await carried(door, proposal) == [(Phase.DONE, "")]
    assert writer.desired["web"] == 2
    again = await door.last_reversible()
    assert again is not None
    assert again.action.undoes == last.action.id


async def test_undo_is_refused_where_the_world_has_moved_on() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    await carried(door, await door.propose([scale("5")]))
    writer.desired["web"] = 7
    last = await door.last_reversible()
    assert last is not None
    proposal = await door.propose_undo(last.action)
    assert [r.line for r in proposal.verdict.refusals] == [
        "changed since: desired was made 5 and is 7 (undo would make it 2) (undo)"
    ]
    with pytest.raises(Refused):
        door.begin(proposal)


async def test_what_cannot_be_taken_back_says_so() -> None:
    writer = NumberWriter()
    door = door_of(writer)
    request = door.begin(await door.propose([Ask(Verb.RESTART, unit())]))
    await request.wait()
    proposal = await door.propose_undo(request.runs[0].action)
    assert [r.line for r in proposal.verdict.refusals] == ["asg/web: cannot be undone (undo)"]


async def test_what_an_ended_process_left_is_picked_up_and_never_sent() -> None:
    writer, journal = NumberWriter(), MemoryJournal()
    first = door_of(writer, journal=journal)
    first.begin(await first.propose([scale("6")]))
    await asyncio.sleep(3)
    await first.close()
    assert writer.running["web"] < 6
    for key, entry in journal.written.items():
        journal.written[key] = type(entry)(entry.action, entry.progress, entry.at, alive=False)
    second = door_of(writer, journal=journal)
    (left,) = await second.pick_up()
    assert left.action.plan.ref == unit()
    async with asyncio.timeout(100):
        while second.book.rows()[0].phase != "done":
            await asyncio.sleep(1)
    assert writer.sent() == ["web"]
    assert journal.phases[-1] == ("web", Phase.DONE)


async def test_a_target_that_is_gone_fails_alone() -> None:
    door = door_of(NumberWriter())
    proposal = await door.propose([scale("3"), scale("3", "ghost")])
    assert [str(plan.ref) for plan in proposal.plans] == ["aws/prod/asg/web"]
    assert [fault.what for _, fault in proposal.failed] == ["asg/ghost is not there any more"]


async def test_what_is_closed_says_which_rule_and_where() -> None:
    rule = Refusal("read-only", "aws/prod is read-only", "config.toml:12")
    door = door_of(NumberWriter(), closed=[(("aws", "prod"), rule)])
    proposal = await door.propose([scale("3")])
    assert [r.line for r in proposal.verdict.refusals] == [
        "aws/prod is read-only (read-only, config.toml:12)"
    ]
    other = await door.propose([scale("3", scope="dev")])
    assert [r.text for r in other.verdict.refusals] == ["aws/dev can only be read"]
    with pytest.raises(Refused):
        door.begin(other)


async def test_production_wants_its_name_typed() -> None:
    writer = NumberWriter()
    policy = Policy(production=frozenset({("aws", "prod")}), reason="production",
                    places={"reason": "config.toml:9"})  # fmt: skip
    door = door_of(writer, policy=policy)
    proposal = await door.propose([scale("3")])
    assert (proposal.verdict.word, proposal.verdict.production) == ("web", True)
    with pytest.raises(Refused) as refused:
        door.begin(proposal, typed="wbe")
    assert [r.line for r in refused.value.refusals] == [
        "type web to go ahead (confirmation)",
        "a reason must be given (policy.reason, config.toml:9)",
    ]
    assert await carried(door, proposal, typed="web", reason="sale") == [(Phase.DONE, "")]


async def test_a_conflict_is_told_in_the_back_ends_words() -> None:
    writer = NumberWriter(error=Conflict("a refresh is in progress", where="aws/prod"))
    door = door_of(writer)
    found = await carried(door, await door.propose([scale("3")]))
    assert found == [(Phase.FAILED, "not done: aws/prod: a refresh is in progress")]
