"""Workloads as capacity units."""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import CapacityUnit, Link
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.autoscaling import scaling_of
from fleetui.providers.kubernetes.capabilities import LEAVING, of_unit
from fleetui.providers.kubernetes.jobs import cronjob_row, job_row
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.members import Members, members_of
from fleetui.providers.kubernetes.rollouts import Rolling, rolling_of
from fleetui.providers.kubernetes.scene import REF_KINDS, Scene, controller

Replicated = shapes.Deployment | shapes.StatefulSet | shapes.DaemonSet | shapes.ReplicaSet
Unit = Replicated | shapes.Job | shapes.CronJob
RESOURCE_OF: dict[type, str] = {
    shapes.Deployment: "deployments", shapes.StatefulSet: "statefulsets",
    shapes.DaemonSet: "daemonsets", shapes.ReplicaSet: "replicasets", shapes.Job: "jobs",
    shapes.CronJob: "cronjobs",
}  # fmt: skip


def is_unit(thing: shapes.ReplicaSet) -> bool:
    """Whether a ReplicaSet stands for itself, and not for a revision of a Deployment."""
    owner = controller(thing)
    return owner is None or owner.kind != "Deployment"


def unit_row(scene: Scene, thing: Unit) -> CapacityUnit:
    """Return the row of a workload. What its members use is measured apart."""
    if isinstance(thing, shapes.Job):
        return job_row(scene, thing)
    if isinstance(thing, shapes.CronJob):
        return cronjob_row(scene, thing)
    return _replicated(scene, thing)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Members of a workload: wanted, ready, and there at all."""

    desired: int
    ready: int
    there: int


def _replicated(scene: Scene, thing: Replicated) -> CapacityUnit:
    resource = RESOURCE_OF[type(thing)]
    meta = thing.metadata
    counts = _counts(thing)
    members = members_of(scene, resource, thing)
    rolling = rolling_of(scene, thing)
    scaling = scaling_of(scene, resource, thing)
    running = members.running if members.whole(counts.there) else counts.ready
    leaving = bool(meta.deletion_timestamp)
    state, health, reason = _state(counts, members, rolling, leaving=leaving)
    paused = rolling.paused
    if paused and not reason and not rolling.text:
        reason = "its rollouts are paused"
    links: list[Link] = list(members.links)
    owner = scene.unit_of(thing)
    if owner is not None and owner.uid != meta.uid:
        links.append(Link("part_of", owner))
    return CapacityUnit(
        ref=scene.ref(resource, thing),
        state=state,
        native_state=_native(resource, state, rolling, leaving=leaving),
        health=health,
        reason="; ".join(filter(None, (reason, scaling.why))),
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=tuple(links),
        capabilities=of_unit(
            REF_KINDS[resource], leaving=leaving, paused=paused, scaler=scaling.owner, state=""
        ),
        desired=counts.desired,
        running=min(running, counts.desired) if not rolling.text else running,
        ready=min(counts.ready, counts.desired),
        pending=max(0, counts.desired - running),
        min=scaling.low,
        max=scaling.high,
        autoscaler=scaling.text,
        revision=rolling.revision,
        rollout=rolling.text,
        stateful=resource == "statefulsets",
    )


def _counts(thing: Replicated) -> _Counts:
    if isinstance(thing, shapes.DaemonSet):
        daemon = thing.status
        if daemon is None:
            return _Counts(0, 0, 0)
        return _Counts(
            daemon.desired_number_scheduled or 0,
            daemon.number_ready or 0,
            daemon.current_number_scheduled or 0,
        )
    spec, status = thing.spec, thing.status
    wanted = spec.replicas if spec is not None else None
    desired = 1 if wanted is None else wanted
    if status is None:
        return _Counts(desired, 0, 0)
    return _Counts(desired, status.ready_replicas or 0, status.replicas or 0)


def _state(
    counts: _Counts, members: Members, rolling: Rolling, *, leaving: bool
) -> tuple[State, Health, str]:
    if leaving:
        return State.STOPPING, Health.NONE, LEAVING
    if rolling.failed:
        # What stands in its way is why it has failed: quota, image, probe, scheduling.
        reason = "; ".join(filter(None, (rolling.failed, members.reason or members.slow)))
        state = State.DEGRADED if counts.ready else State.FAILED
        return state, Health.UNHEALTHY, reason
    if counts.desired == 0:
        going = f"{counts.there} of its pods are ending" if counts.there else ""
        return (State.STOPPING if going else State.STOPPED), Health.NONE, going
    if members.wrong or members.unmade:
        state = State.DEGRADED if counts.ready else State.FAILED
        return state, Health.UNHEALTHY, members.reason
    if counts.ready >= counts.desired:
        return State.RUNNING, Health.HEALTHY, ""
    if rolling.text and counts.ready:
        return State.RUNNING, Health.HEALTHY, ""
    if rolling.text or rolling.young:
        return State.RUNNING if counts.ready else State.PENDING, Health.STARTING, ""
    state = State.DEGRADED if counts.ready else State.PENDING
    if counts.there < counts.desired:
        # Some workloads do not tell why in their status, and events are not always watched.
        made = f"only {counts.there} of {counts.desired} pods have been made"
        return state, Health.UNHEALTHY, made
    short = f"{counts.ready} of {counts.desired} are ready"
    return state, Health.UNHEALTHY, members.slow or short


def _native(resource: str, state: State, rolling: Rolling, *, leaving: bool) -> str:
    if leaving:
        return "Terminating"
    if rolling.paused:
        return "Paused"
    if rolling.failed or rolling.text:
        return clean(rolling.word or "Progressing", 60)
    if state is State.STOPPED and resource == "daemonsets":
        return "no node is meant"
    words = {State.RUNNING: "Available", State.STOPPED: "scaled to 0", State.PENDING: "Progressing"}
    return words.get(state, "Progressing")
