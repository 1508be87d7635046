"""What the demo's back ends tell of one thing: believable, and a pure function of seed and row."""

from __future__ import annotations

from functools import singledispatch

from fleetui.core import humanise
from fleetui.core.columns import Tone
from fleetui.core.describe import pairs_section, when
from fleetui.core.description import Description, description, row, section
from fleetui.core.objects import (
    Alert,
    CapacityUnit,
    Container,
    Image,
    Instance,
    Network,
    Resource,
    Service,
    Target,
    Volume,
)
from fleetui.core.secrets import masked
from fleetui.providers.demo import noise
from fleetui.providers.demo.boxes import (
    Told,
    digits,
    docker_container,
    environment_of,
    names_of,
    pod,
    stamp,
)
from fleetui.providers.demo.world import World


def describe(thing: Resource, world: World, time: float) -> Description:
    """Return what a back end tells of this row."""
    sections, raw = _tell(thing, world, time)
    return description(sections, masked(raw))


@singledispatch
def _tell(thing: Resource, world: World, time: float) -> Told:  # noqa: ARG001
    return [], {"ref": str(thing.ref), "state": thing.native_state, "labels": dict(thing.labels)}


@_tell.register
def _container(thing: Container, world: World, time: float) -> Told:
    environment = environment_of(world, thing, thing.image)
    tell = docker_container if thing.ref.provider == "docker" else pod
    return tell(thing, world, time, environment)


@_tell.register
def _instance(thing: Instance, world: World, time: float) -> Told:  # noqa: ARG001
    disk = (40, 80, 160)[int(3 * noise.share(world.seed, thing.ref.uid, "disk"))]
    kernel = noise.pick(world.seed, ("6.1.0-25-amd64", "6.8.0-45-generic"), thing.ref.uid, "kernel")
    private = thing.private_address or "10.0.1.17"
    raw = {
        "id": thing.ref.uid, "name": thing.name, "status": thing.native_state,
        "type": thing.size, "zone": thing.zone, "image": thing.image,
        "launched_at": stamp(thing.started or thing.created),
        "networks": {"public": thing.address, "private": private},
        "disks": [{"device": "/dev/vda", "size_gb": disk, "encrypted": True}],
        "tags": dict(thing.labels),
        "user_data": f"#cloud-config\npassword: {digits(world, 10, thing.name)}\nruncmd:\n- join\n",
    }  # fmt: skip
    return [
        section("state", (row("kernel", kernel), row("key pair", "ops-2026"))),
        section("limits", (row("root disk", f"{disk} GB, encrypted"),)),
        section("network", (row("private", private), row("firewall", "ssh from the bastion",
                                                         "http from the load balancer"))),
        section("mounts", (row("/", f"/dev/vda, {disk} GB, ext4"),)),
    ], raw  # fmt: skip


@_tell.register
def _unit(thing: CapacityUnit, world: World, time: float) -> Told:
    environment = environment_of(world, thing, "")
    members = [link.ref for link in thing.links if link.relation == "has"]
    wanted = thing.desired or 0
    raw = {
        "kind": thing.ref.kind, "name": thing.name, "scope": thing.ref.scope,
        "revision": thing.revision, "labels": dict(thing.labels),
        "spec": {"replicas": wanted, "min": thing.min, "max": thing.max,
                 "strategy": {"maxSurge": 1, "maxUnavailable": 0},
                 "template": {"env": [{"name": k, "value": v} for k, v in environment.items()]}},
        "status": {"replicas": wanted, "ready": thing.ready, "running": thing.running,
                   "pending": thing.pending, "rollout": thing.rollout or None},
        "members": [str(ref) for ref in members],
    }  # fmt: skip
    scaled = time - 3600 * (1 + 8 * noise.share(world.seed, thing.ref.uid, "scaled"))
    return [
        section(
            "state",
            (
                row("strategy", "rolling: one more at a time, none fewer"),
                row("last scaled", when(scaled - scaled % 60, time)),
            ),
        ),
        section(
            "limits",
            (
                row("target", "set by the autoscaler" if thing.autoscaler else None),
                row("cool-down", "300 s" if thing.autoscaler else None),
            ),
        ),
        names_of(environment),
        section("members", (row(ref.kind, ref.name) for ref in members[:50])),
    ], raw


@_tell.register
def _service(thing: Service, world: World, time: float) -> Told:  # noqa: ARG001
    ports = [
        {"port": p.public or p.private, "targetPort": p.private, "protocol": p.protocol}
        for p in thing.ports
    ]
    raw = {
        "kind": "Service",
        "name": thing.name,
        "spec": {
            "type": thing.type,
            "clusterIP": thing.address,
            "ports": ports,
            "selector": dict(thing.selector),
        },
        "status": {"ready": thing.ready, "total": thing.total},
    }
    return [
        section("state", (row("affinity", "none"),
                          row("endpoints", f"{thing.ready} ready of {thing.total}"
                              if thing.total is not None else None))),
        section("network", (row("balances", "round robin"),)),
    ], raw  # fmt: skip


