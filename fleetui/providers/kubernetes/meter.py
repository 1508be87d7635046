"""What pods and nodes use, from metrics.k8s.io: asked for what is looked at, and not often."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fleetui.core.errors import Denied, NotFound, ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.base import Usage
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.resources import OF_REF, RESOURCES, page
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.usage import node_usage, pod_usage, unit_usage

FRESH_S = 15.0
"""A metrics server measures no more often than that."""
# So long nothing is asked of one that is not there, or that is down.
ABSENT_S, DOWN_S = 600.0, 60.0
_EACH = 4
"""More namespaces than these are asked for as one."""
_OF_PODS = frozenset({"pod", "deploy", "sts", "ds", "rs", "job"})


class Meter:
    """Has the scene hold what was measured a moment ago."""

    def __init__(self, link: Link, scene: Scene) -> None:
        self._link = link
        self._scene = scene
        self._read_at: dict[tuple[str, str], float] = {}
        self._not_before: dict[str, float] = {}

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these use; nothing where nobody measures it."""
        spaces = {ref.scope.partition("/")[2] for ref in refs if ref.kind in _OF_PODS}
        asks = [self._ask("podmetrics", space) for space in _few(spaces)]
        if any(ref.kind == "node" for ref in refs):
            asks.append(self._ask("nodemetrics", ""))
        await asyncio.gather(*asks)
        found = {ref: self._usage(ref) for ref in refs}
        return {ref: usage for ref, usage in found.items() if usage is not None}

    def _usage(self, ref: Ref) -> Usage | None:
        if ref.kind == "node":
            return node_usage(self._scene, ref.name)
        if ref.kind == "pod":
            return pod_usage(self._scene, ref.scope.partition("/")[2], ref.name)
        resource = OF_REF.get(ref.kind)
        return unit_usage(self._scene, resource, ref.uid) if resource else None

    async def _ask(self, word: str, space: str) -> None:
        """Read what was measured in a namespace, or in all, unless that was done just now."""
        now = asyncio.get_running_loop().time()
        lately = min(now - self._read_at.get((word, one), float("-inf")) for one in {space, ""})
        if lately < FRESH_S or now < self._not_before.get(word, 0.0):
            return
        kind, scene = RESOURCES[word], self._scene
        try:
            found = page(kind, await self._link.request("GET", kind.at(space)))
        except (ProviderError, msgspec.DecodeError) as error:
            wait = ABSENT_S if isinstance(error, NotFound | Denied) else DOWN_S
            self._not_before[word] = now + wait
            scene.settle(word, ())
            return
        self._read_at[word, space] = now
        for thing in found.items:
            scene.put(word, thing)
        scene.settle(word, {thing.uid for thing in found.items}, space)


def _few(spaces: set[str]) -> Iterable[str]:
    return spaces if len(spaces) <= _EACH else {""}
