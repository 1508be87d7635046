"""Pods in 41 odd states on a real API server: our words are those that kubectl printed."""

from __future__ import annotations

import json

import pytest
from kube_made import meta, pod
from kube_recorded import ANSWERS, NOW, fill, kind_answer, new_scene, recorded, row_of

from fleetui.core.objects import is_wrong
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import verdict
from fleetui.providers.kubernetes.resources import RESOURCES, single
from fleetui.providers.kubernetes.verdict import judge

_PRINTED = [line.split() for line in (ANSWERS / "odd_pods.txt").read_text("utf-8").splitlines()[1:]]


@pytest.fixture(scope="module")
def scene():
    scene = new_scene()
    fill(scene, "pods", kind_answer("odd_pods"))
    return scene


@pytest.mark.parametrize("printed", _PRINTED, ids=lambda printed: printed[0])
def test_the_word_is_the_one_that_kubectl_prints(scene, printed):
    name, ready, status, restarts, *_ = printed
    row = row_of(scene, "containers", f"pod/{name}")
    assert (f"{row.ready}/{row.total}", row.native_state, str(row.restarts)) == (
        ready, status, restarts
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("crash", State.FAILED, "CrashLoopBackOff: exit 1, KeyError: 'STRIPE', back-off 5m0s"),
        ("crash-half", State.DEGRADED, "c1: CrashLoopBackOff: OOMKilled, exit 137, back-off 40s"),
        ("config", State.FAILED, 'CreateContainerConfigError: secret "database" not found'),
        ("oom-now", State.FAILED, "OOMKilled: exit 137"),
        ("signal", State.FAILED, "signal 9"),
        ("exit-code", State.FAILED, "exit 4"),
        ("error", State.FAILED, "Error: exit 3, boom"),
        ("init-crash", State.FAILED,
         "init container i0: CrashLoopBackOff: exit 1, KeyError: 'STRIPE', back-off 1m20s"),
        ("init-1-2", State.PENDING, "init container i1 runs"),
        ("gated", State.PENDING, "waits for the gate example.com/quota"),
        ("completed", State.STOPPED, ""),
        ("running", State.RUNNING, ""),
        ("leaving-lost", State.UNKNOWN, "its node is lost"),
        ("sidecar-unready", State.DEGRADED, "not ready: i0: readiness fails"),
        ("half-completed", State.DEGRADED, "not ready: c1 has ended, the rest runs on"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(scene, name, state, reason):
    row = row_of(scene, "containers", f"pod/{name}")
    assert (row.state, row.reason) == (state, reason)


def test_the_schedulers_and_the_kubelets_own_words_are_kept(scene):
    lost = row_of(scene, "containers", "pod/unschedulable")
    assert lost.reason.startswith("Unschedulable: 0/3 nodes are available: 3 Insufficient cpu.")
    assert lost.state is State.PENDING
    assert is_wrong(lost)
    evicted = row_of(scene, "containers", "pod/evicted")
    assert evicted.reason.startswith("Evicted: The node was low on resource: memory.")


def test_a_pod_that_was_only_just_started_is_starting_and_later_not_well(scene):
    document = kind_answer("odd_pods")
    begun = next(p for p in document["items"] if p["metadata"]["name"] == "running-not-ready")
    scene = new_scene()
    fill(scene, "pods", [begun])
    thing = next(iter(scene.tables["pods"].values()))
    scene.now = 1_795_701_600.0 + 30
    early = scene.verdict(thing)
    assert (early.state, early.health) == (State.RUNNING, Health.STARTING)
    scene.now = early.until
    late = scene.verdict(thing)
    assert (late.state, late.health) == (State.DEGRADED, Health.UNHEALTHY)


def test_one_that_does_not_leave_is_told_with_what_holds_it(scene):
    thing = scene.find("pods", "odd", "leaving")
    scene = new_scene()
    scene.put("pods", thing)
    scene.now += 3600
    found = scene.verdict(thing)
    assert found.state is State.STOPPING
    assert found.health is Health.UNHEALTHY
    assert found.reason == "should have been gone by now: held by the finalizer example.com/hold"


def test_one_that_crashes_again_and_again_is_not_well_while_it_runs(scene):
    thing = scene.find("pods", "odd", "restarted")
    crashed = 1_795_703_400.0  # 14:30, its third time
    soon = judge(thing, crashed + 10)
    assert (soon.word, soon.state, soon.health) == ("Running", State.DEGRADED, Health.UNHEALTHY)
    assert soon.reason == "restarted 3 times, the last: OOMKilled, exit 137"
    later = judge(thing, soon.until)
    assert (later.state, later.health, later.reason) == (State.RUNNING, Health.HEALTHY, "")


def test_exit_codes_and_times_are_those_of_the_container_that_matters(scene):
    crash = row_of(scene, "containers", "pod/crash")
    assert (crash.exit_code, crash.started) == (1, None)
    done = row_of(scene, "containers", "pod/completed")
    assert (done.exit_code, done.finished) == (0, 1_795_701_600.0)
    up = row_of(scene, "containers", "pod/running")
    assert (up.exit_code, up.started, up.finished) == (None, 1_795_701_600.0, None)


def test_what_could_be_done_depends_on_what_it_is_at(scene):
    def reason(name, capability):
        row = row_of(scene, "containers", f"pod/{name}")
        return next(c.reason for c in row.capabilities if c.name == capability)

    assert reason("running", "exec") == ""
    assert reason("completed", "exec") == "it is over"
    assert reason("creating", "logs") == "its container has not begun"
    assert reason("leaving", "remove") == "it is being deleted"
    assert reason("running", "restart") == "nothing would make a new one: it has no owner"


def test_the_short_way_to_a_verdict_leads_to_the_same(scene, monkeypatch):
    pods = [*scene.tables["pods"].values(), *recorded().tables["pods"].values()]
    short = [judge(pod, NOW) for pod in pods]
    taken = sum(verdict._sound(pod, pod.spec, pod.status, NOW) is not None for pod in pods)
    monkeypatch.setattr(verdict, "_sound", lambda *_: None)
    assert short == [judge(pod, NOW) for pod in pods]
    assert taken > 10


def event(pod, reason, message, kind="Warning"):
    about = {"kind": "Pod", "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
    return {"metadata": meta(f"e-{reason}"), "type": kind, "reason": reason, "message": message,
            "involvedObject": about, "lastTimestamp": "2026-11-26T14:49:00Z"}  # fmt: skip


@pytest.mark.parametrize(
    ("made", "reason", "message", "words"),
    [
        (pod("a", ready=False), "Unhealthy",
         "Readiness probe failed: HTTP probe failed with statuscode: 503",
         "not ready: readiness fails: HTTP probe failed with statuscode: 503"),
        (pod("a", ready=False), "Unhealthy", "Liveness probe failed: timeout",
         "not ready: readiness fails"),
        (pod("a", waiting="ContainerCreating"), "FailedMount", 'secret "tls" not found',
         'its containers do not begin: FailedMount: secret "tls" not found'),
        (pod("a"), "Unhealthy", "Readiness probe failed: 503", ""),
    ],
)  # fmt: skip
def test_what_events_add_to_it(made, reason, message, words):
    scene = new_scene()
    fill(scene, "pods", [made])
    fill(scene, "events", [event(made, reason, message)])
    assert row_of(scene, "containers", "pod/a").reason == words


def test_a_pod_whose_containers_do_not_begin_is_not_well_after_ten_minutes():
    document = pod("a", waiting="ContainerCreating")
    thing = single(RESOURCES["pods"], json.dumps(document).encode())
    soon = judge(thing, 1_795_701_600.0 + 60)
    assert (soon.state, soon.health, soon.until) == (State.PENDING, Health.NONE, 1_795_702_200.0)
    late = judge(thing, soon.until)
    assert (late.state, late.health) == (State.PENDING, Health.UNHEALTHY)
