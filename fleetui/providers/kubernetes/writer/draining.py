"""Drains a node: closes it, and asks each of its pods to leave, as budgets allow."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import (
    Conflict,
    Denied,
    Invalid,
    NotFound,
    ProviderError,
    Throttled,
    Unreachable,
)
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.labels import selected
from fleetui.providers.kubernetes.shapes.base import Selector
from fleetui.providers.kubernetes.writer import cordoning
from fleetui.providers.kubernetes.writer.api import MERGE, Api, Raw, Right, number
from fleetui.providers.kubernetes.writer.cordoning import Uncordon, cordoned, node_condition
from fleetui.providers.kubernetes.writer.deed import Deed, memo_of
from fleetui.providers.kubernetes.writer.surroundings import name_of, some
from fleetui.providers.kubernetes.writer.target import Target, look, send
from fleetui.providers.seen import seen_text
from fleetui.providers.writing import Tell

AGAIN_S = 2.0
"""How long it waits before it asks again what could not leave."""
HALF = "it is cordoned, and not empty"
HOW = "drain it again, or uncordon it"
"""What can be done about one that was broken off."""
_MIRROR = "kubernetes.io/config.mirror"


@dataclass(frozen=True, slots=True)
class Load:
    """The pods of a node, by what becomes of them."""

    leaving: tuple[Raw, ...]
    """Those that are asked to leave."""
    staying: tuple[Raw, ...]
    """Those of DaemonSets, which would come back at once, and those of the node's own files."""

    @classmethod
    def of(cls, pods: Iterable[Raw]) -> Load:
        """Sort pods."""
        stay: list[Raw] = []
        leave: list[Raw] = []
        for one in pods:
            (stay if _stays(one) else leave).append(one)
        return cls(tuple(leave), tuple(stay))


@dataclass(slots=True)
class Job:
    """One drain under way from this process."""

    progress: Progress
    task: asyncio.Task[None] | None = None


