"""What each verb for each kind of thing is made of."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fleetui.core.change import Ask, Phase, Plan, Progress
from fleetui.core.errors import Invalid
from fleetui.providers.kubernetes.writer.api import Api
from fleetui.providers.writing import Tell, memo_of

__all__ = ["Deed", "digest", "memo_of", "number_of", "overtaken"]


class Deed:
    """One verb for one kind of thing."""

    tethered = False
    """Whether it is done step by step from here."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Work out what it would do."""
        raise NotImplementedError

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:
        """Send it, once. Raises Conflict where the target is not as it was planned."""
        raise NotImplementedError

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Read back how far it has come."""
        raise NotImplementedError

    async def halt(self, api: Api, plan: Plan) -> Progress:  # noqa: ARG002
        """Stop what can be stopped."""
        raise Invalid("the cluster has taken it: it cannot be stopped any more")

    async def left(self, api: Api, plan: Plan) -> Progress | None:  # noqa: ARG002
        """Say what it has left half-way, where it can be finished or put back."""
        return None

    async def rest(self, api: Api, plan: Plan, ask: Ask) -> Plan:  # noqa: ARG002
        """Plan the rest of it, or its way back."""
        raise Invalid("nothing of it is half-way")


def number_of(plan: Plan, name: str) -> int:
    """Return a number that the plan keeps under a name, 0 where it keeps none."""
    text = memo_of(plan, name)
    return int(text) if text.lstrip("-").isdecimal() else 0


def digest(value: Any) -> str:
    """Return a short name for a piece of an object, that tells whether it is another one."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def overtaken(plan: Plan, generation: int, text: str) -> Progress:
    """Return what it means that the target is not as the plan would have made it.

    Where nobody has changed it since it was looked at, ours has not come either.
    """
    if generation == number_of(plan, "generation"):
        return Progress(Phase.FAILED, f"not done: {text}")
    return Progress(Phase.FAILED, f"somebody else has changed it since: {text}")
