"""Nodes as rows."""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.objects import Instance
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity, time_of
from fleetui.providers.kubernetes.capabilities import LEAVING, of_node
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.base import Condition
from fleetui.providers.kubernetes.shapes.nodes import NodeInfo, NodeSpec, NodeStatus

_SIZES = "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"
_ZONES = "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"
_PRESSURES = {
    "MemoryPressure": "memory pressure",
    "DiskPressure": "disk pressure",
    "PIDPressure": "too many processes",
    "NetworkUnavailable": "its network is not set up",
}
_VERSION = lazy_pattern(r"v?(\d+)\.(\d+)")
SKEW = 3
"""A kubelet may be so many minor versions older than the server, and never newer."""
_NO_SPEC, _NO_STATUS = NodeSpec(), NodeStatus()


def node_row(scene: Scene, node: shapes.Node) -> Instance:
    """Return the row of a node. What it uses is measured apart."""
    meta, spec, status = node.metadata, node.spec or _NO_SPEC, node.status or _NO_STATUS
    labels = meta.labels or {}
    info = status.node_info or NodeInfo()
    cordoned = bool(spec.unschedulable)
    state, health, reason = _state(scene, node, spec, status)
    addresses: dict[str, str] = {}
    for one in status.addresses or ():
        addresses.setdefault(one.type, clean(one.address, 253))
    cores = quantity((status.capacity or {}).get("cpu"))
    memory = quantity((status.allocatable or status.capacity or {}).get("memory"))
    # Where only some namespaces are known, what others ask for there is not.
    asked = scene.asked.of(meta.name) if ("pods", "") in scene.loaded else (None, None)
    return Instance(
        ref=scene.ref("nodes", node),
        state=state,
        native_state=native_of(node),
        health=health,
        reason=reason,
        labels=labels_of(labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        capabilities=of_node(cordoned=cordoned),
        size=_first(labels, _SIZES),
        zone=_first(labels, _ZONES),
        address=addresses.get("ExternalIP", ""),
        private_address=addresses.get("InternalIP", ""),
        image=clean(info.os_image or "", 200),
        cores=int(cores) if cores is not None and cores >= 1 else None,
        memory_limit=int(memory) if memory is not None else None,
        requested_cpu=asked[0],
        requested_memory=asked[1],
    )


def _first(labels: dict[str, str], names: tuple[str, ...]) -> str:
    return clean(next((labels[name] for name in names if labels.get(name)), ""), 200)


def native_of(node: shapes.Node) -> str:
    """Return what kubectl shows: `Ready`, `NotReady,SchedulingDisabled`."""
    ready = _condition(node.status or _NO_STATUS, "Ready")
    word = "Unknown" if ready is None else "Ready" if ready.status == "True" else "NotReady"
    cordoned = node.spec is not None and node.spec.unschedulable
    return f"{word},SchedulingDisabled" if cordoned else word


def _condition(status: NodeStatus, name: str) -> Condition | None:
    return next((one for one in status.conditions or () if one.type == name), None)


def _state(
    scene: Scene, node: shapes.Node, spec: NodeSpec, status: NodeStatus
) -> tuple[State, Health, str]:
    if node.metadata.deletion_timestamp:
        return State.STOPPING, Health.NONE, LEAVING
    ready = _condition(status, "Ready")
    wrong = pressures(status)
    if ready is None:
        return State.UNKNOWN, Health.NONE, "its kubelet has told nothing yet"
    words = f"{ready.reason or ''}{': ' if ready.reason and ready.message else ''}"
    words = redact(clean(f"{words}{ready.message or ''}", 300))
    if ready.status == "Unknown":
        return State.UNKNOWN, Health.UNHEALTHY, words or "its kubelet does not report"
    if ready.status != "True":
        return State.FAILED, Health.UNHEALTHY, "; ".join(filter(None, (words, *wrong)))
    skew = skew_words(scene.version, status)
    if wrong:
        return State.DEGRADED, Health.UNHEALTHY, "; ".join((*wrong, *filter(None, (skew,))))
    if spec.unschedulable:
        told = "; ".join(filter(None, ("cordoned: it takes no new pods", skew)))
        return State.PAUSED, Health.HEALTHY, told
    if skew:
        return State.DEGRADED, Health.HEALTHY, skew
    return State.RUNNING, Health.HEALTHY, ""


def pressures(status: NodeStatus) -> list[str]:
    """Return what presses a node: its memory, its disk, its processes, its network."""
    return [
        words
        for name, words in _PRESSURES.items()
        if (found := _condition(status, name)) is not None and found.status == "True"
    ]


def skew_of(server: str, kubelet: str) -> int | None:
    """Return by how many minor versions a kubelet is older than the server."""
    ours, theirs = _VERSION.match(server), _VERSION.match(kubelet)
    if ours is None or theirs is None or ours[1] != theirs[1]:
        return None
    return int(ours[2]) - int(theirs[2])


def skew_words(server: str, status: NodeStatus) -> str:
    """Return what is wrong with a kubelet's version; nothing where it is supported."""
    kubelet = clean((status.node_info.kubelet_version if status.node_info else None) or "", 60)
    skew = skew_of(server, kubelet)
    if skew is None or 0 <= skew <= SKEW:
        return ""
    if skew < 0:
        return f"kubelet {kubelet} is newer than the server's {server}"
    return f"kubelet {kubelet} is {skew} minor versions behind the server's {server}"
