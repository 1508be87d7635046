"""An action by sections, for whoever looks into it: what was planned, why, how its gate is."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.actions.action import Action, GateSpec
from fleetui.core import change_form
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Description, Row, description, row, section
from fleetui.core.humanise import duration, number
from fleetui.core.json_form import plain
from fleetui.core.secrets import masked

LIMIT = 1000


def told(action: Action, gate: str = "") -> Description:
    """Return an action whole; `gate` is what its gate says now. No secret is in it."""
    plan = action.plan
    return description(
        (
            section("state", (row("reason given", clean(action.reason, LIMIT)),
                              row("takes back", action.undoes))),
            section("plan", _plan(action)),
            section("gate", _gate(action, action.gate, gate)) if action.gate else None,
            section("identity", (row("request", action.request), row("target id", plan.ref.uid))),
        ),
        masked(plain({"plan": change_form.of_plan(plan), "reason": action.reason})),
    )  # fmt: skip


def _plan(action: Action) -> Iterator[Row | None]:
    plan = action.plan
    yield row("asked", clean(f"{plan.ask.verb} {' '.join(v for _, v in plan.ask.values)}", LIMIT))
    for one in plan.differences:
        yield row(clean(one.name, 80), clean(f"{one.before or '–'} → {one.after or '–'}", LIMIT))
    for name, text in plan.facts:
        yield row(clean(name, 80), clean(text, LIMIT))
    cautions = [
        Cell(clean(c.text, LIMIT), Tone.CRITICAL if c.grave else Tone.WARN) for c in plan.cautions
    ]
    yield row("cautions", *cautions)
    yield row("steps", *(f"{n}. {clean(step, LIMIT)}" for n, step in enumerate(plan.steps, 1)))
    yield row("needs", clean(plan.permission, LIMIT))
    yield row("undo", clean(plan.undo.words, LIMIT))


def _gate(action: Action, gate: GateSpec, text: str) -> Iterator[Row | None]:
    yield row("query", clean(gate.expr, LIMIT))
    bounds = [f"at least {number(gate.min)}"] if gate.min is not None else []
    bounds += [f"at most {number(gate.max)}"] if gate.max is not None else []
    yield row("must be", f"{', '.join(bounds)}, for {duration(gate.hold_s)}")
    if action.ignores_gate:
        yield row("ignored", Cell("it decides nothing; the reason given says why", Tone.WARN))
    else:
        yield row("goes bad", "takes it back" if gate.roll_back else "stops what can be stopped")
    yield row("now", clean(text, LIMIT))
    yield row("from", clean(gate.place, 200))
