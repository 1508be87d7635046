"""The one JSON form of every kind of object: scripts stand on it, so it is pinned whole."""

from __future__ import annotations

import json
from math import inf, nan
from typing import Any

import pytest

from fleetui.core import objects
from fleetui.core.errors import Fault
from fleetui.core.json_form import answer, item, listing, plain, source
from fleetui.core.kinds import KINDS
from fleetui.core.objects import Capability, Link, Port, Resource
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Part, Snapshot, SourceKey
from fleetui.core.state import Health, Severity, State

T = 1_700_000_000.0
ISO = "2023-11-14T22:13:20.000Z"
IMAGE = Ref("docker", "local", "image", "sha", "shop:9")
COMMON: dict[str, Any] = {
    "state": State.DEGRADED,
    "native_state": "Up",
    "health": Health.UNHEALTHY,
    "reason": "2 of 3 answer",
    "labels": (("app", "shop"), ("env", "prod")),
    "created": T,
    "observed_at": T + 0.5,
    "links": (Link("uses", IMAGE),),
    "capabilities": (Capability("stop", True), Capability("scale", False, "not a unit")),
}
COMMON_FORM: dict[str, Any] = {
    "provider": "docker",
    "scope": "local",
    "name": "shop",
    "uid": "u1",
    "state": "degraded",
    "native_state": "Up",
    "health": "unhealthy",
    "reason": "2 of 3 answer",
    "labels": {"app": "shop", "env": "prod"},
    "created": ISO,
    "observed_at": "2023-11-14T22:13:20.500Z",
    "links": [{"relation": "uses", "ref": "docker/local/image/shop:9"}],
    "capabilities": {
        "stop": {"allowed": True, "reason": ""},
        "scale": {"allowed": False, "reason": "not a unit"},
    },
}
PORT = Port(8080, 80, "tcp", "0.0.0.0", "web")
PORT_FORM = {"private": 8080, "public": 80, "protocol": "tcp", "address": "0.0.0.0", "name": "web"}

# Of each class: the fields of its own, and the form they take.
OWN: list[tuple[type[Resource], dict[str, Any], dict[str, Any]]] = [
    (
        objects.Instance,
        {"size": "s-1", "zone": "fra1", "address": "192.0.2.1", "private_address": "10.0.0.1",
         "image": "debian", "cores": 2, "cpu": 1.5, "memory": 1024, "memory_limit": 4096,
         "disk": 0.5, "requested_cpu": 1.25, "requested_memory": 9, "started": T},
        {"size": "s-1", "zone": "fra1", "address": "192.0.2.1", "private_address": "10.0.0.1",
         "image": "debian", "cores": 2, "cpu": 1.5, "memory": 1024, "memory_limit": 4096,
         "disk": 0.5, "requested_cpu": 1.25, "requested_memory": 9, "started": ISO},
    ),
    (
        objects.Container,
        {"image": "shop:9", "command": "serve", "ports": (PORT,), "project": "shop", "node": "n1",
         "cpu": 0.25, "memory": 7, "memory_limit": None, "restarts": 3, "exit_code": 137,
         "ready": 1, "total": 2, "started": T, "finished": None},
        {"image": "shop:9", "command": "serve", "ports": [PORT_FORM], "project": "shop",
         "node": "n1", "cpu": 0.25, "memory": 7, "memory_limit": None, "restarts": 3,
         "exit_code": 137, "ready": 1, "total": 2, "started": ISO, "finished": None},
    ),
    (
        objects.Image,
        {"tags": ("shop:9", "shop:latest"), "size": 9, "shared_size": 4, "layers": 3,
         "used_by": 1},
        {"tags": ["shop:9", "shop:latest"], "size": 9, "shared_size": 4, "layers": 3,
         "used_by": 1},
    ),
    (
        objects.Volume,
        {"driver": "local", "mountpoint": "/v", "size": 9, "used_by": 0, "project": "shop"},
        {"driver": "local", "mountpoint": "/v", "size": 9, "used_by": 0, "project": "shop"},
    ),
    (
        objects.Network,
        {"driver": "bridge", "subnets": ("10.0.0.0/8",), "internal": True, "used_by": 2,
         "project": ""},
        {"driver": "bridge", "subnets": ["10.0.0.0/8"], "internal": True, "used_by": 2,
         "project": ""},
    ),
    (
        objects.CapacityUnit,
        {"desired": 3, "running": 3, "ready": 2, "pending": 1, "min": 1, "max": 6,
         "autoscaler": "target CPU 60 %", "revision": ":86", "rollout": "", "cpu": 0.5,
         "memory": 100, "stateful": False},
        {"desired": 3, "running": 3, "ready": 2, "pending": 1, "min": 1, "max": 6,
         "autoscaler": "target CPU 60 %", "revision": ":86", "rollout": "", "cpu": 0.5,
         "memory": 100, "stateful": False},
    ),
    (
        objects.Service,
        {"type": "ClusterIP", "address": "10.0.0.9", "ports": (PORT,), "ready": 1, "total": 2,
         "selector": (("app", "shop"),)},
        {"type": "ClusterIP", "address": "10.0.0.9", "ports": [PORT_FORM], "ready": 1, "total": 2,
         "selector": {"app": "shop"}},
    ),
    (
        objects.Alert,
        {"severity": Severity.CRITICAL, "summary": "disk", "expression": "x > 1", "value": inf,
         "since": T},
        {"severity": "critical", "summary": "disk", "expression": "x > 1", "value": "+Inf",
         "since": ISO},
    ),
    (
        objects.Target,
        {"job": "node", "url": "http://n1:9100", "last_scrape": T, "scrape_s": 0.02,
         "interval_s": 15.0},
        {"job": "node", "url": "http://n1:9100", "last_scrape": ISO, "scrape_s": 0.02,
         "interval_s": 15.0},
    ),
    (
        objects.Event,
        {"time": T, "severity": Severity.INFO, "message": "started", "subject": "a/b/c/d",
         "count": 2},
        {"time": ISO, "severity": "info", "message": "started", "subject": "a/b/c/d", "count": 2},
    ),
    (
        objects.Rollout,
        {"action": "redeploy", "subject": "a/b/c/d", "phase": "rolling", "before": ":85",
         "after": ":86", "updated": 1, "ready": 1, "total": 3, "gate": "0.2 % < 1 %",
         "who": "ana@bastion", "started": T, "ended": T},
        {"action": "redeploy", "subject": "a/b/c/d", "phase": "rolling", "before": ":85",
         "after": ":86", "updated": 1, "ready": 1, "total": 3, "gate": "0.2 % < 1 %",
         "who": "ana@bastion", "started": ISO, "ended": ISO, "half_way": False},
    ),
    (
        objects.Forward,
        {"local": "127.0.0.1:8080", "url": "http://127.0.0.1:8080", "to": "svc/web:80",
         "member": "web-1", "connections": 1, "total": 2, "sent": 3, "received": 4,
         "who": "ana@bastion", "started": T},
        {"local": "127.0.0.1:8080", "url": "http://127.0.0.1:8080", "to": "svc/web:80",
         "member": "web-1", "connections": 1, "total": 2, "sent": 3, "received": 4,
         "who": "ana@bastion", "started": ISO},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "own", "form"), OWN, ids=[cls.__name__ for cls, *_ in OWN])
