"""What the demo's back ends tell of a container or a pod."""

from __future__ import annotations

from typing import Any

from fleetui.core import humanise
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Section, row, section
from fleetui.core.objects import Container, Resource
from fleetui.core.state import Health, State
from fleetui.providers.demo import noise
from fleetui.providers.demo.world import World

Told = tuple[list[Section | None], dict[str, Any]]
_HIDDEN = Cell("hidden", Tone.MUTED)


def digits(world: World, length: int, *parts: object) -> str:
    """Return hexadecimal digits that always belong to these words."""
    return noise.identity(world.seed, length, "describe", *parts)


def stamp(time: float | None) -> str | None:
    """Return a time as back ends write it."""
    return humanise.iso(time)


def environment_of(world: World, thing: Resource, image: str) -> dict[str, str]:
    """Return variables as services of the shop have them, passwords too: none is ever shown."""
    name = thing.name.split("-")[0].split("/")[-1]
    found = {
        "LOG_LEVEL": noise.pick(world.seed, ("info", "info", "debug"), name, "level"),
        "PORT": str(8000 + int(90 * noise.share(world.seed, name, "port"))),
        "SERVICE_NAME": name,
        "TZ": "UTC",
    }
    if "postgres" in image or "db" in name:
        return found | {
            "POSTGRES_DB": "shop",
            "POSTGRES_PASSWORD": digits(world, 16, name, "password"),
        }
    return found | {
        "DATABASE_URL": f"postgres://shop:{digits(world, 12, name, 'database')}@db-1:5432/shop",
        "PAYMENTS_API_KEY": f"sk_live_{digits(world, 24, name, 'payments')}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4317",
    }


def names_of(environment: dict[str, str]) -> Section | None:
    """Return the names of variables."""
    return section("environment", (row(name, _HIDDEN) for name in sorted(environment)))


def _check(thing: Container, time: float, test: str) -> Section | None:
    if thing.health is Health.NONE and not thing.reason:
        return None
    well = thing.health is Health.HEALTHY and not thing.reason
    said = Cell("exit 0") if well else Cell("exit 1", Tone.WARN)
    words = "" if well else thing.reason or "not ready yet"
    return section(
        "check",
        (
            row("check", test),
            row("says", str(thing.health)),
            *(
                row(
                    f"{humanise.age(ago + time % 10)} ago",
                    said,
                    Cell(words, Tone.WARN) if words else None,
                )
                for ago in (1.0, 11.0, 21.0)
            ),
        ),
    )


def docker_container(
    thing: Container, world: World, time: float, environment: dict[str, str]
) -> Told:
    """Return what an engine tells of a container."""
    limit = thing.memory_limit or 512 * 1024 * 1024
    port = environment["PORT"]
    mounts = [link.ref.name for link in thing.links if link.ref.kind == "volume"]
    networks = [link.ref.name for link in thing.links if link.ref.kind == "network"]
    address = f"172.18.0.{2 + int(250 * noise.share(world.seed, thing.ref.uid, 'address'))}"
    restart = "unless-stopped" if thing.project else "no"
    up = thing.state in {State.RUNNING, State.PAUSED}
    at = Cell(address) if up else Cell("no address", Tone.MUTED)
    raw = {
        "Id": thing.ref.uid,
        "Created": stamp(thing.created),
        "Name": f"/{thing.name}",
        "State": {"Status": thing.native_state, "Running": up, "OOMKilled": False,
                  "ExitCode": thing.exit_code or 0, "StartedAt": stamp(thing.started),
                  "FinishedAt": stamp(thing.finished)},
        "RestartCount": thing.restarts or 0,
        "HostConfig": {"Memory": limit, "NanoCpus": 2_000_000_000,
                       "NetworkMode": networks[0] if networks else "bridge",
                       "RestartPolicy": {"Name": restart, "MaximumRetryCount": 0},
                       "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}}},
        "Config": {"Image": thing.image, "Hostname": thing.ref.uid[:12],
                   "Env": [f"{k}={v}" for k, v in environment.items()],
                   "Entrypoint": ["docker-entrypoint.sh"], "Cmd": thing.command.split(),
                   "Labels": dict(thing.labels)},
        "Mounts": [{"Type": "volume", "Name": name, "Destination": f"/var/lib/{name}", "RW": True}
                   for name in mounts],
        "NetworkSettings": {"Networks": {name: {"IPAddress": address} for name in networks}},
    }  # fmt: skip
    return [
        section("state", (row("restart policy", restart), row("logs to", "json-file"))),
        section("limits", (row("memory limit", humanise.size(limit)), row("cpu limit", "2 cores"))),
        _check(thing, time, f"CMD curl -fsS http://localhost:{port}/healthz"),
        section("network", (row(name, at) for name in networks)),
        section("mounts", (row(f"/var/lib/{name}", f"volume {name}") for name in mounts)),
        names_of(environment),
        section("command", (row("entrypoint", "docker-entrypoint.sh"),
                            row("command", thing.command),
                            row("working folder", "/app"), row("user", "app"))),
        section("image", (row("image", thing.image),
                          row("image id", f"sha256:{digits(world, 64, thing.image)}"))),
    ], raw  # fmt: skip


def pod(thing: Container, world: World, time: float, environment: dict[str, str]) -> Told:
    """Return what a cluster tells of a pod."""
    port = int(environment["PORT"])
    limit = thing.memory_limit or 512 * 1024 * 1024
    node = thing.node or "ip-10-0-1-17"
    subnet = int(8 * noise.share(world.seed, node))
    address = f"10.42.{subnet}.{2 + int(250 * noise.share(world.seed, thing.ref.uid))}"
    secret = f"{thing.name.split('-')[0]}-secrets"
    raw = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": thing.name,
            "namespace": thing.ref.scope.partition("/")[2],
            "uid": thing.ref.uid,
            "labels": dict(thing.labels),
            "creationTimestamp": stamp(thing.created),
        },
        "spec": {
            "nodeName": node,
            "restartPolicy": "Always",
            "serviceAccountName": "default",
            "containers": [
                {
                    "name": thing.name.split("-")[0],
                    "image": thing.image,
                    "env": [{"name": k, "value": v} for k, v in environment.items()],
                    "ports": [{"containerPort": port}],
                    "readinessProbe": {
                        "httpGet": {"path": "/ready", "port": port},
                        "periodSeconds": 10,
                    },
                    "resources": {
                        "requests": {"cpu": "250m", "memory": "256Mi"},
                        "limits": {"memory": f"{limit >> 20}Mi"},
                    },
                }
            ],
        },
        "status": {
            "phase": thing.native_state,
            "podIP": address,
            "qosClass": "Burstable",
            "containerStatuses": [
                {
                    "restartCount": thing.restarts or 0,
                    "ready": not thing.reason,
                    "image": thing.image,
                }
            ],
        },
    }
    return [
        section("state", (row("restart policy", "Always"), row("quality", "Burstable"))),
        section("limits", (row("cpu wanted", "250m"), row("memory wanted", "256 MiB"),
                           row("memory limit", humanise.size(limit)))),
        _check(thing, time, f"GET :{port}/ready every 10s"),
        section("network", (row("address", address), row("node", node))),
        section("mounts", (row("/etc/secrets", f"secret {secret}, read-only"),
                           row("/var/cache", "emptyDir"))),
        names_of(environment),
        section("image", (row("image", thing.image),
                          row("digest", f"sha256:{digits(world, 64, thing.image)}"))),
    ], raw  # fmt: skip
