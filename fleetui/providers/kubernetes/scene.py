"""What is known of one cluster: every object by its uid, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Collection
from heapq import heappop, heappush
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.objects import Link
from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.labels import Pairs
from fleetui.providers.kubernetes.requests import Asked
from fleetui.providers.kubernetes.resources import RESOURCES
from fleetui.providers.kubernetes.shapes.base import Owner, Thing
from fleetui.providers.kubernetes.shapes.events import Event
from fleetui.providers.kubernetes.shapes.network import Ingress
from fleetui.providers.kubernetes.shapes.pods import Pod
from fleetui.providers.kubernetes.slices import SERVICE_NAME
from fleetui.providers.kubernetes.verdict import NEVER, Verdict, judge

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

WORKLOADS = frozenset(
    {"deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs"}
)
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
        self.asked = Asked()
        """What the pods of each node ask for."""
        self.measured_by: dict[str, str] = {}
        """Who has measured what is in a table, where it was not the cluster: `prometheus/main`."""
        self.labels: dict[str, dict[Pairs, int]] = {}
        """How many pods have the very same labels, by namespace and labels."""
        self.loaded: set[tuple[str, str]] = set()
        """The (resource, namespace) pairs of which all is here; an empty namespace is all.

        Before that, what is not there may only not have come yet: nothing is concluded from it.
        """
        self.waits: list[tuple[float, str, str]] = []
        """When time alone changes a row: a heap of (time, pane kind, uid)."""
        self._noted: set[tuple[float, str, str]] = set()
        self._homes: dict[str, Ref] = {}
        self._places: dict[str, str] = {}
        self._owners: dict[str, Link] = {}
        self._nodes: dict[str, Link] = {}
        self._members: dict[str, Link] = {}
        self._verdicts: dict[str, tuple[Pod, Verdict]] = {}

    def put(self, resource: str, thing: Thing) -> Thing | None:
        """Add or replace an object, and return what was there before."""
        table = self.tables[resource]
        uid = thing.uid
        before: Thing | None = table.get(uid)
        table[uid] = thing
        self._owners.pop(uid, None)
        new = keys(resource, thing)
        if before is not None:
            still = set(new)
            for group, key in keys(resource, before):
                if (group, key) not in still:
                    _out(self.groups[group], key, uid)
        for group, key in new:
            self.groups[group].setdefault(key, {})[uid] = thing
        if resource == "pods":
            self._count(before, -1)
            self._count(thing, 1)
            self.asked.put(before, thing)
        meta = thing.metadata
        self.named[resource, meta.namespace, meta.name] = uid
        return before

    def drop(self, resource: str, uid: str) -> Thing | None:
        """Take an object out, and return it."""
        before: Thing | None = self.tables[resource].pop(uid, None)
        if before is None:
            return None
        self._members.pop(uid, None)
        self._owners.pop(uid, None)
        self._verdicts.pop(uid, None)
        for group, key in keys(resource, before):
            _out(self.groups[group], key, uid)
            if key not in self.groups[group]:
                self._forget(group, key)
        if isinstance(before, Event) and before.involved_object is not None:
            about = before.involved_object.uid or ""
            if not self.group("events of", about):
                self._homes.pop(about, None)
        if resource == "pods":
            self._count(before, -1)
            self.asked.put(before, None)
        elif resource == "nodes":
            self._nodes.pop(before.metadata.name, None)
        name = (resource, before.metadata.namespace, before.metadata.name)
        # Another of the same name may have come before this one went.
        if self.named.get(name) == uid:
            del self.named[name]
        return before

    def _count(self, pod: Thing | None, by: int) -> None:
        if pod is None:
            return
        space, pairs = pod.metadata.namespace, tuple((pod.metadata.labels or {}).items())
        inside = self.labels.setdefault(space, {})
        inside[pairs] = inside.get(pairs, 0) + by
        if not inside[pairs]:
            del inside[pairs]
            if not inside:
                del self.labels[space]

    def _forget(self, group: str, key: Any) -> None:
        """Let go what was kept for the last thing of an owner or of a node."""
        if group in {"pods of", "jobs of"}:
            self._owners.pop(key, None)
        elif group == "pods on":
            self._nodes.pop(key, None)

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

    def knows(self, resource: str, namespace: str) -> bool:
        """Whether everything of this resource in a namespace is here."""
        return (resource, "") in self.loaded or (resource, namespace) in self.loaded

    def verdict(self, pod: Pod) -> Verdict:
        """Return how a pod is now. It is kept for as long as neither pod nor time changes it."""
        kept = self._verdicts.get(pod.uid)
        if kept is not None and kept[0] is pod and self.now < kept[1].until:
            return kept[1]
        verdict = judge(pod, self.now)
        self._verdicts[pod.uid] = pod, verdict
        if verdict.until != NEVER:
            self.later(verdict.until, "containers", pod.uid)
        return verdict

    def later(self, time: float, pane: str, uid: str) -> None:
        """Take note that a row will be another one at `time` though nothing is told of it."""
        if time > self.now and (time, pane, uid) not in self._noted:
            self._noted.add((time, pane, uid))
            heappush(self.waits, (time, pane, uid))

    def ripe(self) -> list[tuple[str, str]]:
        """Return the (pane kind, uid) of what has become another one since it was asked last."""
        found = []
        while self.waits and self.waits[0][0] <= self.now:
            one = heappop(self.waits)
            self._noted.discard(one)
            found.append(one[1:])
        return found

    def home(self, uid: str) -> Ref | None:
        """Return the workload of a pod that events tell of, even when the pod is gone."""
        pod = self.tables["pods"].get(uid)
        unit = self.unit_of(pod) if pod is not None else None
        if unit is None:
            return self._homes.get(uid)
        if self.group("events of", uid):
            self._homes[uid] = unit
        return unit

    def story(self, event: Event) -> str:
        """Return the uid of the event whose row tells all that are like this one."""
        return next(iter(self.group("events like", story_of(event))), "")

    def place(self, namespace: str) -> str:
        """Return the scope of a ref: `CONTEXT/NAMESPACE`, `CONTEXT` for what is in none."""
        kept = self._places.get(namespace)
        if kept is None:
            known = clean(namespace, 253)
            kept = f"{self.scope}/{known}" if known else self.scope
            self._places[namespace] = kept
        return kept

    def ref(self, resource: str, thing: Thing) -> Ref:
        """Return the identity of an object."""
        meta = thing.metadata
        if resource == "nodes":
            return self.node_ref(meta.name)
        return Ref(
            PROVIDER,
            self.place(meta.namespace),
            REF_KINDS[resource],
            thing.uid,
            clean(meta.name, 253),
        )

    def node_ref(self, name: str) -> Ref:
        """Return the identity of a node: its name, by which pods and events know it, too."""
        return self.on_node(name).ref

    def on_node(self, name: str) -> Link:
        """Return a node as what a pod runs on. It is kept."""
        link = self._nodes.get(name)
        if link is None:
            known = clean(name, 253)
            ref = Ref(PROVIDER, self.scope, "node", known, known)
            link = self._nodes[name] = Link("runs_on", ref)
        return link

    def unit_of(self, thing: Thing) -> Ref | None:
        """Return the workload that a pod or a Job belongs to; None where none is known."""
        link = self.part_of(thing)
        return None if link is None else link.ref

    def part_of(self, thing: Thing) -> Link | None:
        """Return the workload of a pod or a Job as what it is a part of. It is kept."""
        owner = controller(thing)
        if owner is None:
            return None
        kept = self._owners.get(owner.uid)
        if kept is None:
            unit = self._unit(thing, owner)
            if unit is not None:
                kept = self._owners[owner.uid] = Link("part_of", unit)
        return kept

    def _unit(self, thing: Thing, owner: Owner) -> Ref | None:
        if owner.kind == "ReplicaSet":
            made = self.tables["replicasets"].get(owner.uid)
            if made is None:
                return None
            above = controller(made)
            # What is above may be of a kind that has no rows here: then its ReplicaSet stands.
            if above is not None and OF_KIND.get(above.kind, "") in WORKLOADS:
                owner = above
        resource = OF_KIND.get(owner.kind, "")
        if resource not in WORKLOADS:
            return None
        place = self.place(thing.metadata.namespace)
        return Ref(PROVIDER, place, REF_KINDS[resource], owner.uid, clean(owner.name, 253))

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
    "pods in", "services in", "replicasets in", "statefulsets in", "pdbs in",  # by namespace
    "pods on",  # by the name of their node
    "slices of", "ingresses to",  # by the (namespace, name) of a service
    "slices to",  # by the uid of a pod
    "events of",  # by the uid of what they are about
    "events like",  # by what they tell
    "hpas of",  # by the (namespace, kind, name) of what they scale
)  # fmt: skip
_OWNED = {"pods": "pods of", "replicasets": "replicasets of", "jobs": "jobs of",
          "revisions": "revisions of"}  # fmt: skip
_SPACED = {
    word: f"{word} in" for word in ("pods", "services", "pdbs", "replicasets", "statefulsets")
}


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
        targets = (one.target_ref for one in thing.endpoints or ())
        found.extend(("slices to", one.uid) for one in targets if one is not None and one.uid)
    elif resource == "hpas":
        goal = thing.spec.scale_target_ref if thing.spec is not None else None
        if goal is not None:
            found.append(("hpas of", (meta.namespace, goal.kind, goal.name)))
    elif resource == "events":
        found.append(("events like", story_of(thing)))
        about = thing.involved_object
        if about is not None and about.uid:
            found.append(("events of", about.uid))
    elif resource == "ingresses":
        found.extend(("ingresses to", (meta.namespace, name)) for name in backends(thing))
    return found


# Pods of one workload differ in a number, or in five letters that the server has drawn.
_DRAWN = lazy_pattern(r"-(?:\d{1,5}|[bcdfghjklmnpqrstvwxz2456789]{5})$")


def story_of(event: Event) -> tuple[str, ...]:
    """Return what events have in common that tell the same of the pods of one workload."""
    about = event.involved_object
    kind, name = (about.kind or "", about.name or "") if about is not None else ("", "")
    if kind == "Pod":
        name = _DRAWN.sub("", name)
    return event.metadata.namespace, kind, name, event.type or "", event.reason or ""


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
