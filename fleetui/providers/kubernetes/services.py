"""Services as rows, with what is behind them."""

from __future__ import annotations

from collections.abc import Iterable

from fleetui.core.clean import clean
from fleetui.core.objects import Link, Port, Service
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.capabilities import LEAVING, of_service
from fleetui.providers.kubernetes.endpoints import Behind, behind
from fleetui.providers.kubernetes.labels import labels_of
from fleetui.providers.kubernetes.scene import PROVIDER, Scene
from fleetui.providers.kubernetes.shapes.network import BalancedStatus, ServicePort, ServiceSpec
from fleetui.providers.kubernetes.whynot import why_not

_NONE = ServiceSpec()
MOST = 1000
# Scaled to nothing is what somebody wanted, and what is on its way is not wrong.
_HEALTH = {State.STOPPED: Health.NONE, State.PENDING: Health.STARTING}
HEADLESS = "None"


def service_row(scene: Scene, service: shapes.Service) -> Service:
    """Return the row of a service. Nothing is said of endpoints before all are known."""
    meta, spec = service.metadata, service.spec or _NONE
    external = spec.type == "ExternalName"
    known = not external and scene.knows("endpointslices", meta.namespace)
    found = behind(scene, service)
    state, health, reason = _state(scene, service, spec, found, known=known)
    pods = [Link("routes_to", ref) for ref in _pods(scene, meta.namespace, found)]
    forward = ""
    if external:
        forward = "it is only a name for another host"
    elif not pods:
        forward = "no pod is behind it"
    return Service(
        ref=scene.ref("services", service),
        state=state,
        native_state="Terminating" if meta.deletion_timestamp else "active",
        health=health,
        reason=reason,
        labels=labels_of(meta.labels),
        created=time_of(meta.creation_timestamp),
        observed_at=scene.now,
        links=(*pods, *(Link("routes_to", unit) for unit in _units(scene, pods))),
        capabilities=of_service(
            leaving=bool(meta.deletion_timestamp),
            forward=forward,
            logs="" if pods else "no pod is behind it",
        ),
        type=type_of(spec),
        address=address_of(spec, service.status),
        ports=ports_of(spec, found),
        ready=found.ready if known else None,
        total=found.total if known else None,
        selector=labels_of(spec.selector),
    )


def type_of(spec: ServiceSpec) -> str:
    """Return how a service is reached: its type, or `headless`."""
    if spec.type in {None, "", "ClusterIP"} and spec.cluster_ip == HEADLESS:
        return "headless"
    return clean(spec.type or "ClusterIP", 40)


def balancers(status: BalancedStatus | None) -> list[str]:
    """Return the addresses that a load balancer has given."""
    entries = status.load_balancer.ingress if status and status.load_balancer else None
    found = (clean(one.hostname or one.ip or "", 253) for one in entries or ())
    return list(filter(None, found))


def address_of(spec: ServiceSpec, status: BalancedStatus | None) -> str:
    """Return where a service is reached: from outside where it is, else inside."""
    if spec.type == "ExternalName":
        return clean(spec.external_name or "", 253)
    if spec.type == "LoadBalancer":
        return ", ".join(balancers(status)) or "pending"
    outside = [clean(ip, 60) for ip in spec.external_ips or ()]
    return ", ".join(outside) or clean(spec.cluster_ip or "", 60)


def ports_of(spec: ServiceSpec, found: Behind) -> tuple[Port, ...]:
    """Return each port as the service has it, and as nodes have it where they do."""
    ports: list[Port] = []
    for one in (spec.ports or ())[:MOST]:
        private = _target(one, found)
        protocol, name = clean(one.protocol or "TCP", 20).lower(), clean(one.name or "", 63)
        ports.append(Port(private, one.port, protocol, name=name))
        if one.node_port:
            ports.append(Port(private, one.node_port, protocol, "nodes", name))
    return tuple(ports)


def _target(one: ServicePort, found: Behind) -> int:
    if isinstance(one.target_port, int) and one.target_port:
        return one.target_port
    return found.ports.get(one.name or "") or one.port


def _pods(scene: Scene, namespace: str, found: Behind) -> Iterable[Ref]:
    place = scene.place(namespace)
    for uid, name in list(found.pods.items())[:MOST]:
        pod = scene.tables["pods"].get(uid)
        if pod is not None:
            yield scene.member(pod).ref
        else:
            yield Ref(PROVIDER, place, "pod", uid, clean(name, 253))


def _units(scene: Scene, pods: Iterable[Link]) -> Iterable[Ref]:
    """Return the workloads of these pods, each once."""
    found: dict[Ref, None] = {}
    for link in pods:
        pod = scene.tables["pods"].get(link.ref.uid)
        unit = scene.unit_of(pod) if pod is not None else None
        if unit is not None:
            found[unit] = None
    return found


def _state(
    scene: Scene, service: shapes.Service, spec: ServiceSpec, found: Behind, *, known: bool
) -> tuple[State, Health, str]:
    if service.metadata.deletion_timestamp:
        held = ", ".join(clean(one, 80) for one in service.metadata.finalizers or ())
        return State.STOPPING, Health.NONE, f"{LEAVING}{f', held by {held}' if held else ''}"
    if spec.type == "ExternalName":
        return State.RUNNING, Health.NONE, ""
    if known:
        state, reason = why_not(scene, service, found)
        if reason:
            health = _HEALTH.get(state, Health.UNHEALTHY)
            return state, health, reason
    if spec.type == "LoadBalancer" and not balancers(service.status):
        return State.PENDING, Health.STARTING, "its load balancer has no address yet"
    return State.RUNNING, Health.HEALTHY if known else Health.NONE, ""
