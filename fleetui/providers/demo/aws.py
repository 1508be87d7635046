"""AWS of the demo: EC2 instances, Auto Scaling Groups, ECS services and tasks, target groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from fleetui.providers.demo import happenings, instances, noise, phrases, units
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.instances import Machine, Words
from fleetui.providers.demo.rows import capacity_row, service_row, unit_ref
from fleetui.providers.demo.units import Member, Phase, UnitSpec
from fleetui.providers.demo.world import MIB, World

WORDS = Words("running", "pending", "shutting-down", "18.196", "10.20")
_REGISTRY = "registry.acme.example"
_REGIONS = {"eu-1": "eu-central-1", "us-1": "us-east-1"}


class Cloud:
    """One AWS account: reads its rows at a moment."""

    def __init__(
        self, world: World, specs: Sequence[UnitSpec], machines: Sequence[tuple[str, Machine]]
    ) -> None:
        self.world = world
        self.specs = tuple(specs)
        self._machines = tuple(machines)

    def compute(self, time: float) -> list[Instance]:
        """Return the instances: those of groups, and those of their own."""
        rows = []
        for spec in self.specs:
            if spec.kind == "asg":
                for member, ref in self._members(spec, time):
                    unit = unit_ref(self.world, spec)
                    row = instances.member_row(self.world, spec, member, ref, unit, WORDS, time)
                    rows.append(row)
        for scope, machine in self._machines:
            ref = instances.machine_ref(self.world, "aws", scope, machine, "instance")
            rows.append(instances.machine_row(self.world, ref, machine, WORDS, time))
        return rows

    def containers(self, time: float) -> list[Container]:
        """Return the tasks of the ECS services."""
        return [
            self._task(spec, member, ref, time)
            for spec in self.specs
            if spec.kind == "ecs"
            for member, ref in self._members(spec, time)
        ]

    def capacity(self, time: float) -> list[CapacityUnit]:
        """Return groups and services."""
        return [self._unit(spec, time) for spec in self.specs]

    def services(self, time: float) -> list[Service]:
        """Return the target groups of all that has a port."""
        rows = []
        for spec in self.specs:
            if spec.port is None:
                continue
            uid = noise.identity(self.world.seed, 16, "tg", spec.key, spec.scope)
            region = _REGIONS[spec.scope.partition("/")[2]]
            rows.append(
                service_row(
                    self.world,
                    Ref("aws", spec.scope, "tg", uid, spec.name),
                    "alb",
                    (Port(spec.port, 443),),
                    self._unit(spec, time),
                    address=f"acme-{spec.scope.partition('/')[0]}.{region}.elb.example",
                    why="health check 503 on /ready",
                    time=time,
                )
            )
        return rows

    def events(self, since: float, until: float) -> list[Event]:
        """Return what happened to groups, services, instances and tasks."""

        def name_of(spec: UnitSpec, life: Life) -> Ref:
            return member_ref(self.world, spec, life.slot, life.born)

        told = {"ecs": phrases.ECS, "asg": phrases.ASG}
        return happenings.of_units(self.world, self.specs, told, name_of, since, until)

    def _unit(self, spec: UnitSpec, time: float) -> CapacityUnit:
        found = self._members(spec, time)
        trouble = "tasks: health check 503 on /ready"
        return capacity_row(self.world, spec, [m for m, _ in found], dict(found), trouble, time)

    def _members(self, spec: UnitSpec, time: float) -> list[tuple[Member, Ref]]:
        found = units.members(self.world.clock, spec, time)
        return [
            (member, member_ref(self.world, spec, member.slot, member.born)) for member in found
        ]

    def _host(self, spec: UnitSpec, slot: int) -> tuple[Link, ...]:
        """Return the link to the instance that a task runs on; none where it is Fargate's."""
        hosts = [
            (scope, m) for scope, m in self._machines if m.role == "ecs" and scope == spec.scope
        ]
        if not hosts:
            return ()
        scope, machine = hosts[slot % len(hosts)]
        ref = instances.machine_ref(self.world, "aws", scope, machine, "instance")
        return (Link("runs_on", ref),)

    def _task(self, spec: UnitSpec, member: Member, ref: Ref, time: float) -> Container:
        world = self.world
        up = member.phase in {Phase.RUNNING, Phase.RETRYING}
        sick = member.phase in {Phase.FAILING, Phase.RETRYING}
        state, native = {
            Phase.PENDING: (State.PENDING, "PROVISIONING"),
            Phase.STOPPING: (State.STOPPING, "DEACTIVATING"),
            Phase.FAILING: (State.DEGRADED, "RUNNING"),
            Phase.RETRYING: (State.DEGRADED, "RUNNING"),
        }.get(member.phase, (State.RUNNING, "RUNNING"))
        return Container(
            ref=ref,
            state=state,
            native_state=native,
            health=Health.UNHEALTHY if sick else Health.HEALTHY if up else Health.STARTING,
            reason=world.text("health check failed: HTTP 503 on /ready") if sick else "",
            labels=world.labels(**dict(spec.labels)),
            created=round(member.born, 3),
            observed_at=max(member.since, world.settled(time)),
            links=(Link("part_of", unit_ref(world, spec)), *self._host(spec, member.slot)),
            capabilities=(
                Capability("stop", member.phase is not Phase.STOPPING, "" if up else "not running"),
                Capability("logs", True),
                Capability("exec", False, "execute command is off for this service"),
                Capability("describe", True),
            ),
            image=f"{_REGISTRY}/{spec.image}:{spec.words(member.revision).lstrip(':')}",
            ports=(Port(spec.port or 8080),),
            cpu=world.cpu(spec.key, member.slot, spec.cpu, time) if up else None,
            memory=world.memory(spec.key, member.slot, spec.memory, time) if up else None,
            memory_limit=spec.memory * 2 * MIB,
            ready=int(member.ready),
            total=1,
            started=round(member.born + spec.warm, 3) if up else None,
        )


