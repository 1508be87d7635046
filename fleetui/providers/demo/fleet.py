"""The composition of the demo fleet: which back ends there are and what each holds."""

from __future__ import annotations

import time as clock_time
from collections.abc import Callable

from fleetui.providers.base import Provider, Report
from fleetui.providers.demo import aws, clouds, docker, kubernetes
from fleetui.providers.demo.dockerhost import DockerProvider
from fleetui.providers.demo.prometheus import JOBS, Monitoring
from fleetui.providers.demo.provider import DemoProvider, Reader, WatchedProvider
from fleetui.providers.demo.server import PrometheusProvider
from fleetui.providers.demo.units import Clockwork
from fleetui.providers.demo.world import World

PRODUCTION: frozenset[tuple[str, str]] = frozenset(
    {("aws", "prod"), ("kubernetes", "blue"), ("digitalocean", "fra1"), ("gcp", "acme-eu")}
)


def demo_fleet(
    seed: int = 7,
    size: int = 200,
    fault: str = "",
    now: Callable[[], float] = clock_time.time,
) -> tuple[Provider, ...]:
    """Return the back ends of a small company: a pure function of seed and time.

    `size` is about how many things there are in all, events apart; `fault` is one of FAULTS.
    """
    world = World(Clockwork(seed, now()), now)
    return _compose(world)


def _report(
    provider: str,
    scope: str,
    identity: str,
    version: str,
    can: str,
    expires_in: float | None = None,
) -> Callable[[float], Report]:
    def report(now: float) -> Report:
        return Report(
            provider, scope, True, identity, version,
            tuple((word.strip(), True) for word in can.split(",")),
            None if expires_in is None else now + expires_in, 0.038,
        )  # fmt: skip

    return report


def _compose(world: World) -> tuple[Provider, ...]:
    prod = aws.Cloud(world, aws.specs(), aws.machines())
    staging = aws.Cloud(world, aws.staging_specs(), aws.staging_machines())
    droplets = clouds.Place(world, "digitalocean", clouds.droplet_specs(), clouds.droplets())
    google = clouds.Place(world, "gcp", clouds.gcp_specs(), clouds.gcp_machines())
    office = clouds.Place(world, "ssh", [], clouds.hosts())
    bastion = docker.Host(world, "bastion", *docker.bastion())
    ci = docker.Host(world, "ci", *docker.ci())
    cluster = kubernetes.Cluster(world, kubernetes.specs())
    specs = [*prod.specs, *cluster.specs]
    main = Monitoring(world, specs, {job: len(names) for job, names in JOBS.items()})

    def cloud(scope: str, place: aws.Cloud, identity: str) -> DemoProvider:
        readers: dict[str, Reader] = {
            "compute": place.compute, "containers": place.containers,
            "capacity": place.capacity, "services": place.services,
        }  # fmt: skip
        can = "describe instances, describe groups, describe services"
        return DemoProvider(
            world, "aws", scope, readers, _report("aws", scope, identity, "", can, 8040)
        )

    def small(
        provider: str, scope: str, place: clouds.Place, who: str, version: str
    ) -> DemoProvider:
        readers: dict[str, Reader] = {"compute": place.compute}
        if place.specs:
            readers |= {"capacity": place.capacity, "services": place.services}
        return DemoProvider(
            world, provider, scope, readers, _report(provider, scope, who, version, "list machines")
        )

    def engine(host: docker.Host) -> DockerProvider:
        can = "list containers, read events"
        who = f"ops@{host.scope}"
        return DockerProvider(world, host, _report("docker", host.scope, who, "Engine 26.1", can))

    k8s_readers: dict[str, Reader] = {
        "containers": cluster.containers, "capacity": cluster.capacity,
        "services": cluster.services,
    }  # fmt: skip
    return (
        small("digitalocean", "fra1", droplets, "ops@acme.example", "API v2"),
        cloud("prod", prod, "arn:aws:sts::412233445566:assumed-role/ops/kim"),
        cloud("staging", staging, "arn:aws:sts::778899001122:assumed-role/ops/kim"),
        small("gcp", "acme-eu", google, "ops@acme-eu.iam.example", "compute v1"),
        small("ssh", "office", office, "ops", "OpenSSH 9.2"),
        engine(bastion),
        engine(ci),
        WatchedProvider(
            world, "kubernetes", "blue", k8s_readers,
            _report("kubernetes", "blue", "system:serviceaccount:ops:fleetui", "v1.30.4", "list pods, list deployments, watch pods"),
            events=cluster.events,
        ),
        PrometheusProvider(
            world, main, _report("prometheus", "main", "no authentication", "2.53.1", "query, read rules, read targets")
        ),
    )  # fmt: skip
