"""What the commands that change something print with `-o json`."""

from __future__ import annotations

from typing import Any

from fleetui.actions.action import GateSpec
from fleetui.actions.ports import Reading
from fleetui.actions.proposal import Proposal
from fleetui.actions.run import Run
from fleetui.core.change import Plan
from fleetui.core.json_form import plain
from fleetui.core.secrets import masked, redact

Json = dict[str, Any]


def document(
    verb: str, proposal: Proposal, *, dry_run: bool, request: str | None = None,
    outcomes: tuple[Json, ...] = (),
) -> Json:  # fmt: skip
    """Return the whole answer of one command."""
    verdict = proposal.verdict
    gates = proposal.gates or (None,) * len(proposal.plans)
    readings = dict(proposal.readings)
    return {
        "verb": verb,
        "dry_run": dry_run,
        "plans": [
            plan(one, _gate(gate, readings.get(gate), proposal) if gate else None)
            for one, gate in zip(proposal.plans, gates, strict=True)
        ],
        "failed": [{"ref": str(ref), "error": plain(fault)} for ref, fault in proposal.failed],
        "verdict": {
            "allowed": verdict.allowed and not proposal.failed,
            "refusals": [
                {"rule": r.rule, "text": r.text, "place": r.place} for r in verdict.refusals
            ],
            "confirm": verdict.confirm.value,
            "word": verdict.word,
            "needs_reason": verdict.needs_reason,
            "production": verdict.production,
        },
        "undoes": proposal.undoes or None,
        "request": request,
        "outcomes": list(outcomes),
    }


def plan(one: Plan, gate: Json | None) -> Json:
    """Return a plan as a person would be shown it; what its writer keeps for itself is not."""
    return {
        "ref": str(one.ref),
        "uid": one.ref.uid,
        "values": masked(dict(one.ask.values)),
        "changes": [
            {"name": d.name, "before": redact(d.before), "after": redact(d.after)}
            for d in one.differences
        ],
        "facts": [{"name": name, "text": redact(text)} for name, text in one.facts],
        "cautions": [{"text": redact(c.text), "grave": c.grave} for c in one.cautions],
        "steps": [redact(step) for step in one.steps],
        "undo": one.undo.words,
        "can_undo": one.undo.ask is not None,
        "permission": one.permission,
        "refused": one.refused,
        "members": one.members,
        "gate": gate,
    }


def _gate(gate: GateSpec, reading: Reading | None, proposal: Proposal) -> Json:
    return {
        "expr": redact(gate.expr), "max": gate.max, "min": gate.min, "for_s": gate.hold_s,
        "roll_back": gate.roll_back, "place": gate.place, "ignored": proposal.ignores_gate,
        "reading": None if reading is None
        else {"holds": reading.holds, "value": plain(reading.value), "text": redact(reading.text)},
    }  # fmt: skip


def outcome(run: Run, now: float) -> Json:
    """Return how one target's action has ended, or how far it is."""
    progress = run.progress
    return {
        "ref": str(run.action.plan.ref),
        "id": run.action.id,
        "phase": progress.phase.value,
        "reason": redact(progress.reason),
        "updated": progress.updated,
        "ready": progress.ready,
        "total": progress.total,
        "duration_s": round(max(0.0, now - run.action.at), 1),
    }
