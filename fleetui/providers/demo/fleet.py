"""The composition of the demo fleet: which back ends there are and what each holds."""

from __future__ import annotations

import time as clock_time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fleetui.core.clean import clean
from fleetui.core.ref import Ref
from fleetui.providers.base import Provider, Report
from fleetui.providers.demo import aws, clouds, clusters, docker, kubernetes, machines, units
from fleetui.providers.demo import compose as compose_projects
from fleetui.providers.demo.deeds import Life
from fleetui.providers.demo.dockerhost import DockerProvider
from fleetui.providers.demo.faults import FAULTS, HIT, Misbehaviour, hostile_names, spoiler
from fleetui.providers.demo.grown import (
    Counts,
    GrownCluster,
    GrownContainers,
    GrownMachines,
    shares,
)
from fleetui.providers.demo.growth import Grown
from fleetui.providers.demo.happenings import NameOf
from fleetui.providers.demo.logs.book import Book
from fleetui.providers.demo.prometheus import Monitoring
from fleetui.providers.demo.provider import DemoProvider, Reader, WatchedProvider
from fleetui.providers.demo.reports import report
from fleetui.providers.demo.scale import Part
from fleetui.providers.demo.server import PrometheusProvider
from fleetui.providers.demo.units import Clockwork, UnitSpec
from fleetui.providers.demo.world import World

PRODUCTION: frozenset[tuple[str, str]] = frozenset(
    {("aws", "prod"), ("kubernetes", "blue"), ("digitalocean", "fra1"), ("gcp", "acme-eu")}
)
_STEPS = 40
_ON_BASTION = 0.3
"""The share of grown containers that the bastion holds; the others are on the build host."""


def demo_fleet(
    seed: int = 7,
    size: int | None = None,
    fault: str = "",
    now: Callable[[], float] = clock_time.time,
    log_rate: float = 2.0,
) -> tuple[Provider, ...]:
    """Return the back ends of a small company: a pure function of seed and time.

    `size` is about how many things there are in all, events apart, from 20 on: by itself the
    company has some 220; `fault` is one of FAULTS, or empty; each container writes `log_rate`
    lines a second. Raises ValueError for another fault.
    """
    if fault and fault not in FAULTS:
        raise ValueError(f"no fault is called {fault!r}: there are {', '.join(FAULTS)}")
    return compose(World(Clockwork(seed, now()), now, log_rate=log_rate), size, fault)


def compose(world: World, size: int | None, fault: str = "") -> tuple[Provider, ...]:
    """Return the back ends of this world, grown or shrunk to about `size` things."""
    share, extra = (1.0, 0) if size is None else _measure_up(world, size)
    if fault == "garbage":
        world = replace(world, spoil=spoiler(world.seed))
    return _Company(world, Part(share), shares(extra), fault).providers()


def _measure_up(world: World, size: int) -> tuple[float, int]:
    """Return which part of the company fits into `size`, and how many things are still missing."""

    def there(step: int) -> int:
        return sum(
            len(reader(world.opened))
            for provider in _Company(world, Part(step / _STEPS), Counts(), "").all()
            for reader in provider.readers.values()
        )

    # More of the company is never fewer things, so the largest part that fits is searched for.
    low, high = 0, _STEPS
    if there(high) <= size:
        low = high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if there(middle) <= size else (low, middle)
    return low / _STEPS, max(0, size - there(low))


