"""Services with what is behind them, and Ingresses with their routes."""

from __future__ import annotations

from typing import Any

from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Row, Section, row, section
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.endpoints import behind
from fleetui.providers.kubernetes.routes import port_of, routes_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.telling.document import conditions, items, notes, owners, text

_MOST = 100


def service(raw: Any, thing: shapes.Service, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a service."""
    spec = dig(raw, "spec")
    return [
        section("state", (owners(raw), row("class", text(spec, "loadBalancerClass")))),
        section("network", (
            row("addresses", *(clean(str(ip), 60) for ip in items(spec, "clusterIPs"))),
            row("outside", *(clean(str(ip), 60) for ip in items(spec, "externalIPs"))),
            row("load balancer", *(text(one, "hostname") or text(one, "ip")
                                   for one in items(raw, "status", "loadBalancer", "ingress"))),
            row("another name for", text(spec, "externalName")),
            row("ports", *(_port(one) for one in items(spec, "ports"))),
            row("sticks by", text(spec, "sessionAffinity")
                if text(spec, "sessionAffinity") != "None" else ""),
            row("from outside", text(spec, "externalTrafficPolicy")),
            row("even where not ready", "yes"
                if dig(spec, "publishNotReadyAddresses") is True else ""),
        )),
        section("endpoints", _endpoints(thing, scene)),
        conditions(raw, scene.now),
        notes(raw),
    ]  # fmt: skip


def _port(raw: Any) -> str:
    name, node = text(raw, "name"), text(raw, "nodePort")
    target = text(raw, "targetPort") or text(raw, "port")
    lead = f"{name}: " if name else ""
    nodes = f", {node} on each node" if node and node != "0" else ""
    protocol = text(raw, "protocol").lower() or "tcp"
    return f"{lead}{text(raw, 'port')}/{protocol} → {target}{nodes}"


def _endpoints(thing: shapes.Service, scene: Scene) -> list[Row | None]:
    meta = thing.metadata
    found = behind(scene, thing)
    rows: list[Row | None] = []
    seen = 0
    for one in scene.group("slices of", (meta.namespace, meta.name)).values():
        ports = ", ".join(f"{port.port}" for port in (one.ports or ())[:20] if port.port)
        for endpoint in one.endpoints or ():
            seen += 1
            if seen > _MOST:
                continue
            ready = not (endpoint.conditions and endpoint.conditions.ready is False)
            leaving = bool(endpoint.conditions and endpoint.conditions.terminating)
            target = endpoint.target_ref
            who = clean(f"{(target.kind or '').lower()}/{target.name}", 253) if target else ""
            state = "leaving" if leaving else "ready" if ready else "not ready"
            address = ", ".join(clean(a, 60) for a in (endpoint.addresses or ())[:4])
            tone = Tone.NORMAL if ready else Tone.WARN
            rows.append(row(address or "–", Cell(state, tone), who,
                            f"ports {ports}" if ports else Cell("no port", Tone.WARN)))  # fmt: skip
    if seen > _MOST:
        rows.append(row("more", Cell(f"{seen - _MOST} more are not shown", Tone.MUTED)))
    if not seen and scene.knows("endpointslices", meta.namespace):
        rows.append(row("none", Cell("nothing is behind it", Tone.WARN)))
    elif seen:
        rows.insert(0, row("ready", f"{found.ready} of {found.total}"))
    return rows


def ingress(raw: Any, thing: shapes.Ingress, scene: Scene) -> list[Section | None]:
    """Return what a page tells of an ingress."""
    spec = dig(raw, "spec")
    routes: list[Row | None] = []
    space = thing.metadata.namespace
    for route, backend in routes_of(thing.spec)[:_MOST] if thing.spec is not None else ():
        name = (backend.service.name if backend.service else backend.service_name) or ""
        port = port_of(backend)
        target = f"{clean(name, 253)}{'' if port is None else f':{clean(str(port), 63)}'}"
        found = scene.find("services", space, name)
        how: Cell | None = None
        if found is not None:
            there = behind(scene, found)
            tone = Tone.NORMAL if there.ready else Tone.WARN
            how = Cell(f"{there.ready} of {there.total} ready", tone)
        elif name and scene.knows("services", space):
            how = Cell("this service is not there", Tone.WARN)
        elif backend.resource is not None:
            target = clean(f"{backend.resource.kind} {backend.resource.name}", 253)
        routes.append(row(clean(route, 300), target or "–", how))
    return [
        section("state", (owners(raw), row("class", text(spec, "ingressClassName")))),
        section("network", (
            row("load balancer", *(text(one, "hostname") or text(one, "ip")
                                   for one in items(raw, "status", "loadBalancer", "ingress"))),
            row("certificates", *(_tls(one) for one in items(spec, "tls"))),
        )),
        section("routes", routes),
        notes(raw),
    ]  # fmt: skip


def _tls(raw: Any) -> str:
    hosts = ", ".join(clean(str(host), 253) for host in items(raw, "hosts"))
    # Where the certificate is kept is no secret, though its name says so.
    name = clean(str(dig(raw, "secretName") or ""), 253)
    return f"{hosts or 'every host'}{f', by the secret {name}' if name else ''}"
