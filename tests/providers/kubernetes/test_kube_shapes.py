"""From the API's bytes to structs: pages, watch lines, odd objects, and older servers."""

from __future__ import annotations

import json

import msgspec
import pytest
from kube_made import meta, pod
from kube_recorded import answer, fill, kind_answer, new_scene, recorded, row_of

from fleetui.providers.kubernetes.amounts import quantity, time_of
from fleetui.providers.kubernetes.mending import Spoiled
from fleetui.providers.kubernetes.resources import NEEDS, RESOURCES, change, page, single
from fleetui.providers.kubernetes.rows import ROW_RESOURCES, rows

PODS = RESOURCES["pods"]


def listed(*items, **of_list):
    return json.dumps({"metadata": {"resourceVersion": "7", **of_list}, "items": items}).encode()


def test_a_page_has_its_items_and_where_the_next_begins():
    found = page(PODS, listed(pod("a"), **{"continue": "xyz", "remainingItemCount": 12}))
    assert [one.metadata.name for one in found.items] == ["a"]
    assert (found.continue_, found.resource_version, found.remaining) == ("xyz", "7", 12)


@pytest.mark.parametrize("data", [b'{"items":null,"metadata":null}', b"{}"])
def test_an_empty_list_of_whatever_form(data):
    assert page(PODS, data).items == ()


@pytest.mark.parametrize(
    "path",
    ["metadata.labels", "metadata.annotations", "metadata.ownerReferences", "spec.containers",
     "spec.containers.0.ports", "spec.containers.0.resources", "status", "status.conditions",
     "status.containerStatuses", "status.containerStatuses.0.state", "spec"],
)  # fmt: skip
def test_a_null_where_a_list_or_a_map_belongs(path):
    document = pod("a", {"x": "y"}, ports=[{"containerPort": 1}])
    *way, last = path.split(".")
    place = document
    for step in way:
        place = place[int(step) if step.isdecimal() else step]
    place[last] = None
    scene = new_scene()
    fill(scene, "pods", [document])
    assert row_of(scene, "containers", "pod/a").name == "a"


@pytest.mark.parametrize(
    ("path", "value"),
    [("metadata.labels", ["no", "map"]), ("metadata.labels.app", 5), ("spec", "none"),
     ("spec.containers.0.ports", "8080"), ("status.containerStatuses.0.restartCount", "many"),
     ("status.conditions", {"type": "Ready"}), ("status.phase", 3),
     ("metadata.creationTimestamp", 1795704600)],
)  # fmt: skip
def test_a_field_of_another_type_loses_itself_and_not_the_object(path, value):
    odd, sound = pod("odd", {"app": "x"}), pod("sound")
    *way, last = path.split(".")
    place = odd
    for step in way:
        place = place[int(step) if step.isdecimal() else step]
    place[last] = value
    found = page(PODS, listed(sound, odd))
    assert [one.metadata.name for one in found.items] == ["sound", "odd"]
    assert not found.broken


@pytest.mark.parametrize(
    "broken", [5, None, "text", [], {"metadata": None}, {"metadata": {"name": 1}}]
)
def test_what_is_no_object_is_left_out_and_told_of(broken):
    found = page(PODS, listed(pod("a"), broken, pod("b")))
    assert [one.metadata.name for one in found.items] == ["a", "b"]
    assert len(found.broken) == 1
    assert found.broken[0].startswith("pods: ")


