"""One wide fixture of strange objects: each has its row and its page, and no other is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kube_made import endpoints, ingress, job, meta, owner, pod, replica_set, service, to, unit
from kube_recorded import NOW, fill, new_scene

from fleetui.core.clean import UNSAFE
from fleetui.core.description import text_lines
from fleetui.core.state import State
from fleetui.providers.kubernetes.describing import described
from fleetui.providers.kubernetes.resources import OF_REF, RESOURCES, page
from fleetui.providers.kubernetes.rows import ROW_RESOURCES, rows

EVIL = "caf\u00e9 \x1b[31mred\x07 \u202egnp.exe \u200b\ufeff\x9b2J [bold]x[/] \U0001f600\r\nsecond"
LONG = "x" * 300_000
_KINDS = {resource: kind for kind, resource in OF_REF.items()}


def strange_pods() -> list[Any]:
    ports = [{"containerPort": 1 + p, "name": f"p{p}"} for p in range(60)]
    names = [f"c{n}" for n in range(1000)]
    up = {"ready": True, "state": {"running": {"startedAt": "2026-11-26T14:00:00Z"}}}
    told = [{"name": name, "restartCount": n, **up} for n, name in enumerate(names)]
    many = {
        "metadata": meta("many-ports"),
        "spec": {"containers": [{"name": name, "image": "x", "ports": ports} for name in names]},
        "status": {"phase": "Running", "containerStatuses": told},
    }
    evil = pod("evil", {EVIL: EVIL, "app": "web"}, waiting=EVIL, reason=EVIL, message=EVIL)
    evil["metadata"]["annotations"] = {EVIL: EVIL, "blob": LONG, "kubectl.kubernetes.io/x": "\x00"}
    evil["spec"]["nodeName"] = EVIL
    evil["spec"]["containers"][0]["image"] = EVIL
    odd_times = pod("odd-times")
    odd_times["metadata"]["creationTimestamp"] = "0001-01-01T00:00:00Z"
    odd_times["status"]["startTime"] = "not a time"
    odd_times["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": None}}
    odd_amounts = pod("odd-amounts")
    odd_amounts["spec"]["containers"][0]["resources"] = {
        "requests": {"cpu": "lots", "memory": "-1Gi", "example.com/gpu": "9e99"},
        "limits": {"cpu": "", "memory": "1Zi"},
    }
    return [
        many, evil, odd_times, odd_amounts,
        {"metadata": meta("bare")},
        {"metadata": meta("no-status"), "spec": {}},
        {"metadata": meta("no-spec"), "status": {"phase": "Running"}},
        {"metadata": meta("nulls", labels=None) | {"labels": None, "annotations": None,
                                                   "ownerReferences": None},
         "spec": {"containers": None, "initContainers": None, "volumes": None},
         "status": {"conditions": None, "containerStatuses": None, "podIPs": None}},
        pod("stateless", containerStatuses=[{"name": "app", "state": None, "lastState": None}]),
        pod("unknown-phase", phase="Sleeping", conditions=[], containerStatuses=[]),
        pod("foreign", made_by=[{"kind": "Rollout", "name": "r", "uid": "u", "controller": True}]),
        {"metadata": meta("deep", annotations={"x": json.dumps([[[[]]]] * 50)}),
         "spec": {"containers": [{"name": "a", "env": None, "envFrom": [None], "volumeMounts": [{}],
                                  "readinessProbe": {"httpGet": None}, "args": [None, 5]}],
                  "volumes": [{}, None, {"name": "v"}]}},
    ]  # fmt: skip


def strange_others() -> dict[str, list[Any]]:
    web = unit("web", 2)
    made = replica_set(web, "web-1", 1, 2)
    empty = {"metadata": meta("empty")}
    nulls = {"metadata": meta("nulls"), "spec": None, "status": None}
    hollow = {"metadata": meta("hollow"), "spec": {}, "status": {}}
    basic = [empty, nulls, hollow]
    broken_refs = {
        "metadata": meta("broken-refs"),
        "spec": {"scaleTargetRef": {"kind": None, "name": None}, "maxReplicas": 0, "metrics": [{}]},
        "status": {"currentMetrics": [{"type": "Resource", "resource": {}}], "conditions": [{}]},
    }
    return {
        "services": [*basic, service("web", {"app": "web"}, ports=[]),
                     service("evil", {EVIL: EVIL}, externalName=EVIL, type=EVIL),
                     service("no-ports", {"app": "x"}, ports=None, clusterIP=None)],
        "endpointslices": [*basic, endpoints("web", pod("x"), port=None),
                           {"metadata": meta("odd"), "endpoints": [{}, {"addresses": None}],
                            "ports": [{}]}],
        "ingresses": [*basic, ingress(to("nobody")),
                      {"metadata": meta("odd"), "spec": {"rules": [{}, {"http": {"paths": [{}]}}],
                                                         "defaultBackend": {}, "tls": [{}]}}],
        "deployments": [*basic, web, unit("evil", 1, {EVIL: EVIL})],
        "replicasets": [*basic, made],
        "statefulsets": [*basic, unit("db", 1, currentRevision=EVIL, updateRevision="x")],
        "daemonsets": [*basic, unit("agent", 1)],
        "jobs": [*basic, job("work", owner("CronJob", empty), failed=2)],
        "cronjobs": [*basic, {"metadata": meta("cron"), "spec": {"schedule": EVIL}}],
        "hpas": [*basic, broken_refs],
        "pdbs": [*basic, {"metadata": meta("all"), "spec": {"selector": {}, "minAvailable": "50%"},
                          "status": {"disruptionsAllowed": 0, "expectedPods": 1,
                                     "desiredHealthy": 1}}],
        "nodes": [*basic, {"metadata": meta("evil", "", labels={EVIL: EVIL}),
                           "spec": {"taints": [{}]},
                           "status": {"conditions": [{"type": "Ready", "status": EVIL}],
                                      "capacity": {"cpu": "lots"}, "addresses": [{}],
                                      "nodeInfo": {"kubeletVersion": EVIL}}}],
        "events": [*basic, {"metadata": meta("evil"), "message": EVIL, "reason": EVIL,
                            "type": "Odd", "involvedObject": {"kind": EVIL, "name": EVIL}},
                   {"metadata": meta("no-uid"), "message": LONG, "count": -5,
                    "involvedObject": {"kind": "Pod", "name": "x"}, "series": {}}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def scene():
    scene = new_scene()
    fill(scene, "pods", strange_pods())
    for word, documents in strange_others().items():
        fill(scene, word, documents)
    scene.now = NOW
    return scene


def texts(value: Any) -> list[str]:
    """Return all text in plain data and rows."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts(one)]
    fields = getattr(value, "__dataclass_fields__", None)
    return [t for name in fields for t in texts(getattr(value, name))] if fields else []


