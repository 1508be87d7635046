"""The machines of the company that are in no group: (scope, machine) for each account."""

from __future__ import annotations

from dataclasses import replace

from fleetui.core.state import State
from fleetui.providers.demo.instances import Machine


def aws_prod() -> list[tuple[str, Machine]]:
    """Return the instances of the production account that are in no group."""
    eu, us = "prod/eu-1", "prod/us-1"
    ubuntu = "ubuntu-24.04"
    return [
        (eu, Machine(name="db-1", size="r6g.xlarge", cores=4, gib=32, zone="eu-central-1a",
            image=ubuntu, cpu=0.45, disk=0.91, role="postgres")),
        (eu, Machine(name="db-2", size="r6g.xlarge", cores=4, gib=32, zone="eu-central-1b",
            image=ubuntu, cpu=0.2, disk=0.71, role="postgres")),
        (eu, Machine(name="ecs-1", size="c6i.xlarge", cores=4, gib=8, zone="eu-central-1a",
            image="amzn2-ecs", cpu=0.55, age_days=35, role="ecs")),
        (eu, Machine(name="ecs-2", size="c6i.xlarge", cores=4, gib=8, zone="eu-central-1b",
            image="amzn2-ecs", cpu=0.5, age_days=35, role="ecs")),
        (eu, Machine(name="nat-1", size="t4g.small", cores=2, gib=2, zone="eu-central-1a",
            image="amzn2", cpu=0.1, role="nat", public=True)),
        (us, Machine(name="db-us-1", size="r6g.large", cores=2, gib=16, zone="us-east-1a",
            image=ubuntu, cpu=0.3, role="postgres")),
    ]  # fmt: skip


def aws_staging() -> list[tuple[str, Machine]]:
    """Return the instances of the staging account."""
    return [
        ("staging/eu-1", Machine(name="db-staging", size="t3.medium", cores=2, gib=4,
            zone="eu-central-1b", image="ubuntu-24.04", cpu=0.1, role="postgres")),
        ("staging/eu-1", Machine(name="load-test", size="c6i.2xlarge", cores=8, gib=16,
            zone="eu-central-1b", image="ubuntu-24.04", state=State.STOPPED, native="stopped",
            role="load-test")),
    ]  # fmt: skip


def droplets() -> list[tuple[str, Machine]]:
    """Return the droplets in no pool."""
    debian = "debian-12-x64"
    found = [
        Machine(name="bastion", size="s-2vcpu-4gb", cores=2, gib=4, cpu=0.15, disk=0.48,
            role="bastion", public=True),
        Machine(name="ci", size="c-8", cores=8, gib=16, cpu=0.5, disk=0.66, role="ci", public=True),
        Machine(name="vpn-1", size="s-1vcpu-1gb", cores=1, gib=1, cpu=0.08, role="vpn",
            public=True),
        Machine(name="status-page", size="s-1vcpu-2gb", cores=1, gib=2, cpu=0.06, role="status",
            public=True),
        Machine(name="blog", size="s-1vcpu-2gb", cores=1, gib=2, cpu=0.1, role="blog", public=True),
        Machine(name="legacy-shop", size="s-4vcpu-8gb", cores=4, gib=8, role="shop",
            age_days=1400, state=State.STOPPED, native="off"),
    ]  # fmt: skip
    return [("fra1", _in(machine, "fra1", debian)) for machine in found]


def _in(machine: Machine, zone: str, image: str) -> Machine:
    return replace(machine, zone=zone, image=image)


def gcp_machines() -> list[tuple[str, Machine]]:
    """Return the instances in no group."""
    found = [
        Machine(name="warehouse-1", size="n2-highmem-4", cores=4, gib=32, cpu=0.35,
            zone="europe-west3-a", image="debian-12", role="clickhouse", disk=0.63),
        Machine(name="train-1", size="g2-standard-8", cores=8, gib=32, zone="europe-west3-b",
            image="ubuntu-2204", role="ml", state=State.STOPPED, native="TERMINATED"),
    ]  # fmt: skip
    return [("acme-eu", machine) for machine in found]


def hosts() -> list[tuple[str, Machine]]:
    """Return the machines in the office."""
    found = [
        Machine(name="nas", size="8 × N5105", cores=8, gib=16, cpu=0.12, zone="office",
            image="Debian 12", disk=0.82, role="backup", age_days=900),
        Machine(name="build-arm", size="8 × M2", cores=8, gib=24, cpu=0.3, zone="office",
            image="Fedora 40", role="build", age_days=300),
        Machine(name="print-srv", size="4 × A72", cores=4, gib=4, cpu=0.03, zone="office",
            image="Raspbian 12", role="print", age_days=1100),
    ]  # fmt: skip
    return [("office", machine) for machine in found]


def nodes() -> list[tuple[str, Machine]]:
    """Return the nodes of the cluster."""
    image = "Talos 1.7"
    found = [
        Machine(name="blue-1", size="m6i.xlarge", cores=4, gib=16,
            zone="eu-central-1a", image=image, cpu=0.5, role="node", age_days=38),
        Machine(name="blue-2", size="m6i.xlarge", cores=4, gib=16,
            zone="eu-central-1b", image=image, cpu=0.45, role="node", age_days=38),
        Machine(name="blue-3", size="m6i.xlarge", cores=4, gib=16,
            zone="eu-central-1c", image=image, cpu=0.5, role="node", age_days=38),
    ]  # fmt: skip
    return [("blue", machine) for machine in found]


def green_nodes() -> list[tuple[str, Machine]]:
    """Return the nodes of the cluster where the next release is tried."""
    found = [
        Machine(name=f"green-{n}", size="t3.large", cores=2, gib=8, zone=f"eu-central-1{zone}",
            image="Talos 1.8", cpu=0.2, role="node", age_days=9)
        for n, zone in ((1, "a"), (2, "b"))
    ]  # fmt: skip
    return [("green", machine) for machine in found]