def test_the_form_of_every_kind(
    cls: type[Resource], own: dict[str, Any], form: dict[str, Any]
) -> None:
    thing = cls(ref=Ref("docker", "local", "thing", "u1", "shop"), **COMMON, **own)
    expected = {"ref": "docker/local/thing/shop", "kind": "thing"} | COMMON_FORM | form
    assert item(thing) == expected
    assert json.loads(json.dumps(item(thing), allow_nan=False)) == expected


def test_no_kind_is_forgotten() -> None:
    assert {cls for cls, *_ in OWN} == set(KINDS.values())


def test_a_source_says_how_fresh_it_is_and_what_failed() -> None:
    fault = Fault("throttled", "too many", "aws/prod", "wait", 3.0)
    told = {"code": "throttled", "what": "too many", "where": "aws/prod", "hint": "wait",
            "retry_after": 3.0}  # fmt: skip
    snapshot = Snapshot(
        SourceKey("aws", "prod", "compute"), 2, fetched_at=T, fault=fault,
        parts=(Part("us-1", fault, None),), warnings=("careful",),
    )  # fmt: skip
    assert source(snapshot, T + 2.25) == {
        "provider": "aws",
        "scope": "prod",
        "fetched_at": ISO,
        "age_s": 2.25,
        "stale": True,
        "error": told,
        "parts": [{"scope": "us-1", "fetched_at": None, "error": told}],
        "warnings": ["careful"],
    }


def test_a_source_that_never_answered_has_no_age() -> None:
    form = source(Snapshot(SourceKey("aws", "prod", "compute")), T)
    assert (form["fetched_at"], form["age_s"], form["stale"], form["error"]) == (
        None, None, False, None,
    )  # fmt: skip


def test_a_listing_is_one_object() -> None:
    assert listing("compute", [], [], T) == {"kind": "compute", "items": [], "sources": []}


def test_an_answer_keeps_times_and_values_that_are_no_numbers() -> None:
    result = QueryResult(
        Query("x", 60), "matrix", (Series((("a", "b"),), ((T, nan), (T + 1, 2.0))),), T, T + 1, 1.0,
        warnings=("w",),
    )  # fmt: skip
    assert answer(result) == {
        "expr": "x",
        "type": "matrix",
        "start": ISO,
        "end": "2023-11-14T22:13:21.000Z",
        "step_s": 1.0,
        "text": "",
        "warnings": ["w"],
        "series": [
            {"labels": {"a": "b"}, "points": [[ISO, "NaN"], ["2023-11-14T22:13:21.000Z", 2.0]]}
        ],
    }


@pytest.mark.parametrize(
    ("value", "form"), [(nan, "NaN"), (inf, "+Inf"), (-inf, "-Inf"), (1.5, 1.5)]
)
def test_numbers_that_json_does_not_know_are_words(value: float, form: object) -> None:
    assert plain(value) == form
