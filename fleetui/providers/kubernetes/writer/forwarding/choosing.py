"""Who answers behind a thing: the pods that are ready, each with the number of its port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.providers.documents import dig
from fleetui.providers.forwarding import There
from fleetui.providers.kubernetes.slices import SERVICE_NAME
from fleetui.providers.kubernetes.writer.api import Api, Raw
from fleetui.providers.kubernetes.writer.target import Target, look, owned

NOBODY = "no ready pod is behind it"
_OWNERS = {
    "ReplicaSet": "rs", "StatefulSet": "sts", "DaemonSet": "ds", "Job": "job",
    "Deployment": "deploy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pod that would answer."""

    name: str
    uid: str
    port: int


@dataclass(frozen=True, slots=True)
class Answering:
    """Who would answer now, and why others would not."""

    ready: tuple[Candidate, ...]
    total: int = 0
    known: frozenset[str] = frozenset()
    """The names of all that are there, also of those that are on their way out."""

    @property
    def nobody(self) -> NotFound:
        """Why there is none."""
        what = f"{NOBODY}: 0 of {self.total}" if self.total else "no pod is behind it"
        return NotFound(what)


def ports_of(target: Target) -> list[There]:
    """Return the ports that a thing says it has."""
    if target.ref.kind == "svc":
        return [
            There(number, _text(one, "name"), (_text(one, "protocol") or "TCP").lower())
            for one in dig(target.raw, "spec", "ports") or ()
            if isinstance(number := dig(one, "port"), int)
        ]
    spec = target.raw if target.ref.kind == "pod" else target.template
    return list(_of_containers(spec))


def _of_containers(pod: Raw) -> Iterator[There]:
    spec = dig(pod, "spec")
    # Sidecars stand among the first containers and go on.
    for word in ("containers", "initContainers"):
        for container in dig(spec, word) or ():
            if word == "initContainers" and dig(container, "restartPolicy") != "Always":
                continue
            for one in dig(container, "ports") or ():
                if isinstance(number := dig(one, "containerPort"), int):
                    yield There(
                        number, _text(one, "name"), (_text(one, "protocol") or "TCP").lower()
                    )


async def answering(api: Api, target: Target, port: There) -> Answering:
    """Return who would answer at a port of a thing now. Raises a ProviderError."""
    if target.ref.kind == "svc":
        return await _behind(api, target, port)
    if target.ref.kind == "pod":
        return _of_pods([target.raw], port, whole=False)
    pods = await api.items("pods", target.namespace, labelSelector=target.selector)
    if target.ref.kind != "deploy":
        # A selector may fit pods of others; a Deployment's belong to its ReplicaSets.
        pods = owned(pods, target.uid)
    return _of_pods(pods, port, whole=True)


def _of_pods(pods: Iterable[Raw], port: There, *, whole: bool) -> Answering:
    """`whole`: a pod must be ready, not only run."""
    found, total, known = [], 0, set()
    for pod in pods:
        known.add(_name(pod))
        if dig(pod, "metadata", "deletionTimestamp") or dig(pod, "status", "phase") in _OVER:
            continue
        total += 1
        if is_ready(pod) if whole else _runs(pod):
            found.append(Candidate(_name(pod), _uid(pod), _number(pod, port)))
    return Answering(tuple(sorted(found, key=lambda one: one.name)), total, frozenset(known))


_OVER = frozenset({"Succeeded", "Failed"})


def _number(pod: Raw, port: There) -> int:
    """Return the number of a port of this pod: one with a name may have another in each."""
    if port.name:
        for one in _of_containers(pod):
            if one.name == port.name:
                return one.number
    return port.number


