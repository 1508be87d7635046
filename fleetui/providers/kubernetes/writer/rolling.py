"""What replaces the pods of a workload by others: the way that all of it goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from fleetui.core.change import Ask, Caution, Phase, Plan, Progress, Undo, Verb
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import revisions, standing, surroundings
from fleetui.providers.kubernetes.writer.api import OPERATIONS, STRATEGIC, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.blame import judged
from fleetui.providers.kubernetes.writer.changes import differences
from fleetui.providers.kubernetes.writer.deed import Deed, digest, memo_of, number_of, overtaken
from fleetui.providers.kubernetes.writer.revisions import CAUSE, Revision, current
from fleetui.providers.kubernetes.writer.surroundings import Around, around
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

BY_HAND = "each pod is replaced only when it is deleted (OnDelete)"
_CAUSE_PATH = f"/metadata/annotations/{CAUSE.replace('~', '~0').replace('/', '~1')}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a template, and how it is sent."""

    body: Raw | Sequence[Raw]
    form: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a plan."""

    api: Api
    ask: Ask
    target: Target
    near: Around
    revisions: list[Revision] = field(default_factory=list)

    @property
    def now(self) -> Revision | None:
        """The revision that is wanted now."""
        return current(self.target, self.revisions)


class Rolling(Deed):
    """What all of them share; each says what it sends."""

    verb: Verb

    def change(self, found: Target, ask: Ask, memo: dict[str, str], kept: list[Revision]) -> Change:
        """Return what is sent to a target."""
        raise NotImplementedError

    def prepared(self, found: Found) -> tuple[Ask, dict[str, str]]:
        """Return the ask with every value known, and what has to be known of it later."""
        return found.ask, {}

    def step(self, ask: Ask, found: Found) -> str:
        """Return what is sent, in words."""
        raise NotImplementedError

    def taken(self, target: Target, plan: Plan) -> bool:
        """Say whether the target has what the plan would give it."""
        return digest(target.template) == memo_of(plan, "goal")

    def refusal(self, found: Found) -> str:
        """Return why it would not come to anything."""
        if found.target.paused:
            return "its rollout is paused: unpause it first"
        return ""

    def cautions(self, found: Found) -> list[Caution]:
        """Return what to know before."""
        del found
        return []

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Let the server try it, and say what would become of the template."""
        target = await look(api, ask.ref)
        near, kept = await asyncio.gather(around(api, target), revisions.history(api, target))
        found = Found(api, ask, target, near, kept)
        ask, memo = self.prepared(found)
        change = self.change(target, ask, memo, kept)
        right = Right("patch", "apps", target.resource, target.namespace)
        (permission, may), (after, why) = await asyncio.gather(
            api.allowed(right), api.tried(target.path, change.body, change.form)
        )
        template = dig(after, "spec", "template") if after is not None else None
        moved = differences(target.template, template) if template else ()
        pods = target.replicas if ask.ref.kind != "ds" else (
            number(target.raw, "status", "desiredNumberScheduled"))  # fmt: skip
        refused = target.leaving or self.refusal(found) or why or ("" if may else permission)
        if not refused and not moved and not self.always(target, after):
            refused = "it is so already: no pod would be replaced"
        return Plan(
            ask=ask,
            differences=moved,
            facts=surroundings.facts_of(target, near),
            cautions=(*cautions_of(found), *self.cautions(found)),
            steps=(self.step(ask, found), f"follow until all {pods} are ready"),
            undo=self.undo(found),
            permission=permission,
            refused=refused,
            members=pods,
            seen=seen_text(condition(target)),
            memo=(
                ("generation", str(target.generation)),
                ("goal", digest(template) if template else ""),
                ("before", digest(target.template)),
                ("revision", str(found.now.number) if found.now is not None else ""),
                ("stuck", since(target)),
                *memo.items(),
            ),
        )  # fmt: skip

    def always(self, target: Target, after: Raw | None) -> bool:
        """Say whether it does something though the template stays as it is."""
        del target, after
        return False

    def undo(self, found: Found) -> Undo:
        """Return how to take it back."""
        if found.now is None:
            return Undo("cannot be undone: the revision of now is not kept")
        number = found.now.number
        ask = Ask(Verb.ROLLBACK, found.ask.ref, (("revision", str(number)),))
        return Undo(f"roll it back to revision {number}", ask)

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once, to what is as it was planned."""
        kept = await revisions.history(api, await look(api, plan.ref))

        async def change(target: Target) -> Raw:
            made = self.change(target, plan.ask, dict(plan.memo), kept)
            return await api.patch(target.path, made.body, made.form)

        await send(api, plan, condition, change)
        return await self.progress(api, plan)

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Follow the rollout."""
        target = await look(api, plan.ref)
        if not self.taken(target, plan):
            same = digest(target.template) == memo_of(plan, "before")
            text = "its template is as it was" if same else "its template is another one"
            return overtaken(plan, target.generation, text)
        return await followed(api, plan, target)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Give it back the template that it had, if it still has ours."""
        target = await look(api, plan.ref)
        if not self.taken(target, plan):
            return overtaken(plan, target.generation, "its template is not ours")
        kept = await revisions.history(api, target)
        was = number_of(plan, "revision")
        found = next((one for one in kept if one.number == was), None)
        if found is None or digest(found.template) != memo_of(plan, "before"):
            found = next((r for r in kept if digest(r.template) == memo_of(plan, "before")), None)
        if found is None:
            return Progress(Phase.FAILED, "the revision of before is not kept: it goes on")
        made = to_revision(target, found)
        await api.patch(target.path, made.body, made.form)
        return Progress(Phase.ROLLED_BACK, f"it goes back to revision {found.number}")


def condition(target: Target) -> dict[str, Any]:
    """Return what must not change between looking and doing."""
    return {
        "uid": target.uid, "template": digest(target.template), "paused": target.paused,
        "leaving": target.leaving,
    }  # fmt: skip


def merged(target: Target, change: Raw) -> Change:
    """Return a change of the spec, merged by names, for the version that was looked at."""
    return Change({"metadata": {"resourceVersion": target.version}, "spec": change}, STRATEGIC)


def to_revision(target: Target, revision: Revision) -> Change:
    """Return what gives a workload the template of a revision.

    Replaced and not merged: what the revision has not must go.
    """
    found: list[Raw] = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": target.version},
        {"op": "replace", "path": "/spec/template", "value": revision.template},
    ]
    if revision.cause:
        if dig(target.raw, "metadata", "annotations") is None:
            found.append({"op": "add", "path": "/metadata/annotations", "value": {}})
        found.append({"op": "add", "path": _CAUSE_PATH, "value": revision.cause})
    elif target.note(CAUSE):
        # It tells why there is a revision that is there no more.
        found.append({"op": "remove", "path": _CAUSE_PATH})
    return Change(found, OPERATIONS)


async def followed(api: Api, plan: Plan, target: Target) -> Progress:
    """Return how far the rollout of a plan's template is."""
    where = standing.rollout(target)
    if where.stuck and since(target) == memo_of(plan, "stuck"):
        # That is of before: nothing has been said of this rollout yet.
        where = replace(where, stuck="")
    return await judged(api, target, where)


