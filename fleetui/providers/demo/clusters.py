"""What runs in the Kubernetes clusters of the demo."""

from __future__ import annotations

from typing import Any

from fleetui.providers.demo.kubernetes import Lone
from fleetui.providers.demo.units import UnitSpec


def blue_specs() -> list[UnitSpec]:
    """Return what runs in blue, the cluster in production."""
    hpa: dict[str, Any] = {"autoscaler": "HPA cpu 70 %"}
    kept: dict[str, Any] = {
        "kind": "sts",
        "stateful": True,
        "surge": False,
        "form": "",
        "revision": 1,
        "age_days": 20.0,
    }
    system: dict[str, Any] = {
        "scope": "blue/kube-system",
        "form": "",
        "revision": 1,
        "age_days": 40.0,
    }
    return [
        _deploy("checkout", 6, low=4, high=12, revision=87, cpu=0.55, memory=420, **hpa),
        _deploy("api", 5, low=3, high=9, cpu=0.5, **hpa),
        _deploy("gateway", 2, low=2, high=6, revision=23, cpu=0.5, memory=180, **hpa),
        _deploy("catalog", 3, revision=65, low=2, high=6, **hpa),
        _deploy("search", 3, revision=18, cpu=0.55, memory=1200),
        _deploy("worker", 4, low=2, high=10, revision=52, port=None, cpu=0.6, memory=500, **hpa),
        _deploy("mailer", 1, revision=12, cpu=0.05),
        _deploy("postgres", 3, port=5432, image="postgres:16.3", cpu=0.5, memory=2200, **kept),
        _deploy("nats", 3, port=4222, image="nats:2.10", cpu=0.15, memory=120, **kept),
        _deploy("ingress-nginx", 2, **(system | {"image": "ingress-nginx:1.11"})),
        _deploy("coredns", 2, **(system | {"image": "coredns:1.11", "port": 53, "cpu": 0.05,
            "memory": 40})),
    ]  # fmt: skip


def _deploy(name: str, count: int, **more: Any) -> UnitSpec:
    base: dict[str, Any] = {
        "scope": "blue/shop", "kind": "deploy", "port": 8080, "image": name, "revision": 41,
        "cpu": 0.25, "memory": 300, "age_days": 3.0,
    }  # fmt: skip
    scope = str(more.get("scope", base["scope"]))
    own = {"app": name, "env": "prod" if scope.startswith("blue/") else "staging", "team": "shop"}
    return UnitSpec(
        provider="kubernetes", name=name, replicas=count, labels=tuple(own.items()),
        **(base | more),
    )  # fmt: skip


def green_specs() -> list[UnitSpec]:
    """Return what runs in green, where the next release is tried."""
    green: dict[str, Any] = {"scope": "green/preview", "revision": 93, "cpu": 0.1, "memory": 180,
                             "age_days": 0.4}  # fmt: skip
    kept = green | {"kind": "sts", "stateful": True, "surge": False, "form": "", "revision": 1}
    return [
        _deploy("preview-web", 2, **green),
        _deploy("preview-api", 2, **green),
        _deploy("billing-next", 1, **green),
        _deploy("redis", 1, **(kept | {"port": 6379, "image": "redis:7.2"})),
    ]


def green_services() -> list[Lone]:
    """Return its addresses with no workload of its own behind them."""
    return [
        Lone("green/preview", "edge", "LoadBalancer", 443, "",
             (("app", "preview-web"),), "its load balancer has no address yet"),
        Lone("green/preview", "payments", "ExternalName", 443, "sandbox.pay.example"),
    ]  # fmt: skip
