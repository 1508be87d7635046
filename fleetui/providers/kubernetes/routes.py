"""Ingresses as rows: what they route to, and whether that is there."""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.objects import Link, Port, Service
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.capabilities import LEAVING, of_service
from fleetui.providers.kubernetes.endpoints import behind
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.scene import Scene, backends
from fleetui.providers.kubernetes.services import balancers
from fleetui.providers.kubernetes.shapes.network import Backend, IngressSpec

_NONE = IngressSpec()
_FORWARD = "forward to one of its services"
_HOSTS = 3


def ingress_row(scene: Scene, ingress: shapes.Ingress) -> Service:
    """Return the row of an ingress: ready and in all are those of its services together."""
    meta, spec = ingress.metadata, ingress.spec or _NONE
    space = meta.namespace
    names = backends(ingress)
    known = scene.knows("services", space) and scene.knows("endpointslices", space)
    links: list[Link] = []
    wrong: list[str] = []
    empty: list[str] = []
    ready = total = 0
    for name in names:
        service = scene.find("services", space, name)
        if service is None:
            wrong.append(f"its service {clean(name, 253)} is not there")
            continue
        links.append(Link("routes_to", scene.ref("services", service)))
        if service.spec is not None and service.spec.type == "ExternalName":
            continue
        found = behind(scene, service)
        ready, total = ready + found.ready, total + found.total
        if not found.ready:
            empty.append(clean(name, 253))
    wrong.extend(_ports(scene, ingress))
    if empty:
        plural = "services" if len(empty) > 1 else "service"
        wrong.append(f"no ready endpoint behind its {plural} {', '.join(empty[:4])}")
    state, health, reason = State.RUNNING, Health.HEALTHY if known and names else Health.NONE, ""
    if meta.deletion_timestamp:
        state, health, reason = State.STOPPING, Health.NONE, LEAVING
    elif known and wrong:
        serves = ready > 0
        state = State.DEGRADED if serves else State.FAILED
        health, reason = Health.UNHEALTHY, clean("; ".join(wrong), 300)
    return Service(
        ref=scene.ref("ingresses", ingress),
        state=state,
        native_state="Terminating" if meta.deletion_timestamp else "active",
        health=health,
        reason=reason,
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=tuple(links),
        capabilities=of_service(
            leaving=bool(meta.deletion_timestamp),
            forward=_FORWARD,
            logs="" if links else "it routes to nothing that is there",
        ),
        type="Ingress",
        address=_address(ingress, spec),
        ports=(Port(80, 80), Port(443, 443)) if spec.tls else (Port(80, 80),),
        ready=ready if known and names else None,
        total=total if known and names else None,
    )


def _address(ingress: shapes.Ingress, spec: IngressSpec) -> str:
    """Return the hosts that it answers for, else its load balancer's addresses."""
    hosts = list(dict.fromkeys(clean(r.host, 253) for r in spec.rules or () if r.host))
    if not hosts:
        return ", ".join(balancers(ingress.status))
    more = f" +{len(hosts) - _HOSTS}" if len(hosts) > _HOSTS else ""
    return f"{', '.join(hosts[:_HOSTS])}{more}"


def routes_of(spec: IngressSpec) -> list[tuple[str, Backend]]:
    """Return each route as `host/path` with where it leads; `*` is any host."""
    found = [
        (f"{rule.host or '*'}{path.path or '/'}", path.backend)
        for rule in spec.rules or ()
        for path in (rule.http.paths if rule.http else None) or ()
    ]
    found += [("everything else", default) for default in (spec.default_backend, spec.backend)]
    return [(route, backend) for route, backend in found if backend is not None]


def port_of(backend: Backend) -> int | str | None:
    """Return the port of a service that a backend means, by number or name."""
    if backend.service is None:
        return backend.service_port
    port = backend.service.port
    return None if port is None else (port.name or port.number)


def _ports(scene: Scene, ingress: shapes.Ingress) -> list[str]:
    """Tell which ports the services do not have."""
    found: dict[str, None] = {}
    for _, backend in routes_of(ingress.spec or _NONE):
        name = backend.service.name if backend.service else backend.service_name
        service = scene.find("services", ingress.metadata.namespace, name or "")
        port = port_of(backend)
        if service is None or port is None:
            continue
        ports = (service.spec.ports if service.spec is not None else None) or ()
        if not any(port in {one.port, one.name} for one in ports):
            found[f"its service {clean(name or '', 253)} has no port {clean(str(port), 63)}"] = None
    return list(found)
