"""Scales a workload to a number, or changes the bounds of the autoscaler that owns it."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.amounts import count_of
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Invalid
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import bounding, standing, surroundings
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.blame import judged
from fleetui.providers.kubernetes.writer.deed import Deed, number_of, overtaken
from fleetui.providers.kubernetes.writer.surroundings import Around, around, bounds, name_of
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

MOST = 10_000


class Scale(Deed):
    """To a number, by the scale subresource."""

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say how many there will be, and who has a say in it."""
        target = await look(api, ask.ref)
        near = await around(api, target)
        if ask.value("min") or ask.value("max"):
            return await bounding.plan(api, ask, target, near)
        now = target.replicas
        count = count_of(ask.value("count"), now)
        if count > MOST:
            raise Invalid(f"{count} pods are more than {MOST}")
        right = Right("patch", "apps", f"{target.resource}/scale", target.namespace)
        (permission, may), tried = await asyncio.gather(
            api.allowed(right), self._tried(api, target, count)
        )
        counted = "readyReplicas" if ask.ref.kind == "sts" else "availableReplicas"
        ready = number(target.raw, "status", counted)
        return Plan(
            ask=Ask(Verb.SCALE, ask.ref, (("count", str(count)),)),
            differences=(Difference("pods", str(now), str(count)),) if count != now else (),
            facts=surroundings.facts_of(target, near),
            cautions=tuple(cautions_of(target, near, count)),
            steps=(f"set the scale of {ask.ref.short} to {count}, if it is still {now}",
                   "wait until the pods are ready" if count > now else "wait until they are gone"),
            undo=Undo(f"scale it to {now} again", Ask(Verb.SCALE, ask.ref, (("count", str(now)),)))
            if now != count else Undo("there is nothing to undo"),
            permission=permission,
            refused=target.leaving or fought(near, count) or tried
            or ("" if may else permission),
            amount=count - now,
            members=abs(count - now),
            seen=seen_text(condition(target)),
            memo=(("was", str(now)), ("ready", str(ready)), ("at", str(int(api.now))),
                  ("generation", str(target.generation))),
        )  # fmt: skip

    async def _tried(self, api: Api, target: Target, count: int) -> str:
        if count == target.replicas or target.leaving:
            return ""
        _, why = await api.tried(f"{target.path}/scale", body(target, count), MERGE)
        return why

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Set the number, once."""
        if not plan.ask.value("count"):
            return await bounding.carry_out(api, plan)
        count = int(plan.ask.value("count"))

        async def change(target: Target) -> Raw:
            return await api.patch(f"{target.path}/scale", body(target, count), MERGE)

        await send(api, plan, condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look how many there are."""
        target = await look(api, plan.ref)
        if not plan.ask.value("count"):
            return await bounding.progress(api, plan, target)
        count, was = int(plan.ask.value("count")), number_of(plan, "was")
        if target.replicas != count:
            return await _not_so(api, plan, target)
        # How those were that were there before is told, and not waited for.
        needed = min(count, number_of(plan, "ready") + count - was) if count > was else 0
        if number_of(plan, "ready") >= was:
            needed = count
        where = standing.scaled(target, max(0, needed))
        if count < was:
            # Whatever those suffer from that go: nothing new has to come up.
            phase = Phase.DONE if where.done else Phase.ROLLING
            return Progress(phase, where.text, where.updated, where.ready, where.total)
        return await judged(api, target, where, number_of(plan, "at"))

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Set it back to the number that it had, if it still has ours."""
        target = await look(api, plan.ref)
        if not plan.ask.value("count"):
            return await bounding.halt(api, plan)
        count, was = int(plan.ask.value("count")), number_of(plan, "was")
        if target.replicas != count:
            return await _not_so(api, plan, target)
        await api.patch(f"{target.path}/scale", body(target, was), MERGE)
        return Progress(Phase.ROLLED_BACK, f"its scale is {was} again")


def body(target: Target, count: int) -> Raw:
    """Return the change; with a version, so that only what was looked at is changed."""
    return {"metadata": {"resourceVersion": target.version}, "spec": {"replicas": count}}


def condition(target: Target) -> dict[str, Any]:
    """Return what must not change between looking and doing."""
    return {"uid": target.uid, "number of pods": target.replicas, "leaving": target.leaving}


async def _not_so(api: Api, plan: Plan, target: Target) -> Progress:
    """Return what it means that the number is another one."""
    now = target.replicas
    if target.generation != number_of(plan, "generation"):
        scalers = await surroundings.scalers_of(api, target)
        if not isinstance(scalers, str) and scalers:
            hpa = scalers[0][1]
            low, high = bounds(hpa)
            text = (f"the autoscaler {name_of(hpa)} ({low}–{high}) has made it {now}: change its "
                    f"bounds instead, with min={plan.ask.value('count')}")  # fmt: skip
            return Progress(Phase.FAILED, text, total=now)
    return overtaken(plan, target.generation, f"its number is {now}")


def fought(near: Around, count: int) -> str:
    """Return which autoscaler would set such a number back; empty where none would."""
    for _, hpa in near.scalers:
        low, high = bounds(hpa)
        if count and not low <= count <= high:
            word = f"max={count}" if count > high else f"min={count}"
            return (
                f"its autoscaler {name_of(hpa)} keeps it within {low}–{high} and would set it "
                f"back: change the bound first, as a step of its own: scale it to {word}"
            )
    return ""


def cautions_of(target: Target, near: Around, count: int) -> list[Caution]:
    """Return what to know before a workload has so many pods."""
    now, found = target.replicas, []
    if count == 0 and now:
        behind = "" if isinstance(near.services, str) or not near.services else (
            f": {', '.join(f'svc/{name_of(one)}' for one in near.services[:3])} would have no "
            "endpoint")  # fmt: skip
        found.append(Caution(f"none of it is left{behind}", grave=True))
    for _, hpa in near.scalers:
        low, high = bounds(hpa)
        if not count:
            found.append(Caution(f"at 0 its autoscaler {name_of(hpa)} sleeps until it is scaled "
                                 "by hand again"))  # fmt: skip
        elif count != now and low <= count <= high:
            text = (
                f"its autoscaler {name_of(hpa)} owns the number and may change it again within "
                f"{low}–{high}: min={count} keeps at least as many"
            )
            found.append(Caution(text))
    if near.unread:
        found.append(Caution(f"whether an autoscaler owns the number is not known: {near.unread}"))
    found += surroundings.short_of(target, near, count - now)
    if target.ref.kind == "sts" and count < now:
        found.append(Caution(f"its pods are stateful: {_going(target, count)}; "
                             f"{_claims(target)}", grave=True))  # fmt: skip
    elif target.ref.kind == "sts" and count > now:
        found.append(Caution("its pods are stateful: each new one begins with a volume of its own, "
                             "or the one that it left behind"))  # fmt: skip
    found += _under_budget(near, count, now)
    return [*found, *surroundings.of_keepers(target)]


def _going(target: Target, count: int) -> str:
    first = number(target.raw, "spec", "ordinals", "start")
    gone = [f"{target.ref.name}-{first + n}" for n in range(target.replicas - 1, count - 1, -1)]
    return f"{surroundings.some(gone)} go, in this order"


def _claims(target: Target) -> str:
    if not dig(target.raw, "spec", "volumeClaimTemplates"):
        return "they have no volumes of their own"
    rule = dig(target.raw, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
    return "their volumes are deleted with them" if rule == "Delete" else "their volumes stay"


def _under_budget(near: Around, count: int, now: int) -> list[Caution]:
    if isinstance(near.budgets, str) or count >= now:
        return []
    found = []
    for one in near.budgets:
        least = one.get("spec", {}).get("minAvailable")
        if isinstance(least, int) and count <= least:
            found.append(Caution(f"budget {name_of(one)} wants {least} available: with {count} no "
                                 "node of theirs can be drained"))  # fmt: skip
    return found
