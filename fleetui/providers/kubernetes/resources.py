"""What can be listed and watched: where the API keeps it, and how its bytes become structs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.mending import Spoiled, decoded
from fleetui.providers.kubernetes.shapes.base import Shape, Thing, Word
from fleetui.providers.kubernetes.slices import slice_of


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource: `path` is the list over all namespaces.

    `fallback` is what an older server has in its place, under the same word and with things
    of the same form (`convert` makes them so).
    """

    word: str
    path: str
    struct: type[Thing]
    namespaced: bool = True
    fallback: Kind | None = None
    convert: Callable[[Any], Thing] | None = field(default=None, compare=False)

    def at(self, namespace: str = "") -> str:
        """Return the path of its list in one namespace, or in all."""
        if not namespace or not self.namespaced:
            return self.path
        root, _, plural = self.path.rpartition("/")
        return f"{root}/namespaces/{quote(namespace, safe='')}/{plural}"

    def one(self, name: str, namespace: str = "") -> str:
        """Return the path of one object."""
        return f"{self.at(namespace)}/{quote(name, safe='')}"


def _core(word: str, struct: type[Thing], *, namespaced: bool = True) -> Kind:
    return Kind(word, f"/api/v1/{word}", struct, namespaced)


def _apis(word: str, struct: type[Thing], plural: str, group: str, *older: str) -> Kind:
    """Return a kind of an API group and version, with older ones to fall back to."""
    fallback = _apis(word, struct, plural, *older) if older else None
    return Kind(word, f"/apis/{group}/{plural}", struct, fallback=fallback)


def _slices() -> Kind:
    path, struct, word = "/apis/discovery.k8s.io", shapes.EndpointSlice, "endpointslices"
    old = Kind(word, "/api/v1/endpoints", shapes.Endpoints, convert=slice_of)
    beta = Kind(word, f"{path}/v1beta1/endpointslices", struct, fallback=old)
    return Kind(word, f"{path}/v1/endpointslices", struct, fallback=beta)


_AUTOSCALING = "autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1"
_INGRESS = "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"
RESOURCES: dict[str, Kind] = {
    kind.word: kind
    for kind in (
        _core("pods", shapes.Pod),
        _core("services", shapes.Service),
        _core("events", shapes.Event),
        _core("nodes", shapes.Node, namespaced=False),
        _core("namespaces", shapes.Namespace, namespaced=False),
        _slices(),
        _apis("ingresses", shapes.Ingress, "ingresses", *_INGRESS),
        _apis("deployments", shapes.Deployment, "deployments", "apps/v1"),
        _apis("replicasets", shapes.ReplicaSet, "replicasets", "apps/v1"),
        _apis("statefulsets", shapes.StatefulSet, "statefulsets", "apps/v1"),
        _apis("daemonsets", shapes.DaemonSet, "daemonsets", "apps/v1"),
        _apis("revisions", shapes.ControllerRevision, "controllerrevisions", "apps/v1"),
        _apis("jobs", shapes.Job, "jobs", "batch/v1"),
        _apis("cronjobs", shapes.CronJob, "cronjobs", "batch/v1", "batch/v1beta1"),
        _apis("hpas", shapes.Autoscaler, "horizontalpodautoscalers", *_AUTOSCALING),
        _apis("pdbs", shapes.Budget, "poddisruptionbudgets", "policy/v1", "policy/v1beta1"),
        _apis("podmetrics", shapes.PodMetrics, "pods", "metrics.k8s.io/v1beta1"),
        Kind("nodemetrics", "/apis/metrics.k8s.io/v1beta1/nodes", shapes.NodeMetrics, False),
    )
}
"""By the word that a scene keeps them under."""

NEEDS: dict[str, tuple[str, ...]] = {
    "containers": ("pods", "replicasets"),
    "services": ("services", "endpointslices", "ingresses", "pods", "replicasets"),
    "capacity": (
        "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "hpas",
        "pdbs", "pods",
    ),
    "compute": ("nodes", "pods"),
    "events": ("events",),
}  # fmt: skip
"""Which resources the rows of each pane kind are made from."""

