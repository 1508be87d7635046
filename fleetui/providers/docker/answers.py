"""The parts of an engine's answers that are read, with their types checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid

T = TypeVar("T")
Map = dict[str, str]


class Port(msgspec.Struct, rename="pascal", frozen=True):
    """One published or exposed port."""

    private_port: int
    public_port: int | None = None
    ip: str | None = msgspec.field(default=None, name="IP")
    type: str | None = None


class Mount(msgspec.Struct, rename="pascal", frozen=True):
    """One mount; only those of type `volume` have a name."""

    type: str | None = None
    name: str | None = None


class Attachment(msgspec.Struct, rename="pascal", frozen=True):
    """A container's place in one network."""

    network_id: str | None = msgspec.field(default=None, name="NetworkID")


class NetworkSettings(msgspec.Struct, rename="pascal", frozen=True):
    """A container's networks by their names."""

    networks: dict[str, Attachment | None] | None = None


class HealthSummary(msgspec.Struct, rename="pascal", frozen=True):
    """What newer engines say of a check beside the status text."""

    status: str | None = None


class Summary(msgspec.Struct, rename="pascal", frozen=True):
    """A container as a list tells of it."""

    id: str
    names: list[str] | None = None
    image: str | None = None
    image_id: str | None = msgspec.field(default=None, name="ImageID")
    command: str | None = None
    created: float | str | None = None
    ports: list[Port] | None = None
    labels: Map | None = None
    state: str | None = None
    status: str | None = None
    network_settings: NetworkSettings | None = None
    mounts: list[Mount] | None = None
    health: HealthSummary | None = None


class HealthLog(msgspec.Struct, rename="pascal", frozen=True):
    """One run of a check."""

    exit_code: int | None = None
    output: str | None = None


class HealthState(msgspec.Struct, rename="pascal", frozen=True):
    """A check's last runs."""

    status: str | None = None
    log: list[HealthLog] | None = None


class ContainerState(msgspec.Struct, rename="pascal", frozen=True):
    """How a container is, in full."""

    status: str | None = None
    oom_killed: bool | None = msgspec.field(default=None, name="OOMKilled")
    exit_code: int | None = None
    error: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    health: HealthState | None = None


class RestartPolicy(msgspec.Struct, rename="pascal", frozen=True):
    """What the engine does when a container ends."""

    name: str | None = None


class LogConfig(msgspec.Struct, rename="pascal", frozen=True):
    """Where a container's output goes."""

    type: str | None = None


class HostConfig(msgspec.Struct, rename="pascal", frozen=True):
    """What a container may use of its host."""

    memory: int | None = None
    restart_policy: RestartPolicy | None = None
    log_config: LogConfig | None = None


class Inspected(msgspec.Struct, rename="pascal", frozen=True):
    """A container in full."""

    id: str
    state: ContainerState
    restart_count: int | None = None
    host_config: HostConfig | None = None


class ImageSummary(msgspec.Struct, rename="pascal", frozen=True):
    """An image as a list tells of it."""

    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    created: float | None = None
    size: int | None = None
    shared_size: int | None = None
    labels: Map | None = None


class RootFs(msgspec.Struct, rename="pascal", frozen=True):
    """What an image is built of."""

    layers: list[str] | None = None


class ImageInspected(msgspec.Struct, rename="pascal", frozen=True):
    """An image in full."""

    root_fs: RootFs | None = msgspec.field(default=None, name="RootFS")


class UsageData(msgspec.Struct, rename="pascal", frozen=True):
    """How large a volume is, -1 where nobody knows."""

    size: int | None = None


class VolumeSummary(msgspec.Struct, rename="pascal", frozen=True):
    """A volume as a list tells of it."""

    name: str
    driver: str | None = None
    mountpoint: str | None = None
    created_at: str | None = None
    labels: Map | None = None
    usage_data: UsageData | None = None


class Subnet(msgspec.Struct, rename="pascal", frozen=True):
    """One range of addresses."""

    subnet: str | None = None


class Ipam(msgspec.Struct, rename="pascal", frozen=True):
    """A network's ranges of addresses."""

    config: list[Subnet] | None = None


class NetworkSummary(msgspec.Struct, rename="pascal", frozen=True):
    """A network as a list tells of it."""

    id: str
    name: str
    created: str | None = None
    driver: str | None = None
    internal: bool | None = None
    ipam: Ipam | None = msgspec.field(default=None, name="IPAM")
    labels: Map | None = None


class Actor(msgspec.Struct, frozen=True):
    """What an event happened to."""

    id: str = msgspec.field(default="", name="ID")
    attributes: Map | None = msgspec.field(default=None, name="Attributes")


class Told(msgspec.Struct, frozen=True):
    """An event as the engine tells it."""

    type: str = msgspec.field(default="", name="Type")
    action: str = msgspec.field(default="", name="Action")
    actor: Actor = msgspec.field(default_factory=Actor, name="Actor")
    time: float = 0.0
    time_nano: int = msgspec.field(default=0, name="timeNano")


def one(raw: Any, wanted: type[T]) -> T:
    """Return an answer as `wanted`. Raises Invalid where it is something else."""
    try:
        found: T = msgspec.convert(raw, wanted)
    except msgspec.ValidationError as error:
        raise Invalid(f"the answer is not an engine's: {clean(str(error), 200)}") from None
    return found


def each(raw: Any, wanted: type[T]) -> tuple[list[T], int]:
    """Return what could be read of a list, and how many of its entries could not.

    One odd entry must not hide all others. Raises Invalid where nothing could be read.
    """
    if raw is None:
        return [], 0
    if not isinstance(raw, list):
        raise Invalid("the answer is not an engine's: expected a list")
    try:
        return msgspec.convert(raw, list[wanted]), 0  # type: ignore[valid-type]
    except msgspec.ValidationError:
        good, error = _those_that_fit(raw, wanted)
    if not good and error:
        raise Invalid(error)
    return good, len(raw) - len(good)


def _those_that_fit(raw: Iterable[Any], wanted: type[T]) -> tuple[list[T], str]:
    good: list[T] = []
    problem = ""
    for entry in raw:
        try:
            good.append(one(entry, wanted))
        except Invalid as error:
            problem = error.what
    return good, problem
