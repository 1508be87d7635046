"""What a workload stands on and who else has a say in it: the facts and cautions of a plan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec

from fleetui.core import humanise
from fleetui.core.change import Caution
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.labels import chosen, selected
from fleetui.providers.kubernetes.requests import requested
from fleetui.providers.kubernetes.shapes.base import Selector
from fleetui.providers.kubernetes.shapes.pods import PodSpec
from fleetui.providers.kubernetes.writer.api import Api, Raw, number
from fleetui.providers.kubernetes.writer.target import KINDS, Target

Facts = tuple[tuple[str, str], ...]
_MOST = 6
# Who writes workloads from elsewhere, by what is written on these.
_KEEPERS = {
    "argocd.argoproj.io/tracking-id": "Argo CD", "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux", "helm.toolkit.fluxcd.io/name": "Flux",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What was read of what surrounds a workload; a text says why something could not be."""

    services: list[Raw] | str
    budgets: list[Raw] | str
    quotas: list[Raw] | str
    scalers: tuple[tuple[str, Raw], ...]
    """The autoscalers that own its number, each with its path."""
    unread: str = ""
    """Why it is not known whether there is one."""


async def around(api: Api, target: Target) -> Around:
    """Read what surrounds a workload; what is forbidden is told of, and does not hold it up."""
    place = target.namespace
    services, budgets, quotas, scalers = await asyncio.gather(
        api.some("services", place), api.some("pdbs", place), quotas_of(api, place),
        scalers_of(api, target),
    )  # fmt: skip
    labels = dig(target.template, "metadata", "labels")
    if not isinstance(services, str):
        services = [s for s in services if chosen(dig(s, "spec", "selector") or {}, labels)]
    if not isinstance(budgets, str):
        budgets = [b for b in budgets if _meant(b, labels)]
    unread = scalers if isinstance(scalers, str) else ""
    return Around(services, budgets, quotas, () if isinstance(scalers, str) else scalers, unread)


async def quotas_of(api: Api, place: str) -> list[Raw] | str:
    """Return the quotas of a namespace, or why they cannot be read."""
    try:
        found = await api.get(f"/api/v1/namespaces/{place}/resourcequotas")
    except ProviderError as error:
        return error.what
    return [one for one in found.get("items") or () if isinstance(one, dict)]


async def scalers_of(api: Api, target: Target) -> tuple[tuple[str, Raw], ...] | str:
    """Return the autoscalers of a workload, each with its path; or why they cannot be read."""
    try:
        path, found = await api.found("hpas", target.namespace)
    except ProviderError as error:
        return error.what
    kind = KINDS.get(target.ref.kind)
    return tuple(
        (f"{path}/{name_of(one)}", one)
        for one in found
        if dig(one, "spec", "scaleTargetRef", "kind") == kind
        and dig(one, "spec", "scaleTargetRef", "name") == target.ref.name
    )


def _meant(budget: Raw, labels: dict[str, str] | None) -> bool:
    raw = dig(budget, "spec", "selector")
    if raw is None:
        return False
    try:
        return selected(msgspec.convert(raw, Selector), labels)
    except msgspec.ValidationError:
        return False


def name_of(raw: Raw) -> str:
    """Return an object's name."""
    return clean(str(dig(raw, "metadata", "name") or ""), 253)


def bounds(hpa: Raw) -> tuple[int, int]:
    """Return an autoscaler's least and most."""
    low = dig(hpa, "spec", "minReplicas")
    return (low if isinstance(low, int) else 1), number(hpa, "spec", "maxReplicas")


