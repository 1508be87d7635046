"""Why a change does not come on: what its pods wait for, and whether waiting can help."""

from __future__ import annotations

import json

from fleetui.core.change import Phase, Progress
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.mending import Spoiled
from fleetui.providers.kubernetes.resources import RESOURCES, single
from fleetui.providers.kubernetes.shapes.pods import Pod
from fleetui.providers.kubernetes.verdict import Verdict, judge
from fleetui.providers.kubernetes.writer import revisions, standing
from fleetui.providers.kubernetes.writer.api import Api, Raw
from fleetui.providers.kubernetes.writer.standing import Standing
from fleetui.providers.kubernetes.writer.target import Target, owned

# With these a pod goes on trying for ever, and each try ends alike until somebody mends it.
_HOPELESS = frozenset({
    "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError", "ImageInspectError",
})  # fmt: skip
_CRASHING = "CrashLoopBackOff"
_CRASHES = 2
"""So often a container may fall before its pod counts as one that does not come up."""
_FRESH_S = 120.0
_HASH = "metadata", "labels", "controller-revision-hash"


@dataclass(frozen=True, slots=True)
class Blame:
    """Why, and whether that is the end of it."""

    text: str = ""
    fatal: bool = False


async def judged(api: Api, target: Target, where: Standing, since: float | None = None) -> Progress:
    """Return what a standing means, with the reason where it does not come on.

    `since`: only pods that were made from then on have a say, in seconds of Unix.
    """
    counts = where.updated, where.ready, where.total
    if where.done:
        return Progress(Phase.DONE, where.text, *counts)
    if not where.seen:
        return Progress(Phase.ROLLING, where.text, *counts)
    try:
        blame = await _blame(api, target, since)
    except ProviderError as error:
        blame = Blame(f"why is not known: {error.what}")
    text = "; ".join(filter(None, (where.text, where.stuck, blame.text)))
    if blame.fatal or where.stuck:
        return Progress(Phase.FAILED, text, *counts)
    return Progress(Phase.ROLLING, text, *counts)


async def _blame(api: Api, target: Target, since: float | None) -> Blame:
    maker = target.raw
    if target.ref.kind == "deploy":
        made = revisions.current(target, await revisions.history(api, target))
        if made is None:
            return Blame()
        maker = made.raw
    if unmade := standing.failure(maker):
        return Blame(unmade, fatal=True)
    if target.ref.kind in {"sts", "ds"} and (unmade := await _unmade(api, target)):
        return Blame(unmade, fatal="exceeded quota" in unmade)
    pods = await _newest(api, target, str(dig(maker, "metadata", "uid")))
    if since is not None:
        pods = [one for one in pods if (_made(one) or 0.0) >= since]
    return why(pods, api.now)


def _made(raw: Raw) -> float | None:
    return time_of(str(dig(raw, "metadata", "creationTimestamp") or ""))


def why(items: list[Raw], now: float) -> Blame:
    """Return what the worst of some pods suffers from."""
    pods = decoded(items)
    verdicts = [(pod, judge(pod, now)) for pod in pods if not pod.metadata.deletion_timestamp]
    bad = [(pod, one) for pod, one in verdicts if one.reason]
    if not bad:
        return Blame()
    pod, worst = max(bad, key=lambda pair: (_is_hopeless(pair[1]), pair[1].restarts))
    alike = sum(one.short == worst.short for _, one in bad)
    lead = f"{alike} pods" if alike > 1 else clean(pod.metadata.name, 80)
    return Blame(f"{lead}: {worst.reason}", _is_hopeless(worst))


def _is_hopeless(one: Verdict) -> bool:
    word = one.word.removeprefix("Init:")
    return word in _HOPELESS or (word == _CRASHING and one.restarts >= _CRASHES)


async def _newest(api: Api, target: Target, maker: str) -> list[Raw]:
    """Return the pods of the wanted template; `maker` is the uid of what makes them."""
    items = await api.items("pods", target.namespace, labelSelector=target.selector)
    mine = owned(items, maker)
    if target.ref.kind not in {"sts", "ds"}:
        return mine
    new = dig(target.raw, "status", "updateRevision")
    if target.ref.kind == "ds":
        made = revisions.current(target, await revisions.history(api, target))
        new = dig(made.raw, *_HASH) if made is not None else None
    return [one for one in mine if new and dig(one, *_HASH) == new]


async def _unmade(api: Api, target: Target) -> str:
    """Return why a StatefulSet or DaemonSet makes no pods: only events tell."""
    wanted = f"involvedObject.uid={target.uid},reason=FailedCreate"
    events = await api.items("events", target.namespace, fieldSelector=wanted)
    newest = max(events, key=_at, default=None)
    if newest is None or api.now - _at(newest) > _FRESH_S:
        return ""
    return redact(clean(str(newest.get("message") or ""), 400))


def _at(event: Raw) -> float:
    text = event.get("lastTimestamp") or event.get("eventTime")
    return time_of(str(text)) or 0.0 if text else 0.0


def decoded(items: list[Raw]) -> list[Pod]:
    """Return pods in the form that they are judged in; those that cannot be read are left out."""
    found: list[Pod] = []
    for one in items:
        try:
            pod = single(RESOURCES["pods"], json.dumps(one).encode())
        except Spoiled:
            continue
        if isinstance(pod, Pod):
            found.append(pod)
    return found
