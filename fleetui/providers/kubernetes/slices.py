"""Endpoints of servers without slices, in the form of slices."""

from __future__ import annotations

from fleetui.providers.kubernetes.shapes.network import (
    Address,
    Endpoint,
    EndpointConditions,
    EndpointPort,
    Endpoints,
    EndpointSlice,
)

SERVICE_NAME = "kubernetes.io/service-name"
"""The label by which a slice says whose it is."""


def slice_of(old: Endpoints) -> EndpointSlice:
    """Return the endpoints of a service as one slice of it.

    An address that is not ready in one subset and ready in another serves some of its ports:
    it counts as ready, as it does in slices of the first port.
    """
    ready: dict[str, Endpoint] = {}
    ports: dict[tuple[str, int | None], EndpointPort] = {}
    for subset in old.subsets or ():
        for port in subset.ports or ():
            ports.setdefault((port.name or "", port.port), port)
        for one in subset.not_ready_addresses or ():
            ready.setdefault(_key(one), _endpoint(one, ready=False))
        for one in subset.addresses or ():
            ready[_key(one)] = _endpoint(one, ready=True)
    meta = old.metadata
    meta.labels = {**(meta.labels or {}), SERVICE_NAME: meta.name}
    return EndpointSlice(metadata=meta, endpoints=list(ready.values()), ports=list(ports.values()))


def _key(one: Address) -> str:
    return (one.target_ref.uid if one.target_ref else None) or one.ip


def _endpoint(one: Address, *, ready: bool) -> Endpoint:
    return Endpoint(
        addresses=[one.ip],
        conditions=EndpointConditions(ready=ready),
        target_ref=one.target_ref,
        node_name=one.node_name,
    )