@pytest.mark.parametrize("pane", ROW_RESOURCES)
def test_each_has_a_row_that_is_safe_to_show(scene, pane):
    found = list(rows(scene, pane))
    wanted = sum(len(scene.tables[word]) for word in ROW_RESOURCES[pane])
    assert wanted - len(found) <= (1 if pane == "capacity" else 2 if pane == "events" else 0)
    for row in found:
        hash(row)
        # A uid is no text to show; the others must not move the cursor or turn lines around.
        unsafe = [t for t in texts(row) if UNSAFE.search(t)]
        assert not unsafe, (row.ref, unsafe)


def test_each_page_can_be_drawn(scene):
    documents = {"pods": strange_pods(), **strange_others()}
    for word, made in documents.items():
        for document in made:
            told = described(_KINDS.get(word, word), json.dumps(document).encode(), scene)
            lines = [line.text for _, line in text_lines(told)]
            assert not any(UNSAFE.search(line) for line in lines), (word, document["metadata"])
            assert not [t for t in texts(told.raw) if UNSAFE.search(t.replace("\n", ""))]


def test_a_thousand_containers_are_counted_and_a_row_has_room_for_some_ports(scene):
    row = next(r for r in rows(scene, "containers") if r.name == "many-ports")
    assert (row.ready, row.total, row.restarts) == (1000, 1000, 499_500)
    assert len(row.ports) == 100
    assert row.state is State.RUNNING


def test_an_annotation_of_the_size_of_a_crd_is_told_by_its_size(scene):
    document = next(p for p in strange_pods() if p["metadata"]["name"] == "evil")
    told = described("pod", json.dumps(document).encode(), scene)
    blob = next(row for row in told.section("annotations").rows if row.name == "blob")
    assert blob.lines[0].text == "293 KiB, not shown"
    assert told.raw["metadata"]["annotations"]["blob"] == "293 KiB, not shown"
    whole = page(RESOURCES["pods"], json.dumps({"items": [document]}).encode()).items[0]
    # What rows do not need is not kept: a cluster of such pods would fill the memory.
    assert LONG not in str(whole)


def test_nothing_is_made_up_where_nothing_is_told(scene):
    row = next(r for r in rows(scene, "containers") if r.name == "bare")
    assert (row.native_state, row.ready, row.total, row.image) == ("Unknown", 0, 0, "")
    odd = next(r for r in rows(scene, "containers") if r.name == "odd-amounts")
    assert odd.memory_limit is None
    times = next(r for r in rows(scene, "containers") if r.name == "odd-times")
    assert times.created is None


def test_the_page_of_a_huge_object_has_the_beginning_of_its_lists(scene):
    document = json.dumps(strange_pods()[0]).encode()
    assert len(document) > 2_000_000
    told = described("pod", document, scene)
    containers = told.raw["spec"]["containers"]
    assert len(containers) == 51
    assert containers[-1] == "… and 950 more"
    assert len(told.section("network").rows[0].lines) <= 202
