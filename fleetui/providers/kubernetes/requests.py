"""What pods ask for of their nodes, as the scheduler counts it."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.shapes.base import Amounts, Thing
from fleetui.providers.kubernetes.shapes.pods import ContainerSpec, Pod, PodSpec
from fleetui.providers.kubernetes.verdict import is_over

Wanted = dict[str, float]
"""Amounts by the resource's name: cores, bytes, counts."""


def requested(spec: PodSpec | None, *, limits: bool = False) -> Wanted:
    """Return what a pod asks for (or may use): its containers, or its largest init container.

    Sidecars count with the containers, and with the init containers that run after them.
    """
    if spec is None:
        return {}
    found: Wanted = {}
    for one in spec.containers or ():
        _add(found, _of(one, limits=limits))
    sidecars: Wanted = {}
    largest: Wanted = {}
    for one in spec.init_containers or ():
        own = _of(one, limits=limits)
        if one.restart_policy == "Always":
            _add(found, own)
            _add(sidecars, own)
            _most(largest, sidecars)
        else:
            own = dict(own)
            _add(own, sidecars)
            _most(largest, own)
    _most(found, largest)
    whole = spec.resources
    if whole is not None:
        found.update(_read(whole.limits if limits else whole.requests))
    _add(found, _read(spec.overhead))
    return found


def requested_of(pods: Iterable[Pod]) -> Wanted:
    """Return what pods that are not over ask for together; `pods` is how many they are."""
    found: Wanted = {"pods": 0.0}
    for pod in pods:
        if is_over(pod):
            continue
        _add(found, requested(pod.spec))
        found["pods"] += 1
    return found


def asks_the_same(before: Pod, after: Pod) -> bool:
    """Whether a change leaves what a pod asks for of its node as it was."""
    return before.spec == after.spec and is_over(before) == is_over(after)


class Asked:
    """What the pods of each node ask for together, kept up as they come and go.

    It counts in thousandths of a core and in bytes: sums of fractions would drift.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, tuple[int, int]] = {}
        self._pods: dict[str, tuple[str, int, int]] = {}

    def of(self, node: str) -> tuple[float, int]:
        """Return the cores and the bytes that are asked for on a node."""
        cpu, memory = self._nodes.get(node, (0, 0))
        return cpu / 1000, memory

    def put(self, before: Thing | None, after: Thing | None) -> None:
        """Take note of a pod that came, changed or went."""
        was = before if isinstance(before, Pod) else None
        now = after if isinstance(after, Pod) else None
        if was is not None and now is not None and asks_the_same(was, now):
            return
        old = self._pods.pop(was.uid, None) if was is not None else None
        if old is not None:
            self._add(old[0], -old[1], -old[2])
        if now is None or is_over(now) or now.spec is None or not now.spec.node_name:
            return
        cpu, memory = _cpu_and_memory(now.spec)
        if cpu or memory:
            self._pods[now.uid] = now.spec.node_name, cpu, memory
            self._add(now.spec.node_name, cpu, memory)

    def _add(self, node: str, cpu: int, memory: int) -> None:
        had = self._nodes.get(node, (0, 0))
        found = had[0] + cpu, had[1] + memory
        if any(found):
            self._nodes[node] = found
        else:
            self._nodes.pop(node, None)

    def __bool__(self) -> bool:
        """Whether anything is asked for anywhere."""
        return bool(self._nodes or self._pods)


def _cpu_and_memory(spec: PodSpec) -> tuple[int, int]:
    """Return the thousandths of a core and the bytes that a pod asks for."""
    if spec.init_containers or spec.overhead or spec.resources:
        wanted = requested(spec)
        return round(wanted.get("cpu", 0.0) * 1000), int(wanted.get("memory", 0.0))
    # Most pods are plain, and there are thousands of them.
    cpu = memory = 0.0
    for one in spec.containers or ():
        asks = one.resources.requests if one.resources is not None else None
        if asks:
            cpu += quantity(asks.get("cpu")) or 0.0
            memory += quantity(asks.get("memory")) or 0.0
    return round(cpu * 1000), int(memory)


def _of(one: ContainerSpec, *, limits: bool) -> Wanted:
    if one.resources is None:
        return {}
    return _read(one.resources.limits if limits else one.resources.requests)


def _read(amounts: Amounts) -> Wanted:
    found = {name: quantity(value) for name, value in (amounts or {}).items()}
    return {name: value for name, value in found.items() if value is not None}


def _add(found: Wanted, more: Wanted) -> None:
    for name, value in more.items():
        found[name] = found.get(name, 0.0) + value


def _most(found: Wanted, other: Wanted) -> None:
    for name, value in other.items():
        found[name] = max(found.get(name, 0.0), value)
