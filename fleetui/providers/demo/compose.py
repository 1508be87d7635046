"""What runs on the Docker hosts of the company."""

from __future__ import annotations

from typing import Any

from fleetui.core.state import State
from fleetui.providers.demo.docker import Jobs, Lone
from fleetui.providers.demo.units import UnitSpec


def compose(name: str, image: str, count: int = 1, **more: Any) -> UnitSpec:
    """Return a service of a compose project; `{}` in the image is its revision."""
    project = name.partition("/")[0]
    base: dict[str, Any] = {
        "scope": "bastion", "form": image.rpartition(":")[2], "revision": 30,
        "surge": False, "warm": 6.0,
        "networks": (f"{project}_default",), "cpu": 0.12, "memory": 180, "age_days": 14.0,
    }  # fmt: skip
    return UnitSpec(
        provider="docker", kind="compose", name=name, replicas=count, image=image,
        **(base | more),
    )  # fmt: skip


def bastion() -> tuple[list[UnitSpec], list[Lone]]:
    """Return what runs on the bastion."""
    return [
        compose("shop/db", "postgres:16.3", volumes=("shop_db",), stateful=True, memory=900),
        compose("shop/web", "acme/shop-web:1.{}", 2, port=8080, cpu=0.3),
        compose("shop/api", "acme/shop-api:2.14", 2, cpu=0.35, memory=320),
        compose("shop/cache", "redis:7.2", volumes=("shop_cache",), memory=90),
        compose("watch/grafana", "grafana/grafana:11.1", port=3000, volumes=("watch_grafana",)),
        compose("watch/prometheus", "prom/prometheus:v2.53", port=9090, volumes=("watch_tsdb",),
            memory=1400),
        compose("watch/alertmanager", "prom/alertmanager:v0.27", port=9093),
        compose("edge/caddy", "caddy:2.8", port=443, volumes=("edge_certs",), memory=60),
    ], [
        Lone("vault", "hashicorp/vault:1.17", command="vault server", age_days=70),
        Lone("node-exporter", "prom/node-exporter:v1.8", command="/bin/node_exporter", age_days=70),
        Lone("migrate-0412", "acme/shop-api:2.14", State.STOPPED, "exited", 0,
            "alembic upgrade head", 1),
        Lone("debug-kestrel", "nicolaka/netshoot:v0.13", State.PAUSED, "paused", None,
            "sleep infinity", 2),
    ]  # fmt: skip


def ci() -> tuple[list[UnitSpec], list[Lone], Jobs]:
    """Return what runs on the build host."""
    return [
        compose("forge/runner", "acme/runner:17.{}", 2, scope="ci", memory=220,
            networks=("forge_default",)),
        compose("forge/registry", "registry:2.8", scope="ci", port=5000,
            volumes=("forge_registry",), networks=("forge_default",)),
        compose("forge/minio", "minio/minio:2026-06", scope="ci", port=9000,
            volumes=("forge_objects",), networks=("forge_default",), memory=420),
    ], [
        Lone("registry-gc", "registry:2.8", State.STOPPED, "exited", 0,
            "registry garbage-collect", 1),
        Lone("buildkitd", "moby/buildkit:v0.15", command="buildkitd", age_days=20),
    ], Jobs("job", "acme/build:py312", 4, 600, 420)  # fmt: skip