class Drain(Deed):
    """By the eviction API, which honours budgets."""

    tethered = True

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    async def plan(self, api: Api, ask: Ask) -> Plan:
        """Say who leaves, who stays, what is lost, and which budgets stand in the way."""
        target = await look(api, ask.ref)
        found, nodes, budgets, (permission, may), (evicting, may_evict) = await asyncio.gather(
            _pods(api, ask.ref.name), api.some("nodes"), api.some("pdbs"),
            api.allowed(cordoning.RIGHT), api.allowed(Right("create", "", "pods/eviction")),
        )  # fmt: skip
        load = Load.of(found)
        force = ask.value("force") == "yes"
        bare = [one for one in load.leaving if not dig(one, "metadata", "ownerReferences")]
        refused = target.leaving
        if bare and not force:
            refused = refused or (f"nothing would make {_names(bare)} anew: force=yes drains them, "
                                  "too")  # fmt: skip
        denied = "" if may and may_evict else f"{permission}; {evicting}"
        open_now = not cordoned(target)
        return Plan(
            ask=Ask(ask.verb, ask.ref, (("force", "yes"),) if force else ()),
            differences=(Difference("scheduling", cordoning.OPEN, cordoning.CORDONED),)
            if open_now else (),
            facts=(*cordoning.facts_of(target, found), ("leave", _names(load.leaving)),
                   ("stay", _stay(load))),
            cautions=(*cordoning.last_open(target, nodes), *_cautions(load, bare, budgets)),
            steps=(*(("cordon it",) if open_now else ()),
                   f"evict {len(load.leaving)} pods, again and again where a budget forbids it",
                   "wait until they are gone"),
            undo=Undo("uncordon it; the pods stay where they went",
                      Ask(Verb.UNCORDON, ask.ref)) if open_now
            else Undo("cannot be undone: the pods stay where they went"),
            permission=f"{permission}; {evicting}",
            refused=refused or denied,
            members=len(load.leaving),
            seen=seen_text(node_condition(target)),
            memo=(("mark", secrets.token_hex(4)),),
        )  # fmt: skip

    async def carry_out(self, api: Api, plan: Plan, tell: Tell) -> Progress:  # noqa: ARG002
        """Cordon it, and begin to evict."""

        async def change(target: Target) -> Raw:
            if cordoned(target):
                return target.raw
            return await api.patch(target.path, cordoning.body(target, wanted=True), MERGE)

        await send(api, plan, node_condition, change)
        job = Job(Progress(Phase.ROLLING, "it is cordoned"))
        self._jobs[memo_of(plan, "mark")] = job
        job.task = asyncio.create_task(self._work(api, plan, job))
        return job.progress

    async def progress(self, api: Api, plan: Plan) -> Progress:
        """Say how far it is; where another process was at it, what it has left."""
        job = self._jobs.get(memo_of(plan, "mark"))
        if job is not None:
            return job.progress
        left = await self.left(api, plan)
        if left is not None:
            return left
        if cordoned(await look(api, plan.ref)):
            return Progress(Phase.DONE, "it is cordoned, and empty")
        return Progress(
            Phase.FAILED, "nobody is at it any more: it is not cordoned; drain it again"
        )

    async def halt(self, api: Api, plan: Plan) -> Progress:
        """Evict no more; it stays cordoned."""
        job = self._jobs.get(memo_of(plan, "mark"))
        if job is None or job.task is None or job.task.done():
            return await self.progress(api, plan)
        job.task.cancel()
        await asyncio.wait([job.task])
        left = Load.of(await _pods(api, plan.ref.name)).leaving
        text = f"{len(left)} pods are left; it stays cordoned: uncordon opens it again"
        job.progress = Progress(Phase.CANCELLED, text, total=plan.members, half_way=bool(left))
        return job.progress

    async def left(self, api: Api, plan: Plan) -> Progress | None:
        """Say who has not left yet; nothing where it is open again, or empty."""
        target = await look(api, plan.ref)
        if not cordoned(target):
            return None
        left = Load.of(await _pods(api, plan.ref.name)).leaving
        if not left:
            return None
        text = f"{HALF}, {_count(left)} still to leave ({_names(left)}): {HOW}"
        gone = max(0, plan.members - len(left))
        return Progress(Phase.FAILED, text, gone, None, plan.members, half_way=True)

    async def rest(self, api: Api, plan: Plan, ask: Ask) -> Plan:
        """Plan to drain what is left, or to open the node again."""
        now = await self.left(api, plan)
        if now is None:
            raise Invalid("nothing of it is half-way any more")
        said = ("half-way", now.reason.removesuffix(f": {HOW}"))
        if ask.verb is not Verb.UNCORDON:
            made = await self.plan(api, Ask(ask.verb, ask.ref, ask.values or plan.ask.values))
            return replace(made, facts=(said, *made.facts), undo=plan.undo)
        made = await Uncordon().plan(api, Ask(ask.verb, ask.ref))
        told = [Caution("the pods that have left stay where they went")]
        if not plan.differences:
            told.append(Caution("it was cordoned already when this drain began"))
        return replace(made, facts=(said, *made.facts), cautions=(*made.cautions, *told))

    async def _work(self, api: Api, plan: Plan, job: Job) -> None:
        """Ask all of them to leave, until none is there."""
        while not job.progress.phase.ended:
            pause = AGAIN_S
            try:
                job.progress, held = await self._round(api, plan)
                pause = AGAIN_S if held else AGAIN_S / 4
            except (Unreachable, Throttled) as error:
                # To ask the same pod to leave again does no harm.
                text = f"cannot be asked now: {error.fault().line}"
                job.progress = replace(job.progress, reason=text)
            except ProviderError as error:
                text = f"{HALF}: {error.fault().line}"
                job.progress = replace(job.progress, phase=Phase.FAILED, reason=text, half_way=True)
            await asyncio.sleep(pause)

    async def _round(self, api: Api, plan: Plan) -> tuple[Progress, bool]:
        """Ask each once, and say how many are left, and whether something held one back."""
        wanted = plan.members
        left = Load.of(await _pods(api, plan.ref.name)).leaving
        if not left:
            text = "it is cordoned, and empty"
            return Progress(Phase.DONE, text, wanted, None, wanted), False
        held: dict[str, str] = {}
        for one in left:
            if not dig(one, "metadata", "deletionTimestamp"):
                await _evict(api, one, held)
        text = f"{len(left)} of {wanted} are left"
        if held:
            text = f"{text}: {'; '.join(held.values())}"
        return Progress(Phase.ROLLING, text, max(0, wanted - len(left)), None, wanted), bool(held)


