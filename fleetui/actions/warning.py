"""What a plan says besides what its back end does: of its gate, and of others who are at it."""

from __future__ import annotations

from dataclasses import replace

from fleetui.actions.action import GateSpec
from fleetui.actions.policy import Refusal
from fleetui.actions.ports import Reading
from fleetui.core.change import Caution, Plan
from fleetui.core.objects import Rollout

GATE = "gate"
GATES = frozenset({GATE, "policy.gate"})
"""The rules by which a gate refuses: one that was asked for, one of the config."""


def against(gate: GateSpec, reading: Reading) -> Refusal:
    """Return why a gate lets nothing begin."""
    state = "is bad already" if reading.value is not None else "cannot be read"
    rule = "policy.gate" if gate.place != "--gate" else GATE
    return Refusal(rule, f"the gate {state}: {reading.text}", gate.place)


def warned(plan: Plan, gate: GateSpec | None, other: Rollout | None, *, ignored: bool) -> Plan:
    """Say before who is at the target already, and what its gate will not do."""
    if other is not None:
        text = f"the {other.action} of {other.who} is under way on it: {other.phase}"
        plan = cautioned(plan, Caution(text))
    if gate is not None and ignored:
        text = "its gate is ignored: nothing is stopped or taken back, however bad it is"
        return cautioned(plan, Caution(text))
    if gate is None or not gate.roll_back or plan.undo.ask is not None:
        return plan
    text = "its gate is to roll it back when it goes bad, and this cannot be undone"
    return cautioned(plan, Caution(text))


def cautioned(plan: Plan, caution: Caution) -> Plan:
    """Return a plan with one caution more."""
    return replace(plan, cautions=(*plan.cautions, caution))
