"""Plans the rest of a change that was left half-way, or its way back."""

from __future__ import annotations

from fleetui.actions.action import Action
from fleetui.actions.door import Door
from fleetui.actions.halfway import rest_of
from fleetui.actions.policy import Refusal, Verdict
from fleetui.actions.proposal import Proposal
from fleetui.core.change import Ask
from fleetui.core.errors import ProviderError


async def propose_rest(
    door: Door, action: Action, *, back: bool, ignore_gate: bool = False
) -> Proposal:
    """Plan to finish what an action left half-way, or to put it back. Reads only."""
    ref = action.plan.ref
    ask = Ask(rest_of(action.plan.ask.verb, back=back), ref)
    if (refusal := door.refusal(ref, ask.verb)) is not None:
        return Proposal((), Verdict((refusal,)))
    try:
        left = await door.half_way.is_left(action)
    except ProviderError as error:
        return Proposal((), Verdict(), failed=((ref, error.fault()),))
    if not left:
        text = f"{ref.short}: nothing of it is half-way any more"
        return Proposal((), Verdict((Refusal("half-way", text),)))
    if back:
        return await door.propose([ask], undoes=action.id)
    return await door.propose([ask], gate=action.gate, ignore_gate=ignore_gate)
