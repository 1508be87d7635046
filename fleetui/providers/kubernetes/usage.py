"""What pods, workloads and nodes use, by metrics.k8s.io."""

from __future__ import annotations

from fleetui.providers.base import Usage
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity, total
from fleetui.providers.kubernetes.members import pods_of
from fleetui.providers.kubernetes.scene import Scene


def pod_usage(scene: Scene, namespace: str, name: str) -> Usage | None:
    """Return what a pod's containers use together; None where it is not measured."""
    found: shapes.PodMetrics | None = scene.find("podmetrics", namespace, name)
    if found is None:
        return None
    amounts = [one.usage or {} for one in found.containers or ()]
    cpu = total(quantity(one.get("cpu")) for one in amounts)
    memory = total(quantity(one.get("memory")) for one in amounts)
    return Usage(cpu, None if memory is None else int(memory))


def node_usage(scene: Scene, name: str) -> Usage | None:
    """Return what a node uses; None where it is not measured."""
    found: shapes.NodeMetrics | None = scene.find("nodemetrics", "", name)
    if found is None:
        return None
    usage = found.usage or {}
    memory = quantity(usage.get("memory"))
    return Usage(quantity(usage.get("cpu")), None if memory is None else int(memory))


def unit_usage(scene: Scene, resource: str, uid: str) -> Usage | None:
    """Return the mean CPU and the sum of memory over a workload's pods, of those measured."""
    unit = scene.tables[resource].get(uid)
    if unit is None:
        return None
    found = [
        usage
        for pod in pods_of(scene, resource, unit)
        if (usage := pod_usage(scene, pod.metadata.namespace, pod.metadata.name)) is not None
    ]
    loads = [one.cpu for one in found if one.cpu is not None]
    memory = [one.memory for one in found if one.memory is not None]
    if not found:
        return None
    return Usage(sum(loads) / len(loads) if loads else None, sum(memory) if memory else None)
