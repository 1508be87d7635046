"""Removes what owns or leads to pods: workloads, Jobs, CronJobs, Services, Ingresses."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.change import Ask, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, Invalid, NotFound
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer.api import Api, Raw, Right
from fleetui.providers.kubernetes.writer.deed import Deed, digest, memo_of
from fleetui.providers.kubernetes.writer.leaving import found_around
from fleetui.providers.kubernetes.writer.target import GROUPS, KINDS, TRIES, Target, look, owned
from fleetui.providers.seen import compare, seen_text
from fleetui.providers.writing import Tell

_WAYS = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}
_MOST = 60
"""So many makers of pods are remembered, by their uids."""
_OF_SERVER = "foregroundDeletion"


class RemoveOwner(Deed):
    """With what it owns, in the background, unless another way is asked for."""

    verb = Verb.REMOVE

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say what goes with it, and what stays and leads nowhere."""
        target = await look(api, ask.ref)
        cascade = _cascade(ask)
        right = Right("delete", GROUPS.get(ask.ref.kind, ""), target.resource, target.namespace)
        near, (permission, may), tried = await asyncio.gather(
            found_around(api, target), api.allowed(right),
            api.undeletable(target.path, _options(target, cascade)),
        )  # fmt: skip
        orphan = cascade == "orphan"
        kind = KINDS[ask.ref.kind]
        return Plan(
            ask=Ask(ask.verb, ask.ref, (("cascade", cascade),)),
            differences=(Difference(kind, near.how, "removed"),),
            facts=tuple(near.facts(orphan=orphan)),
            cautions=tuple(near.cautions(orphan=orphan)),
            steps=(f"delete it, if it is still version {target.version}",
                   *((f"what it made goes with it: {near.owned}",)
                     if near.owned and not orphan else ()),
                   "wait until it is gone" + ("" if orphan or not near.pods
                                              else ", and its pods have ended")),
            undo=Undo("cannot be undone: it has to be made anew from its file"),
            permission=permission,
            refused=_held(target) or tried or ("" if may else permission),
            amount=None if orphan or not near.pods else -near.pods,
            members=max(1, near.pods),
            seen=seen_text(condition(target)),
            memo=(("makers", "" if orphan else " ".join(near.makers[:_MOST])),
                  ("selector", near.selector)),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Delete it, once, by its uid and its version."""
        for left in reversed(range(TRIES)):
            target = await look(api, plan.ref)
            compare(plan.ref, plan.seen, condition(target))
            try:
                await api.delete(target.path, _options(target, plan.ask.value("cascade")))
                break
            except Conflict:
                if not left:
                    raise
            except NotFound:
                # Who else removed it was a moment quicker.
                break
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is gone, and what of it is left."""
        try:
            target = await look(api, plan.ref)
        except NotFound:
            pods = await _pods_left(api, plan)
            if not pods:
                return Progress(Phase.DONE, "it is gone")
            return Progress(Phase.ROLLING, f"it is gone; {_ending(pods)}")
        if not target.leaving:
            return Progress(Phase.FAILED, "not done: it is there as before")
        held = [one for one in finalizers(target) if one != _OF_SERVER]
        if held:
            return Progress(Phase.ROLLING, f"held by {', '.join(held)}")
        pods = await _pods_left(api, plan)
        return Progress(Phase.ROLLING, _ending(pods) if pods else "it is being deleted")

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Say that what is being deleted cannot be kept."""
        del api, plan
        raise Invalid("what is being deleted cannot be kept")


def condition(target: Target) -> dict[str, Any]:
    """Return what must not change between looking and doing: how many there are may."""
    spec = {k: v for k, v in (dig(target.raw, "spec") or {}).items() if k != "replicas"}
    return {"uid": target.uid, "spec": digest(spec), "leaving": target.leaving}


def finalizers(target: Target) -> list[str]:
    """Return what must be done before it can go."""
    found = dig(target.raw, "metadata", "finalizers")
    return [clean(str(one), 200) for one in found] if isinstance(found, list) else []


def _held(target: Target) -> str:
    held = [one for one in finalizers(target) if one != _OF_SERVER]
    if not target.leaving:
        return ""
    return f"{target.leaving}: held by {', '.join(held)}" if held else target.leaving


def _cascade(ask: Ask) -> str:
    text = ask.value("cascade").strip().lower() or "background"
    if text not in _WAYS:
        raise Invalid(f"{clean(text, 40)!r} is no way to remove", hint=f"write {', '.join(_WAYS)}")
    for name in ("force", "timeout", "volumes"):
        if ask.value(name) not in {"", "no"}:
            raise Invalid(f"{name} is of a pod or a container, and this is a {KINDS[ask.ref.kind]}")
    return text


def _options(target: Target, cascade: str) -> Raw:
    return {
        "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": _WAYS[cascade],
        "preconditions": {"uid": target.uid, "resourceVersion": target.version},
    }  # fmt: skip


async def _pods_left(api: Api, plan: Plan) -> list[Raw]:
    """Return the pods that it made and that have not ended."""
    makers = memo_of(plan, "makers").split()
    if not makers:
        return []
    selector = memo_of(plan, "selector")
    params = {"labelSelector": selector} if selector else {}
    pods = await api.items("pods", plan.ref.scope.partition("/")[2], **params)
    return [pod for uid in makers for pod in owned(pods, uid)]


def _ending(pods: list[Raw]) -> str:
    held = sorted({
        clean(str(one), 200) for pod in pods for one in dig(pod, "metadata", "finalizers") or ()
    })  # fmt: skip
    many = f"{len(pods)} of its pods are" if len(pods) != 1 else "one of its pods is"
    by = f", held by {', '.join(held)}" if held else ""
    return f"{many} still there{by}"
