"""Who answers at a forwarded port: by slices, by old Endpoints, by the pods of a workload."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fleetui.core.errors import Invalid, NotFound
from fleetui.core.ref import Ref
from fleetui.providers.forwarding import There, chosen
from fleetui.providers.kubernetes.writer.api import Api
from fleetui.providers.kubernetes.writer.forwarding.choosing import answering, ports_of
from fleetui.providers.kubernetes.writer.target import Target

Raw = dict[str, Any]
SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"
OLD = "/api/v1/namespaces/shop/endpoints"


class Objects:
    """What a server would answer to lists."""

    def __init__(self, path: str, *items: Raw) -> None:
        self.path = path
        self.given = list(items)
        self.selectors: list[str] = []

    async def found(self, word: str, namespace: str = "", **params: str) -> tuple[str, list[Raw]]:
        self.selectors.append(params["labelSelector"])
        if self.path == OLD:
            return OLD, []
        return self.path, self.given

    async def items(self, word: str, namespace: str = "", **params: str) -> list[Raw]:
        return (await self.found(word, namespace, **params))[1]

    async def get(self, path: str, params: object = None) -> Raw:
        assert path == f"{OLD}/web"
        return self.given[0]


def target(kind: str, raw: Raw) -> Target:
    return Target(Ref("kubernetes", "blue/shop", kind, "u", "web"), raw, "")


def service(*ports: Raw) -> Target:
    return target("svc", {"spec": {"ports": list(ports)}})


def endpoint(name: str, **conditions: bool) -> Raw:
    return {
        "conditions": conditions, "targetRef": {"kind": "Pod", "name": name, "uid": f"u-{name}"},
    }  # fmt: skip


def piece(*endpoints: Raw, **ports: int) -> Raw:
    return {
        "ports": [{"name": name, "port": number} for name, number in ports.items()],
        "endpoints": list(endpoints) or None,
    }


def pod(name: str, *, ready: bool = True, owner: str = "u", port: int = 8080, **meta: Any) -> Raw:
    owners = [{"uid": owner, "controller": True}]
    ports = [{"name": "http", "containerPort": port}]
    return {
        "metadata": {"name": name, "uid": f"u-{name}", "ownerReferences": owners, **meta},
        "spec": {"containers": [{"ports": ports}]},
        "status": {
            "phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"state": {"running": {}}}],
        },
    }  # fmt: skip


async def found(api: Objects, thing: Target, port: There) -> tuple[list[tuple[str, int]], int]:
    made = await answering(cast("Api", api), thing, port)
    return [(one.name, one.port) for one in made.ready], made.total


async def test_a_port_with_a_name_leads_to_another_number_in_each_slice() -> None:
    api = Objects(
        SLICES,
        piece(endpoint("web-b", ready=True), http=8080, metrics=9090),
        piece(endpoint("web-a", ready=True), endpoint("web-c", ready=False), http=9999),
        piece(endpoint("web-d", ready=True, terminating=True), http=8080),
        piece(http=8080),
    )
    both = service({"name": "http", "port": 80}, {"name": "metrics", "port": 90})
    assert await found(api, both, There(80, "http")) == ([("web-a", 9999), ("web-b", 8080)], 4)
    assert await found(api, both, There(90, "metrics")) == ([("web-b", 9090)], 1)
    assert set(api.selectors) == {"kubernetes.io/service-name=web"}
    with pytest.raises(Invalid, match="no port 81 any more"):
        await found(api, both, There(81))


async def test_addresses_that_are_no_pods_are_told() -> None:
    outside = {"addresses": ["10.0.0.1"], "conditions": {"ready": True}}
    api = Objects(SLICES, piece(outside, **{"": 80}))
    with pytest.raises(Invalid, match="are addresses, not pods"):
        await found(api, service({"port": 80}), There(80))


async def test_nobody_is_told_with_how_many_there_are() -> None:
    api = Objects(SLICES, piece(endpoint("web-a", ready=False), **{"": 80}))
    made = await answering(cast("Api", api), service({"port": 80}), There(80))
    assert isinstance(made.nobody, NotFound)
    assert made.nobody.what == "no ready pod is behind it: 0 of 1"
    assert made.known == {"web-a"}
    none = await answering(cast("Api", Objects(SLICES)), service({"port": 80}), There(80))
    assert none.nobody.what == "no pod is behind it"


async def test_an_old_server_has_endpoints() -> None:
    one = {"targetRef": {"kind": "Pod", "name": "web-a", "uid": "u"}}
    other = {"targetRef": {"kind": "Pod", "name": "web-b", "uid": "v"}}
    subset = {
        "ports": [{"port": 8080}], "addresses": [one], "notReadyAddresses": [other],
    }  # fmt: skip
    api = Objects(OLD, {"subsets": [subset]})
    assert await found(api, service({"port": 80}), There(80)) == ([("web-a", 8080)], 2)


async def test_a_workload_is_answered_by_its_own_ready_pods() -> None:
    pods = [
        pod("web-b", port=9999), pod("web-a"), pod("web-c", ready=False),
        pod("web-d", deletionTimestamp="2026-01-01T00:00:00Z"), pod("other", owner="x"),
    ]  # fmt: skip
    raw = {"spec": {"selector": {"matchLabels": {"app": "web"}}}, "metadata": {"uid": "u"}}
    api = Objects("", *pods)
    http = There(8080, "http")
    assert await found(api, target("sts", raw), http) == ([("web-a", 8080), ("web-b", 9999)], 3)
    assert api.selectors == ["app=web"]
    assert (await found(api, target("deploy", raw), There(1)))[0][0] == ("other", 1)
    # A pod that was meant need not be ready, only run.
    assert await found(api, target("pod", pod("web", ready=False)), http) == ([("web", 8080)], 1)


def test_which_ports_a_thing_has_and_which_is_meant() -> None:
    ports = ports_of(service({"name": "http", "port": 80}, {"port": 53, "protocol": "UDP"}))
    assert ports == [There(80, "http"), There(53, "", "udp")]
    assert chosen("", ports, "svc/web") == There(80, "http")
    assert chosen("http", ports, "svc/web") == There(80, "http")
    with pytest.raises(Invalid) as error:
        chosen("53", ports, "svc/web", others=False)
    assert (error.value.what, error.value.hint) == ("svc/web has no port 53", "it has 80 http")
    assert chosen("9", ports, "pod/web") == There(9)
    two = [*ports, There(90, "metrics")]
    with pytest.raises(Invalid, match=r"which port of svc/web\?") as error:
        chosen("", two, "svc/web")
    assert error.value.hint == "it has 80 http, 90 metrics"
    sidecar = {"restartPolicy": "Always", "ports": [{"containerPort": 15_000}]}
    once = {"ports": [{"containerPort": 1}]}
    raw = {"spec": {"initContainers": [sidecar, once], "containers": [{"ports": None}, {}]}}
    assert ports_of(target("pod", raw)) == [There(15_000)]
    assert ports_of(target("deploy", {"spec": {"template": raw}})) == [There(15_000)]
    assert ports_of(target("deploy", {"spec": None})) == []