class _Company:
    """Builds each back end of one fleet."""

    def __init__(self, world: World, part: Part, grow: Counts, fault: str) -> None:
        self._world = world
        self._part = part
        self._grow = grow
        self._fault = fault

    def providers(self) -> tuple[Provider, ...]:
        """Return the back ends that hold something."""
        return tuple(self.all())

    def all(self) -> list[DemoProvider]:
        """Return the back ends in the order of their words on screen."""
        part = self._part
        prod = aws.Cloud(self._world, part.units(aws.specs(), 1), part.some(machines.aws_prod()))
        blue = kubernetes.Cluster(
            self._world, part.units(clusters.blue_specs(), 1), part.some(machines.nodes(), 1)
        )
        found = [
            self._place("digitalocean", "fra1"),
            self._cloud("prod", prod, grown=self._grow.machines),
            self._staging(),
            self._place("gcp", "acme-eu"),
            self._place("ssh", "office"),
            self._bastion(),
            self._ci(),
            self._blue(blue),
            self._green(),
            self._prometheus(Monitoring(
                self._world, [*prod.specs, *blue.specs], part.targets()
            )),
        ]  # fmt: skip
        return [provider for provider in found if provider is not None]

    def _report(self, provider: str, scope: str) -> Callable[[float], Report]:
        return report(self._world.opened, provider, scope)

    def _wrong(self, provider: str, scope: str) -> Misbehaviour | None:
        if (provider, scope) not in HIT.get(self._fault, ()):
            return None
        world = self._world
        return Misbehaviour(self._fault, (provider, scope), world.seed, world.opened, world.sleep)

    def _place(self, provider: str, scope: str) -> DemoProvider | None:
        units, others = clouds.PLACES[provider]
        place = clouds.Place(
            self._world, provider, self._part.units(units()), self._part.some(others())
        )
        if not place.specs and not place.compute(self._world.opened):
            return None
        readers: dict[str, Reader] = {"compute": place.compute}
        if place.specs:
            readers |= {"capacity": place.capacity, "services": place.services}
        return DemoProvider(
            self._world, provider, scope, readers, self._report(provider, scope),
            misbehaviour=self._wrong(provider, scope), specs=place.specs,
        )  # fmt: skip

    def _cloud(self, scope: str, cloud: aws.Cloud, *, grown: int = 0) -> DemoProvider:
        readers: dict[str, Reader] = {
            "compute": cloud.compute, "containers": cloud.containers,
            "capacity": cloud.capacity, "services": cloud.services,
        }  # fmt: skip
        return DemoProvider(
            self._world, "aws", scope, readers, self._report("aws", scope), events=cloud.events,
            expires=True, book=self._book(cloud.specs, lambda spec, life: aws.member_ref(
                self._world, spec, life.slot, life.born)),
            grown={"compute": GrownMachines(self._world, grown).rows} if grown else None,
            misbehaviour=self._wrong("aws", scope), specs=cloud.specs,
        )  # fmt: skip

    def _staging(self) -> DemoProvider | None:
        specs, others = aws.staging_specs(), machines.aws_staging()
        cloud = aws.Cloud(self._world, self._part.units(specs), self._part.some(others))
        return self._cloud("staging", cloud) if cloud.specs else None

    def _bastion(self) -> DemoProvider:
        specs, lone = compose_projects.bastion()
        lone = self._part.some(lone)
        if self._fault == "garbage":
            lone += [docker.Lone(clean(name), "acme/hostile:latest") for name in hostile_names()]
        count = round(self._grow.containers * (_ON_BASTION if self._part.share == 1 else 1.0))
        host = docker.Host(self._world, "bastion", self._part.units(specs, 1), lone, grown=count)
        return self._engine(host, count)

    def _ci(self) -> DemoProvider | None:
        specs, lone, jobs = compose_projects.ci()
        count = 0
        if self._part.share == 1:
            count = self._grow.containers - round(self._grow.containers * _ON_BASTION)
        host = docker.Host(
            self._world, "ci", self._part.units(specs), self._part.some(lone),
            self._part.jobs(jobs), count,
        )  # fmt: skip
        return self._engine(host, count) if host.specs else None

    def _engine(self, host: docker.Host, count: int) -> DemoProvider:
        return DockerProvider(
            self._world, host, self._report("docker", host.scope),
            grown=GrownContainers(self._world, host, count) if count else None,
            misbehaviour=self._wrong("docker", host.scope),
            book=self._book(host.specs, lambda spec, life: host.container_ref(
                spec, life.slot, life.born)),
        )  # fmt: skip

    def _book(self, specs: Sequence[UnitSpec], name_of: NameOf) -> Book:
        """Return who of these units has a log."""
        clock = self._world.clock

        def occupants(since: float, until: float) -> Iterator[tuple[UnitSpec, Life, Ref]]:
            for spec in specs:
                for life in units.lives(clock, spec, since, until):
                    yield spec, life, name_of(spec, life)

        return Book(self._world, occupants)

    def _blue(self, cluster: kubernetes.Cluster) -> DemoProvider:
        more = GrownCluster(self._world, self._grow)
        return self._cluster("blue", cluster, {
            "containers": more.pods, "capacity": more.units, "services": more.services,
        })  # fmt: skip

    def _green(self) -> DemoProvider | None:
        part = self._part
        cluster = kubernetes.Cluster(
            self._world, part.units(clusters.green_specs()), part.some(machines.green_nodes(), 1),
            part.some(clusters.green_services()),
        )  # fmt: skip
        return self._cluster("green", cluster) if cluster.specs else None

    def _cluster(
        self, scope: str, cluster: kubernetes.Cluster, grown: dict[str, Grown] | None = None
    ) -> DemoProvider:
        readers: dict[str, Reader] = {
            "containers": cluster.containers, "capacity": cluster.capacity,
            "services": cluster.services, "compute": cluster.compute,
        }  # fmt: skip
        return WatchedProvider(
            self._world, "kubernetes", scope, readers, self._report("kubernetes", scope),
            events=cluster.events, misbehaviour=self._wrong("kubernetes", scope),
            specs=cluster.specs,
            book=self._book(cluster.specs, lambda spec, life: kubernetes.pod_ref(
                self._world, spec, life.slot, life.born, life.revision)),
            grown=grown,
        )  # fmt: skip

    def _prometheus(self, main: Monitoring) -> DemoProvider:
        return PrometheusProvider(
            self._world, main, self._report("prometheus", "main"),
            misbehaviour=self._wrong("prometheus", "main"),
        )  # fmt: skip
