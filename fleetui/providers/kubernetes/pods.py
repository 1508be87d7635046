"""Pods as rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from fleetui.core.clean import clean
from fleetui.core.objects import Container, Link, Port
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity, time_of
from fleetui.providers.kubernetes.capabilities import of_pod
from fleetui.providers.kubernetes.happenings import when
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.scene import Scene, controller
from fleetui.providers.kubernetes.shapes.pods import ContainerSpec, PodSpec
from fleetui.providers.kubernetes.verdict import Verdict

MOST_PORTS = 100
_NONE = PodSpec()
_WAITING = frozenset({State.PENDING, State.RUNNING, State.DEGRADED})
_KEPT = frozenset({"ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"})


def pod_row(scene: Scene, pod: shapes.Pod) -> Container:
    """Return the row of a pod. What it uses is measured apart."""
    meta, spec, status = pod.metadata, pod.spec or _NONE, pod.status
    verdict = scene.verdict(pod)
    links: list[Link] = []
    unit = scene.part_of(pod)
    if unit is not None:
        links.append(unit)
    node = ""
    if spec.node_name:
        machine = scene.on_node(spec.node_name)
        links.append(machine)
        node = machine.ref.name
    owner = controller(pod)
    phase = status.phase if status else ""
    containers = spec.containers or ()
    image = main_container(pod, containers)
    return Container(
        ref=scene.member(pod).ref,
        state=verdict.state,
        native_state=verdict.word,
        health=verdict.health,
        reason=_reason(scene, pod, verdict),
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=tuple(links),
        capabilities=of_pod(
            leaving=bool(meta.deletion_timestamp),
            over=phase in {"Succeeded", "Failed"},
            up=verdict.up,
            begun=verdict.up or verdict.exit_code is not None or verdict.restarts > 0,
            kept=owner is not None and owner.kind in _KEPT,
        ),
        image=clean(image.image or "", 400) if image else "",
        ports=ports_of(containers),
        node=node,
        memory_limit=memory_limit(spec),
        restarts=verdict.restarts,
        exit_code=verdict.exit_code,
        ready=verdict.ready,
        total=verdict.total,
        started=verdict.started,
        finished=verdict.finished,
    )


# What is told of a pod and stands nowhere in it: why a check fails, why a volume is not there.
TELLING = frozenset(
    {"Unhealthy", "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedBinding"}
)
_CHECKS = "Readiness probe failed: ", "Startup probe failed: "


def _reason(scene: Scene, pod: shapes.Pod, verdict: Verdict) -> str:
    """Return why a pod is not well, with what the newest event adds to it where one is known."""
    if verdict.state is State.RUNNING and verdict.health is Health.HEALTHY:
        return verdict.reason
    if verdict.ready == verdict.total or verdict.state not in _WAITING:
        return verdict.reason
    events = scene.group("events of", pod.uid).values()
    telling = [one for one in events if one.reason in TELLING and one.type == "Warning"]
    newest = max(telling, key=lambda one: (when(one), one.uid), default=None)
    if newest is None or not newest.message:
        return verdict.reason
    if newest.reason != "Unhealthy":
        added = f"{newest.reason}: {newest.message}" if not verdict.up else ""
    else:
        check = next((lead for lead in _CHECKS if newest.message.startswith(lead)), "")
        added = newest.message.removeprefix(check) if check and verdict.up else ""
    return redact(clean(": ".join(filter(None, (verdict.reason, added))), 400))


def main_container(pod: shapes.Pod, containers: Sequence[ContainerSpec]) -> ContainerSpec | None:
    """Return the container that is meant where none is named: the one annotated, else the first."""
    notes = pod.metadata.annotations
    if notes is not None and notes.main:
        for one in containers:
            if one.name == notes.main:
                return one
    return containers[0] if containers else None


def ports_of(containers: Sequence[ContainerSpec]) -> tuple[Port, ...]:
    """Return the ports that containers name, no more than a row can hold."""
    found: list[tuple[int, int | None, str, str]] = []
    for one in containers:
        for port in one.ports or ():
            if len(found) == MOST_PORTS:
                return _ports(tuple(found))
            found.append(
                (port.container_port, port.host_port, port.protocol or "TCP", port.name or "")
            )
    return _ports(tuple(found))


@lru_cache(maxsize=4096)
def _ports(found: tuple[tuple[int, int | None, str, str], ...]) -> tuple[Port, ...]:
    """The pods of a workload have the same ports: they share one tuple."""
    return tuple(
        Port(private, public or None, clean(protocol, 20).lower(), name=clean(name, 63))
        for private, public, protocol, name in found
    )


def memory_limit(spec: PodSpec) -> int | None:
    """Return how much memory all containers may use, bytes; None where one may use any amount."""
    if spec.resources is not None and spec.resources.limits:
        whole = quantity(spec.resources.limits.get("memory"))
        if whole is not None:
            return int(whole)
    total = 0.0
    sidecars = [one for one in spec.init_containers or () if one.restart_policy == "Always"]
    for one in (*(spec.containers or ()), *sidecars):
        limits = one.resources.limits if one.resources else None
        limit = quantity(limits.get("memory")) if limits else None
        if limit is None:
            return None
        total += limit
    return int(total) or None
