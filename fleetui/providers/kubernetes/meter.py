"""What pods and nodes use, from metrics.k8s.io: asked for what is looked at, and not often."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from fleetui.core.errors import Denied, NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.base import Usage
from fleetui.providers.kubernetes.amounts import quantity, total
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.resources import RESOURCES, page
from fleetui.providers.kubernetes.scene import Scene

FRESH_S = 15.0
"""A metrics server measures no more often than that."""
# So long nothing is asked of one that is not there, or that is down.
ABSENT_S, DOWN_S = 600.0, 60.0
_EACH = 4
"""More namespaces than these are asked for as one."""
_UNITS = frozenset({"deploy", "sts", "ds", "rs", "job"})


class Meter:
    """Remembers what was measured a moment ago."""

    def __init__(self, link: Link, scene: Scene) -> None:
        self._link = link
        self._scene = scene
        self._read: dict[tuple[str, str], tuple[float, dict[tuple[str, str], Usage]]] = {}
        self._not_before: dict[str, float] = {}

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these use; nothing where nobody measures it."""
        spaces = {ref.scope.partition("/")[2] for ref in refs if ref.kind in {"pod", *_UNITS}}
        wanted = [("podmetrics", space) for space in (spaces if len(spaces) <= _EACH else {""})]
        if any(ref.kind == "node" for ref in refs):
            wanted.append(("nodemetrics", ""))
        got = await asyncio.gather(*(self._of(word, space) for word, space in wanted))
        used: dict[str, dict[tuple[str, str], Usage]] = {"podmetrics": {}, "nodemetrics": {}}
        for (word, _), usages in zip(wanted, got, strict=True):
            used[word] |= usages
        found = {ref: self._usage(ref, used) for ref in refs}
        return {ref: usage for ref, usage in found.items() if usage is not None}

    def _usage(self, ref: Ref, used: Mapping[str, dict[tuple[str, str], Usage]]) -> Usage | None:
        space = ref.scope.partition("/")[2]
        if ref.kind == "node":
            return used["nodemetrics"].get(("", ref.name))
        if ref.kind == "pod":
            return used["podmetrics"].get((space, ref.name))
        names = (pod.metadata.name for pod in self._members(ref))
        usages = [u for name in names if (u := used["podmetrics"].get((space, name)))]
        return _together(usages) if usages else None

    def _members(self, ref: Ref) -> Iterable[Any]:
        """Yield the pods of a unit, those of a Deployment by way of its ReplicaSets."""
        owned = self._scene.owned
        yield from owned["pods"].get(ref.uid, {}).values()
        for uid in owned["replicasets"].get(ref.uid, {}):
            yield from owned["pods"].get(uid, {}).values()

    async def _of(self, word: str, space: str) -> dict[tuple[str, str], Usage]:
        now = asyncio.get_running_loop().time()
        read_at, usages = self._read.get((word, space), (float("-inf"), {}))
        if now - read_at < FRESH_S or now < self._not_before.get(word, 0.0):
            return usages
        kind = RESOURCES[word]
        try:
            found = page(kind, await self._link.request("GET", kind.at(space)))
        except (ProviderError, msgspec.DecodeError) as error:
            wait = ABSENT_S if isinstance(error, NotFound | Denied) else DOWN_S
            self._not_before[word] = now + wait
            self._read.pop((word, space), None)
            return {}
        usages = {(t.metadata.namespace, t.metadata.name): _usage(t) for t in found.items}
        self._read[word, space] = (now, usages)
        return usages


def _usage(thing: Any) -> Usage:
    parts = getattr(thing, "containers", None)
    amounts = [part.usage or {} for part in parts] if parts else [getattr(thing, "usage", 0) or {}]
    memory = total(quantity(one.get("memory")) for one in amounts)
    return Usage(
        cpu=total(quantity(one.get("cpu")) for one in amounts),
        memory=None if memory is None else int(memory),
    )


def _together(usages: Sequence[Usage]) -> Usage:
    """Return the mean CPU and the sum of memory of a unit's members."""
    cpus = [u.cpu for u in usages if u.cpu is not None]
    memory = total(u.memory for u in usages)
    return Usage(
        cpu=sum(cpus) / len(cpus) if cpus else None,
        memory=None if memory is None else int(memory),
    )
