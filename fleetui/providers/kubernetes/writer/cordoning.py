"""Closes a node to new pods, and opens it again."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right
from fleetui.providers.kubernetes.writer.deed import Deed
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

OPEN, CORDONED = "open", "cordoned"
RIGHT = Right("patch", "", "nodes")


class Cordon(Deed):
    """Take no new pods."""

    wanted = True
    back = Verb.UNCORDON

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say what stays there, and how many others are open."""
        target = await look(api, ask.ref)
        (permission, may), (_, why), nodes, pods = await asyncio.gather(
            api.allowed(RIGHT),
            api.tried(target.path, self._body(target), MERGE),
            api.some("nodes"),
            api.some("pods", fieldSelector=f"spec.nodeName={ask.ref.name}"),
        )
        idle = cordoned(target) == self.wanted
        words = (OPEN, CORDONED) if self.wanted else (CORDONED, OPEN)
        return Plan(
            ask=Ask(ask.verb, ask.ref),
            differences=() if idle else (Difference("scheduling", *words),),
            facts=facts_of(target, pods),
            cautions=tuple(last_open(target, nodes)) if self.wanted else (),
            steps=("take no new pods; those that are there stay" if self.wanted
                   else "take new pods again",),
            undo=Undo(f"{self.back} it", Ask(self.back, ask.ref)),
            permission=permission,
            refused=target.leaving or (f"it is {words[1]} already" if idle else "") or why
            or ("" if may else permission),
            members=0,
            seen=seen_text(node_condition(target)),
        )  # fmt: skip

    def _body(self, target: Target) -> Raw:
        return body(target, wanted=self.wanted)

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once."""

        async def change(target: Target) -> Raw:
            return await api.patch(target.path, self._body(target), MERGE)

        await send(api, plan, node_condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is so."""
        now = cordoned(await look(api, plan.ref))
        if now == self.wanted:
            return Progress(Phase.DONE, f"it is {CORDONED if now else OPEN}")
        return Progress(Phase.FAILED, f"not done: it is {CORDONED if now else OPEN}")


class Uncordon(Cordon):
    """Take new pods again."""

    wanted = False
    back = Verb.CORDON


def body(target: Target, *, wanted: bool) -> Raw:
    """Return the change, with the version of what was looked at."""
    unschedulable = True if wanted else None
    return {
        "metadata": {"resourceVersion": target.version},
        "spec": {"unschedulable": unschedulable},
    }


def cordoned(target: Target) -> bool:
    """Say whether a node takes no new pods."""
    return dig(target.raw, "spec", "unschedulable") is True


def node_condition(target: Target) -> dict[str, Any]:
    """Return what must not change between looking and doing."""
    return {"uid": target.uid, "cordoned": cordoned(target), "leaving": target.leaving}


def facts_of(target: Target, pods: list[Raw] | str) -> tuple[tuple[str, str], ...]:
    """Return how a node is, and how many pods are there."""
    ready = str(target.condition("Ready").get("status") or "unknown")
    version = clean(str(dig(target.raw, "status", "nodeInfo", "kubeletVersion") or ""), 40)
    there = pods if isinstance(pods, str) else str(len(pods))
    return (
        ("ready", {"True": "yes", "False": "no"}.get(ready, "unknown")), ("kubelet", version),
        ("pods there", f"cannot be read: {there}" if isinstance(pods, str) else there),
    )  # fmt: skip


def last_open(target: Target, nodes: list[Raw] | str) -> list[Caution]:
    """Return a warning where no other node would take pods."""
    if isinstance(nodes, str) or cordoned(target):
        return []
    others = [
        one for one in nodes
        if dig(one, "metadata", "name") != target.ref.name
        and dig(one, "spec", "unschedulable") is not True
    ]  # fmt: skip
    if others:
        return []
    return [Caution("no other node takes pods: new ones would find no place", grave=True)]
