"""What pods ask for of their nodes, as the scheduler counts it."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.shapes.base import Amounts
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
