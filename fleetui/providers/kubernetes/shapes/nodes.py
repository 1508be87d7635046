"""Nodes and namespaces."""

from __future__ import annotations

from msgspec import field

from fleetui.providers.kubernetes.shapes.base import Amounts, Condition, Shape, Thing, Word


class Taint(Shape):
    """What keeps pods off a node."""

    key: str = ""
    value: Word = None
    effect: Word = None
    time_added: Word = None


class NodeSpec(Shape):
    """A node as it was asked for."""

    unschedulable: bool | None = None
    provider_id: Word = field(default=None, name="providerID")
    taints: list[Taint] | None = None


class NodeAddress(Shape):
    """One way to reach a node: `InternalIP`, `ExternalIP`, `Hostname`."""

    type: str = ""
    address: str = ""


class NodeInfo(Shape):
    """What runs a node."""

    kubelet_version: Word = None
    os_image: Word = None
    kernel_version: Word = None
    container_runtime_version: Word = None
    architecture: Word = None
    operating_system: Word = None


class NodeStatus(Shape):
    """A node as its kubelet tells of it."""

    capacity: Amounts = None
    allocatable: Amounts = None
    conditions: list[Condition] | None = None
    addresses: list[NodeAddress] | None = None
    node_info: NodeInfo | None = None


class Node(Thing):
    """A node."""

    spec: NodeSpec | None = None
    status: NodeStatus | None = None


class NamespaceStatus(Shape):
    """`Active` or `Terminating`."""

    phase: Word = None


class Namespace(Thing):
    """A namespace."""

    status: NamespaceStatus | None = None