async def _evict(api: Api, pod: Raw, held: dict[str, str]) -> None:
    """Ask one pod to leave; what holds it is written into `held`, by the budget's name."""
    place, name = str(dig(pod, "metadata", "namespace")), str(dig(pod, "metadata", "name"))
    body = {
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": name, "namespace": place},
        "deleteOptions": {"preconditions": {"uid": dig(pod, "metadata", "uid")}},
    }  # fmt: skip
    try:
        await api.create(f"/api/v1/namespaces/{place}/pods/{name}/eviction", body)
    except (NotFound, Conflict):
        # It is gone, or another one has its name.
        return
    except Denied as error:
        if "being terminated" not in error.what:
            raise
        held[place] = f"{name} goes with its namespace {place}, which is being deleted"
    except Throttled as error:
        budgets = await api.some("pdbs", place)
        mine = _budgets_of(pod, budgets)
        text = some([_budget(one) for one in mine]) or error.what
        held[text] = f"{name} may not leave: {text}"


async def _pods(api: Api, node: str) -> list[Raw]:
    found = await api.items("pods", fieldSelector=f"spec.nodeName={node}")
    over = {"Succeeded", "Failed"}
    return [one for one in found if dig(one, "status", "phase") not in over]


def _stays(pod: Raw) -> bool:
    owners = dig(pod, "metadata", "ownerReferences") or ()
    return bool(dig(pod, "metadata", "annotations", _MIRROR)) or any(
        dig(one, "kind") == "DaemonSet" and dig(one, "controller") for one in owners
    )


def _count(pods: Sequence[Raw]) -> str:
    return f"{len(pods)} pod{'' if len(pods) == 1 else 's'}"


def _names(pods: Iterable[Raw]) -> str:
    return some([name_of(one) for one in pods]) or "none"


def _stay(load: Load) -> str:
    if not load.staying:
        return ""
    return f"{_names(load.staying)}: they belong to the node"


def _cautions(load: Load, bare: list[Raw], budgets: list[Raw] | str) -> list[Caution]:
    found = []
    local = [
        one for one in load.leaving
        if any(dig(v, "emptyDir") is not None for v in dig(one, "spec", "volumes") or ())
    ]  # fmt: skip
    if local:
        text = f"{_names(local)} have local data (emptyDir), which is lost"
        found.append(Caution(text, grave=True))
    if bare:
        found.append(Caution(f"nothing makes {_names(bare)} anew", grave=True))
    if isinstance(budgets, str):
        return [*found, Caution(f"budgets cannot be read: {budgets}")]
    blocked: dict[str, list[Raw]] = {}
    for pod in load.leaving:
        for one in _budgets_of(pod, budgets):
            if not number(one, "status", "disruptionsAllowed"):
                blocked.setdefault(_budget(one), []).append(pod)
    found += [
        Caution(f"{_names(pods)} may not leave now: {budget}; it is tried until they may")
        for budget, pods in blocked.items()
    ]
    return found


def _budgets_of(pod: Raw, budgets: list[Raw] | str) -> list[Raw]:
    if isinstance(budgets, str):
        return []
    place = dig(pod, "metadata", "namespace")
    labels = dig(pod, "metadata", "labels")
    found = []
    for one in budgets:
        raw = dig(one, "spec", "selector")
        if raw is None or dig(one, "metadata", "namespace") != place:
            continue
        try:
            if selected(msgspec.convert(raw, Selector), labels):
                found.append(one)
        except msgspec.ValidationError:
            continue
    return found


def _budget(raw: Raw) -> str:
    well = number(raw, "status", "currentHealthy")
    wanted = number(raw, "status", "desiredHealthy")
    return clean(f"budget {name_of(raw)} wants {wanted} healthy, {well} are", 200)
