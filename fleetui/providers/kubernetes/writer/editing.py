"""Gives an object what a person made of its document, and follows what comes of that."""

from __future__ import annotations

import asyncio
import json

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Conflict, Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import document, revisions, standing, surroundings
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right
from fleetui.providers.kubernetes.writer.blame import judged
from fleetui.providers.kubernetes.writer.changes import differences
from fleetui.providers.kubernetes.writer.deed import digest, memo_of, number_of, overtaken
from fleetui.providers.kubernetes.writer.document import REPLICAS, TEMPLATE, Draft
from fleetui.providers.kubernetes.writer.foreseeing import ROLLED, SCALED, foreseen, number
from fleetui.providers.kubernetes.writer.rolling import Found, Rolling, followed, since
from fleetui.providers.kubernetes.writer.surroundings import Around, around
from fleetui.providers.kubernetes.writer.target import GROUPS, TRIES, Target, look
from fleetui.providers.writing import Tell

_STRICT = "patch: strict decoding error: "
_ALONE = Around([], [], [], ())


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the server makes of a draft."""

    after: Raw
    refused: str
    warned: tuple[str, ...]
    permission: str


class Edit(Rolling):
    """As a merge patch with a version: what others change meanwhile is not undone by it."""

    verb = Verb.EDIT

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Let the server try it, and say what would be different."""
        target = await look(api, ask.ref)
        draft = await asyncio.to_thread(document.drafted, target, ask)
        kind = ask.ref.kind
        unit = kind in ROLLED | SCALED
        near = await around(api, target) if unit else _ALONE
        kept = await revisions.history(api, target) if kind in ROLLED else []
        found = Found(api, ask, target, near, kept)
        tried = await _tried(api, target, draft)
        touched = document.moved(target.raw, tried.after)
        was, then = target.replicas, number(tried.after)
        counted = REPLICAS in touched and kind in SCALED
        rolls = TEMPLATE in touched and kind in ROLLED
        moved = differences(document.meant(target.raw), document.meant(tried.after), whole=True)
        pods = target.replicas if kind != "ds" else _scheduled(target)
        return Plan(
            ask=_kept(ask),
            differences=moved,
            facts=surroundings.facts_of(target, near) if unit else (),
            cautions=(
                *((Caution(draft.said),) if draft.said else ()),
                *(Caution(f"the server warns: {text}") for text in tried.warned),
                *await foreseen(found, tried.after, touched),
            ),
            steps=tuple(_steps(target, rolls=rolls, pods=pods)),
            undo=_undo(found, tried.after, touched, moved),
            permission=tried.permission,
            refused=draft.refused or tried.refused,
            amount=then - was if counted else None,
            members=pods if rolls else abs(then - was) if counted else 1,
            seen=json.dumps(_seen(target, draft.patch), sort_keys=True),
            memo=(
                ("generation", str(target.generation)),
                ("was", json.dumps(document.digests(target, touched))),
                ("goal", json.dumps(document.digests(Target(ask.ref, tried.after, ""), touched))),
                ("rolls", "yes" if rolls else ""),
                ("count", f"{was} {then}" if counted else ""),
                ("at", str(int(api.now))),
                ("before", digest(target.template)),
                ("revision", str(found.now.number) if found.now is not None else ""),
                ("stuck", since(target)),
            ),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Send it, once, to what is as it was planned; its status may have changed."""
        for left in reversed(range(TRIES)):
            target = await look(api, plan.ref)
            draft = await asyncio.to_thread(document.drafted, target, plan.ask)
            _compare(plan, _seen(target, draft.patch))
            meta = {**draft.patch.get("metadata", {}), "resourceVersion": target.version}
            try:
                body = {**draft.patch, "metadata": meta}
                await api.patch(target.path, body, MERGE, strict=True)
                break
            except Conflict:
                if not left:
                    raise
        return await self.progress(api, plan)

    def taken(self, target: Target, plan: Plan) -> bool:
        """Say whether all that the edit changes is as it made it."""
        goal: dict[str, str] = json.loads(memo_of(plan, "goal"))
        return document.digests(target, goal) == goal

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Look whether it is so; new pods are followed until they are ready."""
        target = await look(api, plan.ref)
        if not self.taken(target, plan):
            goal, was = (json.loads(memo_of(plan, name)) for name in ("goal", "was"))
            now = document.digests(target, goal)
            if now == was:
                return overtaken(plan, target.generation, "it is as it was")
            others = document.spoken(name for name in goal if now[name] != goal[name])
            return overtaken(plan, target.generation, f"its {others} changed again")
        if memo_of(plan, "rolls") and not target.paused:
            return await followed(api, plan, target)
        if memo_of(plan, "count"):
            was, count = map(int, memo_of(plan, "count").split())
            where = standing.scaled(target, count if count > was else 0)
            return await judged(api, target, where, number_of(plan, "at"))
        paused = memo_of(plan, "rolls") and "its rollout is paused: no pod is replaced yet"
        return Progress(Phase.DONE, paused)

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Give back the template of before, where pods are being replaced."""
        if not memo_of(plan, "rolls"):
            raise Invalid("the cluster has taken it: undo takes it back")
        halted = await super().halt(api, plan)
        more = set(json.loads(memo_of(plan, "goal"))) - {TEMPLATE}
        if halted.phase is Phase.ROLLED_BACK and more:
            reason = f"{halted.reason}; its {document.spoken(more)} stay as they were edited"
            return Progress(Phase.ROLLED_BACK, reason)
        return halted


async def _tried(api: Api, target: Target, draft: Draft) -> _Tried:
    kind = target.ref.kind
    right = Right("patch", GROUPS.get(kind, ""), target.resource, target.namespace)
    after = document.patched(target.raw, draft.patch)
    if draft.refused or not draft.patch:
        permission, _ = await api.allowed(right)
        return _Tried(after, "", (), permission)
    warned: list[str] = []
    (permission, may), (made, why) = await asyncio.gather(
        api.allowed(right),
        api.tried(target.path, draft.patch, MERGE, strict=True, warned=warned),
    )
    why = why.removeprefix(_STRICT)
    return _Tried(made or after, why or ("" if may else permission), tuple(warned), permission)


def _seen(target: Target, patch: Raw) -> dict[str, str]:
    """Return what must not change between looking and doing: what the patch changes."""
    names = document.moved(target.raw, document.patched(target.raw, patch))
    return {"uid": target.uid, **document.digests(target, names)}


def _compare(plan: Plan, now: dict[str, str]) -> None:
    before: dict[str, str] = json.loads(plan.seen)
    if before == now:
        return
    moved = {name for name in {**before, **now} if before.get(name) != now.get(name)}
    raise Conflict(
        f"{plan.ref.short} has changed meanwhile: its {document.spoken(moved)} is another",
        hint="edit it again",
    )


def _kept(ask: Ask) -> Ask:
    """Return the ask with a short name for its document: so much of it may be written down."""
    if ask.document is None:
        return ask
    return Ask(ask.verb, ask.ref, (("document", digest(ask.document.text)),), ask.document)


def _steps(target: Target, *, rolls: bool, pods: int) -> list[str]:
    found = [f"send what is different, if none of that has changed since version {target.version}"]
    return [*found, f"follow until all {pods} are ready"] if rolls else found


def _scheduled(target: Target) -> int:
    found = dig(target.raw, "status", "desiredNumberScheduled")
    return found if isinstance(found, int) else 0


def _undo(found: Found, after: Raw, touched: set[str], moved: tuple[Difference, ...]) -> Undo:
    """Return how to take it back: by its revision, or by a small patch without secrets."""
    if not moved:
        return Undo("there is nothing to undo")
    ref = found.ask.ref
    if touched == {TEMPLATE} and ref.kind in ROLLED and found.now is not None:
        ask = Ask(Verb.ROLLBACK, ref, (("revision", str(found.now.number)),))
        return Undo(f"roll it back to revision {found.now.number}", ask)
    if back := document.way_back(found.target.raw, after):
        return Undo("put back what it was", Ask(Verb.EDIT, ref, (("fields", back),)))
    if TEMPLATE in touched and found.now is not None:
        text = f"roll it back to revision {found.now.number} for its template, and edit the rest"
        return Undo(f"cannot be undone at once: {text}")
    return Undo("cannot be undone: what it was is not kept, as it is long or may hold secrets")
