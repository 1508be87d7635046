"""Which rows a change of one object alters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.labels import chosen
from fleetui.providers.kubernetes.pods import TELLING
from fleetui.providers.kubernetes.requests import asks_the_same
from fleetui.providers.kubernetes.scene import OF_KIND, Scene, controller
from fleetui.providers.kubernetes.shapes.base import Thing
from fleetui.providers.kubernetes.slices import SERVICE_NAME
from fleetui.providers.kubernetes.verdict import is_over, judge

Touched = set[tuple[str, str]]
_PANE = {
    "pods": "containers", "services": "services", "ingresses": "services", "nodes": "compute",
    "events": "events", "deployments": "capacity", "statefulsets": "capacity",
    "daemonsets": "capacity", "replicasets": "capacity", "jobs": "capacity",
    "cronjobs": "capacity",
}  # fmt: skip


def touched(
    scene: Scene, resource: str, before: Thing | None, after: Thing | None
) -> set[tuple[str, str]]:
    """Return the (pane kind, uid) of each row to be made anew, whether it is there or gone.

    It is asked after `Scene.put` or `Scene.drop`; `before` is what those returned, `after`
    None where it was dropped.
    """
    found: Touched = set()
    pane = _PANE.get(resource)
    both = [one for one in (before, after) if one is not None]
    for one in both:
        if pane is not None:
            found.add((pane, one.uid))
        for rule in _RULES.get(resource, ()):
            rule(scene, one, found)
    if resource == "pods":
        _pod(scene, both, found)
    elif resource == "replicasets" and (before is None) != (after is None):
        # Only when it comes or goes does the way from its pods to their Deployment change.
        for one in both:
            for uid in scene.group("pods of", one.uid):
                found.add(("containers", uid))
                _told(scene, uid, found)
    return found


def overdue(scene: Scene) -> set[tuple[str, str]]:
    """Return the rows that time alone has altered by `scene.now`; ask every second or so.

    A pod that was starting is not well when it is not ready in time, and one that is leaving
    should have been gone: their workloads and services tell of it.
    """
    found: Touched = set()
    for pane, uid in scene.ripe():
        found.add((pane, uid))
        pod = scene.tables["pods"].get(uid) if pane == "containers" else None
        if pod is not None:
            _owners(scene, pod, found)
            _services(scene, pod, found, came=False)
    return found


def _told(scene: Scene, uid: str, found: Touched) -> None:
    """Add the rows of the events about a pod: they name its workload."""
    found.update(("events", scene.story(one)) for one in scene.group("events of", uid).values())


def _pod(scene: Scene, both: list[Any], found: Touched) -> None:
    if len(both) == 1 or not asks_the_same(*both):
        # What is asked for of their nodes is another amount now.
        for pod in both:
            machine = scene.find("nodes", "", (pod.spec.node_name if pod.spec else None) or "")
            if machine is not None:
                found.add(("compute", machine.uid))
    came = len(both) == 1 or both[0].metadata.labels != both[1].metadata.labels
    if not came and _is_same(scene, *both):
        # Most changes of a pod are nothing to those that it belongs to.
        return
    for pod in both:
        _owners(scene, pod, found)
        if came:
            _told(scene, pod.uid, found)
        _services(scene, pod, found, came=came)


def _services(scene: Scene, pod: shapes.Pod, found: Touched, *, came: bool) -> None:
    """Add the services that mean a pod or lead to it; when it came, those too that lack one."""
    for one in scene.group("slices to", pod.uid).values():
        _slice(scene, one, found)
    for uid, service in scene.group("services in", pod.metadata.namespace).items():
        spec = service.spec
        if spec is None or not spec.selector:
            continue
        means = chosen(spec.selector, pod.metadata.labels)
        if means or (came and _has_nothing(scene, service)):
            found.add(("services", uid))


def _is_same(scene: Scene, before: shapes.Pod, after: shapes.Pod) -> bool:
    """Whether a pod is as it was, as far as others tell of it."""
    if before.metadata.deletion_timestamp != after.metadata.deletion_timestamp:
        return False
    if before.metadata.owner_references != after.metadata.owner_references:
        return False
    if is_over(before) != is_over(after):
        return False
    was, now = judge(before, scene.now), scene.verdict(after)
    return (was.word, was.state, was.health, was.reason, was.ready, was.up) == (
        now.word, now.state, now.health, now.reason, now.ready, now.up
    )  # fmt: skip


def _has_nothing(scene: Scene, service: shapes.Service) -> bool:
    """Whether a service tells why nothing is behind it: it may nearly mean any pod."""
    meta = service.metadata
    slices = scene.group("slices of", (meta.namespace, meta.name)).values()
    return not any(one.endpoints for one in slices)


def _owners(scene: Scene, thing: Any, found: Touched) -> None:
    """Add who made a thing, and who made that: a Deployment by way of its ReplicaSet."""
    owner = controller(thing)
    for _ in range(3):
        if owner is None:
            return
        resource = OF_KIND.get(owner.kind, "")
        if _PANE.get(resource) != "capacity":
            return
        found.add(("capacity", owner.uid))
        made = scene.tables[resource].get(owner.uid)
        owner = controller(made) if made is not None else None


def _replicas(scene: Scene, made: Any, found: Touched) -> None:
    _owners(scene, made, found)
    template = made.spec.template if made.spec is not None else None
    labels = template.metadata.labels if template and template.metadata else None
    if labels:
        # That a workload is scaled to nothing is why a service has no endpoint.
        for uid, service in scene.group("services in", made.metadata.namespace).items():
            if service.spec and chosen(service.spec.selector or {}, labels):
                found.add(("services", uid))


def _named(scene: Scene, space: str, name: str, found: Touched) -> None:
    service = scene.find("services", space, name)
    if service is not None:
        found.add(("services", service.uid))
    found.update(("services", uid) for uid in scene.group("ingresses to", (space, name)))


def _slice(scene: Scene, one: Any, found: Touched) -> None:
    name = (one.metadata.labels or {}).get(SERVICE_NAME, "")
    _named(scene, one.metadata.namespace, name, found)


def _service(scene: Scene, one: Any, found: Touched) -> None:
    _named(scene, one.metadata.namespace, one.metadata.name, found)


def _scaler(scene: Scene, hpa: Any, found: Touched) -> None:
    goal = hpa.spec.scale_target_ref if hpa.spec is not None else None
    resource = OF_KIND.get((goal.kind if goal else None) or "", "")
    if goal is not None and _PANE.get(resource) == "capacity":
        scaled = scene.find(resource, hpa.metadata.namespace, goal.name or "")
        if scaled is not None:
            found.add(("capacity", scaled.uid))


def _event(scene: Scene, event: Any, found: Touched) -> None:
    head = scene.story(event)
    if head:
        found.add(("events", head))
    about = event.involved_object
    if about is not None and event.reason in TELLING and about.uid in scene.tables["pods"]:
        found.add(("containers", about.uid))
    if about is not None and about.uid and event.reason in {"FailedCreate", "SuccessfulCreate"}:
        resource = OF_KIND.get(about.kind or "", "")
        if _PANE.get(resource) == "capacity" and about.uid in scene.tables[resource]:
            found.add(("capacity", about.uid))


_RULES: dict[str, Iterable[Any]] = {
    "replicasets": (_replicas,), "jobs": (_owners,), "revisions": (_owners,),
    "statefulsets": (_replicas,),
    "endpointslices": (_slice,), "services": (_service,), "hpas": (_scaler,), "events": (_event,),
}  # fmt: skip