def test_the_name_of_what_was_left_out_is_told():
    found = page(PODS, listed({"metadata": {"namespace": "shop", "name": "x", "uid": 5}}))
    assert found.broken == (
        "pods: shop/x cannot be read: Expected `str`, got `int` - at `$.metadata.uid`",
    )


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"items":[{"metadata"'])
def test_what_is_no_list_is_no_empty_list(data):
    with pytest.raises(msgspec.DecodeError):
        page(PODS, data)


@pytest.mark.parametrize("kind", ["ADDED", "MODIFIED", "DELETED"])
def test_lines_of_a_watch(kind):
    told = change(PODS, json.dumps({"type": kind, "object": pod("a")}).encode())
    assert (told.type, told.thing.metadata.name, told.resource_version) == (kind, "a", "1")


def test_a_bookmark_has_a_version_and_no_object():
    line = b'{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"99"}}}'
    told = change(PODS, line)
    assert (told.thing, told.resource_version) == (None, "99")


def test_an_error_has_its_status():
    status = {"kind": "Status", "status": "Failure", "message": "too old", "code": 410,
              "reason": "Expired", "metadata": {}}  # fmt: skip
    told = change(PODS, json.dumps({"type": "ERROR", "object": status}).encode())
    assert (told.status.code, told.status.reason, told.status.message) == (
        410, "Expired", "too old"
    )  # fmt: skip
    assert change(PODS, b'{"type":"ERROR","object":"what"}').status.message


def test_an_object_of_a_watch_that_cannot_be_read_moves_the_watch_on():
    line = b'{"type":"ADDED","object":{"metadata":{"name":5,"resourceVersion":"12"}}}'
    told = change(PODS, line)
    assert (told.thing, told.resource_version) == (None, "12")
    assert "cannot be read" in told.broken


def test_a_line_that_was_cut_off():
    with pytest.raises(msgspec.DecodeError):
        change(PODS, b'{"type":"ADDED","object":{"metadata":{"na')


def test_one_object_that_cannot_be_read():
    with pytest.raises(Spoiled, match="shop/x"):
        single(PODS, b'{"metadata":{"name":"x","namespace":"shop","uid":[]}}')


def test_paths_are_those_of_the_api():
    assert PODS.at() == "/api/v1/pods"
    assert PODS.at("shop") == "/api/v1/namespaces/shop/pods"
    assert RESOURCES["nodes"].at("shop") == "/api/v1/nodes"
    assert RESOURCES["hpas"].one("web", "shop") == (
        "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web"
    )
    assert PODS.one("a/../b", "x y") == "/api/v1/namespaces/x%20y/pods/a%2F..%2Fb"


def _fallbacks(word):
    kind, found = RESOURCES[word], []
    while kind is not None:
        found.append(kind.path)
        kind = kind.fallback
    return found


def test_older_servers_are_asked_for_what_they_have():
    assert _fallbacks("endpointslices") == [
        "/apis/discovery.k8s.io/v1/endpointslices",
        "/apis/discovery.k8s.io/v1beta1/endpointslices",
        "/api/v1/endpoints",
    ]
    assert _fallbacks("hpas")[-1] == "/apis/autoscaling/v1/horizontalpodautoscalers"
    assert _fallbacks("cronjobs") == ["/apis/batch/v1/cronjobs", "/apis/batch/v1beta1/cronjobs"]
    assert _fallbacks("pdbs")[-1] == "/apis/policy/v1beta1/poddisruptionbudgets"
    assert _fallbacks("ingresses")[-1] == "/apis/extensions/v1beta1/ingresses"


def test_endpoints_of_an_old_server_say_what_slices_say():
    old = RESOURCES["endpointslices"].fallback.fallback
    scene = recorded("endpointslices")
    for one in page(old, answer("endpoints")).items:
        scene.put("endpointslices", one)
    scene.loaded.add(("endpointslices", ""))
    newest = recorded()
    for name in ("web", "headless", "node-port", "unready", "nobody"):
        was, now = (row_of(one, "services", f"svc/{name}") for one in (scene, newest))
        assert (was.state, was.ready, was.total, was.reason) == (
            now.state, now.ready, now.total, now.reason
        )  # fmt: skip
        assert set(was.links) == set(now.links)


def test_an_address_ready_in_one_subset_and_not_in_another_counts_once():
    old = RESOURCES["endpointslices"].fallback.fallback
    address = {"ip": "10.0.0.1", "targetRef": {"kind": "Pod", "name": "a", "uid": "u"}}
    subsets = [
        {"addresses": [address], "ports": [{"port": 80, "name": "http"}]},
        {"notReadyAddresses": [address], "ports": [{"port": 81, "name": "admin"}]},
    ]
    made = {"metadata": meta("web"), "subsets": subsets}
    found = page(old, listed(made, {"metadata": meta("n")}))
    assert [len(one.endpoints) for one in found.items] == [1, 0]
    assert found.items[0].endpoints[0].conditions.ready is True
    assert [port.port for port in found.items[0].ports] == [80, 81]


def test_cron_jobs_of_v1beta1_have_the_same_form():
    document = kind_answer("cronjobs")
    document["apiVersion"] = "batch/v1beta1"
    found = page(RESOURCES["cronjobs"].fallback, json.dumps(document).encode())
    assert found.items == page(RESOURCES["cronjobs"], answer("cronjobs")).items


def test_every_pane_names_what_its_rows_are_made_from():
    assert set(NEEDS) == set(ROW_RESOURCES)
    for pane, own in ROW_RESOURCES.items():
        assert set(own) <= set(NEEDS[pane])
    assert {word for need in NEEDS.values() for word in need} <= set(RESOURCES)


def test_managed_fields_are_never_kept():
    data = json.dumps({"items": [pod("a") | {"metadata": meta("a", managedFields=[{"x": 1}])}]})
    assert not hasattr(page(PODS, data.encode()).items[0].metadata, "managed_fields")


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("1Gi", 2.0**30), ("2", 2.0), ("1.5", 1.5), ("100n", 1e-7), ("1e3", 1000.0),
     ("128974848", 128974848.0), ("2k", 2000.0), (".5", 0.5), ("-1", -1.0), ("1E", 1e18),
     ("12E2", 1200.0), ("", None), ("many", None), ("1 Gi", None), (None, None), ("1e999", None)],
)  # fmt: skip
def test_quantities(text, value):
    assert quantity(text) == pytest.approx(value) if value is not None else quantity(text) is None


@pytest.mark.parametrize(
    ("text", "time"),
    [("2026-11-26T14:50:00Z", 1_795_704_600.0),
     ("2026-11-26T14:50:00.123456789Z", 1_795_704_600.123456),
     ("2026-11-26T15:50:00+01:00", 1_795_704_600.0), ("0001-01-01T00:00:00Z", None), ("", None),
     (None, None), ("yesterday", None)],
)  # fmt: skip
def test_times(text, time):
    assert time_of(text) == time


def test_a_scene_of_many_contexts_keeps_their_names_apart():
    scenes = [new_scene(), new_scene()]
    scenes[1].scope = "green"
    for scene in scenes:
        fill(scene, "pods", [pod("a")])
    assert [str(next(rows(scene, "containers")).ref) for scene in scenes] == [
        "kubernetes/blue/shop/pod/a", "kubernetes/green/shop/pod/a",
    ]  # fmt: skip