def member_ref(world: World, spec: UnitSpec, slot: int, born: float) -> Ref:
    """Return the identity of an instance or a task."""
    own = (spec.key, spec.scope, slot, round(born - world.opened, 3))
    if spec.kind == "asg":
        uid = instances.uid_of(world, "aws", *own)
        return Ref("aws", spec.scope, "instance", uid, f"{spec.name}-{slot + 1}")
    uid = noise.identity(world.seed, 32, *own)
    return Ref("aws", spec.scope, "task", uid, f"{spec.name}-{uid[:8]}")


def specs() -> list[UnitSpec]:
    """Return the units of the production account."""
    zones = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
    us = ("us-east-1a", "us-east-1b")

    def asg(name: str, scope: str, count: int, **more: Any) -> UnitSpec:
        base: dict[str, Any] = {
            "low": 2, "high": 10, "autoscaler": "target CPU 60 %", "form": "lt {}", "revision": 12,
            "image": "ami-0acme2023", "size": "t3.large", "cores": 2, "cpu": 1.0, "memory": 4096,
            "zones": zones, "port": 443, "warm": 14.0, "surge": False, "age_days": 12.0,
        }  # fmt: skip
        return UnitSpec(
            provider="aws", scope=scope, kind="asg", name=name, replicas=count,
            labels=(("app", name), ("env", "prod"), ("team", "web")), **(base | more),

        )  # fmt: skip

    def ecs(name: str, count: int, revision: int, **more: Any) -> UnitSpec:
        base: dict[str, Any] = {
            "scope": "prod/eu-1", "low": 2, "high": 12, "form": ":{}", "image": name, "port": 8080,
            "autoscaler": "target CPU 60 %", "cpu": 0.45, "memory": 700, "age_days": 6.0,
        }  # fmt: skip
        return UnitSpec(
            provider="aws", kind="ecs", name=name, replicas=count, revision=revision,
            labels=(("app", name), ("env", "prod"), ("cluster", "acme-prod")), **(base | more),

        )  # fmt: skip

    return [
        asg("web", "prod/eu-1", 5),
        ecs("payments", 4, 87, cpu=0.5),
        asg("web-us", "prod/us-1", 2, zones=us, high=6),
        ecs("cart", 4, 86),
        ecs("notify", 2, 31, high=4, port=None, autoscaler=""),
        ecs("ledger", 2, 54, scope="prod/us-1", high=4),
    ]


def staging_specs() -> list[UnitSpec]:
    """Return the units of the staging account."""
    return [
        UnitSpec(
            provider="aws", scope="staging/eu-1", kind="ecs", name="checkout-preview", replicas=1,
            low=1, high=2, revision=112, form=":{}", image="checkout", port=8080, cpu=0.1,
            memory=400, age_days=2.0, labels=(("app", "checkout"), ("env", "staging")),
        ),
    ]  # fmt: skip
