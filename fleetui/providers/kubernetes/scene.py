"""What is known of one cluster: every object by its uid, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fleetui.core.objects import Link
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.resources import RESOURCES
from fleetui.providers.kubernetes.shapes.base import Owner, Thing
from fleetui.providers.kubernetes.shapes.network import Ingress
from fleetui.providers.kubernetes.slices import SERVICE_NAME

PROVIDER = "kubernetes"
# What the back end's kinds are called in refs.
REF_KINDS: dict[str, str] = {
    "pods": "pod", "services": "svc", "ingresses": "ing", "nodes": "node", "events": "event",
    "deployments": "deploy", "replicasets": "rs", "statefulsets": "sts", "daemonsets": "ds",
    "jobs": "job", "cronjobs": "cronjob", "namespaces": "ns", "hpas": "hpa", "pdbs": "pdb",
    "revisions": "revision", "endpointslices": "endpointslice", "podmetrics": "podmetrics",
    "nodemetrics": "nodemetrics",
}  # fmt: skip
# A `kind` as the API writes it, to the resource.
OF_KIND: dict[str, str] = {
    "Pod": "pods", "Service": "services", "Ingress": "ingresses", "Node": "nodes",
    "Deployment": "deployments", "ReplicaSet": "replicasets", "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets", "Job": "jobs", "CronJob": "cronjobs",
    "HorizontalPodAutoscaler": "hpas", "PodDisruptionBudget": "pdbs", "Namespace": "namespaces",
    "EndpointSlice": "endpointslices", "ControllerRevision": "revisions",
}  # fmt: skip

Group = dict[Any, dict[str, Any]]
"""Things that share something, by what they share and then by uid."""


class Scene:
    """The objects of one context, with the indexes that rows need. It does no I/O.

    `now` is the time by the server's clock, unix seconds, set by whoever fills the scene.
    Objects come and go by `put`, `drop` and `settle` alone, which keep the indexes true.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope
        """The context's name on screen: the first part of a ref's scope."""
        self.now = 0.0
        self.version = ""
        """The server's own: `v1.33.4`; empty where it is not known."""
        self.tables: dict[str, dict[str, Any]] = {word: {} for word in RESOURCES}
        """Every object by resource and uid."""
        self.groups: dict[str, Group] = {name: {} for name in _GROUPS}
        """What belongs together, by the names that `keys` gives."""
        self.named: dict[tuple[str, str, str], str] = {}
        """The uid of what is called (resource, namespace, name)."""
        self._members: dict[str, Link] = {}

    def put(self, resource: str, thing: Thing) -> Thing | None:
        """Add or replace an object, and return what was there before."""
        table = self.tables[resource]
        uid = thing.uid
        before: Thing | None = table.get(uid)
        table[uid] = thing
        new = keys(resource, thing)
        if before is not None:
            for group, key in keys(resource, before):
                if (group, key) not in new:
                    _out(self.groups[group], key, uid)
        for group, key in new:
            self.groups[group].setdefault(key, {})[uid] = thing
        meta = thing.metadata
        self.named[resource, meta.namespace, meta.name] = uid
        return before

    def drop(self, resource: str, uid: str) -> Thing | None:
        """Take an object out, and return it."""
        before: Thing | None = self.tables[resource].pop(uid, None)
        if before is None:
            return None
        self._members.pop(uid, None)
        for group, key in keys(resource, before):
            _out(self.groups[group], key, uid)
        name = (resource, before.metadata.namespace, before.metadata.name)
        # Another of the same name may have come before this one went.
        if self.named.get(name) == uid:
            del self.named[name]
        return before

    def settle(self, resource: str, uids: Collection[str], namespace: str = "") -> list[Thing]:
        """Drop what a list read anew (of one namespace, or of all) does not hold; return it."""
        gone = [
            uid
            for uid, thing in self.tables[resource].items()
            if uid not in uids and (not namespace or thing.metadata.namespace == namespace)
        ]
        dropped = (self.drop(resource, uid) for uid in gone)
        return [thing for thing in dropped if thing is not None]

    def group(self, name: str, key: Any) -> dict[str, Any]:
        """Return the members of a group by uid; they must not be changed."""
        return self.groups[name].get(key) or _NONE

    def find(self, resource: str, namespace: str, name: str) -> Any | None:
        """Return the object of this name."""
        uid = self.named.get((resource, namespace, name))
        return None if uid is None else self.tables[resource].get(uid)

    def place(self, namespace: str) -> str:
        """Return the scope of a ref: `CONTEXT/NAMESPACE`, `CONTEXT` for what is in none."""
        return f"{self.scope}/{namespace}" if namespace else self.scope

    def ref(self, resource: str, thing: Thing) -> Ref:
        """Return the identity of an object."""
        meta = thing.metadata
        return Ref(PROVIDER, self.place(meta.namespace), REF_KINDS[resource], thing.uid, meta.name)

    def member(self, pod: Thing) -> Link:
        """Return a pod as the member of a unit. It is kept: large units are told often."""
        uid = pod.uid
        link = self._members.get(uid)
        if link is None:
            link = self._members[uid] = Link("has", self.ref("pods", pod))
        return link


