"""What all of the API's objects have: metadata, owners, conditions."""

from __future__ import annotations

from msgspec import Struct, field

Map = dict[str, str] | None
Word = str | None
Amounts = dict[str, str] | None
"""Quantities by the resource's name: `{"cpu": "500m", "memory": "1Gi"}`."""


class Shape(Struct, rename="camel", gc=False):
    """A part of an object. It forms no cycles, so the collector need not walk it."""


class Owner(Shape):
    """Who made an object and takes it along when it goes."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class Annotations(Shape, rename=None):
    """The few annotations that rows are made of: others may be as large as a manifest."""

    revision: Word = field(default=None, name="deployment.kubernetes.io/revision")
    generation: Word = field(default=None, name="deprecated.daemonset.template.generation")
    mirror: Word = field(default=None, name="kubernetes.io/config.mirror")
    main: Word = field(default=None, name="kubectl.kubernetes.io/default-container")
    metrics: Word = field(default=None, name="autoscaling.alpha.kubernetes.io/current-metrics")
    targets: Word = field(default=None, name="autoscaling.alpha.kubernetes.io/metrics")
    conditions: Word = field(default=None, name="autoscaling.alpha.kubernetes.io/conditions")
    default_class: Word = field(default=None, name="kubernetes.io/ingress.class")
    cause: Word = field(default=None, name="kubernetes.io/change-cause")


class Meta(Shape):
    """An object's identity, its labels, and when it was made and asked to go."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int | None = None
    creation_timestamp: Word = None
    deletion_timestamp: Word = None
    deletion_grace_period_seconds: int | None = None
    labels: Map = None
    annotations: Annotations | None = None
    owner_references: list[Owner] | None = None
    finalizers: list[str] | None = None


class Condition(Shape):
    """One thing that is said of an object: `Ready` is `True`, `False` or `Unknown`."""

    type: str = ""
    status: str = ""
    reason: Word = None
    message: Word = None
    last_transition_time: Word = None


class Selector(Shape):
    """Which labels are meant."""

    match_labels: Map = None
    match_expressions: list[Requirement] | None = None


class Requirement(Shape):
    """One demand on a label: `In`, `NotIn`, `Exists`, `DoesNotExist`."""

    key: str = ""
    operator: str = ""
    values: list[str] | None = None


class Thing(Shape):
    """An object with metadata."""

    metadata: Meta = field(default_factory=Meta)

    @property
    def uid(self) -> str:
        """What it is known by: its uid; where the API gives none, its namespace and name."""
        meta = self.metadata
        return meta.uid or f"{meta.namespace}/{meta.name}"
