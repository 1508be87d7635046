"""The bounds of an autoscaler: what is scaled where it owns the number."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, Invalid, NotFound
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import standing, surroundings
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right
from fleetui.providers.kubernetes.writer.blame import judged
from fleetui.providers.kubernetes.writer.deed import memo_of, number_of, overtaken
from fleetui.providers.kubernetes.writer.surroundings import Around, bounds, name_of
from fleetui.providers.kubernetes.writer.target import TRIES, Target
from fleetui.providers.seen import compare, seen_text

_NAMES = ("autoscaler min", "autoscaler max")


async def plan(api: Api, ask: Ask, target: Target, near: Around) -> Plan:
    """Say which bounds would become what. Raises Invalid."""
    if near.unread:
        raise Invalid(f"whether it has an autoscaler cannot be read: {near.unread}")
    if not near.scalers:
        raise Invalid("no autoscaler owns its number", hint="write 6, +2, -1 or x2")
    path, hpa = near.scalers[0]
    before = bounds(hpa)
    after = _bound(ask, "min", before[0]), _bound(ask, "max", before[1])
    if after[0] > after[1]:
        raise Invalid(f"the least would be {after[0]}, the most {after[1]}",
                      hint="give both, as min=2 max=9")  # fmt: skip
    right = Right("patch", "autoscaling", "horizontalpodautoscalers", target.namespace)
    (permission, may), (_, why) = await asyncio.gather(
        api.allowed(right), api.tried(path, body(hpa, after), MERGE)
    )
    now = target.replicas
    pods = max(after[0], min(now, after[1])) if now else 0
    moved = tuple(
        Difference(name, str(old), str(new))
        for name, old, new in zip(_NAMES, before, after, strict=True)
        if old != new
    )
    back = Ask(Verb.SCALE, ask.ref, (("min", str(before[0])), ("max", str(before[1]))))
    return Plan(
        ask=Ask(Verb.SCALE, ask.ref, (("min", str(after[0])), ("max", str(after[1])))),
        differences=moved,
        facts=surroundings.facts_of(target, near),
        cautions=tuple(_cautions(target, near, hpa, pods)),
        steps=(f"set the bounds of hpa/{name_of(hpa)} to {after[0]}–{after[1]}",
               "it sets the number of pods itself, by what it measures"),
        undo=Undo(f"set its bounds to {before[0]}–{before[1]} again", back)
        if moved else Undo("there is nothing to undo"),
        permission=permission,
        refused=target.leaving or why or ("" if may else permission),
        amount=pods - now,
        members=abs(pods - now),
        seen=seen_text(_condition(hpa)),
        memo=(("hpa", path), ("was", f"{before[0]} {before[1]}"), ("generation", "-1"),
              ("at", str(int(api.now)))),
    )  # fmt: skip


def _bound(ask: Ask, name: str, other: int) -> int:
    text = ask.value(name).strip()
    if not text:
        return other
    if not text.isdecimal() or not (name == "min" or int(text)):
        raise Invalid(f"{clean(text, 40)!r} is no bound", hint="write min=2 max=9")
    return int(text)


def body(hpa: Raw, after: tuple[int, int]) -> Raw:
    """Return the change, with the version of what was looked at."""
    return {
        "metadata": {"resourceVersion": dig(hpa, "metadata", "resourceVersion")},
        "spec": {"minReplicas": after[0], "maxReplicas": after[1]},
    }


def _condition(hpa: Raw) -> dict[str, Any]:
    low, high = bounds(hpa)
    return {"autoscaler's uid": dig(hpa, "metadata", "uid"), "min": low, "max": high}


def _cautions(target: Target, near: Around, hpa: Raw, pods: int) -> list[Caution]:
    found = surroundings.short_of(target, near, pods - target.replicas)
    if len(near.scalers) > 1:
        found.append(Caution(f"{len(near.scalers)} autoscalers fight over it: only "
                             f"{name_of(hpa)} is changed"))  # fmt: skip
    for owner in dig(hpa, "metadata", "ownerReferences") or ():
        text = f"{clean(str(dig(owner, 'kind')), 80)} {clean(str(dig(owner, 'name')), 200)}"
        found.append(Caution(f"{text} makes this autoscaler, and may set its bounds back"))
    if target.ref.kind == "sts" and pods < target.replicas:
        found.append(Caution("its pods are stateful, and some of them go", grave=True))
    return [*found, *surroundings.of_keepers(target)]


async def carry_out(api: Api, plan: Plan) -> Progress:
    """Set the bounds, once."""
    for left in reversed(range(TRIES)):
        hpa = await api.get(memo_of(plan, "hpa"))
        compare(plan.ref, plan.seen, _condition(hpa))
        try:
            await api.patch(memo_of(plan, "hpa"), body(hpa, _wanted(plan)), MERGE)
            break
        except Conflict:
            if not left:
                raise
    return Progress(Phase.ROLLING, "its bounds are set")


def _wanted(plan: Plan) -> tuple[int, int]:
    return int(plan.ask.value("min")), int(plan.ask.value("max"))


async def progress(api: Api, plan: Plan, target: Target) -> Progress:
    """Look whether the bounds are so, and the pods within them."""
    try:
        hpa = await api.get(memo_of(plan, "hpa"))
    except NotFound:
        return Progress(Phase.FAILED, "its autoscaler is not there any more")
    low, high = bounds(hpa)
    if (low, high) != _wanted(plan):
        was = f"{low} {high}" == memo_of(plan, "was")
        generation = -1 if was else 0
        return overtaken(plan, generation, f"its bounds are {low}–{high}")
    now = target.replicas
    if now and not low <= now <= high:
        return Progress(Phase.ROLLING, f"{now} pods: the autoscaler has not acted yet", total=now)
    where = standing.scaled(target, min(now, low))
    found = await judged(api, target, where, number_of(plan, "at"))
    if found.phase is not Phase.DONE:
        return found
    return Progress(Phase.DONE, f"{now} pods, within {low}–{high}", None, found.ready, now)


async def halt(api: Api, plan: Plan) -> Progress:
    """Set the bounds back, if they are still ours."""
    path = memo_of(plan, "hpa")
    hpa = await api.get(path)
    if bounds(hpa) != _wanted(plan):
        low, high = bounds(hpa)
        return Progress(Phase.FAILED, f"its bounds are {low}–{high}")
    low, high = map(int, memo_of(plan, "was").split())
    await api.patch(path, body(hpa, (low, high)), MERGE)
    return Progress(Phase.ROLLED_BACK, f"its bounds are {low}–{high} again")
