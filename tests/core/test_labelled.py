"""What the labels of an alert say that it is about, and that nothing is guessed."""

from __future__ import annotations

import pytest

from fleetui.core.labelled import subjects
from fleetui.core.objects import CapacityUnit, Container, Instance, Resource, Service
from fleetui.core.ref import Ref


def ref(kind: str, name: str, scope: str = "blue/shop", provider: str = "kubernetes") -> Ref:
    return Ref(provider, scope, kind, f"{scope}-{kind}-{name}", name)


ROWS: tuple[Resource, ...] = (
    Container(ref=ref("pod", "api-1")),
    Container(ref=ref("pod", "api-1", "blue/pay")),
    CapacityUnit(ref=ref("deploy", "api")),
    CapacityUnit(ref=ref("sts", "api")),
    Service(ref=ref("svc", "api")),
    Container(ref=ref("container", "shop-web-1", "bastion", "docker")),
    Container(ref=ref("container", "twin", "bastion", "docker")),
    Container(ref=ref("container", "twin", "ci", "docker")),
    CapacityUnit(ref=ref("compose", "shop/web", "bastion", "docker")),
    Instance(ref=ref("host", "db-1", "office", "ssh"), private_address="10.0.0.7"),
)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"pod": "api-1", "namespace": "shop", "container": "x"}, "kubernetes/blue/shop/pod/api-1"),
        ({"pod": "api-1"}, ""),
        ({"deployment": "api", "namespace": "shop"}, "kubernetes/blue/shop/deploy/api"),
        ({"service": "api", "namespace": "shop"}, "kubernetes/blue/shop/svc/api"),
        ({"name": "shop-web-1", "instance": "advisor:80"}, "docker/bastion/container/shop-web-1"),
        ({"name": "twin"}, ""),
        (
            {
                "container_label_com_docker_compose_project": "shop",
                "container_label_com_docker_compose_service": "web",
            },
            "docker/bastion/compose/shop/web",
        ),
        ({"instance": "db-1:9100"}, "ssh/office/host/db-1"),
        ({"instance": "10.0.0.7:9100"}, "ssh/office/host/db-1"),
        ({"instance": "db-1"}, "ssh/office/host/db-1"),
        ({"instance": "shop-web-1:8080"}, "docker/bastion/container/shop-web-1"),
        ({"instance": "nowhere:1"}, ""),
        ({"severity": "page"}, ""),
        ({"instance": "", "pod": ""}, ""),
    ],
)  # fmt: skip
def test_the_most_exact_label_decides(labels: dict[str, str], found: str) -> None:
    assert [str(row.ref) for row in subjects(labels, ROWS)] == ([found] if found else [])
