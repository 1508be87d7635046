"""A plan and its end as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Confirm, Verdict
from fleetui.actions.ports import Reading
from fleetui.actions.proposal import Proposal
from fleetui.actions.run import Run
from fleetui.cli.output import paint
from fleetui.core.change import Phase, Plan, Progress
from fleetui.core.clean import clean
from fleetui.core.humanise import duration
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact

_TONES = {
    Phase.DONE: "ok", Phase.FAILED: "critical", Phase.TIMED_OUT: "critical",
    Phase.UNKNOWN: "warn", Phase.ROLLED_BACK: "warn", Phase.CANCELLED: "warn",
}  # fmt: skip


def safe(text: str) -> str:
    """Return a back end's words without what acts on a terminal, and without secrets."""
    return redact(clean(text))


def plan_lines(
    proposal: Proposal, is_production: Callable[[Ref], bool], *, colours: bool
) -> Iterator[str]:
    """Yield what would happen, target after target, and what is against it."""
    gates = proposal.gates or (None,) * len(proposal.plans)
    readings = dict(proposal.readings)
    for plan, gate in zip(proposal.plans, gates, strict=True):
        yield from _plan(plan, production=is_production(plan.ref), colours=colours)
        if gate is not None:
            text = _gate(gate, readings.get(gate), ignored=proposal.ignores_gate)
            yield _field("gate", text)
    for ref, fault in proposal.failed:
        yield paint(safe(f"{ref}: {fault.line}"), "critical", colours=colours)
    for refusal in proposal.verdict.refusals:
        yield paint(f"refused: {safe(refusal.line)}", "critical", colours=colours)


def how_to(verdict: Verdict) -> str:
    """Return what a command line must have so that nobody is asked."""
    name = f"--confirm {safe(verdict.word)}" if verdict.confirm is Confirm.NAME else "--yes"
    return f"to go ahead: {name}{' --reason TEXT' if verdict.needs_reason else ''}"


def _plan(plan: Plan, *, production: bool, colours: bool) -> Iterator[str]:
    head = f"{plan.ask.verb} {safe(str(plan.ref))}"
    mark = paint("  ◆ production", "production", colours=colours) if production else ""
    yield paint(head, "accent", colours=colours) + mark
    for one in plan.differences:
        yield _field(safe(one.name), f"{safe(one.before) or 'nothing'} → {safe(one.after)}")
    if plan.nothing:
        yield _field("changes", "nothing: it is so already")
    for name, text in plan.facts:
        yield _field(safe(name), safe(text))
    if plan.permission:
        yield _field("permission", safe(plan.permission))
    for number, step in enumerate(plan.steps, 1):
        many = len(plan.steps) > 1
        yield _field("sends" if number == 1 else "", f"{f'{number}. ' if many else ''}{safe(step)}")
    yield _field("undo", safe(plan.undo.words))
    for caution in plan.cautions:
        tone = "critical" if caution.grave else "warn"
        yield paint(f"  ! {safe(caution.text)}", tone, colours=colours)


def _field(name: str, text: str) -> str:
    return f"  {name:<12}{' ' if len(name) >= 12 else ''}{text}"


def _gate(gate: GateSpec, reading: Reading | None, *, ignored: bool) -> str:
    held = f"{safe(gate.expr)} {gate.bounds}, for {duration(gate.hold_s)} after"
    back = ", else it is taken back" if gate.roll_back else ""
    if ignored:
        held, back = f"{safe(gate.expr)} {gate.bounds}", ": ignored"
    now = f"; now {safe(reading.text)}" if reading is not None else ""
    return f"{held}{back}{now} ({gate.place})"


def counts(progress: Progress) -> str:
    """Return `4/6 new, 3 ready`, as far as it is known."""
    if progress.total is None:
        return ""
    parts = []
    if progress.updated is not None:
        parts.append(f"{progress.updated}/{progress.total}")
    if progress.ready is not None:
        parts.append(f"{progress.ready} ready")
    return ", ".join(parts)


def state(run: Run) -> str:
    """Return how far one is: `rolling  4/6, 3 ready  ImagePullBackOff`."""
    progress = run.progress
    parts = (progress.phase.value, counts(progress), safe(progress.reason))
    return "  ".join(part for part in parts if part)


def end_line(run: Run, now: float, *, colours: bool) -> str:
    """Return how one has ended, or how far it was when nobody waited any more."""
    phase = run.progress.phase
    word = paint(f"{phase.value:<11}", _TONES.get(phase, "accent"), colours=colours)
    plan = run.action.plan
    changes = ", ".join(f"{d.name} {d.before} → {d.after}" for d in plan.differences)
    took = duration(now - run.action.at)
    parts = (
        f"{plan.ask.verb} {plan.ref}", changes, counts(run.progress), f"in {took}",
        run.progress.reason,
    )  # fmt: skip
    return f"{word} {'  '.join(safe(part) for part in parts if part)}"
