"""Workloads as capacity units."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene, controller

Unit = (
    shapes.Deployment | shapes.StatefulSet | shapes.DaemonSet | shapes.ReplicaSet | shapes.Job
    | shapes.CronJob
)  # fmt: skip
_RESOURCES = {
    shapes.Deployment: "deployments", shapes.StatefulSet: "statefulsets",
    shapes.DaemonSet: "daemonsets", shapes.ReplicaSet: "replicasets", shapes.Job: "jobs",
    shapes.CronJob: "cronjobs",
}  # fmt: skip


def is_unit(thing: shapes.ReplicaSet) -> bool:
    """Whether a ReplicaSet stands for itself, and not for a revision of a Deployment."""
    return controller(thing) is None


def unit_row(scene: Scene, thing: Unit) -> objects.CapacityUnit:
    """Return the row of one object."""
    return objects.CapacityUnit(ref=scene.ref(_RESOURCES[type(thing)], thing))
