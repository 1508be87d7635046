"""What metrics.k8s.io measures."""

from __future__ import annotations

from fleetui.providers.kubernetes.shapes.base import Amounts, Shape, Thing, Word


class ContainerMetrics(Shape):
    """What one container uses."""

    name: str = ""
    usage: Amounts = None


class PodMetrics(Thing):
    """What the containers of a pod use. It has no uid: it is known by namespace and name."""

    timestamp: Word = None
    window: Word = None
    containers: list[ContainerMetrics] | None = None


class NodeMetrics(Thing):
    """What a node uses."""

    timestamp: Word = None
    window: Word = None
    usage: Amounts = None
