"""Scales a Job: how many of its pods run at a time."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.amounts import count_of
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Invalid
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.blame import why
from fleetui.providers.kubernetes.writer.deed import Deed, number_of, overtaken
from fleetui.providers.kubernetes.writer.jobs import over, suspended
from fleetui.providers.kubernetes.writer.scaling import MOST
from fleetui.providers.kubernetes.writer.target import Target, look, owned, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell


class ScaleJob(Deed):
    """Sets `parallelism`; how often it has to end well stays as it is."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say how many run at a time, and how many are left to be done."""
        target = await look(api, ask.ref)
        if ask.value("min") or ask.value("max"):
            raise Invalid("no autoscaler owns the number of a Job", hint="write 6, +2, -1 or x2")
        now = at_a_time(target)
        count = count_of(ask.value("count"), now)
        if count > MOST:
            raise Invalid(f"{count} pods are more than {MOST}")
        right = Right("patch", "batch", target.resource, target.namespace)
        (permission, may), (_, refusal) = await asyncio.gather(
            api.allowed(right), api.tried(target.path, body(target, count), MERGE)
        )
        back = Ask(Verb.SCALE, ask.ref, (("count", str(now)),))
        return Plan(
            ask=Ask(Verb.SCALE, ask.ref, (("count", str(count)),)),
            differences=(Difference("pods at a time", str(now), str(count)),)
            if count != now else (),
            facts=(("completions", completions(target)),
                   ("pods", f"{number(target.raw, 'status', 'active')} run")),
            cautions=tuple(_cautions(target, count)),
            steps=(f"set the parallelism of {ask.ref.short} to {count}",
                   "wait until so many run, or as many as are left to be done"),
            undo=Undo(f"scale it to {now} again", back) if count != now
            else Undo("there is nothing to undo"),
            permission=permission,
            refused=target.leaving or over(target) or refusal or ("" if may else permission),
            amount=count - now,
            members=abs(count - now),
            seen=seen_text(_condition(target)),
            memo=(("was", str(now)), ("generation", str(target.generation))),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once."""
        count = int(plan.ask.value("count"))

        async def change(target: Target) -> Raw:
            return await api.patch(target.path, body(target, count), MERGE)

        await send(api, plan, _condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look how many run."""
        target = await look(api, plan.ref)
        count, now = int(plan.ask.value("count")), at_a_time(target)
        if now != count:
            return overtaken(plan, target.generation, f"{now} are to run at a time")
        active = number(target.raw, "status", "active")
        if ended := over(target):
            return Progress(Phase.DONE, ended, active, None, count)
        if suspended(target):
            return Progress(Phase.DONE, "it is suspended: none run", active, None, count)
        wanted = min(count, left) if (left := _left(target)) is not None else count
        text = f"{active} of {wanted} run"
        if active == wanted or (_is_queue(target) and number(target.raw, "status", "succeeded")):
            return Progress(Phase.DONE, f"{active} run", active, None, wanted)
        pods = await api.items("pods", target.namespace, labelSelector=target.selector)
        blame = why(owned(pods, target.uid), api.now).text
        return Progress(Phase.ROLLING, "; ".join(filter(None, (text, blame))), active, None, wanted)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Set it back to the number that it had, if it still has ours."""
        target = await look(api, plan.ref)
        was, now = number_of(plan, "was"), at_a_time(target)
        if now != int(plan.ask.value("count")):
            return overtaken(plan, target.generation, f"{now} are to run at a time")
        await api.patch(target.path, body(target, was), MERGE)
        return Progress(Phase.ROLLED_BACK, f"{was} are to run at a time again")


def body(target: Target, count: int) -> Raw:
    """Return the change; with a version, so that only what was looked at is changed."""
    return {"metadata": {"resourceVersion": target.version}, "spec": {"parallelism": count}}


def at_a_time(target: Target) -> int:
    """Return how many pods of a Job may run at once."""
    found = dig(target.raw, "spec", "parallelism")
    return found if isinstance(found, int) else 1


def completions(target: Target) -> str:
    """Return in words how far a Job is."""
    done = number(target.raw, "status", "succeeded")
    if _is_queue(target):
        return f"a queue: {done} have ended well, and one is enough"
    return f"{done} of {number(target.raw, 'spec', 'completions')} done"


def _is_queue(target: Target) -> bool:
    return dig(target.raw, "spec", "completions") is None


def _left(target: Target) -> int | None:
    """Return how many pods have still to end well; None where that is no number."""
    if _is_queue(target):
        return None
    done = number(target.raw, "status", "succeeded")
    return max(0, number(target.raw, "spec", "completions") - done)


def _condition(target: Target) -> dict[str, Any]:
    return {"uid": target.uid, "pods at a time": at_a_time(target), "leaving": target.leaving}


def _cautions(target: Target, count: int) -> list[Caution]:
    found = []
    active, left = number(target.raw, "status", "active"), _left(target)
    if count < active:
        many = f"{active - count} of its pods that run" if count else f"all {active} pods that run"
        found.append(Caution(f"{many} are deleted, and what they did so far is lost", grave=True))
    if count == 0:
        found.append(Caution("none of it runs until it is scaled up again"))
    if left is not None and count > left:
        found.append(Caution(f"only {left} are left to be done: no more run at a time"))
    if suspended(target):
        found.append(Caution("it is suspended: none run until it is resumed"))
    return [*found, *surroundings.of_keepers(target)]
