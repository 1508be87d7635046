"""How far a workload is from what is asked of it, from its own status alone. Pure.

Nothing of a status counts before its controller has seen the change: right after a patch it still
tells that all is done, of the revision before.
"""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer.api import Raw, number
from fleetui.providers.kubernetes.writer.target import Target

UNSEEN = "the change has not been taken up yet"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it is; `stuck` says that the server has given up."""

    done: bool
    text: str
    updated: int
    ready: int
    total: int
    stuck: str = ""
    seen: bool = True


def rollout(target: Target) -> Standing:
    """Return how far all pods are from being of the wanted template, and ready."""
    make = {"deploy": _deployment, "sts": _stateful, "ds": _daemon}[target.ref.kind]
    found = make(target)
    if not target.observed:
        return Standing(False, UNSEEN, found.updated, found.ready, found.total, seen=False)
    return found


def scaled(target: Target, needed: int) -> Standing:
    """Return how far there are as many pods as wanted, `needed` of them ready."""
    wanted, status = target.replicas, dig(target.raw, "status")
    there = number(status, "replicas")
    ready = number(status, "readyReplicas" if target.ref.kind == "sts" else "availableReplicas")
    if not target.observed:
        return Standing(False, UNSEEN, there, ready, wanted, seen=False)
    if there != wanted:
        return Standing(False, f"{there} of {wanted} pods are there", there, ready, wanted)
    if ready < needed:
        return Standing(False, f"{ready} of {wanted} are ready", there, ready, wanted)
    text = f"{ready} of {wanted} are ready" if wanted else "none is left"
    return Standing(True, text, there, ready, wanted)


def _deployment(target: Target) -> Standing:
    wanted, status = target.replicas, dig(target.raw, "status")
    total, updated = number(status, "replicas"), number(status, "updatedReplicas")
    ready = number(status, "availableReplicas")
    stuck = ""
    progress = target.condition("Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded":
        within = dig(target.raw, "spec", "progressDeadlineSeconds")
        stuck = f"no progress for {within if isinstance(within, int) else 600} s"
    if target.paused and (updated < wanted or total > updated):
        return Standing(False, f"paused: {updated} of {wanted} updated", updated, ready, wanted)
    if updated < wanted:
        text = f"{updated} of {wanted} updated"
    elif total > updated:
        text = f"{total - updated} old to go"
    elif ready < updated:
        text = f"{ready} of {wanted} available"
    else:
        return Standing(True, f"{ready} of {wanted} available", updated, ready, wanted)
    return Standing(False, text, updated, ready, wanted, stuck)


def _stateful(target: Target) -> Standing:
    wanted, status = target.replicas, dig(target.raw, "status")
    strategy = dig(target.raw, "spec", "updateStrategy")
    ready = number(status, "readyReplicas")
    new, old = dig(status, "updateRevision"), dig(status, "currentRevision")
    updated = wanted if new == old else number(status, "updatedReplicas")
    goal = max(0, wanted - number(strategy, "rollingUpdate", "partition"))
    if dig(strategy, "type") == "OnDelete":
        text = f"taken: each pod is replaced when it is deleted, {updated} of {wanted} are"
        return Standing(True, text, updated, ready, wanted)
    if updated < goal:
        return Standing(False, f"{updated} of {goal} updated", updated, ready, wanted)
    if ready < wanted:
        return Standing(False, f"{ready} of {wanted} ready", updated, ready, wanted)
    held = f"; its partition keeps {wanted - goal} as they were" if goal < wanted else ""
    return Standing(True, f"{ready} of {wanted} ready{held}", updated, ready, wanted)


def _daemon(target: Target) -> Standing:
    status = dig(target.raw, "status")
    wanted = number(status, "desiredNumberScheduled")
    updated, ready = number(status, "updatedNumberScheduled"), number(status, "numberAvailable")
    if dig(target.raw, "spec", "updateStrategy", "type") == "OnDelete":
        text = f"taken: each pod is replaced when it is deleted, {updated} of {wanted} are"
        return Standing(True, text, updated, ready, wanted)
    if updated < wanted:
        return Standing(False, f"{updated} of {wanted} updated", updated, ready, wanted)
    if ready < wanted:
        return Standing(False, f"{ready} of {wanted} available", updated, ready, wanted)
    return Standing(True, f"{ready} of {wanted} available", updated, ready, wanted)


def failure(raw: Raw) -> str:
    """Return why a ReplicaSet can make no pods: a quota, an admission that refuses.

    That of its Deployment would not do: it may be the failure of a revision of before.
    """
    if number(raw, "status", "observedGeneration") < number(raw, "metadata", "generation"):
        return ""
    for one in dig(raw, "status", "conditions") or ():
        if dig(one, "type") == "ReplicaFailure" and dig(one, "status") == "True":
            return redact(clean(str(dig(one, "message") or dig(one, "reason") or ""), 400))
    return ""
