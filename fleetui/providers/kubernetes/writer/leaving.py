"""What goes with a thing that is removed, what stays, and what then leads nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import field

from fleetui.core.change import Caution
from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer import surroundings
from fleetui.providers.kubernetes.writer.api import Api, Raw, number
from fleetui.providers.kubernetes.writer.jobs import over
from fleetui.providers.kubernetes.writer.surroundings import Around, around, name_of, some
from fleetui.providers.kubernetes.writer.target import Target, owned, selector_text

_UNITS = frozenset({"deploy", "sts", "ds", "rs"})


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was read of what a thing owns and who points to it."""

    target: Target
    near: Around | None = None
    pods: int = 0
    """How many end with it."""
    sets: int = 0
    jobs: int = 0
    makers: list[str] = field(default_factory=list)
    """The uids of what its pods belong to."""
    selector: str = ""
    routes: list[str] = field(default_factory=list)
    """What leads to it: ingresses to a service, or where an ingress leads."""
    stays: int = 0
    """How many pods a service selects, which stay."""
    unread: str = ""
    """What could not be read, and why."""

    @property
    def how(self) -> str:
        """How it is now, in words."""
        raw, kind = self.target.raw, self.target.ref.kind
        if kind in _UNITS:
            return f"{self.pods} {'pod' if self.pods == 1 else 'pods'}"
        if kind == "job":
            return over(self.target).removeprefix("it is over: ") or "not over"
        if kind == "cronjob":
            return clean(str(dig(raw, "spec", "schedule") or ""), 80)
        if kind == "svc":
            return clean(str(dig(raw, "spec", "type") or "ClusterIP"), 40)
        return some(self.routes) or "no routes"

    @property
    def owned(self) -> str:
        """What goes with it, in words; empty where nothing does."""
        words = ((self.sets, "ReplicaSet"), (self.jobs, "Job"), (self.pods, "pod"))
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in words if n)

    def facts(self, *, orphan: bool) -> Iterator[tuple[str, str]]:
        """Yield what goes, what stays, and who points to it."""
        if self.owned:
            yield ("stay, kept by nobody" if orphan else "go with it"), self.owned
        if claims := _claims(self.target):
            yield "volumes", claims
        if self.target.ref.kind == "svc":
            yield "pods behind it stay", str(self.stays)
            if self.routes:
                yield "led to by", some(self.routes)
            if address := _address(self.target.raw):
                yield "its address", address
        if self.target.ref.kind == "ing":
            yield "routes", some(self.routes)
        if self.near is not None:
            yield from self._pointing(self.near)
        if self.unread:
            yield "cannot be read", self.unread

    def _pointing(self, near: Around) -> Iterator[tuple[str, str]]:
        found = [f"svc/{name_of(one)}" for one in _read(near.services)]
        found += [f"hpa/{name_of(one)}" for _, one in near.scalers]
        found += [f"pdb/{name_of(one)}" for one in _read(near.budgets)]
        if found:
            yield "stay, and point to it", some(found)

    def cautions(self, *, orphan: bool) -> list[Caution]:
        """Return what to know before."""
        if orphan:
            found = [Caution("what it made stays, and nothing makes it anew or changes it")]
        else:
            found = list(_lost(self))
        held = dig(self.target.raw, "metadata", "finalizers")
        if isinstance(held, list) and held:
            names = clean(", ".join(map(str, held)), 200)
            found.append(Caution(f"it goes only when {names} lets it"))
        if "are deleted" in (claims := _claims(self.target)):
            found.append(Caution(f"its volumes {claims}: the data in them is lost", grave=True))
        keepers = surroundings.keepers_of(self.target)
        return [*found, *(Caution(f"{one} keeps it, and may make it again") for one in keepers)]


def _lost(one: Leaving) -> Iterator[Caution]:
    target, kind = one.target, one.target.ref.kind
    again = any(dig(o, "controller") for o in dig(target.raw, "metadata", "ownerReferences") or ())
    if kind == "rs" and again and not target.replicas:
        number_ = clean(target.note("deployment.kubernetes.io/revision"), 20)
        text = f"revision {number_} cannot be rolled back to any more"
        yield Caution(text, grave=True)
    elif kind in _UNITS and one.pods:
        many = f"its {one.pods} pods end" if one.pods != 1 else "its pod ends"
        then = "" if again else ", and nothing makes them anew"
        yield Caution(f"{many}{then}", grave=not again)
    elif kind == "job" and not over(target):
        text = f"it is not over: {number(target.raw, 'status', 'active')} pods of it are broken off"
        yield Caution(text, grave=True)
    elif kind == "job":
        yield Caution("its pods go with it, and their logs")
    elif kind == "cronjob":
        many = "1 Job of it goes" if one.jobs == 1 else f"{one.jobs} Jobs of it go"
        runs = f", and {many}, logs and all" if one.jobs else ""
        yield Caution(f"nothing runs on its schedule any more{runs}", grave=True)
    elif kind == "svc":
        yield Caution("whoever calls it by its name or address finds nothing", grave=True)
        for route in one.routes[:4]:
            yield Caution(f"{route} would lead nowhere", grave=True)
    elif kind == "ing":
        yield Caution("what comes from outside by it is led nowhere", grave=True)
    else:
        yield Caution("what it was is not kept", grave=not again)
    if one.near is not None and one.pods and not again:
        for service in _read(one.near.services)[:4]:
            yield Caution(f"svc/{name_of(service)} may have no endpoint then", grave=True)


