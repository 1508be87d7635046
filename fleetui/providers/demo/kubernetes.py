"""The Kubernetes clusters of the demo: Deployments, StatefulSets, their pods, and Services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import (
    Capability,
    CapacityUnit,
    Container,
    Event,
    Instance,
    Link,
    Port,
    Service,
)
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.demo import happenings, noise, phrases, units
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.instances import Machine, Words, machine_ref, machine_row
from fleetui.providers.demo.rows import capacity_row, service_row, unit_ref
from fleetui.providers.demo.units import Member, Phase, UnitSpec
from fleetui.providers.demo.world import MIB, World

_REGISTRY = "registry.acme.example"
CRASH = "CrashLoopBackOff: exit 1, KeyError: 'STRIPE_API_VERSION'"
_TROUBLE = "pods: CrashLoopBackOff, exit 1"


@dataclass(frozen=True, slots=True)
class Lone:
    """A Service with no workload of the demo behind it."""

    scope: str
    name: str
    type: str
    port: int
    address: str = ""
    selector: tuple[tuple[str, str], ...] = ()
    pending: str = ""
    """What it waits for; empty where it is as it should be."""


_NODE = Words("Ready", "NotReady", "NotReady", "18.196", "10.30")


class Cluster:
    """One context: reads its rows at a moment."""

    def __init__(
        self,
        world: World,
        specs: Sequence[UnitSpec],
        nodes: Sequence[tuple[str, Machine]],
        lone: Sequence[Lone] = (),
    ) -> None:
        self.world = world
        self.specs = tuple(specs)
        self._lone = tuple(lone)
        self._nodes = [
            (machine_ref(world, "kubernetes", scope, machine, "node"), machine)
            for scope, machine in nodes
        ]

    def compute(self, time: float) -> list[Instance]:
        """Return the nodes."""
        return [machine_row(self.world, ref, machine, _NODE, time) for ref, machine in self._nodes]

    def node(self, spec: UnitSpec, slot: int) -> Ref:
        """Return the node that a pod runs on: the members of a unit are spread."""
        first = int(97 * noise.share(self.world.seed, "node", spec.key))
        return self._nodes[(first + slot) % len(self._nodes)][0]

    def containers(self, time: float) -> list[Container]:
        """Return the pods."""
        return [
            self._pod(spec, member, time)
            for spec in self.specs
            for member in units.members(self.world.clock, spec, time)
        ]

    def capacity(self, time: float) -> list[CapacityUnit]:
        """Return Deployments and StatefulSets."""
        return [self._unit(spec, time) for spec in self.specs]

    def services(self, time: float) -> list[Service]:
        """Return the Services."""
        rows = []
        for spec in self.specs:
            if spec.port is None:
                continue
            entry = spec.name == "gateway"
            headless = spec.kind == "sts"
            uid = _uuid(self.world, "svc", spec.key)
            kind = "LoadBalancer" if entry else "headless" if headless else "ClusterIP"
            last = 10 + int(240 * noise.share(self.world.seed, "ip", spec.key))
            rows.append(
                service_row(
                    self.world,
                    Ref("kubernetes", spec.scope, "svc", uid, spec.name),
                    kind,
                    (Port(spec.port, 443 if entry else spec.port if headless else 80),),
                    self._unit(spec, time),
                    address="None" if headless else f"10.96.{len(spec.name)}.{last}",
                    selector=(("app", spec.name),),
                    why="readiness 503",
                    time=time,
                )
            )
        return [*rows, *(self._lone_service(lone, time) for lone in self._lone)]

    def _lone_service(self, lone: Lone, time: float) -> Service:
        ref = Ref("kubernetes", lone.scope, "svc", _uuid(self.world, "svc", lone.name), lone.name)
        row = service_row(
            self.world, ref, lone.type, (Port(lone.port),), None,
            address=lone.address, selector=lone.selector, time=time,
        )  # fmt: skip
        if not lone.pending:
            return row
        reason = self.world.text(lone.pending, f"reason {lone.name}")
        return replace(row, state=State.PENDING, health=Health.NONE, reason=reason)

    def events(self, since: float, until: float) -> list[Event]:
        """Return what happened to Deployments, StatefulSets and pods."""

        def name_of(spec: UnitSpec, life: Life) -> Ref:
            return pod_ref(self.world, spec, life.slot, life.born, life.revision)

        told = {"deploy": phrases.KUBERNETES, "sts": phrases.KUBERNETES}
        return happenings.of_units(self.world, self.specs, told, name_of, since, until)

    def _unit(self, spec: UnitSpec, time: float) -> CapacityUnit:
        members = units.members(self.world.clock, spec, time)
        refs = {m: pod_ref(self.world, spec, m.slot, m.born, m.revision) for m in members}
        return capacity_row(self.world, spec, members, refs, _TROUBLE, time)

    def _pod(self, spec: UnitSpec, member: Member, time: float) -> Container:
        world = self.world
        up = member.phase in {Phase.RUNNING, Phase.RETRYING}
        state, native, reason = {
            Phase.PENDING: (State.PENDING, "ContainerCreating", ""),
            Phase.STOPPING: (State.STOPPING, "Terminating", ""),
            Phase.FAILING: (State.FAILED, "CrashLoopBackOff", CRASH),
            Phase.RETRYING: (State.DEGRADED, "Running", "not ready: readiness 503 on /ready"),
        }.get(member.phase, (State.RUNNING, "Running", ""))
        if member.phase is Phase.FAILING:
            reason = f"{reason}, back-off {units.back_off(member.restarts):.0f}s"
        failed = member.restarts > 0 or member.phase is Phase.FAILING
        node = self.node(spec, member.slot)
        return Container(
            ref=pod_ref(world, spec, member.slot, member.born, member.revision),
            state=state,
            native_state=native,
            health=Health.HEALTHY
            if member.ready
            else Health.UNHEALTHY
            if failed
            else Health.STARTING,
            reason=world.text(reason, f"reason {spec.key} {member.slot}") if reason else "",
            labels=world.labels(
                **dict(spec.labels), pod_template_hash=_hash(world, spec, member.revision)
            ),
            created=round(member.born, 3),
            observed_at=round(max(member.since, world.settled(time)), 3),
            links=(Link("part_of", unit_ref(world, spec)), Link("runs_on", node)),
            capabilities=_capabilities(member),
            image=f"{_REGISTRY}/{spec.image}:{spec.words(member.revision)}"
            if spec.form
            else spec.image,
            ports=(Port(spec.port),) if spec.port else (),
            node=node.name,
            cpu=world.cpu(spec.key, member.slot, spec.cpu, time) if up else None,
            memory=world.memory(spec.key, member.slot, spec.memory, time) if up else None,
            memory_limit=spec.memory * 2 * MIB,
            restarts=member.restarts,
            exit_code=1 if failed else None,
            ready=int(member.ready),
            total=1,
            started=round(max(member.born + spec.warm / 2, member.since), 3) if up else None,
        )


def _capabilities(member: Member) -> tuple[Capability, ...]:
    leaving = "it is terminating" if member.phase is Phase.STOPPING else ""
    down = "" if member.phase in {Phase.RUNNING, Phase.RETRYING} else "no container is running"
    return (
        Capability("restart", not leaving, leaving),
        Capability("logs", member.phase is not Phase.PENDING, _not_begun(member)),
        Capability("exec", not down, down),
        Capability("debug", not leaving, leaving),
        Capability("forward", not down, down),
        Capability("describe", True),
    )


def _not_begun(member: Member) -> str:
    return "its container has not begun" if member.phase is Phase.PENDING else ""


def _hash(world: World, spec: UnitSpec, revision: int) -> str:
    return noise.suffix(world.seed, 9, "template", spec.key, revision)


def _uuid(world: World, *parts: object) -> str:
    digits = noise.identity(world.seed, 32, *parts)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def pod_ref(world: World, spec: UnitSpec, slot: int, born: float, revision: int) -> Ref:
    """Return the identity of a pod: another one after each replacement."""
    own = (spec.key, slot, round(born - world.opened, 3))
    name = f"{spec.name}-{slot}"
    if spec.kind != "sts":
        tail = noise.suffix(world.seed, 5, *own)
        name = f"{spec.name}-{_hash(world, spec, revision)}-{tail}"
    return Ref("kubernetes", spec.scope, "pod", _uuid(world, "pod", *own), name)
