"""From the objects of a scene to the rows of a pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fleetui.core.objects import Resource
from fleetui.providers.kubernetes.happenings import event_row
from fleetui.providers.kubernetes.machines import node_row
from fleetui.providers.kubernetes.pods import pod_row
from fleetui.providers.kubernetes.routes import ingress_row
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.services import service_row
from fleetui.providers.kubernetes.units import is_unit, unit_row

ROW_RESOURCES: dict[str, tuple[str, ...]] = {
    "containers": ("pods",),
    "services": ("services", "ingresses"),
    "capacity": ("deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"),
    "compute": ("nodes",),
    "events": ("events",),
}
"""Which resources have rows of their own in a pane kind."""

_ROWS: dict[str, Callable[[Scene, Any], Resource]] = {
    "pods": pod_row, "services": service_row, "ingresses": ingress_row, "nodes": node_row,
    "events": event_row, **dict.fromkeys(ROW_RESOURCES["capacity"], unit_row),
}  # fmt: skip


def row(scene: Scene, pane: str, uid: str) -> Resource | None:
    """Return the row of an object in a pane; None where it has none there (any more)."""
    for resource in ROW_RESOURCES[pane]:
        thing = scene.tables[resource].get(uid)
        if thing is not None:
            return _ROWS[resource](scene, thing) if _has_row(scene, resource, thing) else None
    return None


def uids(scene: Scene, pane: str) -> Iterator[str]:
    """Yield the uid of each object that has a row in a pane."""
    for resource in ROW_RESOURCES[pane]:
        for uid, thing in scene.tables[resource].items():
            if _has_row(scene, resource, thing):
                yield uid


def rows(scene: Scene, pane: str) -> Iterator[Resource]:
    """Yield every row of a pane, in no order."""
    for resource in ROW_RESOURCES[pane]:
        make = _ROWS[resource]
        for thing in list(scene.tables[resource].values()):
            if _has_row(scene, resource, thing):
                yield make(scene, thing)


def _has_row(scene: Scene, resource: str, thing: Any) -> bool:
    if resource == "replicasets":
        return is_unit(thing)
    return resource != "events" or scene.story(thing) == thing.uid