async def _behind(api: Api, target: Target, port: There) -> Answering:
    """Return the pods behind a port of a service, by its EndpointSlices."""
    spec = next(
        (
            one for one in dig(target.raw, "spec", "ports") or ()
            if dig(one, "port") == port.number and port.name in {"", _text(one, "name")}
        ),
        None,
    )  # fmt: skip
    if spec is None:
        raise Invalid(f"it has no port {port.number} any more")
    name, wanted = target.ref.name, _text(spec, "name")
    found: dict[str, Candidate] = {}
    every: set[str] = set()
    others = 0
    for ready, address, number in await _endpoints(api, target.namespace, name, wanted):
        pod = dig(address, "targetRef")
        if dig(pod, "kind") != "Pod":
            others += ready
            continue
        one = Candidate(_text(pod, "name"), _text(pod, "uid"), number)
        every.add(one.name)
        if ready:
            found[one.name] = one
    if others and not every:
        raise Invalid(
            "what is behind it are addresses, not pods", hint="a forward leads to pods only"
        )
    return Answering(
        tuple(sorted(found.values(), key=lambda one: one.name)), len(every), frozenset(every)
    )


async def _endpoints(
    api: Api, namespace: str, service: str, port: str
) -> list[tuple[bool, Any, int]]:
    """Return each endpoint of a service: whether it takes traffic, what it is, its port."""
    try:
        path, slices = await api.found(
            "endpointslices", namespace, labelSelector=f"{SERVICE_NAME}={service}"
        )
    except NotFound:
        path, slices = "", []
    if path.endswith("/endpoints"):
        # An old server has one object of the service's own name, without that label.
        old = await api.get(f"{path}/{service}")
        return list(_of_old(old, port))
    return [
        (_takes(one), one, number)
        for slice_ in slices
        for number in _numbers(dig(slice_, "ports"), port)
        for one in dig(slice_, "endpoints") or ()
    ]


def _of_old(endpoints: Raw, port: str) -> Iterator[tuple[bool, Any, int]]:
    for subset in dig(endpoints, "subsets") or ():
        for number in _numbers(dig(subset, "ports"), port):
            for word, ready in (("addresses", True), ("notReadyAddresses", False)):
                for one in dig(subset, word) or ():
                    yield ready, one, number


def _numbers(ports: Any, name: str) -> list[int]:
    return [
        number for one in ports or ()
        if _text(one, "name") == name and isinstance(number := dig(one, "port"), int)
    ]  # fmt: skip


def _takes(endpoint: Any) -> bool:
    conditions = dig(endpoint, "conditions")
    return dig(conditions, "ready") is not False and dig(conditions, "terminating") is not True


async def kept_by(api: Api, pod: Target) -> Ref | None:
    """Return the workload that would make another pod in this one's place; None: nothing would."""
    owner, ref = _controller(pod.raw), None
    for _ in range(2):
        kind = _OWNERS.get(_text(owner, "kind"))
        if kind is None:
            break
        ref = Ref(pod.ref.provider, pod.ref.scope, kind, _text(owner, "uid"), _text(owner, "name"))
        if kind != "rs":
            break
        try:
            owner = _controller((await look(api, ref)).raw)
        except NotFound:
            break
    return ref


def _controller(raw: Raw) -> Any:
    owners = dig(raw, "metadata", "ownerReferences") or ()
    return next((one for one in owners if dig(one, "controller") is True), None)


def is_ready(pod: Raw) -> bool:
    """Say whether a pod is ready, as its kubelet last said."""
    return any(
        dig(one, "type") == "Ready" and dig(one, "status") == "True"
        for one in dig(pod, "status", "conditions") or ()
    )


def _runs(pod: Raw) -> bool:
    return any(
        dig(one, "state", "running") is not None
        for one in dig(pod, "status", "containerStatuses") or ()
    )


def _name(raw: Raw) -> str:
    return clean(_text(raw.get("metadata"), "name"), 253)


def _uid(raw: Raw) -> str:
    return _text(raw.get("metadata"), "uid")


def _text(raw: Any, name: str) -> str:
    return str(dig(raw, name) or "")
