"""Plans and their progress as JSON and back: what the audit keeps and `-o json` prints."""

from __future__ import annotations

from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.ref import Ref

Json = dict[str, Any]


def of_ref(ref: Ref) -> Json:
    """Return a ref by its parts: its text alone has no uid in it."""
    return {
        "provider": ref.provider, "scope": ref.scope, "kind": ref.kind,
        "uid": ref.uid, "name": ref.name,
    }  # fmt: skip


def ref(form: Json) -> Ref:
    """Return the ref in what `of_ref` made."""
    return Ref(form["provider"], form["scope"], form["kind"], form["uid"], form["name"])


def of_ask(one: Ask) -> Json:
    """Return what was asked for."""
    return {"verb": one.verb.value, "ref": of_ref(one.ref), "values": dict(one.values)}


def ask(form: Json) -> Ask:
    """Return the ask in what `of_ask` made. Raises KeyError or ValueError where it is none."""
    return Ask(Verb(form["verb"]), ref(form["ref"]), tuple(form["values"].items()))


def of_plan(one: Plan) -> Json:
    """Return a plan whole."""
    return {
        "ask": of_ask(one.ask),
        "differences": [[d.name, d.before, d.after] for d in one.differences],
        "facts": [list(pair) for pair in one.facts],
        "cautions": [{"text": c.text, "grave": c.grave} for c in one.cautions],
        "steps": list(one.steps),
        "undo": {
            "words": one.undo.words,
            "ask": None if one.undo.ask is None else of_ask(one.undo.ask),
        },
        "permission": one.permission,
        "refused": one.refused,
        "amount": one.amount,
        "members": one.members,
        "seen": one.seen,
        "memo": dict(one.memo),
    }


def plan(form: Json) -> Plan:
    """Return the plan in what `of_plan` made. Raises KeyError or ValueError where it is none."""
    undo = form["undo"]
    return Plan(
        ask=ask(form["ask"]),
        differences=tuple(Difference(*three) for three in form["differences"]),
        facts=tuple((name, text) for name, text in form["facts"]),
        cautions=tuple(Caution(c["text"], c["grave"]) for c in form["cautions"]),
        steps=tuple(form["steps"]),
        undo=Undo(undo["words"], None if undo["ask"] is None else ask(undo["ask"])),
        permission=form["permission"],
        refused=form["refused"],
        amount=form["amount"],
        members=form["members"],
        seen=form["seen"],
        memo=tuple(form["memo"].items()),
    )


def of_progress(one: Progress) -> Json:
    """Return how far a change has come."""
    return {
        "phase": one.phase.value, "reason": one.reason,
        "updated": one.updated, "ready": one.ready, "total": one.total,
        "half_way": one.half_way,
    }  # fmt: skip


def progress(form: Json) -> Progress:
    """Return the progress in what `of_progress` made."""
    return Progress(
        Phase(form["phase"]), form["reason"], form["updated"], form["ready"], form["total"],
        bool(form.get("half_way")),
    )  # fmt: skip
