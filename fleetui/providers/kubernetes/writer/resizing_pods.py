"""Other requests and limits for one pod where it runs: its kubelet does it, nothing is replaced."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import msgspec

from fleetui.core import humanise
from fleetui.core.change import Ask, Caution, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, ProviderError
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.requests import requested, requested_of
from fleetui.providers.kubernetes.shapes.pods import PodSpec
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import STRATEGIC, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.blame import decoded
from fleetui.providers.kubernetes.writer.changes import differences
from fleetui.providers.kubernetes.writer.deed import Deed, digest, memo_of, number_of
from fleetui.providers.kubernetes.writer.removing import heir_of
from fleetui.providers.kubernetes.writer.resizing import (
    NONE,
    amounts_of,
    container_of,
    has_all,
    now_of,
    wanted_of,
)
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

TOO_OLD = "this server cannot resize a pod in place; resize its workload"
_OVER = {"Succeeded", "Failed"}
_PENDING, _AT_IT = "PodResizePending", "PodResizeInProgress"
_OLD_WORDS = {"Infeasible": _PENDING, "Deferred": _PENDING, "InProgress": _AT_IT}
_NAMES = ("cpu", "memory")


class ResizePod(Deed):
    """By the pod's `resize`, which kubelets of 1.33 and later act on."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Let the server try it; say whether the container restarts, and what its node has."""
        target = await look(api, ask.ref)
        name = container_of(target, ask.value("container"))
        wanted = wanted_of(ask, now_of(target, name))
        right = Right("patch", "", "pods/resize", target.namespace)
        (permission, may), (after, why), heir, (room, tight) = await asyncio.gather(
            api.allowed(right), api.tried(f"{target.path}/resize", _body(target, name, wanted),
                                          STRATEGIC),
            heir_of(api, target), _room(api, target, name, wanted),
        )  # fmt: skip
        # What is refused is shown, too: then it is as it would be by its words.
        then = after if after is not None else _with(target, name, wanted)
        moved = tuple(
            replace(one, name=one.name.replace(" resources.", " "))
            for one in differences(_sizes(target.raw), _sizes(then))
        )
        again = _restarts(target, name, [one.name for one in moved])
        qos = clean(str(dig(target.raw, "status", "qosClass") or ""), 40)
        return Plan(
            ask=Ask(Verb.RESIZE, ask.ref, (("container", name), *amounts_of(wanted))),
            differences=moved,
            facts=(
                ("container", name), ("quality of service", qos), *room,
                ("restart", f"its container {name}" if again else "none: while it runs"),
            ),
            cautions=(*again, *tight, *_heirs(heir)),
            steps=(f"set them in pods/{target.ref.name}/resize", "follow until its node has it"),
            undo=_undo(target, name, wanted),
            permission=permission,
            refused=_refused(target) or _plainly(why, qos) or ("" if may else permission),
            seen=seen_text(_condition(target, name)),
            memo=(
                ("before", digest(now_of(target, name))), ("pending", digest(_pending(target))),
                ("restarts", str(_count(target, name))),
            ),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once, to a container whose amounts are as they were planned."""
        name = plan.ask.value("container")

        async def change(target: Target) -> Raw:
            wanted = wanted_of(plan.ask, now_of(target, name))
            body = _body(target, name, wanted)
            return await api.patch(f"{target.path}/resize", body, STRATEGIC)

        await send(api, plan, lambda target: _condition(target, name), change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Say what its kubelet has made of it."""
        target = await look(api, plan.ref)
        name = plan.ask.value("container")
        if not has_all(now_of(target, name), plan.ask):
            same = digest(now_of(target, name)) == memo_of(plan, "before")
            text = "not done: its amounts are as they were" if same else (
                "somebody else has changed its amounts since")  # fmt: skip
            return Progress(Phase.FAILED, text)
        kind, reason, said = _pending(target)
        stale = bool(kind) and digest([kind, reason, said]) == memo_of(plan, "pending")
        if reason == "Infeasible" and not stale:
            text = f"its node cannot, ever: {said or 'infeasible'}; undo asks for the old again"
            return Progress(Phase.FAILED, text, 0, None, 1)
        status = _status(target, name)
        if not kind and has_all(dig(status, "resources") or {}, plan.ask):
            return Progress(Phase.DONE, _done(target, name, plan), 1, 1, 1)
        words = {"Deferred": "its node has no room now, and tries again", "Infeasible": "as before",
                 "Error": "its node failed at it, and tries again"}.get(reason, reason)  # fmt: skip
        if not kind:
            words = "its node has not taken it yet"
        text = ": ".join(filter(None, (words or "its node is at it", said)))
        return Progress(Phase.ROLLING, text, 0, None, 1)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Ask for the old amounts again, where it had some."""
        back = plan.undo.ask
        if back is None:
            raise Invalid("its old amounts cannot be asked for again in place")
        target = await look(api, plan.ref)
        name = plan.ask.value("container")
        if not has_all(now_of(target, name), plan.ask):
            return await self.progress(api, plan)
        wanted = wanted_of(back, now_of(target, name))
        await api.patch(f"{target.path}/resize", _body(target, name, wanted), STRATEGIC)
        return Progress(Phase.ROLLED_BACK, "the old amounts are asked for again")


def _body(target: Target, name: str, wanted: Any) -> Raw:
    return {
        "metadata": {"resourceVersion": target.version},
        "spec": {"containers": [{"name": name, "resources": wanted}]},
    }


def _sizes(raw: Any) -> Raw:
    """Return of a pod only what its containers ask for and may use, as a template has it."""
    kept = [
        {"name": dig(one, "name"), "resources": dig(one, "resources") or {}}
        for one in dig(raw, "spec", "containers") or ()
    ]
    return {"spec": {"containers": kept}}


def _condition(target: Target, name: str) -> dict[str, Any]:
    """Return what must not change between looking and doing."""
    return {
        "uid": target.uid, "leaving": target.leaving, "amounts": digest(now_of(target, name)),
    }  # fmt: skip


def _refused(target: Target) -> str:
    if target.leaving or dig(target.raw, "status", "phase") in _OVER:
        return target.leaving or "it is over"
    return ""


def _plainly(why: str, qos: str) -> str:
    """Return a refusal of the server in plain words, where it is one of those that are usual."""
    if "could not find the requested resource" in why or "not allow this method" in why:
        return TOO_OLD
    if "without support for resize" in why:
        return "its node's kubelet does not resize a pod in place; resize its workload"
    if "qos" in why.lower():
        return f"its quality of service would be another than {qos}, which is not done in place"
    return why


def _restarts(target: Target, name: str, moved: list[str]) -> list[Caution]:
    """Return a warning where its policy restarts the container for an amount that changes."""
    for one in surroundings.containers(target.template):
        if dig(one, "name") != name:
            continue
        for policy in dig(one, "resizePolicy") or ():
            what = str(dig(policy, "resourceName") or "")
            if dig(policy, "restartPolicy") == "RestartContainer" and any(
                text.endswith(f".{what}") for text in moved
            ):
                return [Caution(f"its container {name} is restarted: its policy for {what}")]
    return []


def _heirs(heir: str) -> list[Caution]:
    if not heir:
        return []
    return [Caution(f"{heir} makes new pods with the old sizes: resize that to keep them")]


async def _room(
    api: Api, target: Target, name: str, wanted: Any
) -> tuple[tuple[tuple[str, str], ...], list[Caution]]:
    """Return what its node has and is asked for, and where that would not do."""
    node = str(dig(target.raw, "spec", "nodeName") or "")
    if not node:
        return (("node", "none yet"),), []
    try:
        raw, pods = await asyncio.gather(
            api.get(f"/api/v1/nodes/{node}"),
            api.items("pods", fieldSelector=f"spec.nodeName={node}"),
        )
    except ProviderError as error:
        return (("node", f"{clean(node, 253)}: cannot be read: {error.what}"),), []
    taken = requested_of(decoded(pods))
    now, then = _asks(target.template), _asks(_with(target, name, wanted))
    parts, cautions = [], []
    for what in _NAMES:
        most = quantity(dig(raw, "status", "allocatable", what)) or 0.0
        used = taken.get(what, 0.0)
        more, left = then.get(what, 0.0) - now.get(what, 0.0), most - used
        parts.append(f"{what} {_amount(what, used)} of {_amount(what, most)}")
        if then.get(what, 0.0) > most:
            text = f"{clean(node, 253)} has {_full(what, most)} in all: it never fits"
            cautions.append(Caution(text, grave=True))
        elif more > left + 1e-9:
            room = _full(what, max(0.0, left))
            text = f"{clean(node, 253)} has {room} left, and it asks for {_full(what, more)} more"
            cautions.append(Caution(f"{text}: it waits for room"))
    return (("node", f"{clean(node, 253)}: {', '.join(parts)} are asked for"),), cautions


def _with(target: Target, name: str, wanted: Any) -> Raw:
    """Return a pod as it would be."""
    made: Raw = json.loads(json.dumps(target.template))
    for one in surroundings.containers(made):
        if dig(one, "name") == name:
            mine = one.setdefault("resources", {})
            for kind, amounts in wanted.items():
                mine[kind] = {**(mine.get(kind) or {}), **amounts}
    return made


def _asks(template: Raw) -> dict[str, float]:
    try:
        return requested(msgspec.convert(template.get("spec") or {}, PodSpec))
    except msgspec.ValidationError:
        return {}


def _amount(what: str, value: float) -> str:
    return humanise.size(value) if what == "memory" else humanise.number(value)


def _full(what: str, value: float) -> str:
    return f"{what} {_amount(what, value)}"


def _undo(target: Target, name: str, wanted: Any) -> Undo:
    """Return the amounts of before, where each was one: in place, none is not to be had."""
    now = now_of(target, name)
    old = {
        kind: {what: dig(now, kind, what) for what in amounts} for kind, amounts in wanted.items()
    }
    if any(amount is None for amounts in old.values() for amount in amounts.values()):
        return Undo("cannot be undone in place: an amount that was none cannot be taken away")
    ask = Ask(Verb.RESIZE, target.ref, (("container", name), *amounts_of(old)))
    words = "the amounts of before"
    if "memory" in wanted.get("limits", {}):
        words = f"{words}; before Kubernetes 1.34 no memory limit comes down in place"
    return Undo(words, ask)


def _pending(target: Target) -> list[str]:
    """Return what its kubelet says of a resize: the condition, its reason, its message."""
    for kind in (_PENDING, _AT_IT):
        found = target.condition(kind)
        if found.get("status") == "True":
            said = clean(str(found.get("message") or ""), 200)
            return [kind, str(found.get("reason") or ""), said]
    word = str(dig(target.raw, "status", "resize") or "")
    return [_OLD_WORDS[word], word, ""] if word in _OLD_WORDS else ["", "", ""]


def _status(target: Target, name: str) -> Raw:
    for one in dig(target.raw, "status", "containerStatuses") or ():
        if dig(one, "name") == name and isinstance(one, dict):
            return one
    return {}


def _count(target: Target, name: str) -> int:
    return number(_status(target, name), "restartCount")


def _done(target: Target, name: str, plan: Plan) -> str:
    again = _count(target, name) - number_of(plan, "restarts")
    shown = ", ".join(f"{n} {v}" for n, v in plan.ask.values if n != "container" and v != NONE)
    return f"in force: {shown}{', restarted for it' if again > 0 else ''}"
