"""Services, their endpoints, and Ingresses."""

from __future__ import annotations

from msgspec import field

from fleetui.providers.kubernetes.shapes.base import Condition, Map, Shape, Thing, Word
from fleetui.providers.kubernetes.shapes.workloads import Reference


class ServicePort(Shape):
    """A port of a Service and where it leads."""

    port: int = 0
    name: Word = None
    protocol: Word = None
    target_port: int | str | None = None
    node_port: int | None = None
    app_protocol: Word = None


class ServiceSpec(Shape):
    """A Service as it was asked for."""

    type: Word = None
    cluster_ip: Word = field(default=None, name="clusterIP")
    external_ips: list[str] | None = field(default=None, name="externalIPs")
    external_name: Word = None
    load_balancer_ip: Word = field(default=None, name="loadBalancerIP")
    load_balancer_class: Word = None
    ports: list[ServicePort] | None = None
    selector: Map = None
    publish_not_ready_addresses: bool | None = None
    session_affinity: Word = None


class Entry(Shape):
    """Where a load balancer is reached."""

    ip: Word = None
    hostname: Word = None


class LoadBalancer(Shape):
    """A load balancer's addresses; none while it is pending."""

    ingress: list[Entry] | None = None


class BalancedStatus(Shape):
    """What a Service's or an Ingress's load balancer says."""

    load_balancer: LoadBalancer | None = None
    conditions: list[Condition] | None = None


class Service(Thing):
    """A Service."""

    spec: ServiceSpec | None = None
    status: BalancedStatus | None = None


class EndpointConditions(Shape):
    """Whether traffic may go to an endpoint; None means that it is not known: then it may."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Shape):
    """One address behind a Service."""

    addresses: list[str] | None = None
    conditions: EndpointConditions | None = None
    target_ref: Reference | None = None
    node_name: Word = None


class EndpointPort(Shape):
    """A port that the endpoints of a slice serve."""

    port: int | None = None
    name: Word = None
    protocol: Word = None


class EndpointSlice(Thing):
    """Some of the endpoints of a Service; the label `kubernetes.io/service-name` says whose."""

    endpoints: list[Endpoint] | None = None
    ports: list[EndpointPort] | None = None


class Address(Shape):
    """One address of Endpoints."""

    ip: str = ""
    hostname: Word = None
    node_name: Word = None
    target_ref: Reference | None = None


class Subset(Shape):
    """Addresses that share their ports."""

    addresses: list[Address] | None = None
    not_ready_addresses: list[Address] | None = None
    ports: list[EndpointPort] | None = None


class Endpoints(Thing):
    """All endpoints of the Service of the same name, on servers without slices."""

    subsets: list[Subset] | None = None


class BackendPort(Shape):
    """A Service's port by name or number."""

    name: Word = None
    number: int | None = None


class BackendService(Shape):
    """A Service that an Ingress leads to."""

    name: str = ""
    port: BackendPort | None = None


class Backend(Shape):
    """Where a path leads: of networking.k8s.io/v1, and of v1beta1 by its other names."""

    service: BackendService | None = None
    service_name: Word = None
    service_port: int | str | None = None
    resource: Reference | None = None


class Path(Shape):
    """A path of a host and where it leads."""

    path: Word = None
    path_type: Word = None
    backend: Backend | None = None


class Http(Shape):
    """The paths of one host."""

    paths: list[Path] | None = None


class Rule(Shape):
    """One host; without a name it is any."""

    host: Word = None
    http: Http | None = None


class Tls(Shape):
    """The hosts that are served with a certificate."""

    hosts: list[str] | None = None
    secret_name: Word = None


class IngressSpec(Shape):
    """An Ingress as it was asked for."""

    ingress_class_name: Word = None
    default_backend: Backend | None = None
    backend: Backend | None = None
    """What v1beta1 calls the default."""
    rules: list[Rule] | None = None
    tls: list[Tls] | None = None


class Ingress(Thing):
    """An Ingress."""

    spec: IngressSpec | None = None
    status: BalancedStatus | None = None
