"""What a fleet is made of: one frozen dataclass for each kind of thing.

Units everywhere: times are Unix seconds in UTC, sizes are bytes, CPU is a share of one
core (1.5 is one and a half cores), `None` means that the back end did not say.
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref
from fleetui.core.state import Health, Severity, State

Time = Annotated[float, "unix seconds, UTC"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that could be done to an object now, or the reason why not.

    It speaks for the back end alone: whether this person may is decided by policy.
    """

    name: str
    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A real relation to another thing, as seen from its holder.

    Relations: `part_of` (its owner), `has` (its members), `uses` (image, volume, network),
    `runs_on` (host), `routes_to` (what a service sends traffic to), `about` (an event's
    or alert's subject).
    """

    relation: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Port:
    """A port as it is reached (`public`, None where unpublished) and as the thing listens."""

    private: int
    public: int | None = None
    protocol: str = "tcp"
    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What every thing has, whatever its kind."""

    ref: Ref
    state: State = State.UNKNOWN
    native_state: str = ""
    health: Health = Health.NONE
    reason: str = ""
    """Why it is not well, in the back end's words; empty when it is."""
    labels: tuple[tuple[str, str], ...] = ()
    created: Time | None = None
    observed_at: Time = field(default=0.0, compare=False)
    links: tuple[Link, ...] = ()
    capabilities: tuple[Capability, ...] = ()

    @property
    def name(self) -> str:
        """The name that people call it by."""
        return self.ref.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Resource):
    """A machine: droplet, EC2 or GCE instance, SSH host."""

    size: str = ""
    zone: str = ""
    address: str = ""
    private_address: str = ""
    image: str = ""
    cores: int | None = None
    cpu: float | None = None
    memory: int | None = None
    memory_limit: int | None = None
    disk: float | None = None
    """The fullest file system, 0 to 1."""
    requested_cpu: float | None = None
    """Cores that what is placed there has asked for; it may use less, or more."""
    requested_memory: int | None = None
    started: Time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Resource):
    """A container, or a pod: the smallest thing that is replaced as a whole."""

    image: str = ""
    command: str = ""
    ports: tuple[Port, ...] = ()
    project: str = ""
    node: str = ""
    cpu: float | None = None
    memory: int | None = None
    memory_limit: int | None = None
    restarts: int | None = None
    exit_code: int | None = None
    ready: int | None = None
    total: int | None = None
    """Containers ready and in all, where it is a pod."""
    started: Time | None = None
    finished: Time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Resource):
    """An image on a host: its tags, its own size and what it shares with others."""

    tags: tuple[str, ...] = ()
    size: int | None = None
    shared_size: int | None = None
    layers: int | None = None
    used_by: int | None = None
    """Containers made from it, running or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Resource):
    """A volume and how many containers mount it."""

    driver: str = ""
    mountpoint: str = ""
    size: int | None = None
    used_by: int | None = None
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(Resource):
    """A network and how many containers are attached to it."""

    driver: str = ""
    subnets: tuple[str, ...] = ()
    internal: bool = False
    used_by: int | None = None
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityUnit(Resource):
    """Something that keeps a number of members alive: ASG, ECS service, Deployment, pool."""

    desired: int | None = None
    running: int | None = None
    ready: int | None = None
    pending: int | None = None
    min: int | None = None
    max: int | None = None
    autoscaler: str = ""
    revision: str = ""
    rollout: str = ""
    """A rollout under way, in words with its progress; empty when there is none."""
    cpu: float | None = None
    """Mean over the members."""
    memory: int | None = None
    """Sum over the members."""
    stateful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Resource):
    """A stable address in front of members: Kubernetes Service, load balancer target."""

    type: str = ""
    address: str = ""
    ports: tuple[Port, ...] = ()
    ready: int | None = None
    total: int | None = None
    selector: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Resource):
    """An alert that is pending or firing, or a rule that cannot be evaluated."""

    severity: Severity = Severity.WARNING
    summary: str = ""
    expression: str = ""
    value: float | None = None
    since: Time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Resource):
    """Something that Prometheus scrapes."""

    job: str = ""
    url: str = ""
    last_scrape: Time | None = None
    scrape_s: float | None = None
    """How long the last scrape took, in seconds."""
    interval_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Resource):
    """Something that happened, told by a back end or seen by the engine."""

    time: Time = 0.0
    severity: Severity = Severity.INFO
    message: str = ""
    subject: str = ""
    """The ref of what it happened to, as text: it may be long gone."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout(Resource):
    """A change on its way: from one revision or count to another."""

    action: str = ""
    """What is done: `scale`, `redeploy`."""
    subject: str = ""
    """The ref of what is changed, as text: it may be long gone."""
    phase: str = ""
    before: str = ""
    after: str = ""
    updated: int | None = None
    ready: int | None = None
    total: int | None = None
    gate: str = ""
    """What its gate says now; empty where it has none."""
    who: str = ""
    started: Time | None = None
    ended: Time | None = None
    half_way: bool = False
    """Whether it has left something that can be finished or put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Resource):
    """A port of this machine that leads to a port of a thing, for as long as we run."""

    local: str = ""
    """Where it is reached: `127.0.0.1:8080`."""
    url: str = ""
    """What to open or to give to a client: `http://127.0.0.1:8080`, or the address alone."""
    to: str = ""
    """What it leads to, with the port: `svc/web:80`."""
    member: str = ""
    """Who answers now, where it is one of several: a pod."""
    connections: int = 0
    """Open now."""
    total: int = 0
    """Connections since it was opened."""
    sent: int = 0
    received: int = 0
    """Bytes, as the one who connects sees it."""
    who: str = ""
    started: Time | None = None


WRONG_STATES = frozenset({State.DEGRADED, State.FAILED, State.UNKNOWN})


def is_wrong(thing: Resource) -> bool:
    """Say whether a person should look at this: degraded, failed, unknown or unhealthy."""
    return thing.state in WRONG_STATES or thing.health is Health.UNHEALTHY