def _out(group: Group, key: Any, uid: str) -> None:
    inside = group.get(key)
    if inside is not None:
        inside.pop(uid, None)
        if not inside:
            del group[key]


_NONE: dict[str, Any] = {}
_GROUPS = (
    "pods of", "replicasets of", "jobs of", "revisions of",  # by the uid of who made them
    "pods in", "services in", "pdbs in",  # by namespace
    "pods on",  # by the name of their node
    "slices of", "ingresses to",  # by the (namespace, name) of a service
    "hpas of",  # by the (namespace, kind, name) of what they scale
)  # fmt: skip
_OWNED = {"pods": "pods of", "replicasets": "replicasets of", "jobs": "jobs of",
          "revisions": "revisions of"}  # fmt: skip
_SPACED = {"pods": "pods in", "services": "services in", "pdbs": "pdbs in"}


def keys(resource: str, thing: Any) -> list[tuple[str, Any]]:
    """Return the groups that an object belongs to, each with its key there."""
    found: list[tuple[str, Any]] = []
    meta = thing.metadata
    owned, spaced = _OWNED.get(resource), _SPACED.get(resource)
    if owned and meta.owner_references:
        found.extend((owned, one.uid) for one in meta.owner_references if one.controller)
    if spaced:
        found.append((spaced, meta.namespace))
    if resource == "pods":
        if thing.spec is not None and thing.spec.node_name:
            found.append(("pods on", thing.spec.node_name))
    elif resource == "endpointslices":
        found.append(("slices of", (meta.namespace, (meta.labels or {}).get(SERVICE_NAME, ""))))
    elif resource == "hpas":
        goal = thing.spec.scale_target_ref if thing.spec is not None else None
        if goal is not None:
            found.append(("hpas of", (meta.namespace, goal.kind, goal.name)))
    elif resource == "ingresses":
        found.extend(("ingresses to", (meta.namespace, name)) for name in backends(thing))
    return found


def controller(thing: Thing) -> Owner | None:
    """Return who made a thing and keeps it."""
    return next((one for one in thing.metadata.owner_references or () if one.controller), None)


def backends(ingress: Ingress) -> list[str]:
    """Return the names of the services that an ingress routes to, each once."""
    spec = ingress.spec
    if spec is None:
        return []
    found = [spec.default_backend, spec.backend]
    for rule in spec.rules or ():
        found.extend(path.backend for path in (rule.http.paths if rule.http else None) or ())
    names = ((one.service.name if one.service else one.service_name) for one in found if one)
    return list(dict.fromkeys(name for name in names if name))
