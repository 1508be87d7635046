"""A debug container in a pod: an image of one's own beside its containers, to look round with.

It cannot be taken away again, so one that runs there is used before another is added.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.secrets import redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.settings import IMAGE
from fleetui.providers.kubernetes.writer.api import STRATEGIC, Api, Raw, Right
from fleetui.providers.kubernetes.writer.deed import Deed, memo_of
from fleetui.providers.kubernetes.writer.removing import pod_condition
from fleetui.providers.kubernetes.writer.shell import main_container, may_enter, runs
from fleetui.providers.kubernetes.writer.surroundings import some
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

LEAD = "debugger-"
"""How the names of debug containers begin, kubectl's too."""
NONE = "none"
TOO_OLD = "this server has no ephemeral containers: Kubernetes 1.25 has"
FOR_GOOD = "it cannot be taken away again: it stays as long as the pod"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_OVER = {"Succeeded", "Failed"}


class Debug(Deed):
    """Planned and written down here; its session adds the container and leads a terminal to it."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say what comes into the pod, or which debug container runs there already."""
        target = await look(api, ask.ref)
        image = ask.value("image") or api.link.settings.debug_image
        there = _at_hand(target, ask, image)
        if there is not None:
            return await _joined(api, target, ask, there)
        if IMAGE.fullmatch(image) is None:
            raise Invalid(f"{clean(image, 80)!r} is no image", hint="write registry/name:tag")
        aim, caution = _aim(target, ask.value("target"))
        name = LEAD + "".join(secrets.choice(_LETTERS) for _ in range(5))
        body = addition(target, container(name, image, aim, (), tty=True))
        add = Right("patch", "", "pods/ephemeralcontainers", target.namespace)
        (adding, may), (attaching, may_too), (_, why) = await asyncio.gather(
            api.allowed(add), may_enter(api, target, "attach"),
            api.tried(f"{target.path}/ephemeralcontainers", body, STRATEGIC),
        )  # fmt: skip
        if "could not find the requested resource" in why or "not allow this method" in why:
            why = TOO_OLD
        return Plan(
            ask=_asked(ask, image=image, target=aim or NONE),
            differences=(Difference("debug container", NONE, name),),
            facts=(*_facts(target, image, aim), *_there(target)),
            cautions=(*caution, Caution(FOR_GOOD)),
            steps=(f"add {name} to the pod", "wait until it runs", "lead this terminal into it"),
            undo=Undo("cannot be undone: it stays as long as the pod"),
            permission=f"{adding}; {attaching}",
            refused=_refused(target) or why
            or ("" if may and may_too else f"{adding}; {attaching}"),
            seen=seen_text(pod_condition(target)),
            memo=(("name", name), ("adds", "yes")),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:
        """It needs a terminal or pipes: its session does it."""
        del api, plan, tell
        raise Invalid("a debug container is entered by its session")

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is there."""
        name = memo_of(plan, "name")
        target = await look(api, plan.ref)
        if name not in {dig(one, "name") for one in added(target)}:
            return Progress(Phase.FAILED, f"not done: {name} was not added")
        state = next(iter(dig(status_of(target.raw, name), "state") or ()), "waiting")
        return Progress(Phase.DONE, f"{name} is in it, {state}; nobody is attached from here")


async def add(api: Api, plan: Plan, argv: Sequence[str], *, tty: bool) -> None:
    """Add the container, once, to a pod that is as it was planned."""
    name = memo_of(plan, "name")
    aim = plan.ask.value("target")
    one = container(name, plan.ask.value("image"), "" if aim == NONE else aim, argv, tty=tty)

    async def change(target: Target) -> Raw:
        path = f"{target.path}/ephemeralcontainers"
        return await api.patch(path, addition(target, one), STRATEGIC)

    await send(api, plan, pod_condition, change)


def addition(target: Target, one: Raw) -> Raw:
    """Return the change that adds a container, for the version that was looked at."""
    return {
        "metadata": {"resourceVersion": target.version}, "spec": {"ephemeralContainers": [one]},
    }  # fmt: skip


def container(name: str, image: str, aim: str, argv: Sequence[str], *, tty: bool) -> Raw:
    """Return a debug container. Without a terminal its input ends where ours does."""
    return {
        "name": name, "image": image, "stdin": True, "tty": tty,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **({} if tty else {"stdinOnce": True}),
        **({"targetContainerName": aim} if aim else {}),
        **({"command": list(argv)} if argv else {}),
    }  # fmt: skip


def added(target: Target) -> list[Raw]:
    """Return the ephemeral containers of a pod, as they were asked for."""
    found = dig(target.raw, "spec", "ephemeralContainers")
    return [one for one in found or () if isinstance(one, dict)]


def status_of(pod: Raw, name: str) -> Raw:
    """Return what the kubelet tells of an ephemeral container; nothing where it does not."""
    for one in dig(pod, "status", "ephemeralContainerStatuses") or ():
        if dig(one, "name") == name and isinstance(one, dict):
            return one
    return {}


def _at_hand(target: Target, ask: Ask, image: str) -> Raw | None:
    """Return a debug container that runs there, or is about to, and is what is asked for."""
    if ask.value("new") or ask.value("command"):
        return None
    fit = [one for one in added(target) if _fits(one, ask)]
    states = [(state_of(status_of(target.raw, str(dig(one, "name"))))[0], one) for one in fit]
    running = [one for state, one in states if state == "running"]
    # Another of an image that cannot be pulled would wait as this one does.
    begins = [one for state, one in states if state == "waiting" and dig(one, "image") == image]
    return next(iter(running + begins), None)


def _fits(one: Raw, ask: Ask) -> bool:
    image, aim = ask.value("image"), ask.value("target")
    return (
        str(dig(one, "name") or "").startswith(LEAD)
        and dig(one, "stdin") is True
        and dig(one, "tty") is True
        and image in {"", dig(one, "image")}
        and aim in {"", dig(one, "targetContainerName") or NONE}
    )


async def _joined(api: Api, target: Target, ask: Ask, one: Raw) -> Plan:
    """Plan to attach to what runs there."""
    name, image = str(dig(one, "name")), clean(str(dig(one, "image") or ""), 200)
    aim = clean(str(dig(one, "targetContainerName") or ""), 80)
    state, why = state_of(status_of(target.raw, name))
    permission, may = await may_enter(api, target, "attach")
    return Plan(
        ask=_asked(ask, image=image, target=aim or NONE),
        facts=((f"{state} there", ": ".join(filter(None, (clean(name, 80), why)))),
               *_facts(target, image, aim),
               ("another one", "is added with the word new")),
        cautions=(Caution("whoever is attached to it, too, sees what you type"),),
        steps=(f"lead this terminal into {clean(name, 80)}",),
        undo=Undo("cannot be undone: what is done there is not known here"),
        permission=permission,
        refused=_refused(target) or ("" if may else permission),
        seen=seen_text(pod_condition(target)),
        memo=(("name", name), ("adds", "no")),
    )  # fmt: skip


def _asked(ask: Ask, **values: str) -> Ask:
    command = redact(clean(ask.value("command"), 400))
    more = (("command", command),) if command else ()
    return Ask(Verb.DEBUG, ask.ref, (*values.items(), *more))


def _aim(target: Target, wanted: str) -> tuple[str, list[Caution]]:
    """Return the container whose processes it sees, and what to know of that. Raises Invalid."""
    names = [str(dig(one, "name")) for one in dig(target.raw, "spec", "containers") or ()]
    if wanted == NONE:
        return "", []
    if wanted and wanted not in names:
        raise Invalid(f"it has no container {clean(wanted, 80)}: {', '.join(names)}",
                      hint=f"write target={NONE} to look into none")  # fmt: skip
    name = wanted or main_container(target)
    if runs(target, name):
        return name, []
    text = f"its container {name} does not run: "
    if wanted:
        return name, [Caution(f"{text}what looks into it may not begin before it does")]
    return "", [Caution(f"{text}it sees no processes but its own")]


def _facts(target: Target, image: str, aim: str) -> tuple[tuple[str, str], ...]:
    node = clean(str(dig(target.raw, "spec", "nodeName") or ""), 253)
    shared = dig(target.raw, "spec", "shareProcessNamespace") is True
    sees = "all containers" if shared else f"the container {aim}" if aim else "none but itself"
    return (("image", image), ("sees processes of", sees), ("node", node))


def _there(target: Target) -> tuple[tuple[str, str], ...]:
    names = [clean(str(dig(one, "name") or ""), 80) for one in added(target)]
    return (("there already", some(names)),) if names else ()


def _refused(target: Target) -> str:
    if target.leaving or dig(target.raw, "status", "phase") in _OVER:
        return target.leaving or "it is over"
    return "" if dig(target.raw, "spec", "nodeName") else "it is on no node yet"


def state_of(status: Any) -> tuple[str, str]:
    """Return whether it is `running`, `terminated` or `waiting`, and why not the first."""
    if dig(status, "state", "running") is not None:
        return "running", ""
    ended = dig(status, "state", "terminated")
    part, name = (ended, "terminated") if ended is not None else (
        dig(status, "state", "waiting"), "waiting")  # fmt: skip
    words = [str(dig(part, one) or "") for one in ("reason", "message")]
    return name, redact(clean(": ".join(filter(None, words)), 300))
