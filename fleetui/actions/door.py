"""The door: every change of every kind goes through here, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from fleetui.actions import undoing
from fleetui.actions.action import Action, GateSpec, Who, new_id
from fleetui.actions.book import Book
from fleetui.actions.forwarding.forward import Forwarding
from fleetui.actions.forwarding.forwards import Forwards
from fleetui.actions.halfway import HalfWay
from fleetui.actions.inside import STANDARD, Streams, run_inside
from fleetui.actions.policy import Policy, Refusal, Verdict, judge
from fleetui.actions.ports import Entry, Gatekeeper, Journal, Reading
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.recovery import Recovery
from fleetui.actions.request import Order, Request
from fleetui.actions.run import Run, Tools
from fleetui.actions.warning import GATE, against, cautioned, warned
from fleetui.core.change import INSIDE, Ask, Caution, Phase, Plan, Progress, Verb
from fleetui.core.errors import Fault, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.writing import (
    Debuggable,
    Editable,
    Forwardable,
    Session,
    Shellable,
    Tethered,
    Writer,
)

log = logging.getLogger(__name__)
UNDO_WITHIN_S = 30 * 86_400.0
KEPT = 100
"""How many requests that have ended are remembered."""


class Door:
    """Plans, judges, carries out, follows, writes down, takes back. One for each process.

    A process that is read-only has none. Belongs to the loop's thread.
    """

    def __init__(
        self,
        writers: Iterable[Writer],
        policy: Policy,
        journal: Journal,
        who: Who,
        *,
        closed: Iterable[tuple[tuple[str, str], Refusal]] = (),
        gatekeeper: Gatekeeper | None = None,
        now: Callable[[], float] = time.time,
        timeout_s: float | None = None,
    ) -> None:
        """`closed` are the (provider, scope)s that are read-only, each with its rule."""
        self.policy = policy
        self.book = Book(now)
        self._writers = {(w.name, w.scope): w for w in writers}
        self._closed = dict(closed)
        self._journal = journal
        self.half_way = HalfWay(journal, self._writers, now)
        self.forwards = Forwards(journal, self.book, now)
        self._who = who
        self._gatekeeper = gatekeeper
        self._now = now
        self._tools = Tools(journal, self.book, self._roll_back, gatekeeper)
        if timeout_s is not None:
            self._tools = replace(self._tools, timeout_s=timeout_s)
        self._recovery = Recovery(self._tools, self._writers, now, self._keep)
        self._keeps_up = False
        self._requests: dict[str, Request] = {}
        self._backs: defaultdict[Ref, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[Any]] = set()

    # Before.

    def refusal(self, ref: Ref, verb: Verb) -> Refusal | None:
        """Say why this cannot even be planned, or None where it can. No I/O."""
        if ref.place in self._closed:
            return self._closed[ref.place]
        writer = self._writers.get(ref.place)
        if writer is None:
            return Refusal("back end", f"{ref.provider}/{ref.scope} can only be read")
        if verb not in writer.verbs(ref.kind):
            return Refusal("back end", f"{ref.provider} has no {verb} for a {ref.kind}")
        return None

    async def document(self, ref: Ref) -> str:
        """Return a thing's document for the editor of whoever may edit it; secrets stand in it.

        Raises Refused and a ProviderError.
        """
        refusal = self.refusal(ref, Verb.EDIT)
        writer: object = self._writers.get(ref.place)
        if refusal is None and isinstance(writer, Editable):
            return await writer.document(ref)
        raise Refused(refusal or Refusal("back end", f"{ref.provider} has no documents"))

    async def propose(
        self,
        asks: Sequence[Ask],
        *,
        gate: GateSpec | None = None,
        undoes: str = "",
        ignore_gate: bool = False,
    ) -> Proposal:
        """Plan what is asked and judge it. Reads only; raises nothing of a back end's.

        `gate` is one that was asked for; without it each target has the one of the config.
        `ignore_gate`: what a gate says is shown and decides nothing, now or later; a reason
        must be given then.
        """
        refused = [
            refusal for ask in asks if (refusal := self.refusal(ask.ref, ask.verb)) is not None
        ]
        if refused:
            return Proposal((), Verdict(tuple(dict.fromkeys(refused))), undoes=undoes)
        made = await asyncio.gather(*(self._plan(ask) for ask in asks))
        failed = tuple(one for one in made if not isinstance(one, Plan))
        plans = tuple(one for one in made if isinstance(one, Plan))
        gates = tuple(gate or self._gate_of(plan, undoes) for plan in plans)
        plans = tuple(
            warned(plan, gate, self.book.under_way(plan.ref, undoes), ignored=ignore_gate)
            for plan, gate in zip(plans, gates, strict=True)
        )
        verdict = judge(self.policy, plans, self._now())
        wanted = list(dict.fromkeys(one for one in gates if one is not None))
        said = await asyncio.gather(*(self._read(one) for one in wanted))
        readings = tuple(zip(wanted, said, strict=True))
        if ignore_gate:
            verdict = replace(verdict, needs_reason=verdict.needs_reason or bool(wanted))
        else:
            bad = (against(spec, reading) for spec, reading in readings if not reading.holds)
            verdict = replace(verdict, refusals=(*verdict.refusals, *bad))
        return Proposal(plans, verdict, failed, gates, readings, undoes, ignore_gate)

    def _gate_of(self, plan: Plan, undoes: str) -> GateSpec | None:
        """Return the gate that the config gives a plan.

        What takes something back has none: that the gate is bad is why it is wanted. Nor has a
        command inside of a thing, or a forward: who wants to see why the gate is bad must get in.
        """
        if undoes or plan.ask.verb in {Verb.ROLLBACK, *INSIDE, Verb.FORWARD}:
            return None
        return self.policy.gate_of(plan.ref)

    async def _plan(self, ask: Ask) -> Plan | tuple[Ref, Fault]:
        writer = self._writers[ask.ref.place]
        try:
            return await self.half_way.rest(ask) or await writer.plan(ask)
        except ProviderError as error:
            return ask.ref, error.fault()
        except Exception as error:
            log.exception("%s cannot be planned", ask.ref)
            where = f"{ask.ref.provider}/{ask.ref.scope}"
            return ask.ref, Fault("failed", f"{type(error).__name__}, see the log file", where)

    async def _read(self, gate: GateSpec) -> Reading:
        if self._gatekeeper is None:
            return Reading(False, text="no Prometheus is configured to read it")
        return await self._gatekeeper.read(gate)

    # Going ahead.

    def begin(
        self, proposal: Proposal, *, typed: str = "", reason: str = "", order: Order | None = None
    ) -> Request:
        """Carry out what was proposed, once it is confirmed. Raises Refused.

        `typed` is what the person typed where the verdict asks for a word.
        """
        self._insist(proposal, typed, reason)
        return self._start(proposal, reason.strip(), order or Order())

    def _insist(self, proposal: Proposal, typed: str, reason: str) -> None:
        """Raise Refused where a rule is against it, or it is not confirmed as it must be."""
        # Time goes by between looking and confirming: a freeze may have begun.
        fresh = judge(self.policy, proposal.plans, self._now())
        refusals = list(dict.fromkeys((*proposal.verdict.refusals, *fresh.refusals)))
        if not proposal.plans and not refusals:
            refusals.append(Refusal("back end", "there is nothing to do"))
        if fresh.word and typed != fresh.word:
            refusals.append(Refusal("confirmation", f"type {fresh.word} to go ahead"))
        if fresh.needs_reason and not reason.strip():
            place = self.policy.places.get("reason", "")
            refusals.append(Refusal("policy.reason", "a reason must be given", place))
        elif proposal.verdict.needs_reason and not reason.strip():
            refusals.append(Refusal(GATE, "to ignore a gate, a reason must be given"))
        if refusals:
            raise Refused(*refusals)

    def _start(self, proposal: Proposal, reason: str, order: Order) -> Request:
        request_id = new_id(self._now())
        runs = []
        for plan, gate in zip(proposal.plans, proposal.gates, strict=True):
            action = self._action(plan, request_id, reason, gate, proposal)
            runs.append(Run(action, self._writers[plan.ref.place], self._tools))
        request = Request(request_id, runs, order)
        self._recovery.own(runs)
        ended = [key for key, one in self._requests.items() if one.ended]
        for key in ended[: max(0, len(self._requests) - KEPT)]:
            del self._requests[key]
        self._requests[request_id] = request
        self._keep(request.begin())
        return request

    def _action(
        self, plan: Plan, request: str, reason: str, gate: GateSpec | None, of: Proposal
    ) -> Action:
        return Action(
            id=new_id(self._now()), request=request, at=self._now(), who=self._who,
            plan=plan, reason=reason, gate=gate, undoes=of.undoes,
            ignores_gate=of.ignores_gate and gate is not None,
        )  # fmt: skip

    async def enter(
        self,
        proposal: Proposal,
        argv: Sequence[str],
        *,
        tty: bool,
        streams: Streams = STANDARD,
        typed: str = "",
        reason: str = "",
    ) -> int:
        """Run a command inside of the one target of an EXEC or a DEBUG, and return its exit code.

        `tty`: it has a terminal of its own, on `streams`. Raises Refused, JournalError where
        nothing can be written down and so nothing is run, and a ProviderError.
        """
        self._insist(proposal, typed, reason)
        (plan,) = proposal.plans
        session = self._session(plan, argv, tty=tty)
        action = self._action(plan, new_id(self._now()), reason.strip(), None, proposal)
        return await run_inside(action, session, streams, self._journal, self.book)

    def _session(self, plan: Plan, argv: Sequence[str], *, tty: bool) -> Session:
        writer: object = self._writers[plan.ref.place]
        if plan.ask.verb is Verb.DEBUG and isinstance(writer, Debuggable):
            return writer.debugger(plan, argv, tty=tty)
        if plan.ask.verb is Verb.EXEC and isinstance(writer, Shellable):
            return writer.command(plan.ref, argv, tty=tty)
        raise Refused(Refusal("back end", f"{plan.ref.provider} runs no commands in things"))

    async def forward(
        self, proposal: Proposal, *, typed: str = "", reason: str = ""
    ) -> tuple[Forwarding, ...]:
        """Open each forward of a proposal, or none. Raises Refused and what Forwards.open does."""
        self._insist(proposal, typed, reason)
        request, ways = new_id(self._now()), []
        for plan in proposal.plans:
            writer: object = self._writers[plan.ref.place]
            if plan.ask.verb is not Verb.FORWARD or not isinstance(writer, Forwardable):
                raise Refused(Refusal("back end", f"{plan.ref.provider} forwards no ports"))
            action = self._action(plan, request, reason.strip(), None, proposal)
            ways.append((action, writer.tunnel(plan)))
        return await self.forwards.open_all(ways)

    @property
    def under_way(self) -> tuple[Run, ...]:
        """What was begun here and has not ended, in the order in which it was begun."""
        runs = (run for request in self._requests.values() for run in request.runs)
        return tuple(run for run in runs if not run.progress.phase.ended)

    def tethered(self, plan: Plan) -> bool:
        """Say whether a plan is carried out step by step from this process: it has to stay."""
        writer: object = self._writers.get(plan.ref.place)
        return isinstance(writer, Tethered) and writer.tethered(plan)

    async def cancel(self, action_id: str) -> bool:
        """Let an action go no further; False where it is not on its way here."""
        if await self.forwards.shut(action_id):
            return True
        for run in self.under_way:
            if run.action.id == action_id:
                run.cancel()
                return True
        return False

    # Taking back.

    async def last_reversible(self) -> Entry | None:
        """Return the newest action that has changed something, can be undone, and has not been."""
        return undoing.last_of(await self._journal.entries(self._now() - UNDO_WITHIN_S))

    async def passed_over(self, last: Entry | None) -> str:
        """Say which change since the last reversible one went back by itself; or nothing."""
        entries = await self._journal.entries(self._now() - UNDO_WITHIN_S)
        return undoing.passed_over(entries, last)

    async def propose_undo(self, action: Action, *, passed: str = "") -> Proposal:
        """Plan to take an action back; refused where the world has moved on since.

        `passed` is what `passed_over` says, which the plan tells: this is the change before it.
        """
        ask = action.plan.undo.ask
        if ask is None:
            ask = await self.half_way.way_back(action)
        if ask is None:
            refusal = Refusal("undo", f"{action.plan.ref.short}: {action.plan.undo.words}")
            return Proposal((), Verdict((refusal,)), undoes=action.id)
        proposal = await self.propose([ask], undoes=action.id)
        if passed:
            caution = Caution(f"{passed}: this takes back the change before it")
            plans = tuple(cautioned(plan, caution) for plan in proposal.plans)
            proposal = replace(proposal, plans=plans)
        partly = self.book.phase(action.id) not in {None, Phase.DONE}
        moved = [
            text
            for plan in proposal.plans
            for text in undoing.moved(action.plan, plan, partly=partly)
        ]
        if not moved:
            return proposal
        refusals = tuple(Refusal("undo", f"changed since: {text}") for text in moved)
        verdict = replace(proposal.verdict, refusals=(*proposal.verdict.refusals, *refusals))
        return replace(proposal, verdict=verdict)

    async def _roll_back(self, action: Action, why: str) -> Progress:
        """Take back what its gate calls bad.

        The person agreed to that when they confirmed: a freeze that has begun since, or any
        other rule of theirs, must not leave them with what is bad.
        """
        # Two that go bad together must not meet half-way: one is back before the next begins.
        async with self._backs[action.plan.ref]:
            return await self._take_back(action, why)

    async def _take_back(self, action: Action, why: str) -> Progress:
        proposal = await self.propose_undo(action)
        if any(undoing.is_back(action.plan, plan) for plan in proposal.plans):
            return Progress(Phase.DONE, "stopping it has left it as it was before")
        blocked = [r for r in proposal.verdict.refusals if not r.rule.startswith("policy.")]
        if blocked or not proposal.plans:
            lines = [r.line for r in blocked] or [f.line for _, f in proposal.failed]
            return Progress(Phase.FAILED, "; ".join(lines) or "there is nothing to take back")
        request = self._start(proposal, f"rolled back: {why}", Order())
        await request.wait()
        return request.runs[0].progress

    # From one start to the next.

    async def pick_up(self) -> tuple[Entry, ...]:
        """Show what happened of late, and follow what an ended process left under way.

        From then on it looks every few seconds what other processes do and leave. Returns
        what was left. Raises JournalError.
        """
        # Begun first: where the journal cannot be read now, it is tried again.
        if not self._keeps_up:
            self._keeps_up = True
            self._keep(asyncio.create_task(self._recovery.keep_up()))
        return await self._recovery.look()

    async def settle(self, left: Iterable[Entry], patience_s: float) -> None:
        """Wait until what was left has ended and that is on disk, but no longer than this."""
        await self._recovery.settle({entry.action.id for entry in left}, patience_s)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Leave what is under way to the next start, and let go of the writers."""
        await self.forwards.shut_all()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(w.close() for w in self._writers.values()), return_exceptions=True)