@_tell.register
def _image(thing: Image, world: World, time: float) -> Told:  # noqa: ARG001
    steps = ("COPY app /app", "RUN pip install -r requirements.txt", "COPY requirements.txt .",
             "WORKDIR /app", "ENV PYTHONUNBUFFERED=***", "RUN apt-get install -y curl",
             "/bin/sh -c #(nop) ADD file:… in /")  # fmt: skip
    count = thing.layers or len(steps)
    shares = [1 + 9 * noise.share(world.seed, thing.name, n) for n in range(min(count, len(steps)))]
    sizes = [int((thing.size or 0) * s / sum(shares)) for s in shares]
    digest = digits(world, 64, thing.name)
    raw = {
        "Id": thing.ref.uid,
        "RepoTags": list(thing.tags),
        "RepoDigests": [f"{thing.name.partition(':')[0]}@sha256:{digest}"],
        "Created": stamp(thing.created),
        "Os": "linux",
        "Architecture": "amd64",
        "Size": thing.size,
        "Config": {
            "Env": ["PATH=/usr/local/bin:/usr/bin", "PYTHONUNBUFFERED=1"],
            "Entrypoint": ["docker-entrypoint.sh"],
            "WorkingDir": "/app",
        },
        "RootFS": {
            "Type": "layers",
            "Layers": [f"sha256:{digits(world, 64, thing.name, n)}" for n in range(count)],
        },
    }
    return [
        section("state", (row("made for", "linux/amd64"),)),
        section("image", (row("tags", *thing.tags), row("digest", f"sha256:{digest}"),
                          row("layers", count))),
        section("history", (row(humanise.size(size), step)
                            for size, step in zip(sizes, steps, strict=False))),
    ], raw  # fmt: skip


@_tell.register
def _volume(thing: Volume, world: World, time: float) -> Told:  # noqa: ARG001
    raw = {
        "Name": thing.name,
        "Driver": thing.driver,
        "Mountpoint": thing.mountpoint,
        "CreatedAt": stamp(thing.created),
        "Scope": "local",
        "Options": None,
        "Labels": dict(thing.labels),
        "UsageData": {"Size": thing.size, "RefCount": thing.used_by},
    }
    return [section("state", (row("reach", "local"),)),
            section("used by", (row("containers", thing.used_by),))], raw  # fmt: skip


@_tell.register
def _network(thing: Network, world: World, time: float) -> Told:  # noqa: ARG001
    ranges = [{"Subnet": one, "Gateway": one.replace(".0/16", ".1")} for one in thing.subnets]
    raw = {
        "Name": thing.name,
        "Id": thing.ref.uid,
        "Driver": thing.driver,
        "Internal": thing.internal,
        "Scope": "local",
        "IPAM": {"Driver": "default", "Config": ranges},
    }
    return [
        section(
            "network",
            (
                row("ranges", *(f"{r['Subnet']} by way of {r['Gateway']}" for r in ranges)),
                row("mtu", 1500),
            ),
        )
    ], raw


@_tell.register
def _alert(thing: Alert, world: World, time: float) -> Told:  # noqa: ARG001
    notes = {"summary": thing.summary, "description": thing.reason,
             "runbook_url": f"https://runbooks.acme.example/{thing.name}"}  # fmt: skip
    raw = {
        "name": thing.name,
        "query": thing.expression,
        "state": thing.native_state,
        "labels": dict(thing.labels),
        "annotations": notes,
        "value": thing.value,
        "activeAt": stamp(thing.since),
        "duration": 120,
        "group": "shop",
        "file": "/etc/prometheus/shop.yml",
    }
    return [
        section("rule", (row("group", "shop"), row("file", "/etc/prometheus/shop.yml"),
                         row("for", "2m"), row("evaluated every", "15s"))),
        pairs_section("annotations", notes.items()),
    ], raw  # fmt: skip


@_tell.register
def _target(thing: Target, world: World, time: float) -> Told:  # noqa: ARG001
    found = {
        "__address__": thing.name,
        "__metrics_path__": "/metrics",
        "__scheme__": "http",
        "__scrape_interval__": "15s",
        "__param_token": digits(world, 8, thing.name),
        "job": thing.job,
    }
    raw = {"scrapePool": thing.job, "scrapeUrl": thing.url, "labels": dict(thing.labels),
           "discoveredLabels": found, "health": thing.native_state, "lastError": thing.reason,
           "lastScrape": stamp(thing.last_scrape),
           "lastScrapeDuration": thing.scrape_s}  # fmt: skip
    return [
        section("state", (row("last error", thing.reason, tone=Tone.WARN),)),
        pairs_section("discovered labels", found.items()),
    ], raw
