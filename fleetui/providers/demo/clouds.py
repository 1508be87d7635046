"""The smaller places of the demo: droplets, Compute Engine, and hosts reached by SSH."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleetui.core.objects import CapacityUnit, Instance, Port, Service
from fleetui.core.ref import Ref
from fleetui.providers.demo import instances, machines, noise, units
from fleetui.providers.demo.instances import Machine, Words
from fleetui.providers.demo.rows import capacity_row, service_row, unit_ref
from fleetui.providers.demo.units import Member, UnitSpec
from fleetui.providers.demo.world import World

_WORDS = {
    "digitalocean": Words("active", "new", "off", "165.22", "10.114"),
    "gcp": Words("RUNNING", "STAGING", "STOPPING", "34.89", "10.156"),
    "ssh": Words("up", "up", "up", "198.51", "192.168"),
}
_KINDS = {"digitalocean": "droplet", "gcp": "instance", "ssh": "host"}


class Place:
    """A back end with machines, and perhaps with groups of them and a load balancer."""

    def __init__(
        self,
        world: World,
        provider: str,
        specs: Sequence[UnitSpec],
        machines: Sequence[tuple[str, Machine]],
    ) -> None:
        self.world = world
        self.specs = tuple(specs)
        self._provider = provider
        self._machines = tuple(machines)
        self._words = _WORDS[provider]

    def compute(self, time: float) -> list[Instance]:
        """Return the machines: those of groups, and those of their own."""
        rows = []
        for spec in self.specs:
            unit = unit_ref(self.world, spec)
            for member, ref in self._members(spec, time):
                row = instances.member_row(self.world, spec, member, ref, unit, self._words, time)
                rows.append(row)
        for scope, machine in self._machines:
            kind = _KINDS[self._provider]
            ref = instances.machine_ref(self.world, self._provider, scope, machine, kind)
            rows.append(instances.machine_row(self.world, ref, machine, self._words, time))
        return rows

    def capacity(self, time: float) -> list[CapacityUnit]:
        """Return the groups."""
        return [self._unit(spec, time) for spec in self.specs]

    def services(self, time: float) -> list[Service]:
        """Return the load balancers in front of groups."""
        return [
            service_row(
                self.world,
                Ref(
                    spec.provider,
                    spec.scope,
                    "lb",
                    noise.identity(self.world.seed, 12, "lb", spec.key),
                    spec.name,
                ),
                "lb",
                (Port(spec.port, 443),),
                self._unit(spec, time),
                address=instances.address(self.world, self._words.public_net, "lb", spec.key),
                time=time,
            )
            for spec in self.specs
            if spec.port is not None
        ]

    def _unit(self, spec: UnitSpec, time: float) -> CapacityUnit:
        found = self._members(spec, time)
        return capacity_row(
            self.world, spec, [m for m, _ in found], dict(found), "members are not healthy", time
        )

    def _members(self, spec: UnitSpec, time: float) -> list[tuple[Member, Ref]]:
        found = units.members(self.world.clock, spec, time)
        return [(member, self._ref(spec, member)) for member in found]

    def _ref(self, spec: UnitSpec, member: Member) -> Ref:
        own = (spec.key, member.slot, round(member.born - self.world.opened, 3))
        uid = instances.uid_of(self.world, self._provider, *own)
        name = f"{spec.name}-{member.slot + 1}"
        return Ref(self._provider, spec.scope, _KINDS[self._provider], uid, name)


def droplet_specs() -> list[UnitSpec]:
    """Return the droplet pools."""
    return [
        UnitSpec(
            provider="digitalocean", scope="fra1", kind="pool", name="edge", replicas=3, low=2,
            high=5, autoscaler="target CPU 50 %", form="", image="debian-12-x64", port=8443,
            size="s-2vcpu-4gb", cores=2, cpu=0.5, memory=2048, zones=("fra1",), age_days=60,
            labels=(("app", "edge"), ("env", "prod")),
        ),
    ]  # fmt: skip


def gcp_specs() -> list[UnitSpec]:
    """Return the managed instance groups."""
    zones = ("europe-west3-a", "europe-west3-b", "europe-west3-c")
    return [
        UnitSpec(
            provider="gcp", scope="acme-eu", kind="mig", name="render", replicas=3, low=1, high=8,
            autoscaler="cpu 0.75", form="render-v{}", revision=9, image="cos-113",
            size="n2-standard-4",
            cores=4, cpu=1.8, memory=8000, zones=zones, age_days=4, labels=(("app", "render"),
            ("env", "prod")),
        ),
    ]  # fmt: skip


_Units = Callable[[], list[UnitSpec]]
_Machines = Callable[[], list[tuple[str, Machine]]]
# What each place holds: its groups, and its machines in none.
PLACES: dict[str, tuple[_Units, _Machines]] = {
    "digitalocean": (droplet_specs, machines.droplets),
    "gcp": (gcp_specs, machines.gcp_machines),
    "ssh": (list, machines.hosts),
}