async def found_around(api: Api, target: Target) -> Leaving:
    """Read what a thing owns and who points to it; what is forbidden is told of."""
    kind = target.ref.kind
    if kind in _UNITS:
        return await _of_unit(api, target)
    if kind == "job":
        return _of_pods(target, await api.some(
            "pods", target.namespace, labelSelector=target.selector), [target.uid])  # fmt: skip
    if kind == "cronjob":
        return await _of_cron(api, target)
    if kind == "svc":
        return await _of_service(api, target)
    return Leaving(target, routes=list(_routes(target.raw)))


async def _of_unit(api: Api, target: Target) -> Leaving:
    near, pods, sets = await asyncio.gather(
        around(api, target),
        api.some("pods", target.namespace, labelSelector=target.selector),
        api.some("replicasets", target.namespace, labelSelector=target.selector)
        if target.ref.kind == "deploy" else _none(),
    )  # fmt: skip
    mine = owned(_read(sets), target.uid)
    makers = [target.uid, *(str(dig(one, "metadata", "uid")) for one in mine)]
    return _of_pods(target, pods, makers, near, len(mine))


def _of_pods(
    target: Target,
    pods: list[Raw] | str,
    makers: list[str],
    near: Around | None = None,
    sets: int = 0,
) -> Leaving:
    found = [pod for uid in makers for pod in owned(_read(pods), uid)]
    unread = pods if isinstance(pods, str) else ""
    return Leaving(target, near, len(found), sets, 0, makers, target.selector, unread=unread)


async def _of_cron(api: Api, target: Target) -> Leaving:
    jobs = await api.some("jobs", target.namespace)
    mine = owned(_read(jobs), target.uid)
    return Leaving(
        target,
        pods=sum(number(one, "status", "active") for one in mine),
        jobs=len(mine),
        makers=[str(dig(one, "metadata", "uid")) for one in mine],
        unread=jobs if isinstance(jobs, str) else "",
    )


async def _of_service(api: Api, target: Target) -> Leaving:
    labels = dig(target.raw, "spec", "selector")
    text = selector_text({"matchLabels": labels}) if isinstance(labels, dict) else ""
    ingresses, pods = await asyncio.gather(
        api.some("ingresses", target.namespace),
        api.some("pods", target.namespace, labelSelector=text) if text else _none(),
    )
    routes = [
        f"ing/{name_of(one)}{f' ({place})' if place else ''}"
        for one in _read(ingresses)
        for place, name in _backends(one) if name == target.ref.name
    ]  # fmt: skip
    unread = "; ".join(one for one in (ingresses, pods) if isinstance(one, str))
    return Leaving(target, routes=list(dict.fromkeys(routes)), stays=len(_read(pods)),
                   unread=unread)  # fmt: skip


def _backends(raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield each place that an ingress serves, and the name of the service that it leads to."""
    default = dig(raw, "spec", "defaultBackend") or dig(raw, "spec", "backend")
    if default:
        yield "all else", _service_of(default)
    for rule in dig(raw, "spec", "rules") or ():
        host = clean(str(dig(rule, "host") or "*"), 253)
        for one in dig(rule, "http", "paths") or ():
            path = clean(str(dig(one, "path") or "/"), 200)
            yield f"{host}{path}", _service_of(dig(one, "backend"))


def _service_of(backend: object) -> str:
    return clean(str(dig(backend, "service", "name") or dig(backend, "serviceName") or ""), 253)


def _routes(raw: Raw) -> Iterator[str]:
    for place, name in _backends(raw):
        yield f"{place} → svc/{name}" if name else place


def _address(raw: Raw) -> str:
    found = [
        str(dig(one, "ip") or dig(one, "hostname") or "")
        for one in dig(raw, "status", "loadBalancer", "ingress") or ()
    ]
    return clean(", ".join(filter(None, found)), 200)


def _claims(target: Target) -> str:
    """Return what becomes of the volumes of stateful pods."""
    claims = dig(target.raw, "spec", "volumeClaimTemplates")
    if target.ref.kind != "sts" or not isinstance(claims, list) or not claims:
        return ""
    names = some([name_of(one) for one in claims])
    rule = dig(target.raw, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    return f"({names}) are deleted with it" if rule == "Delete" else f"({names}) stay"


def _read(found: list[Raw] | str) -> list[Raw]:
    return [] if isinstance(found, str) else found


async def _none() -> list[Raw]:
    return []
