"""Actions and their progress as the data of records and back, without a secret in them."""

from __future__ import annotations

import json
import logging
from typing import Any

from fleetui.actions.action import Action, GateSpec, Who
from fleetui.actions.ports import Reading
from fleetui.core import change_form
from fleetui.core.change import Phase, Progress
from fleetui.core.clean import clean
from fleetui.core.commands import HIDDEN
from fleetui.core.json_form import plain
from fleetui.core.secrets import is_secret_name, masked, redact

Json = dict[str, Any]
log = logging.getLogger(__name__)
_LONGEST = 65_536


def of_action(action: Action, phase: Phase) -> Json:
    """Return an intent. What looks like a secret is hidden, and `whole` says whether any was."""
    form = change_form.of_plan(action.plan)
    safe = _safe_plan(form)
    gate = None if action.gate is None else _of_gate(action.gate, ignored=action.ignores_gate)
    expr = "" if action.gate is None else action.gate.expr
    needed = ("ask", "differences", "memo", "seen")
    whole = all(safe[name] == form[name] for name in needed)
    whole = whole and safe["undo"]["ask"] == form["undo"]["ask"]
    whole = whole and (gate is None or gate["expr"] == expr)
    if not whole:
        log.warning("%s: what looks like a secret in its plan is not kept", action.id)
    return {
        "phase": phase.value,
        "request": action.request,
        "begun": action.at,
        "who": {"user": action.who.user, "host": action.who.host, "origin": action.who.origin},
        "reason": _line(action.reason),
        "plan": safe,
        "gate": gate,
        "undoes": action.undoes,
        "whole": whole,
    }


def action(action_id: str, data: Json) -> Action:
    """Return the action of an intent. Raises KeyError, TypeError or ValueError if it is none."""
    gate = data["gate"]
    return Action(
        id=action_id,
        request=data["request"],
        at=data["begun"],
        who=Who(**data["who"]),
        plan=change_form.plan(data["plan"]),
        reason=data["reason"],
        gate=None if gate is None else _gate(gate),
        undoes=data["undoes"],
        ignores_gate=gate is not None and gate.get("ignored", False),
    )


def of_progress(progress: Progress, reading: Reading | None) -> Json:
    """Return a note, or an outcome without its duration."""
    form = change_form.of_progress(progress)
    form["reason"] = _line(progress.reason)
    form["reading"] = None
    if reading is not None:
        form["reading"] = {
            "holds": reading.holds, "value": plain(reading.value),
            "text": _line(reading.text), "at": plain(reading.at),
        }  # fmt: skip
    return form


def progress(data: Json) -> Progress:
    """Return the progress in any record's data: an intent has its phase only."""
    return Progress(
        Phase(data["phase"]), data["reason"] if "updated" in data else "",
        data.get("updated"), data.get("ready"), data.get("total"),
        bool(data.get("half_way")),
    )  # fmt: skip


def _of_gate(gate: GateSpec, *, ignored: bool) -> Json:
    return {
        "expr": redact(gate.expr), "max": plain(gate.max), "min": plain(gate.min),
        "hold_s": plain(gate.hold_s), "roll_back": gate.roll_back, "place": _line(gate.place),
        "source": _line(gate.source), "ignored": ignored,
    }  # fmt: skip


def _gate(form: Json) -> GateSpec:
    return GateSpec(
        expr=form["expr"],
        max=None if form["max"] is None else float(form["max"]),
        min=None if form["min"] is None else float(form["min"]),
        hold_s=float(form["hold_s"]),
        roll_back=form["roll_back"],
        place=form["place"],
        source=form.get("source", ""),
    )


def _safe_plan(form: Json) -> Json:
    undo = form["undo"]
    return {
        **form,
        "ask": _safe_ask(form["ask"]),
        "differences": [[n, _value(n, b), _value(n, a)] for n, b, a in form["differences"]],
        "facts": [[name, _value(name, text)] for name, text in form["facts"]],
        "cautions": [{**one, "text": _line(one["text"])} for one in form["cautions"]],
        "steps": [_line(step) for step in form["steps"]],
        "undo": {
            "words": _line(undo["words"]),
            "ask": None if undo["ask"] is None else _safe_ask(undo["ask"]),
        },
        "permission": _line(form["permission"]),
        "refused": _line(form["refused"]),
        "seen": _value("seen", form["seen"]),
        "memo": {name: _value(name, text) for name, text in form["memo"].items()},
    }


def _safe_ask(form: Json) -> Json:
    return {**form, "values": {name: _value(name, text) for name, text in form["values"].items()}}


def _value(name: str, text: str) -> str:
    """Return a named value: as it is, for a program may need it again, but for secrets."""
    if text and is_secret_name(name):
        return HIDDEN
    if text[:1] in {"[", "{"}:
        # What is JSON itself is looked into by its names, as a document is.
        try:
            inner = json.loads(text)
        except (ValueError, RecursionError):
            inner = None
        if inner is not None and (safe := masked(inner, name)) != inner:
            text = json.dumps(safe)
    text = redact(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _line(text: str) -> str:
    return redact(clean(text))
