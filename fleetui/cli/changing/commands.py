"""`fleetui scale`, `redeploy`, `stop` and the others: plan, ask, carry out, follow, tell."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fleetui.actions.door import Door
from fleetui.actions.policy import Verdict
from fleetui.actions.ports import Entry, JournalError
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.request import Order, Request
from fleetui.actions.who import who
from fleetui.cli import compose, output, write
from fleetui.cli.changing import asks as asking
from fleetui.cli.changing import confirming, form, settling, telling
from fleetui.cli.changing.following import Follower, verdict_of
from fleetui.cli.compose import Fleet
from fleetui.cli.door import Entrance, open_door
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.keeping import journal
from fleetui.cli.runner import run
from fleetui.core.change import Ask, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Unreachable
from fleetui.core.humanise import duration
from fleetui.core.ref import Ref
from fleetui.engine.engine import Engine

_OF_LEFT = frozenset({Verb.REDEPLOY, Verb.ROLLBACK})
Propose = Callable[[Door, Engine], Awaitable[Proposal]]


def change(args: argparse.Namespace) -> int:
    """Do one thing to the targets that are named."""
    if args.verb == Verb.RESIZE:
        asking.take_amounts(args)
    asking.check_refs(args.refs)
    asking.values(args)
    gate = asking.gate(args)

    fleet = fleet_of(args)

    async def propose(door: Door, engine: Engine) -> Proposal:
        left = await door.half_way.refs() if args.verb in _OF_LEFT else ()
        refs = await asking.targets(args.refs, fleet, engine, left)
        asks = asking.asks(args, refs)
        return await door.propose(asks, gate=gate, ignore_gate=args.ignore_gate)

    return run(go(args, fleet, propose))


def prune(args: argparse.Namespace) -> int:
    """Remove what nothing uses, of one kind in one place."""
    gate = asking.gate(args)

    fleet = fleet_of(args)

    async def propose(door: Door, _engine: Engine) -> Proposal:
        places = sorted({(one.name, one.scope) for one in fleet.providers})
        able = [
            (name, scope) for name, scope in places
            if (found := door.refusal(_all(args.kind, name, scope), Verb.PRUNE)) is None
            or found.rule != "back end"
        ]  # fmt: skip
        provider, scope = asking.place(args, able)
        ask = Ask(Verb.PRUNE, _all(args.kind, provider, scope), asking.values(args))
        return await door.propose([ask], gate=gate, ignore_gate=args.ignore_gate)

    return run(go(args, fleet, propose))


def _all(kind: str, provider: str, scope: str) -> Ref:
    """Return what stands for all of a kind in one place."""
    return Ref(provider, scope, kind, "", kind)


def undo(args: argparse.Namespace) -> int:
    """Take the last change back that can be taken back."""
    gate = asking.gate(args)

    async def propose(door: Door, _engine: Engine) -> Proposal:
        await settling.picked_up(door)
        last = await door.last_reversible()
        passed = await door.passed_over(last)
        if last is None:
            why = passed or "no change of the last 30 days can be taken back"
            raise Stop(Exit.FAILED, f"there is nothing to undo: {telling.safe(why)}",
                       "see: fleetui audit")  # fmt: skip
        if args.output == "table":
            if passed:
                output.tell(f"{telling.safe(passed)}: the change before it is taken back")
            output.tell(f"undo of: {_words(last)}")
        proposal = await door.propose_undo(last.action, passed=passed)
        if gate is None or not proposal.plans:
            return proposal
        again = [plan.ask for plan in proposal.plans]
        gated = await door.propose(again, gate=gate, undoes=last.action.id)
        refusals = dict.fromkeys((*proposal.verdict.refusals, *gated.verdict.refusals))
        return replace(gated, verdict=replace(gated.verdict, refusals=tuple(refusals)))

    return run(go(args, fleet_of(args), propose))


def _words(entry: Entry) -> str:
    """Return `scale docker/…/web, desired 2 → 6, by ana@bastion 4m ago: too slow`."""
    action = entry.action
    plan = action.plan
    changes = "".join(f", {d.name} {d.before} → {d.after}" for d in plan.differences)
    why = f": {action.reason}" if action.reason else ""
    ago = duration(time.time() - action.at)
    return telling.safe(f"{plan.ask.verb} {plan.ref}{changes}, by {action.who} {ago} ago{why}")


def fleet_of(args: argparse.Namespace) -> Fleet:
    """Return the fleet that is configured."""
    return compose.gather(args, compose.configure(args))


async def go(args: argparse.Namespace, fleet: Fleet, propose: Propose) -> int:
    """Propose through a door, ask, carry out, and return the exit code. Raises Stop."""
    audit = journal(args)
    entrance = open_door(args, fleet, audit, who(), timeout_s=args.timeout)
    # Open to the end: it is the readers' side that answers for a gate.
    engine = Engine(fleet.providers, now=time.time)
    try:
        door = entrance.door
        if door is None:
            shut = () if entrance.rule is None else (entrance.rule,)
            return _refused(args, Proposal((), Verdict(shut)), None)
        proposal = await propose(door, engine)
        return await _decide(args, entrance, door, proposal)
    except JournalError as error:
        raise Stop(Exit.FAILED, f"nothing was changed: {clean(str(error))}") from None
    finally:
        await entrance.close()
        await engine.close()
        await audit.close()


async def _decide(
    args: argparse.Namespace, entrance: Entrance, door: Door, proposal: Proposal
) -> int:
    proposal, order = _rest(proposal), _order(args, entrance)
    gates = () if proposal.ignores_gate else proposal.gates
    watched = next((gate for gate in gates if gate is not None), None)
    if args.dry_run:
        return _looked(args, proposal, door)
    if not proposal.verdict.allowed or (proposal.failed and not order.go_on):
        return _refused(args, proposal, door)
    if all(plan.nothing for plan in proposal.plans):
        return _is_so(args, proposal)
    if watched is not None and not args.wait:
        raise Stop(Exit.REFUSED, f"nothing was changed: the gate of {watched.place} has to be "
                   "watched: leave out --no-wait")  # fmt: skip
    proposal = _without_nothing(proposal)
    if confirming.at_terminal():
        colours = output.coloured(sys.stderr)
        for line in telling.plan_lines(proposal, door.policy.is_production, colours=colours):
            output.say(line)
    place = door.policy.places.get("reason", "")
    why = await confirming.reason(args, proposal.verdict, place)
    typed = await confirming.confirmed(args, proposal.verdict, proposal.plans)
    try:
        request = door.begin(proposal, typed=typed, reason=why, order=order)
    except Refused as refused:
        verdict = replace(proposal.verdict, refusals=refused.refusals)
        return _refused(args, replace(proposal, verdict=verdict), door)
    quiet = args.output == "json" and not output.is_tty(sys.stderr)
    follower = Follower(request, time.time, tethered=door.tethered, quiet=quiet)
    await follower.wait(to_the_end=args.wait)
    return _ended(args, proposal, request)


def _order(args: argparse.Namespace, entrance: Entrance) -> Order:
    """Return how many go together: what was given, or what the config has."""
    together, go_on = getattr(args, "together", None), getattr(args, "go_on", None)
    order = entrance.order
    return Order(
        order.together if together is None else together, order.go_on if go_on is None else go_on
    )


def _rest(proposal: Proposal) -> Proposal:
    """Return it with the gates of its plans, one for each."""
    gates = proposal.gates or (None,) * len(proposal.plans)
    return replace(proposal, gates=gates)


def _without_nothing(proposal: Proposal) -> Proposal:
    """Leave out what is so already: nothing need be sent for it."""
    pairs = [
        (plan, gate) for plan, gate in zip(proposal.plans, proposal.gates, strict=True)
        if not plan.nothing
    ]  # fmt: skip
    return replace(
        proposal, plans=tuple(plan for plan, _ in pairs), gates=tuple(gate for _, gate in pairs)
    )


def _print_json(args: argparse.Namespace, proposal: Proposal) -> None:
    made = form.document(args.verb, proposal, dry_run=args.dry_run)
    output.emit([write.json_text(made)])


def _looked(args: argparse.Namespace, proposal: Proposal, door: Door) -> int:
    """Print what would happen, and end as it would: a script may look before it leaps."""
    if args.output == "json":
        _print_json(args, proposal)
        return _why_not(proposal)
    colours = output.coloured(sys.stdout)
    lines = [*telling.plan_lines(proposal, door.policy.is_production, colours=colours)]
    needed = [plan for plan in proposal.plans if not plan.nothing]
    if needed and proposal.verdict.allowed and not proposal.failed:
        lines.append(telling.how_to(proposal.verdict))
    output.emit(lines)
    return _why_not(proposal, told=True)


def _refused(args: argparse.Namespace, proposal: Proposal, door: Door | None) -> int:
    if args.output == "json":
        _print_json(args, proposal)
    elif door is not None and confirming.at_terminal():
        bare, colours = _bare(proposal), output.coloured(sys.stderr)
        for line in telling.plan_lines(bare, door.policy.is_production, colours=colours):
            output.say(line)
    return _why_not(proposal)


def _bare(proposal: Proposal) -> Proposal:
    """Return its plans alone: what is against them is told after."""
    return replace(proposal, failed=(), verdict=replace(proposal.verdict, refusals=()))


def _why_not(proposal: Proposal, *, told: bool = False) -> Exit:
    """Tell what is against it, unless that was told, and return the exit code that says so."""
    if not told:
        for ref, fault in proposal.failed:
            output.tell(telling.safe(fault.line if fault.where else f"{ref}: {fault.line}"))
        for refusal in proposal.verdict.refusals:
            output.tell(f"refused: {telling.safe(refusal.line)}")
    if not proposal.verdict.allowed:
        return Exit.REFUSED
    if not proposal.failed:
        return Exit.DONE
    codes = {fault.code for _, fault in proposal.failed}
    return Exit.UNREACHABLE if codes == {Unreachable.code} else Exit.FAILED


def _is_so(args: argparse.Namespace, proposal: Proposal) -> int:
    """Nothing needs to be sent: a script that is run twice is done twice."""
    if args.output == "json":
        _print_json(args, proposal)
    else:
        output.emit(f"{'done':<11} {plan.ask.verb} {plan.ref}  it is so already"
                    for plan in proposal.plans)  # fmt: skip
    return _why_not(proposal)


def _ended(args: argparse.Namespace, proposal: Proposal, request: Request) -> int:
    now = time.time()
    if args.output == "json":
        made = form.document(
            args.verb, proposal, dry_run=False, request=request.id,
            outcomes=tuple(form.outcome(run, now) for run in request.runs),
        )  # fmt: skip
        output.emit([write.json_text(made)])
    else:
        colours = output.coloured(sys.stdout)
        output.emit(telling.end_line(run, now, colours=colours) for run in request.runs)
        if not all(run.progress.phase.ended for run in request.runs):
            output.tell("it goes on: fleetui rollouts tells what becomes of it")
    code = verdict_of(request.runs)
    return _why_not(proposal) if proposal.failed and code is Exit.DONE else code
