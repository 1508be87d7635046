"""A change makes anew just the rows that it alters: what is left alone would be the same."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from kube_made import endpoints, meta, owner, pod, replica_set, service, unit
from kube_recorded import NOW, fill, kind_answer, new_scene, recorded

from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.resources import RESOURCES, page, single
from fleetui.providers.kubernetes.rows import ROW_RESOURCES, row, rows, uids
from fleetui.providers.kubernetes.touched import overdue, touched

_WATCHED = (
    "pods", "services", "endpointslices", "ingresses", "deployments", "replicasets",
    "statefulsets", "daemonsets", "jobs", "cronjobs", "hpas", "nodes", "events", "revisions",
)  # fmt: skip


def all_rows(scene) -> dict[tuple[str, str], Any]:
    return {
        (pane, uid): row(scene, pane, uid) for pane in ROW_RESOURCES for uid in uids(scene, pane)
    }


def follow(scene, kept, resource, before, after) -> set[tuple[str, str]]:
    """Keep rows as a watcher does: only what was touched is made anew."""
    changed = touched(scene, resource, before, after)
    for pane, uid in changed:
        made = row(scene, pane, uid)
        if made is None:
            kept.pop((pane, uid), None)
        else:
            kept[pane, uid] = made
    return changed


def changed(rng: random.Random, thing: Any) -> Any:
    """Return a copy in which something that rows tell of is different."""
    copy = msgspec.json.decode(msgspec.json.encode(thing), type=type(thing))
    change = _CHANGES.get(type(thing))
    if change is not None:
        change(rng, copy, rng.randrange(4))
    return copy


def _pod(rng: random.Random, copy: shapes.Pod, choice: int) -> None:
    if choice == 0:
        copy.metadata.deletion_timestamp = "2026-11-26T14:49:50Z"
    elif choice == 1:
        one = copy.status.container_statuses[0]
        one.ready = not one.ready
        for condition in copy.status.conditions:
            condition.status = str(bool(one.ready))
    elif choice == 2:
        copy.metadata.labels = {"app": rng.choice(["web", "nobody", "weeb", "unready"])}
    else:
        copy.status.phase = rng.choice(["Failed", "Succeeded", "Running"])


def _slice(_rng: random.Random, copy: shapes.EndpointSlice, choice: int) -> None:
    for endpoint in copy.endpoints or ():
        endpoint.conditions.ready = bool(choice % 2)
    if choice == 0:
        copy.endpoints = None


def _service(rng: random.Random, copy: shapes.Service, _choice: int) -> None:
    copy.spec.selector = {"app": rng.choice(["web", "weeb", "unready"])}


def _unit(rng: random.Random, copy: shapes.Deployment, choice: int) -> None:
    copy.spec.replicas = rng.randrange(4)
    copy.status.ready_replicas = choice


def _scaler(rng: random.Random, copy: shapes.Autoscaler, _choice: int) -> None:
    copy.spec.max_replicas = rng.randrange(1, 9)


def _job(_rng: random.Random, copy: shapes.Job, choice: int) -> None:
    copy.spec.suspend = bool(choice % 2)


def _event(rng: random.Random, copy: shapes.Event, _choice: int) -> None:
    copy.count = rng.randrange(1, 99)


_CHANGES: dict[type, Any] = {
    shapes.Pod: _pod, shapes.EndpointSlice: _slice, shapes.Service: _service,
    shapes.Deployment: _unit, shapes.ReplicaSet: _unit, shapes.StatefulSet: _unit,
    shapes.Autoscaler: _scaler, shapes.Job: _job, shapes.Event: _event,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_rows_kept_by_what_is_touched_are_those_made_anew(seed):
    rng = random.Random(seed)
    scene = recorded()
    kept = all_rows(scene)
    gone: list[tuple[str, Any]] = []
    for _ in range(150):
        resource = rng.choice(_WATCHED)
        table = scene.tables[resource]
        if gone and rng.random() < 0.3:
            resource, thing = gone.pop(rng.randrange(len(gone)))
            follow(scene, kept, resource, scene.put(resource, thing), thing)
        elif table:
            thing = table[rng.choice(list(table))]
            if rng.random() < 0.3:
                before = scene.drop(resource, thing.uid)
                gone.append((resource, before))
                follow(scene, kept, resource, before, None)
            else:
                after = changed(rng, thing)
                follow(scene, kept, resource, scene.put(resource, after), after)
    fresh = all_rows(scene)
    assert kept.keys() == fresh.keys()
    wrong = [(str(fresh[k].ref), kept[k], fresh[k]) for k in fresh if kept[k] != fresh[k]]
    assert not wrong, wrong[0]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_resources_come_does_not_matter(seed):
    whole = {r.ref: r for pane in ROW_RESOURCES for r in rows(recorded(), pane)}
    scene = new_scene(*_WATCHED, "pdbs", "podmetrics")
    arrivals = [
        (word, thing)
        for word in _WATCHED
        for thing in recorded().tables[word].values()
    ]  # fmt: skip
    random.Random(seed).shuffle(arrivals)
    kept: dict[tuple[str, str], Any] = {}
    for word, thing in arrivals:
        follow(scene, kept, word, scene.put(word, thing), thing)
    shown = {one.ref: one for one in kept.values()}
    # The event that stands for its like is the first that came, and so are members in order.
    for ref, one in whole.items():
        if ref.kind == "event":
            continue
        assert ref in shown
        other = shown[ref]
        assert (one.state, one.reason, one.native_state) == (
            other.state, other.reason, other.native_state
        )  # fmt: skip
        assert set(one.links) == set(other.links)
    told = [sorted((e.message, e.count) for r, e in one.items() if r.kind == "event")
            for one in (whole, shown)]  # fmt: skip
    assert told[0] == told[1]


def shop():
    """A Deployment with two pods behind a service, a node, and a service that means nothing."""
    scene = new_scene("pods", "services", "endpointslices", "replicasets")
    web = unit("web", 2)
    made = replica_set(web, "web-1", 7, 2)
    pods = [pod(f"web-1-{n}", {"app": "web"}, made_by=owner("ReplicaSet", made)) for n in "ab"]
    fill(scene, "deployments", [web])
    fill(scene, "replicasets", [made])
    fill(scene, "pods", pods)
    fill(scene, "services", [service("web", {"app": "web"}), service("lost", {"app": "wab"})])
    fill(scene, "endpointslices", [endpoints("web", *pods)])
    return scene, pods


def put(scene, resource, document):
    thing = single(RESOURCES[resource], json.dumps(document).encode())
    return touched(scene, resource, scene.put(resource, thing), thing)


def names(scene, found):
    tables = list(scene.tables.values())
    return {
        (pane, table[uid].metadata.name) for pane, uid in found for table in tables if uid in table
    }


def test_a_pod_that_turns_bad_touches_its_row_its_deployment_and_its_service():
    scene, pods = shop()
    pods[0]["status"]["containerStatuses"][0]["ready"] = False
    pods[0]["status"]["conditions"][1]["status"] = "False"
    assert names(scene, put(scene, "pods", pods[0])) == {
        ("containers", "web-1-a"), ("capacity", "web-1"), ("capacity", "web"), ("services", "web"),
    }  # fmt: skip


def test_a_pod_of_which_nothing_else_tells_touches_its_own_row_only():
    scene, pods = shop()
    pods[0]["metadata"]["resourceVersion"] = "99"
    pods[0]["status"]["qosClass"] = "Guaranteed"
    assert names(scene, put(scene, "pods", pods[0])) == {("containers", "web-1-a")}


def test_a_pod_that_comes_touches_the_services_that_lack_one():
    scene, _ = shop()
    found = names(scene, put(scene, "pods", pod("other", {"app": "other"})))
    assert found == {("containers", "other"), ("services", "lost")}


def test_time_alone_touches_a_pod_that_is_not_ready_in_time_and_what_tells_of_it():
    scene, pods = shop()
    scene.now = 1_795_701_610.0  # ten seconds after it was started
    pods[0]["status"]["containerStatuses"][0]["ready"] = False
    pods[0]["status"]["conditions"][1]["status"] = "False"
    put(scene, "pods", pods[0])
    uid = pods[0]["metadata"]["uid"]
    assert row(scene, "containers", uid).reason == "not ready: readiness fails"
    assert overdue(scene) == set()
    scene.now += 60
    assert names(scene, overdue(scene)) == {
        ("containers", "web-1-a"), ("capacity", "web-1"), ("capacity", "web"), ("services", "web"),
    }  # fmt: skip
    assert overdue(scene) == set()


def test_an_autoscaler_touches_what_it_scales():
    scene, _ = shop()
    target = {"kind": "Deployment", "name": "web"}
    document = {"metadata": meta("web"), "spec": {"scaleTargetRef": target, "maxReplicas": 4}}
    assert names(scene, put(scene, "hpas", document)) == {("capacity", "web")}


def test_a_replica_set_that_comes_after_its_pods_gives_them_their_deployment():
    scene, _ = shop()
    uid = scene.named["replicasets", "shop", "web-1"]
    before = scene.drop("replicasets", uid)
    assert not row(scene, "containers", scene.named["pods", "shop", "web-1-a"]).links[1:]
    scene.put("replicasets", before)
    found = names(scene, touched(scene, "replicasets", None, before))
    assert {("containers", "web-1-a"), ("containers", "web-1-b"), ("capacity", "web")} <= found


def test_a_list_read_anew_drops_what_it_does_not_hold():
    scene, pods = shop()
    kept = pods[1]["metadata"]["uid"]
    gone = scene.settle("pods", {kept})
    assert [one.metadata.name for one in gone] == ["web-1-a"]
    assert list(scene.tables["pods"]) == [kept]
    assert scene.settle("pods", set(), namespace="elsewhere") == []
    assert len(scene.group("pods in", "shop")) == 1


def test_one_that_goes_after_its_namesake_came_does_not_take_the_name_with_it():
    scene, _ = shop()
    old = scene.find("services", "shop", "web")
    fill(scene, "services", [service("web", {"app": "web"})])
    new = scene.find("services", "shop", "web")
    scene.drop("services", old.uid)
    assert scene.find("services", "shop", "web") is new
    assert new is not old


def test_the_recorded_lists_have_all_their_rows():
    scene = recorded()
    for word, pane in (("pods", "containers"), ("nodes", "compute"), ("services", "services")):
        names_of = {item["metadata"]["name"] for item in kind_answer(word)["items"]}
        assert names_of <= {one.name for one in rows(scene, pane)}
    assert scene.now == NOW
    assert page(RESOURCES["pods"], b'{"items":null}').items == ()


def test_nothing_is_kept_of_what_has_gone():
    scene = recorded()
    all_rows(scene)
    for word, table in scene.tables.items():
        for uid in list(table):
            scene.drop(word, uid)
    assert not any(scene.groups.values())
    kept = (scene.named, scene._homes, scene._owners, scene._nodes, scene._members,
            scene._verdicts, scene.labels, scene.asked)  # fmt: skip
    assert not any(kept)
