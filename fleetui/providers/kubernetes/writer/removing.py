"""Removes a pod, so that its owner makes another one in its place, or for good."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core import humanise
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.filter import duration
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.verdict import judge
from fleetui.providers.kubernetes.writer.api import Api, Raw, Right
from fleetui.providers.kubernetes.writer.blame import decoded
from fleetui.providers.kubernetes.writer.deed import Deed, memo_of
from fleetui.providers.kubernetes.writer.target import Target, look
from fleetui.providers.seen import compare, seen_text
from fleetui.providers.writing import Tell

_MIRROR = "kubernetes.io/config.mirror"
_USUAL_S = 30


class RemovePod(Deed):
    """With its grace period, or at once."""

    verb = Verb.REMOVE
    kept_only = False
    """Whether something must make another one in its place."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say who makes another one, and what is lost."""
        target = await look(api, ask.ref)
        force = _yes(ask.value("force"))
        grace = 0 if force else grace_of(ask.value("timeout"), target)
        right = Right("delete", "", "pods", target.namespace)
        heir, (permission, may) = await asyncio.gather(heir_of(api, target), api.allowed(right))
        pod = decoded([target.raw])
        word = judge(pod[0], api.now).word if pod else "unknown"
        values = [("force", "yes")] if force else [("timeout", f"{grace}s")]
        alone = "" if heir or not self.kept_only else "nothing would make a new one: remove it"
        return Plan(
            ask=Ask(ask.verb, ask.ref, tuple(values)),
            differences=(Difference("pod", word, "made anew" if heir else "removed"),),
            facts=tuple(_facts(api, target, heir)),
            cautions=tuple(_cautions(target, heir, force=force)),
            steps=(f"delete it; it may take {grace} s to end" if not force
                   else "delete it at once, without waiting for its end",),
            undo=Undo("cannot be undone: what it held is gone"),
            permission=permission,
            refused=_refused(target, force=force) or alone or ("" if may else permission),
            amount=None if heir else -1,
            seen=seen_text(pod_condition(target)),
            memo=(("grace", str(grace)), ("heir", heir)),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Delete it, once, by its uid."""
        target = await look(api, plan.ref)
        compare(plan.ref, plan.seen, pod_condition(target))
        await api.delete(target.path, {
            "apiVersion": "v1", "kind": "DeleteOptions",
            "gracePeriodSeconds": int(memo_of(plan, "grace")),
            "preconditions": {"uid": target.uid},
        })  # fmt: skip
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is gone."""
        try:
            target = await look(api, plan.ref)
        except NotFound:
            heir = memo_of(plan, "heir")
            return Progress(Phase.DONE, f"{heir} makes another one" if heir else "")
        until = time_of(dig(target.raw, "metadata", "deletionTimestamp"))
        if until is None:
            return Progress(Phase.FAILED, "not done: it is there as before")
        held = dig(target.raw, "metadata", "finalizers")
        if held:
            return Progress(Phase.ROLLING, f"held by {clean(', '.join(map(str, held)), 200)}")
        left = until - api.now
        if left >= 0:
            return Progress(Phase.ROLLING, f"it is ending: {left:.0f} s left")
        text = "its node has not confirmed that it ended; force=yes does not wait for that"
        return Progress(Phase.ROLLING, text)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Say that what is being deleted cannot be kept."""
        del api, plan
        raise Invalid("a pod that is being deleted cannot be kept")


class RestartPod(RemovePod):
    """Remove one that is made anew: that is how a pod is restarted."""

    verb = Verb.RESTART
    kept_only = True


async def heir_of(api: Api, target: Target) -> str:
    """Return who makes another one in a pod's place: `deploy/web`; empty where nobody does."""
    for owner in dig(target.raw, "metadata", "ownerReferences") or ():
        if not dig(owner, "controller"):
            continue
        kind, name = str(dig(owner, "kind") or ""), clean(str(dig(owner, "name") or ""), 253)
        if kind == "Node":
            return ""
        if kind == "ReplicaSet":
            return await _above(api, target, name)
        short = {"StatefulSet": "sts", "DaemonSet": "ds", "Job": "job"}.get(kind, kind)
        return f"{short}/{name}"
    return ""


async def _above(api: Api, target: Target, name: str) -> str:
    """Return the Deployment of a ReplicaSet, where it has one and may be read."""
    sets = await api.some("replicasets", target.namespace, fieldSelector=f"metadata.name={name}")
    for one in sets if not isinstance(sets, str) else ():
        for owner in dig(one, "metadata", "ownerReferences") or ():
            if dig(owner, "kind") == "Deployment":
                return f"deploy/{clean(str(dig(owner, 'name')), 253)}"
    return f"rs/{name}"


def grace_of(text: str, target: Target) -> int:
    """Return how long it may take to end, in seconds. Raises Invalid."""
    own = dig(target.raw, "spec", "terminationGracePeriodSeconds")
    if not text:
        return own if isinstance(own, int) else _USUAL_S
    found = float(text) if text.isdecimal() else duration(text)
    if found is None:
        raise Invalid(f"{clean(text, 40)!r} is no length of time", hint="write 10s or 2m")
    # 0 is not "soon": it takes the pod out of the list without waiting for its end.
    return max(1, round(found))


def pod_condition(target: Target) -> dict[str, Any]:
    """Return what must not change between looking and doing."""
    return {"uid": target.uid, "leaving": target.leaving}


def _yes(text: str) -> bool:
    word = text.strip().lower()
    if word not in {"", "yes", "true", "no", "false"}:
        raise Invalid(f"{clean(text, 40)!r} is neither yes nor no")
    return word in {"yes", "true"}


def _refused(target: Target, *, force: bool) -> str:
    if dig(target.raw, "metadata", "annotations", _MIRROR):
        return "its node keeps it from a file of its own: remove that file"
    if target.leaving and not force:
        return f"{target.leaving}: force=yes does not wait for its end"
    return ""


def _facts(api: Api, target: Target, heir: str) -> list[tuple[str, str]]:
    started = time_of(dig(target.raw, "status", "startTime"))
    found = [
        ("belongs to", heir),
        ("node", clean(str(dig(target.raw, "spec", "nodeName") or ""), 253)),
        ("up for", humanise.duration(api.now - started) if started else ""),
        ("its own volumes", ", ".join(_volumes(target.raw))),
    ]
    return [(name, text) for name, text in found if text]


def _volumes(raw: Raw) -> list[str]:
    """Return the volumes that end with a pod."""
    return [
        clean(str(dig(one, "name")), 80) for one in dig(raw, "spec", "volumes") or ()
        if dig(one, "emptyDir") is not None
    ]  # fmt: skip


def _cautions(target: Target, heir: str, *, force: bool) -> list[Caution]:
    found = []
    kind, _, name = heir.partition("/")
    if kind == "sts":
        found.append(Caution(f"sts/{name} makes it anew under the same name, once it has ended"))
    elif kind == "job":
        found.append(Caution(f"job/{name} counts it as a failed try"))
    elif heir:
        found.append(Caution(f"{heir} makes another one in its place"))
    else:
        found.append(Caution("nothing makes another one in its place", grave=True))
    if force:
        text = "it is not waited for: it may run on where its node cannot be reached"
        found.append(Caution(text, grave=kind == "sts"))
    if volumes := _volumes(target.raw):
        found.append(Caution(f"what it wrote into {', '.join(volumes)} is lost"))
    return found