def some(names: Sequence[str]) -> str:
    """Return names as one text, the first of many."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def facts_of(target: Target, near: Around) -> Facts:
    """Return what a workload is, and what stands around it."""
    status = dig(target.raw, "status")
    ready = number(status, "numberReady" if target.ref.kind == "ds" else "readyReplicas")
    wanted = (
        number(status, "desiredNumberScheduled") if target.ref.kind == "ds" else target.replicas
    )
    images = [f"{clean(str(dig(c, 'image') or ''), 200)}" for c in containers(target.template)]
    found = [
        ("ready", f"{ready} of {wanted}"),
        ("image", some(images)),
        ("revision", clean(target.note("deployment.kubernetes.io/revision"), 20)),
        ("pods are replaced", strategy_of(target)),
        ("behind it", _listed(near.services, lambda one: f"svc/{name_of(one)}")),
        ("autoscaler", _scalers(near)),
        ("budget", _listed(near.budgets, _budget)),
        ("quota", _listed(near.quotas, lambda one: "; ".join(room_of(one)))),
        ("kept by", ", ".join(keepers_of(target))),
    ]
    return tuple((name, text) for name, text in found if text)


def _scalers(near: Around) -> str:
    if near.unread:
        return f"cannot be read: {near.unread}"
    return some(
        [f"hpa/{name_of(one)} {bounds(one)[0]}–{bounds(one)[1]}" for _, one in near.scalers]
    )


def _listed(found: list[Raw] | str, text: Callable[[Raw], str]) -> str:
    if isinstance(found, str):
        return f"cannot be read: {found}"
    return some([made for one in found if (made := text(one))])


def containers(template: Raw) -> list[Raw]:
    """Return the containers of a template."""
    return [one for one in dig(template, "spec", "containers") or () if isinstance(one, dict)]


def strategy_of(target: Target) -> str:
    """Return in words how pods are replaced."""
    name = "strategy" if target.ref.kind == "deploy" else "updateStrategy"
    strategy = dig(target.raw, "spec", name)
    if dig(strategy, "type") == "Recreate":
        return "all at once: none is left meanwhile"
    if dig(strategy, "type") == "OnDelete":
        return "only as they are deleted"
    rule = dig(strategy, "rollingUpdate")
    if target.ref.kind == "sts":
        part = number(rule, "partition")
        return f"one after another, the last first{f', none below {part}' if part else ''}"
    surge, less = dig(rule, "maxSurge"), dig(rule, "maxUnavailable")
    if target.ref.kind == "rs" or (surge is None and less is None):
        return ""
    return f"rolling, {surge or 0} more and {less or 0} less at most"


def _budget(raw: Raw) -> str:
    least, most = dig(raw, "spec", "minAvailable"), dig(raw, "spec", "maxUnavailable")
    rule = f"at least {least} available" if least is not None else f"at most {most} missing"
    return f"pdb/{name_of(raw)}: {rule}, {number(raw, 'status', 'disruptionsAllowed')} may go now"


def room_of(quota: Raw) -> Iterator[str]:
    """Yield what is used of a quota, where it bounds what pods take."""
    hard, used = dig(quota, "status", "hard") or {}, dig(quota, "status", "used") or {}
    for name in hard:
        if _of_pods(name) is not None:
            yield clean(f"{name} {used.get(name, '0')} of {hard[name]}", 80)


def _of_pods(name: str) -> tuple[str, bool] | None:
    """Return what of a pod a quota's word counts, and whether its limits are meant."""
    short = name.removeprefix("requests.").removeprefix("limits.")
    if name in {"pods", "count/pods"}:
        return "pods", False
    return (short, name.startswith("limits.")) if short in {"cpu", "memory"} else None


def short_of(target: Target, near: Around, more: int) -> list[Caution]:
    """Return where a quota has no room for so many pods more."""
    if isinstance(near.quotas, str) or more <= 0:
        return []
    try:
        spec = msgspec.convert(target.template.get("spec") or {}, PodSpec)
    except msgspec.ValidationError:
        return []
    found = []
    for quota in near.quotas:
        hard, used = dig(quota, "status", "hard") or {}, dig(quota, "status", "used") or {}
        for name in hard:
            what = _of_pods(name)
            if what is None:
                continue
            each = 1.0 if what[0] == "pods" else requested(spec, limits=what[1]).get(what[0], 0.0)
            left = (quantity(hard[name]) or 0.0) - (quantity(used.get(name, "0")) or 0.0)
            if each * more > left + 1e-9:
                need, room = _amount(what[0], each * more), _amount(what[0], max(0.0, left))
                text = f"quota {name_of(quota)}: {more} more take {need} of {name}, {room} is left"
                found.append(Caution(text, grave=False))
    return found


def _amount(name: str, value: float) -> str:
    return humanise.size(value) if name == "memory" else humanise.number(value)


def keepers_of(target: Target) -> list[str]:
    """Return who else writes this workload: its owner, or a tool that keeps it as its files say."""
    labels = dig(target.raw, "metadata", "labels") or {}
    notes = dig(target.raw, "metadata", "annotations") or {}
    found = [word for name, word in _KEEPERS.items() if name in labels or name in notes]
    found += [
        clean(f"{dig(owner, 'kind')} {dig(owner, 'name')}", 200)
        for owner in dig(target.raw, "metadata", "ownerReferences") or ()
        if dig(owner, "controller")
    ]
    return list(dict.fromkeys(found))


def of_keepers(target: Target) -> list[Caution]:
    """Return who may set it back."""
    return [Caution(f"{one} keeps it, and may set it back") for one in keepers_of(target)]
