"""What is behind a service, by its EndpointSlices."""

from __future__ import annotations

from dataclasses import field

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.network import Endpoint


@dataclass(slots=True)
class Behind:
    """The endpoints of a service, each once though slices of two address families hold it."""

    ready: int = 0
    total: int = 0
    pods: dict[str, str] = field(default_factory=dict)
    """The name of each pod by its uid."""
    ports: dict[str, int] = field(default_factory=dict)
    """The port that a service's port of this name leads to."""
    unready: list[str] = field(default_factory=list)
    """The uids of pods that get no traffic."""
    leaving: int = 0
    """Endpoints that are going away: they are in neither number."""
    lost: tuple[str, ...] = ()
    """Names of the service's ports that lead nowhere, though there are endpoints."""


def behind(scene: Scene, service: shapes.Service) -> Behind:
    """Return what is behind a service."""
    meta = service.metadata
    found = Behind()
    seen: dict[str, tuple[bool, Endpoint]] = {}
    served: set[str] = set()
    for one in scene.group("slices of", (meta.namespace, meta.name)).values():
        for port in one.ports or ():
            served.add(port.name or "")
            if port.port:
                found.ports.setdefault(port.name or "", port.port)
        for endpoint in one.endpoints or ():
            target = endpoint.target_ref
            key = (target.uid if target else None) or next(iter(endpoint.addresses or ()), "")
            ready = _is_ready(endpoint)
            before = seen.get(key)
            if before is None or (ready and not before[0]):
                seen[key] = ready, endpoint
    for key, (ready, endpoint) in seen.items():
        conditions, target = endpoint.conditions, endpoint.target_ref
        if conditions is not None and conditions.terminating and not ready:
            found.leaving += 1
            continue
        found.total += 1
        found.ready += ready
        if target is not None and target.kind == "Pod" and target.uid:
            found.pods[target.uid] = target.name or ""
            if not ready:
                found.unready.append(key)
    wanted = service.spec.ports if service.spec is not None else None
    if seen and wanted:
        found.lost = tuple(one.name or "" for one in wanted if (one.name or "") not in served)
        if len(found.lost) == len(wanted):
            # Endpoints that serve none of its ports take no traffic.
            found.ready = 0
    return found


def _is_ready(endpoint: Endpoint) -> bool:
    ready = endpoint.conditions.ready if endpoint.conditions else None
    return ready is not False