# The ref kind of what is described, to the resource that it is.
OF_REF: dict[str, str] = {
    "pod": "pods", "svc": "services", "ing": "ingresses", "node": "nodes", "event": "events",
    "deploy": "deployments", "rs": "replicasets", "sts": "statefulsets", "ds": "daemonsets",
    "job": "jobs", "cronjob": "cronjobs",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `broken` says of each object that could not be read why not."""

    items: tuple[Thing, ...]
    continue_: str = ""
    """The token of the next page; empty on the last one."""
    resource_version: str = ""
    broken: tuple[str, ...] = ()
    remaining: int | None = None
    """How many are on the pages to come, where the server tells."""


class Status(Shape):
    """What the API says where it has no object to give."""

    status: Word = None
    message: Word = None
    reason: Word = None
    code: int | None = None
    metadata: _ListMeta | None = None


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`."""

    type: str
    thing: Thing | None = None
    """What was added, changed or deleted; None where it is none of these or was broken."""
    status: Status | None = None
    """Of an ERROR; code 410 where the version asked for is too old."""
    resource_version: str = ""
    """From where to watch on; empty where the line does not tell."""
    broken: str = ""


class _ListMeta(Shape):
    resource_version: Word = None
    remaining_item_count: int | None = None
    continue_: Word = msgspec.field(default=None, name="continue")


class _RawList(Shape):
    metadata: _ListMeta | None = None
    items: list[msgspec.Raw] | None = None


class _Line(Shape):
    type: str = ""
    object: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


@cache
def _list_decoder(struct: type[Thing]) -> msgspec.json.Decoder[Any]:
    fields = [("metadata", _ListMeta | None, None), ("items", list[struct] | None, None)]  # type: ignore[valid-type]
    return msgspec.json.Decoder(msgspec.defstruct(f"{struct.__name__}List", fields, gc=False))


_LINE = msgspec.json.Decoder(_Line)


def page(kind: Kind, data: bytes) -> Page:
    """Read one page of a list. Raises msgspec.DecodeError where it is no list of JSON at all.

    One object of an odd form does not lose the others: it is mended where that can be done
    by leaving a field out, else left out itself and told of in `broken`.
    """
    broken: list[str] = []
    try:
        found = _list_decoder(kind.struct).decode(data)
        items: list[Thing] = found.items or []
        meta: _ListMeta | None = found.metadata
    except msgspec.ValidationError:
        raw = msgspec.json.decode(data, type=_RawList)
        items, meta = [], raw.metadata
        for one in raw.items or ():
            try:
                items.append(decoded(kind.struct, bytes(one)))
            except Spoiled as error:
                broken.append(f"{kind.word}: {error}")
    if kind.convert is not None:
        items = [kind.convert(one) for one in items]
    meta = meta or _ListMeta()
    return Page(
        tuple(items),
        meta.continue_ or "",
        meta.resource_version or "",
        tuple(broken),
        meta.remaining_item_count,
    )


def change(kind: Kind, line: bytes) -> WatchEvent:
    """Read one line of a watch. Raises msgspec.DecodeError where it was cut off."""
    told = _LINE.decode(line)
    data = bytes(told.object)
    if told.type == "ERROR":
        try:
            return WatchEvent(told.type, status=msgspec.json.decode(data, type=Status))
        except msgspec.ValidationError as error:
            return WatchEvent(told.type, status=Status(message=str(error)))
    try:
        thing = decoded(kind.struct, data)
    except Spoiled as error:
        return WatchEvent(
            told.type, resource_version=error.resource_version, broken=f"{kind.word}: {error}"
        )
    version = thing.metadata.resource_version
    if told.type == "BOOKMARK":
        return WatchEvent(told.type, resource_version=version)
    return WatchEvent(
        told.type, kind.convert(thing) if kind.convert else thing, resource_version=version
    )


def single(kind: Kind, data: bytes) -> Thing:
    """Read one object. Raises Spoiled where it cannot be read."""
    thing = decoded(kind.struct, data)
    return kind.convert(thing) if kind.convert else thing
