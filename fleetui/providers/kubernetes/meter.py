"""What pods and nodes use: asked for what is looked at, and not often.

Of metrics.k8s.io; where that is not there, or is down, of a Prometheus that is lent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fleetui.core.errors import Denied, NotFound, ProviderError
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.providers.base import Queryable, Usage
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.members import pods_of
from fleetui.providers.kubernetes.resources import OF_REF, RESOURCES, page
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes import NodeMetrics, PodMetrics
from fleetui.providers.kubernetes.usage import node_usage, pod_usage, unit_usage

log = logging.getLogger(__name__)
FRESH_S = 15.0
"""A metrics server measures no more often than that."""
# So long nothing is asked of one that is not there, or that is down.
ABSENT_S, DOWN_S = 600.0, 60.0
LENT_S = 6.0
"""A Prometheus that takes longer is of no use here."""
_EACH = 4
"""More namespaces than these are asked for as one."""
_SLICE = 250
"""Things that are taken in at a time, which is a few milliseconds."""
_OF_PODS = frozenset({"pod", "deploy", "sts", "ds", "rs", "job"})
_PODS, _NODES = "podmetrics", "nodemetrics"


class Meter:
    """Has the scene hold what was measured a moment ago."""

    def __init__(self, link: Link, scene: Scene, labels: Mapping[str, str] | None = None) -> None:
        """`labels` are those of this cluster's series in the Prometheus that is lent."""
        self.lender = ""
        """Who is asked where metrics.k8s.io does not answer: `prometheus/main`, or nobody."""
        self._link = link
        self._scene = scene
        self._labels = labels or {}
        self._read_at: dict[tuple[str, str], float] = {}
        self._not_before: dict[str, float] = {}
        self._lent: Queryable | None = None
        self._asked_at: dict[str, dict[str, float]] = {_PODS: {}, _NODES: {}}
        """When each thing was last asked for there."""

    def lend(self, name: str, who: Queryable) -> None:
        """Have somebody who answers PromQL measure what the cluster does not."""
        self.lender, self._lent = name, who

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        """Return what these use; nothing where nobody measures it."""
        spaces = {ref.scope.partition("/")[2] for ref in refs if ref.kind in _OF_PODS}
        nodes = {ref.name for ref in refs if ref.kind == "node"}
        asks = [self._ask(_PODS, space) for space in _few(spaces)]
        if nodes:
            asks.append(self._ask(_NODES, ""))
        await asyncio.gather(*asks)
        if self._lent is not None:
            pods = self._pods(refs) if self._misses(_PODS) else {}
            await asyncio.gather(
                self._borrow(_PODS, pods, self._lent),
                self._borrow(_NODES, dict.fromkeys(nodes if self._misses(_NODES) else ()),
                             self._lent),
            )  # fmt: skip
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
        if lately < FRESH_S or self._misses(word):
            return
        kind, scene = RESOURCES[word], self._scene
        try:
            found = page(kind, await self._link.request("GET", kind.at(space)))
        except (ProviderError, msgspec.DecodeError) as error:
            wait = ABSENT_S if isinstance(error, NotFound | Denied) else DOWN_S
            self._not_before[word] = now + wait
            if word not in scene.measured_by:
                scene.settle(word, ())
            return
        self._read_at[word, space] = now
        scene.measured_by.pop(word, None)
        self._asked_at[word].clear()
        for start in range(0, len(found.items), _SLICE):
            for thing in found.items[start : start + _SLICE]:
                scene.put(word, thing)
            await asyncio.sleep(0)
        scene.settle(word, {thing.uid for thing in found.items}, space)

    def _misses(self, word: str) -> bool:
        """Say whether metrics.k8s.io is known not to answer now."""
        return asyncio.get_running_loop().time() < self._not_before.get(word, 0.0)

    # What others measure.

    def _pods(self, refs: Sequence[Ref]) -> dict[str, tuple[str, str]]:
        """Return (namespace, name) of the pods that are looked at, or whose units are, by uid."""
        pods = [(ref.scope.partition("/")[2], ref.name) for ref in refs if ref.kind == "pod"]
        for ref in refs:
            resource = OF_REF.get(ref.kind) if ref.kind in _OF_PODS else None
            unit = self._scene.tables[resource].get(ref.uid) if resource else None
            if resource and resource != "pods" and unit is not None:
                pods += [
                    (pod.metadata.namespace, pod.metadata.name)
                    for pod in pods_of(self._scene, resource, unit)
                ]
        return {f"{space}/{name}": (space, name) for space, name in pods}

    async def _borrow(
        self, word: str, things: Mapping[str, tuple[str, str] | None], lent: Queryable
    ) -> None:
        """Ask for all of these at once, unless each of them was asked for just now."""
        # Most clusters measure by themselves.
        from fleetui.providers.kubernetes import promql

        now, asked_at = asyncio.get_running_loop().time(), self._asked_at[word]
        if all(now - asked_at.get(one, float("-inf")) < FRESH_S for one in things):
            return
        # Before it is known what comes of it: one that fails is not asked again at once, either.
        self._asked_at[word] = dict.fromkeys(things, now)
        scene = self._scene
        found: list[PodMetrics] | list[NodeMetrics] = []
        try:
            if word == _PODS:
                pods = [one for one in things.values() if one is not None]
                answers = await _both(lent, promql.of_pods(pods, self._labels))
                found = list(promql.pods_in(*answers))
            else:
                answers = await _both(lent, promql.of_nodes(list(things), self._labels))
                found = list(promql.nodes_in(*answers))
            scene.measured_by[word] = self.lender
        except (ProviderError, TimeoutError) as error:
            log.info("%s: %s does not measure it: %s", self._link.where, self.lender, error)
        for thing in found:
            scene.put(word, thing)
        scene.settle(word, {thing.uid for thing in found})


async def _both(lent: Queryable, texts: Iterable[str]) -> list[QueryResult]:
    async with asyncio.timeout(LENT_S):
        return await asyncio.gather(*(lent.query(Query(text, 0.0, 1)) for text in texts))


def _few(spaces: set[str]) -> Iterable[str]:
    return spaces if len(spaces) <= _EACH else {""}
