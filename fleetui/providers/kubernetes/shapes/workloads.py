"""What keeps pods alive: Deployments and their like, Jobs and CronJobs."""

from __future__ import annotations

from fleetui.providers.kubernetes.shapes.base import Condition, Meta, Selector, Shape, Thing, Word
from fleetui.providers.kubernetes.shapes.pods import PodSpec


class Template(Shape):
    """What each pod is made from."""

    metadata: Meta | None = None
    spec: PodSpec | None = None


class RollingUpdate(Shape):
    """How many may be missing or over while pods are replaced; a StatefulSet's partition."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None
    partition: int | None = None


class Strategy(Shape):
    """How pods are replaced."""

    type: Word = None
    rolling_update: RollingUpdate | None = None


class UnitSpec(Shape):
    """What was asked of a Deployment, a StatefulSet, a DaemonSet or a ReplicaSet."""

    replicas: int | None = None
    paused: bool | None = None
    selector: Selector | None = None
    template: Template | None = None
    strategy: Strategy | None = None
    """A Deployment's."""
    update_strategy: Strategy | None = None
    """A StatefulSet's and a DaemonSet's."""
    service_name: Word = None


class UnitStatus(Shape):
    """How far a Deployment, a StatefulSet or a ReplicaSet is."""

    observed_generation: int | None = None
    replicas: int | None = None
    updated_replicas: int | None = None
    ready_replicas: int | None = None
    available_replicas: int | None = None
    unavailable_replicas: int | None = None
    current_revision: Word = None
    update_revision: Word = None
    conditions: list[Condition] | None = None


class DaemonStatus(Shape):
    """How far a DaemonSet is."""

    observed_generation: int | None = None
    desired_number_scheduled: int | None = None
    current_number_scheduled: int | None = None
    updated_number_scheduled: int | None = None
    number_ready: int | None = None
    number_available: int | None = None
    number_unavailable: int | None = None
    number_misscheduled: int | None = None
    conditions: list[Condition] | None = None


class Deployment(Thing):
    """A Deployment."""

    spec: UnitSpec | None = None
    status: UnitStatus | None = None


class ReplicaSet(Thing):
    """A ReplicaSet; most belong to a Deployment."""

    spec: UnitSpec | None = None
    status: UnitStatus | None = None


class StatefulSet(Thing):
    """A StatefulSet."""

    spec: UnitSpec | None = None
    status: UnitStatus | None = None


class DaemonSet(Thing):
    """A DaemonSet."""

    spec: UnitSpec | None = None
    status: DaemonStatus | None = None


class ControllerRevision(Thing):
    """One revision of a StatefulSet or a DaemonSet."""

    revision: int | None = None


class JobSpec(Shape):
    """What was asked of a Job."""

    parallelism: int | None = None
    completions: int | None = None
    backoff_limit: int | None = None
    suspend: bool | None = None
    template: Template | None = None


class JobStatus(Shape):
    """How far a Job is."""

    active: int | None = None
    ready: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    start_time: Word = None
    completion_time: Word = None
    conditions: list[Condition] | None = None


class Job(Thing):
    """A Job."""

    spec: JobSpec | None = None
    status: JobStatus | None = None


class JobTemplate(Shape):
    """What each Job of a CronJob is made from."""

    spec: JobSpec | None = None


class CronJobSpec(Shape):
    """When a CronJob makes Jobs, and what they are."""

    schedule: Word = None
    time_zone: Word = None
    suspend: bool | None = None
    concurrency_policy: Word = None
    job_template: JobTemplate | None = None


class Reference(Shape):
    """Another object."""

    kind: Word = None
    name: Word = None
    namespace: Word = None
    uid: Word = None
    field_path: Word = None


class CronJobStatus(Shape):
    """When a CronJob ran, and what runs of it."""

    active: list[Reference] | None = None
    last_schedule_time: Word = None
    last_successful_time: Word = None


class CronJob(Thing):
    """A CronJob, of batch/v1 or v1beta1: they have the same form."""

    spec: CronJobSpec | None = None
    status: CronJobStatus | None = None
