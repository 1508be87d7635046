"""What a fleet grows by: containers and pods mostly, and machines, units and services with them."""

from __future__ import annotations

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import (
    Capability,
    CapacityUnit,
    Container,
    Instance,
    Link,
    Port,
    Resource,
    Service,
)
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.base import Usage
from fleetui.providers.demo import noise
from fleetui.providers.demo.docker import Host
from fleetui.providers.demo.growth import Grown
from fleetui.providers.demo.instances import capabilities
from fleetui.providers.demo.world import MIB, World

PODS_PER_UNIT = 10
_UNITS_PER_SERVICE = 2
_LOAD_S = 60.0
_TEAMS = ("shop", "pay", "ship", "data", "mail", "media", "risk", "geo")
_ROLES = ("api", "web", "worker", "cache", "sync", "feed", "index", "proxy", "hook", "cron")
_DESCRIBE = (Capability("describe", True),)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things of each sort a fleet grows by."""

    containers: int = 0
    pods: int = 0
    units: int = 0
    services: int = 0
    machines: int = 0


def shares(extra: int) -> Counts:
    """Return how many of each sort make `extra` things in all."""
    if extra < 60:
        return Counts(containers=max(0, extra))
    machines = extra * 4 // 100
    units = extra * 3 // 100
    services = units // _UNITS_PER_SERVICE
    pods = units * PODS_PER_UNIT
    return Counts(extra - machines - units - services - pods, pods, units, services, machines)


def word(index: int) -> str:
    """Return a believable name for the unit of this number."""
    team, role = _TEAMS[index % len(_TEAMS)], _ROLES[index // len(_TEAMS) % len(_ROLES)]
    turn = index // (len(_TEAMS) * len(_ROLES))
    return f"{team}-{role}-{turn}" if turn else f"{team}-{role}"


def _epoch(world: World, sort: str, index: int, time: float) -> tuple[int, float, float]:
    """Return which occupant of a place lives now, from when and until when."""
    life = 1200.0 * (1 + 400 * noise.share(world.seed, sort, index) ** 3)
    shift = life * noise.share(world.seed, sort, index, "shift")
    number = int((time - world.opened + shift) // life)
    born = world.opened - shift + number * life
    return number, round(born, 3), round(born + life, 3)


def _short(image: str) -> str:
    """Return what an image is called without its registry and its tag."""
    return image.rpartition("/")[2].partition(":")[0]


class GrownContainers:
    """Containers of one Docker host; their number alone says what they are."""

    def __init__(self, world: World, host: Host, count: int) -> None:
        self._world = world
        self._host = host
        self._images = [(tag, host.image_ref(tag)) for tag in host.tags()]
        self._network = Link("uses", host.network_ref("bridge"))
        self.rows = Grown(count, self._make)

    def _make(self, index: int, time: float) -> tuple[Resource, float]:
        world = self._world
        number, born, ends = _epoch(world, f"container {self._host.scope}", index, time)
        image, image_ref = self._images[index % len(self._images)]
        uid = noise.identity(world.seed, 64, self._host.scope, "grown", index, number)
        done = index % 40 == 17
        state = State.STOPPED if done else State.RUNNING
        row = Container(
            ref=self._host.ref("container", uid, f"{_short(image)}-{index}"),
            state=state,
            native_state="exited" if done else "running",
            health=Health.NONE if done else Health.HEALTHY,
            labels=(("com.acme.team", _TEAMS[index // 4 % len(_TEAMS)]),),
            created=born,
            observed_at=born,
            links=(Link("uses", image_ref), self._network),
            capabilities=_STOPPED if done else _RUNNING,
            image=image,
            ports=(Port(8080),),
            restarts=0,
            exit_code=0 if done else None,
            started=born + 1,
            finished=born + 30 if done else None,
        )
        return row, ends

    def usage(self, ref: Ref, time: float) -> Usage | None:
        """Return what one of these containers uses; None where it is none of them, or stopped."""
        _, _, index = ref.name.rpartition("-")
        if not index.isdecimal() or int(index) >= self.rows.count:
            return None
        row = self.rows.rows(int(index), int(index) + 1, time)[0]
        if row.ref != ref or row.state is not State.RUNNING:
            return None
        cpu = self._world.cpu(ref.uid, 0, 0.3, time)
        return Usage(cpu, self._world.memory(ref.uid, 0, 160, time), 512 * MIB)


_OFF = "it is stopped"
_RUNNING = (
    Capability("restart", True), Capability("stop", True),
    Capability("start", False, "it is running"), Capability("logs", True),
    Capability("exec", True), Capability("describe", True),
)  # fmt: skip
_STOPPED = (
    Capability("restart", False, _OFF), Capability("stop", False, _OFF),
    Capability("start", True), Capability("logs", True),
    Capability("exec", False, _OFF), Capability("describe", True),
)  # fmt: skip


class GrownCluster:
    """Deployments, their pods and Services in further namespaces of the cluster."""

    def __init__(self, world: World, counts: Counts) -> None:
        self._world = world
        self.pods = Grown(counts.pods, self._pod)
        self.units = Grown(counts.units, self._unit)
        self.services = Grown(counts.services, self._service)

    def _unit_ref(self, unit: int) -> Ref:
        uid = noise.identity(self._world.seed, 16, "grown deploy", unit)
        return Ref("kubernetes", self._scope(unit), "deploy", uid, word(unit))

    def _scope(self, unit: int) -> str:
        return f"blue/{_TEAMS[unit % len(_TEAMS)]}"

    def _pod_ref(self, index: int, number: int) -> Ref:
        unit = index // PODS_PER_UNIT
        digits = noise.identity(self._world.seed, 24, "grown pod", index, number)
        tail = noise.suffix(self._world.seed, 5, digits)
        name = f"{word(unit)}-{noise.suffix(self._world.seed, 9, unit)}-{tail}"
        return Ref("kubernetes", self._scope(unit), "pod", digits, name)

    def _pod(self, index: int, time: float) -> tuple[Resource, float]:
        world, unit = self._world, index // PODS_PER_UNIT
        number, born, ends = _epoch(world, "pod", index, time)
        begun, until = _steady(world, index, time, born, ends)
        peak = 0.05 + 0.4 * noise.share(world.seed, "pod cpu", unit)
        row = Container(
            ref=self._pod_ref(index, number),
            state=State.RUNNING,
            native_state="Running",
            health=Health.HEALTHY,
            labels=(("app", word(unit)), ("env", "prod")),
            created=born,
            observed_at=begun,
            links=(Link("part_of", self._unit_ref(unit)),),
            capabilities=_RUNNING,
            image=f"registry.acme.example/{word(unit)}:r{10 + unit % 90}",
            ports=(Port(8080),),
            node=f"blue-{1 + index % 3}",
            cpu=world.cpu(f"grown {unit}", index, peak, begun),
            memory=world.memory(f"grown {unit}", index, 120 + unit % 7 * 60, begun),
            memory_limit=1024 * MIB,
            restarts=0,
            ready=1,
            total=1,
            started=born + 3,
        )
        return row, until

    def _unit(self, index: int, time: float) -> tuple[Resource, float]:
        world = self._world
        first = index * PODS_PER_UNIT
        lives = [_epoch(world, "pod", pod, time) for pod in range(first, first + PODS_PER_UNIT)]
        begun, until = _steady(
            world, index, time, max(born for _, born, _ in lives), min(end for _, _, end in lives)
        )
        links = tuple(
            Link("has", self._pod_ref(first + offset, number))
            for offset, (number, _, _) in enumerate(lives)
        )
        peak = 0.05 + 0.4 * noise.share(world.seed, "pod cpu", index)
        row = CapacityUnit(
            ref=self._unit_ref(index),
            state=State.RUNNING,
            native_state="Available",
            health=Health.HEALTHY,
            labels=(("app", word(index)), ("env", "prod")),
            created=round(world.opened - 86_400 * (90 + index % 300), 3),
            observed_at=begun,
            links=links,
            capabilities=(
                Capability("scale", True), Capability("redeploy", True),
                Capability("rollback", True), Capability("describe", True),
            ),
            desired=PODS_PER_UNIT,
            running=PODS_PER_UNIT,
            ready=PODS_PER_UNIT,
            pending=0,
            min=2,
            max=20,
            autoscaler="HPA cpu 70 %" if index % 2 else "",
            revision=f"r{10 + index % 90}",
            cpu=world.cpu(f"grown {index}", 0, peak, begun),
            memory=PODS_PER_UNIT * world.memory(f"grown {index}", 0, 120 + index % 7 * 60, begun),
        )  # fmt: skip
        return row, until

    def _service(self, index: int, _time: float) -> tuple[Resource, float]:
        unit = index * _UNITS_PER_SERVICE
        uid = noise.identity(self._world.seed, 24, "grown svc", unit)
        row = Service(
            ref=Ref("kubernetes", self._scope(unit), "svc", uid, word(unit)),
            state=State.RUNNING,
            native_state="active",
            health=Health.HEALTHY,
            created=round(self._world.opened - 86_400 * (90 + unit % 300), 3),
            observed_at=self._world.opened,
            links=(Link("routes_to", self._unit_ref(unit)),),
            capabilities=(Capability("describe", True), Capability("forward", True)),
            type="ClusterIP",
            address=f"10.97.{unit // 250 % 250}.{1 + unit % 250}",
            ports=(Port(8080, 80),),
            ready=PODS_PER_UNIT,
            total=PODS_PER_UNIT,
            selector=(("app", word(unit)),),
        )
        return row, float("inf")


def _steady(world: World, index: int, time: float, born: float, ends: float) -> tuple[float, float]:
    """Return since when and until when a measured row stays as it is.

    Rows take turns, so that a long list changes in part at each reading.
    """
    shift = _LOAD_S * noise.share(world.seed, "turn", index)
    turn = (time - world.opened + shift) // _LOAD_S
    begun = round(world.opened - shift + turn * _LOAD_S, 3)
    return max(born, begun), min(ends, begun + _LOAD_S)


class GrownMachines:
    """Instances of one account in no group."""

    def __init__(self, world: World, count: int) -> None:
        self._world = world
        self.rows = Grown(count, self._make)

    def _make(self, index: int, time: float) -> tuple[Resource, float]:
        world = self._world
        number, born, ends = _epoch(world, "machine", index, time)
        begun, until = _steady(world, index, time, born, ends)
        uid = "i-0" + noise.identity(world.seed, 16, "grown machine", index, number)
        row = Instance(
            ref=Ref("aws", "prod/eu-1", "instance", uid, f"{word(index)}-vm{index}"),
            state=State.RUNNING,
            native_state="running",
            labels=(("env", "prod"), ("team", _TEAMS[index % len(_TEAMS)])),
            created=born,
            observed_at=begun,
            capabilities=capabilities(State.RUNNING, "aws"),
            size="m6i.large",
            zone=f"eu-central-1{'abc'[index % 3]}",
            private_address=f"10.{21 + index // 62_500}.{index // 250 % 250}.{1 + index % 250}",
            image="ubuntu-24.04",
            cores=2,
            cpu=world.cpu("machine", index, 1.2, begun),
            memory=world.memory("machine", index, 4200, begun),
            memory_limit=8192 * MIB,
            disk=round(0.2 + 0.5 * noise.share(world.seed, "disk", index), 2),
            started=born,
        )
        return row, until