def since(target: Target) -> str:
    """Return since when its rollout has been given up; empty where it has not."""
    progress = target.condition("Progressing")
    if progress.get("reason") != "ProgressDeadlineExceeded":
        return ""
    return json.dumps([progress.get("lastUpdateTime"), progress.get("message")])


def cautions_of(found: Found) -> list[Caution]:
    """Return what to know before the pods of a workload are replaced."""
    target = found.target
    cautions = []
    kind = target.ref.kind
    strategy = dig(target.raw, "spec", "strategy" if kind == "deploy" else "updateStrategy")
    if dig(strategy, "type") == "Recreate" and target.replicas:
        text = "its strategy is Recreate: all pods end before the first new one begins"
        cautions.append(Caution(text, grave=True))
    if dig(strategy, "type") == "OnDelete":
        cautions.append(Caution(BY_HAND))
    if kind == "sts":
        cautions += _stateful(target)
    surge = dig(strategy, "rollingUpdate", "maxSurge")
    if kind == "deploy" and target.replicas and surge not in {0, "0", "0%", None}:
        cautions += surroundings.short_of(target, found.near, 1)
    if kind == "deploy" and target.replicas == 1 and surge in {0, "0", "0%"}:
        cautions.append(Caution("its one pod ends before the new one is there"))
    if not standing.rollout(target).done and target.observed:
        cautions.append(Caution(f"it is not well now: {standing.rollout(target).text}"))
    return [*cautions, *surroundings.of_keepers(target)]


def _stateful(target: Target) -> list[Caution]:
    found = [Caution("its pods are stateful: each is away for a while, the last first")]
    ready = number(target.raw, "status", "readyReplicas")
    ordered = dig(target.raw, "spec", "podManagementPolicy") != "Parallel"
    if ordered and ready < target.replicas:
        found.append(Caution("a pod of it that never became ready is not replaced by itself: "
                             "remove that pod, too"))  # fmt: skip
    return found
