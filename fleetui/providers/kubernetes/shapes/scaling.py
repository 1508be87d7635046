"""Who changes numbers and who limits the changing: autoscalers and disruption budgets."""

from __future__ import annotations

from msgspec import field

from fleetui.providers.kubernetes.shapes.base import Condition, Selector, Shape, Thing, Word
from fleetui.providers.kubernetes.shapes.workloads import Reference


class Goal(Shape):
    """What a metric is wanted at."""

    type: Word = None
    average_utilization: int | None = None
    average_value: str | int | None = None
    value: str | int | None = None


class MetricName(Shape):
    """A metric of pods, of an object or of outside."""

    name: Word = None


class Measured(Shape):
    """One metric, wanted (`target`) or measured (`current`)."""

    name: Word = None
    """Of a resource: `cpu`, `memory`."""
    metric: MetricName | None = None
    container: Word = None
    target: Goal | None = None
    current: Goal | None = None
    target_average_utilization: int | None = None
    target_average_value: str | int | None = None
    current_average_utilization: int | None = None
    current_average_value: str | int | None = None
    """v1 writes these into annotations."""


class Metric(Shape):
    """One metric by its source."""

    type: Word = None
    resource: Measured | None = None
    container_resource: Measured | None = None
    pods: Measured | None = None
    object: Measured | None = None
    external: Measured | None = None


class AutoscalerSpec(Shape):
    """What an autoscaler was asked for."""

    scale_target_ref: Reference | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    metrics: list[Metric] | None = None
    target_cpu: int | None = field(default=None, name="targetCPUUtilizationPercentage")
    """v1's only metric."""


class AutoscalerStatus(Shape):
    """What an autoscaler says."""

    current_replicas: int | None = None
    desired_replicas: int | None = None
    last_scale_time: Word = None
    current_metrics: list[Metric] | None = None
    conditions: list[Condition] | None = None
    current_cpu: int | None = field(default=None, name="currentCPUUtilizationPercentage")
    """v1's only metric."""


class Autoscaler(Thing):
    """A HorizontalPodAutoscaler; v1 has its metrics in annotations, but for that of CPU."""

    spec: AutoscalerSpec | None = None
    status: AutoscalerStatus | None = None


class BudgetSpec(Shape):
    """How many must stay, or may be missing, of the pods that are meant."""

    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: Selector | None = None


class BudgetStatus(Shape):
    """How many may be taken away now."""

    disruptions_allowed: int | None = None
    current_healthy: int | None = None
    desired_healthy: int | None = None
    expected_pods: int | None = None
    conditions: list[Condition] | None = None


class Budget(Thing):
    """A PodDisruptionBudget."""

    spec: BudgetSpec | None = None
    status: BudgetStatus | None = None
