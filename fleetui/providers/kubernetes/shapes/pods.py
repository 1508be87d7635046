"""Pods."""

from __future__ import annotations

from msgspec import field

from fleetui.providers.kubernetes.shapes.base import Amounts, Shape, Thing, Word


class PortSpec(Shape):
    """A port that a container says it listens on."""

    container_port: int = 0
    name: Word = None
    protocol: Word = None
    host_port: int | None = None


class Resources(Shape):
    """What a container asks for and may use."""

    requests: Amounts = None
    limits: Amounts = None


class HttpGet(Shape):
    """A check by HTTP."""

    path: Word = None
    port: int | str | None = None


class Probe(Shape):
    """How a container is asked whether it is ready."""

    http_get: HttpGet | None = None
    tcp_socket: HttpGet | None = None
    grpc: HttpGet | None = None


class ContainerSpec(Shape):
    """A container as it was asked for."""

    name: str = ""
    image: Word = None
    ports: list[PortSpec] | None = None
    resources: Resources | None = None
    restart_policy: Word = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None


class Gate(Shape):
    """Something that a pod waits for."""

    name: str = ""
    condition_type: str = ""


class PodSpec(Shape):
    """A pod as it was asked for."""

    node_name: Word = None
    containers: list[ContainerSpec] | None = None
    init_containers: list[ContainerSpec] | None = None
    ephemeral_containers: list[ContainerSpec] | None = None
    readiness_gates: list[Gate] | None = None
    scheduling_gates: list[Gate] | None = None
    restart_policy: Word = None
    overhead: Amounts = None
    resources: Resources | None = None
    """Of the whole pod, where it has its own."""


class Waiting(Shape):
    """A container that does not run yet, and why."""

    reason: Word = None
    message: Word = None


class Running(Shape):
    """A container that runs."""

    started_at: Word = None


class Terminated(Shape):
    """A container that has ended, and how."""

    exit_code: int = 0
    signal: int | None = None
    reason: Word = None
    message: Word = None
    started_at: Word = None
    finished_at: Word = None


class ContainerState(Shape):
    """One of the three."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Shape):
    """A container as its kubelet tells of it."""

    name: str = ""
    ready: bool | None = None
    started: bool | None = None
    restart_count: int | None = None
    state: ContainerState | None = None
    last_state: ContainerState | None = None


class PodCondition(Shape):
    """One thing that is said of a pod; since when is kept out, for there are five of each."""

    type: str = ""
    status: str = ""
    reason: Word = None
    message: Word = None


class PodStatus(Shape):
    """A pod as its kubelet tells of it."""

    phase: Word = None
    reason: Word = None
    message: Word = None
    pod_ip: Word = field(default=None, name="podIP")
    start_time: Word = None
    qos_class: Word = None
    nominated_node_name: Word = None
    conditions: list[PodCondition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    ephemeral_container_statuses: list[ContainerStatus] | None = None


class Pod(Thing):
    """A pod."""

    spec: PodSpec | None = None
    status: PodStatus | None = None
