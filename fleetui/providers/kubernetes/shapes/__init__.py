"""The fields of the API's objects that are in use, as typed structs decoded from bytes.

A null where a list or a map belongs is read as none at all; what is not named here (such as
managedFields) is never kept.
"""

from __future__ import annotations

from fleetui.providers.kubernetes.shapes.base import Condition, Meta, Owner, Shape, Thing
from fleetui.providers.kubernetes.shapes.events import Event
from fleetui.providers.kubernetes.shapes.metrics import NodeMetrics, PodMetrics
from fleetui.providers.kubernetes.shapes.network import (
    Endpoints,
    EndpointSlice,
    Ingress,
    Service,
)
from fleetui.providers.kubernetes.shapes.nodes import Namespace, Node
from fleetui.providers.kubernetes.shapes.pods import Pod
from fleetui.providers.kubernetes.shapes.scaling import Autoscaler, Budget
from fleetui.providers.kubernetes.shapes.workloads import (
    ControllerRevision,
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    ReplicaSet,
    StatefulSet,
)

__all__ = [
    "Autoscaler",
    "Budget",
    "Condition",
    "ControllerRevision",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "Ingress",
    "Job",
    "Meta",
    "Namespace",
    "Node",
    "NodeMetrics",
    "Owner",
    "Pod",
    "PodMetrics",
    "ReplicaSet",
    "Service",
    "Shape",
    "StatefulSet",
    "Thing",
]
