"""Services of every type, what is behind them, and why nothing is."""

from __future__ import annotations

import pytest
from kube_made import endpoints, ingress, owner, pod, replica_set, service, to, unit
from kube_recorded import fill, new_scene, recorded, row_of

from fleetui.core.state import State

WEB = {"app": "web"}


def shop(*pods, services=(), slices=(), **more):
    """A namespace in which all of this is known."""
    scene = new_scene("pods", "services", "endpointslices", "replicasets")
    fill(scene, "pods", list(pods))
    fill(scene, "services", list(services))
    fill(scene, "endpointslices", list(slices))
    for word, made in more.items():
        fill(scene, word, made)
    return scene


def told(scene, name="web"):
    row = row_of(scene, "services", f"svc/{name}")
    return row.state, row.reason


@pytest.mark.parametrize(
    ("name", "kind", "address", "ready", "state"),
    [
        ("web", "ClusterIP", "10.96.240.101", (3, 3), State.RUNNING),
        ("node-port", "NodePort", "10.96.70.17", (3, 3), State.RUNNING),
        ("headless", "headless", "None", (3, 3), State.RUNNING),
        ("balanced", "LoadBalancer", "pending", (3, 3), State.PENDING),
        ("outside", "ExternalName", "db.example.com", (None, None), State.RUNNING),
        ("by-hand", "ClusterIP", "10.96.75.169", (0, 0), State.DEGRADED),
        ("nobody", "ClusterIP", "10.96.245.197", (0, 0), State.FAILED),
        ("unready", "ClusterIP", "10.96.19.129", (0, 2), State.FAILED),
    ],
)
def test_each_type_of_a_real_cluster(name, kind, address, ready, state):
    row = row_of(recorded(), "services", f"svc/{name}")
    assert (row.type, row.address, (row.ready, row.total), row.state) == (
        kind, address, ready, state
    )  # fmt: skip


def test_ports_are_as_reached_and_as_listened_on_and_on_the_nodes():
    row = row_of(recorded(), "services", "svc/node-port")
    found = [(p.public, p.private, p.address, p.name) for p in row.ports]
    assert found == [(80, 8080, "", "http"), (32008, 8080, "nodes", "http")]


def test_it_routes_to_its_pods_and_to_their_workload():
    row = row_of(recorded(), "services", "svc/web")
    kinds = [link.ref.kind for link in row.links if link.relation == "routes_to"]
    assert sorted(kinds) == ["deploy", "pod", "pod", "pod"]
    assert row.selector == (("app", "web"),)


def test_a_balancer_with_an_address_is_reached_there():
    made = service("web", WEB, type="LoadBalancer")
    made["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}, {"hostname": "lb.x"}]}}
    one = pod("a", WEB)
    scene = shop(one, services=[made], slices=[endpoints("web", one)])
    row = row_of(scene, "services", "svc/web")
    assert (row.address, row.state) == ("203.0.113.7, lb.x", State.RUNNING)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"app": "web", "tier": "back"},
         'no pod matches its selector app=web,tier=front; 1 pod nearly does, but has tier="back"'),
        ({"app": "web"},
         ("no pod matches its selector app=web,tier=front; "
          "1 pod nearly does, but lacks the label tier")),
        ({"app": "wib"}, "no pod matches its selector app=web,tier=front; 1 pod has app=wib"),
        ({"app.kubernetes.io/name": "thing"}, "no pod matches its selector app=web,tier=front"),
    ],
)  # fmt: skip
def test_no_pod_matches_and_which_labels_nearly_do(labels, words):
    scene = shop(pod("a", labels), services=[service("web", {"app": "web", "tier": "front"})])
    assert told(scene) == (State.FAILED, words)


def test_several_pods_nearly_match():
    pods = [pod(name, {"app": "web"}) for name in "abc"]
    scene = shop(*pods, services=[service("web", {"app": "web", "tier": "front"})])
    assert told(scene)[1].endswith("; 3 pods nearly do, but lack the label tier")


def test_a_label_whose_name_is_spelt_otherwise():
    scene = shop(pod("a", {"apps": "web"}), services=[service("web", WEB)])
    assert told(scene)[1] == "no pod matches its selector app=web; there is apps=web"


def test_an_empty_namespace():
    reason = "no pod matches its selector app=web: there is no pod in its namespace"
    assert told(shop(services=[service("web", WEB)])) == (State.FAILED, reason)


def test_a_target_port_by_a_name_that_no_container_has():
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    one = pod("a", WEB, ports=[{"name": "web", "containerPort": 8080}])
    made = endpoints("web", one, port=None)
    scene = shop(one, services=[service("web", WEB, ports)], slices=[made])
    row = row_of(scene, "services", "svc/web")
    assert row.reason == (
        'port http leads nowhere: no container of its pods has a port named "http"; '
        "they have web (8080)"
    )
    assert (row.state, row.ready, row.total) == (State.FAILED, 0, 1)


def test_one_of_two_ports_that_leads_nowhere():
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "metrics", "port": 81, "targetPort": "metrics"},
    ]
    one = pod("a", WEB)
    scene = shop(one, services=[service("web", WEB, ports)], slices=[endpoints("web", one)])
    state, reason = told(scene)
    assert state is State.DEGRADED
    assert reason.startswith("port metrics leads nowhere:")


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ({"httpGet": {"path": "/ready", "port": 8080}}, "readiness GET /ready on port 8080 fails"),
        ({"tcpSocket": {"port": "db"}}, "readiness: port db takes no connection"),
        ({"grpc": {"port": 9}}, "readiness by gRPC on port 9 fails"),
        ({"exec": {"command": ["true"]}}, "its readiness command fails"),
    ],
)
def test_readiness_fails(probe, words):
    one = pod("a", WEB, ready=False, probe=probe)
    scene = shop(one, services=[service("web", WEB)], slices=[endpoints("web", one)])
    assert told(scene) == (State.FAILED, f"0/1 ready: {words}")


def test_some_are_not_ready_and_why():
    pods = [pod("a", WEB), pod("b", WEB, waiting="CrashLoopBackOff")]
    scene = shop(*pods, services=[service("web", WEB)], slices=[endpoints("web", *pods)])
    row = row_of(scene, "services", "svc/web")
    assert (row.state, row.ready, row.total) == (State.DEGRADED, 1, 2)
    assert row.reason == "1/2 ready: CrashLoopBackOff: as was said"


def test_pods_that_are_on_their_way_are_no_failure():
    young = pod("b", WEB, ready=False)
    young["status"]["containerStatuses"][0]["state"] = {
        "running": {"startedAt": "2026-11-26T14:49:50Z"}
    }
    pods = [pod("a", WEB), young]
    scene = shop(*pods, services=[service("web", WEB)], slices=[endpoints("web", *pods)])
    row = row_of(scene, "services", "svc/web")
    assert (row.state, row.ready, row.total, row.reason) == (State.RUNNING, 1, 2, "")
    scene = shop(young, services=[service("web", WEB)], slices=[endpoints("web", young)])
    assert told(scene) == (State.PENDING, "0/1 ready: readiness fails")


def test_a_pod_that_only_starts_takes_nothing_from_a_service_that_works():
    fresh = pod("b", WEB, waiting="ContainerCreating", startTime="2026-11-26T14:49:00Z")
    pods = [pod("a", WEB), fresh]
    scene = shop(*pods, services=[service("web", WEB)], slices=[endpoints("web", *pods)])
    row = row_of(scene, "services", "svc/web")
    assert (row.state, row.ready, row.total, row.reason) == (State.RUNNING, 1, 2, "")


def test_a_workload_that_is_scaled_to_nothing_is_no_failure():
    web = unit("web", 0)
    old, new = replica_set(web, "web-1", 1, 0), replica_set(web, "web-2", 2, 0)
    scene = shop(services=[service("web", WEB)], replicasets=[old, new])
    assert told(scene) == (State.STOPPED, "no endpoints: deploy/web is scaled to 0")


def test_a_workload_whose_pods_cannot_be_made():
    web = unit("web", 2)
    failure = {
        "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": 'pods "web-2-x" is forbidden: exceeded quota: small, used: pods=5',
    }  # fmt: skip
    new = replica_set(web, "web-2", 2, 2, conditions=[failure])
    scene = shop(services=[service("web", WEB)], replicasets=[replica_set(web, "w", 1, 0), new])
    reason = "no endpoints: deploy/web: cannot make pods: exceeded quota: small, used: pods=5"
    assert told(scene) == (State.FAILED, reason)


def test_pods_that_have_ended_or_have_no_address_yet():
    done = pod("a", WEB, phase="Succeeded")
    assert told(shop(done, services=[service("web", WEB)])) == (
        State.FAILED, "no endpoints: the only pod of its selector has ended"
    )  # fmt: skip
    fresh = pod("a", WEB, podIP=None)
    assert told(shop(fresh, services=[service("web", WEB)]))[1] == (
        "no endpoints: its pods have no address yet"
    )


def test_nothing_is_concluded_before_all_is_known():
    scene = shop(services=[service("web", WEB)])
    scene.loaded.clear()
    row = row_of(scene, "services", "svc/web")
    assert (row.state, row.reason, row.ready) == (State.RUNNING, "", None)
    scene.loaded.add(("endpointslices", ""))
    assert told(scene) == (State.FAILED, "no endpoints")
    scene.loaded.add(("pods", "shop"))
    assert told(scene)[1].startswith("no pod matches its selector")


def test_two_address_families_count_each_pod_once_and_leaving_ones_not_at_all():
    one = pod("a", WEB)
    both = [endpoints("web", one), endpoints("web", one)]
    both[1]["endpoints"][0]["addresses"] = ["fd00::1"]
    leaving = endpoints("web", pod("b", WEB), ready=False, serving=True, terminating=True)
    scene = shop(one, services=[service("web", WEB)], slices=[*both, leaving])
    row = row_of(scene, "services", "svc/web")
    assert (row.ready, row.total, row.state) == (1, 1, State.RUNNING)


def test_an_unknown_readiness_is_taken_for_ready():
    one = pod("a", WEB)
    made = endpoints("web", one)
    made["endpoints"][0]["conditions"] = {"ready": None}
    assert told(shop(one, services=[service("web", WEB)], slices=[made]))[0] is State.RUNNING


def test_a_service_without_a_selector_has_what_it_was_given():
    made = endpoints("db", pod("x"))
    del made["endpoints"][0]["targetRef"]
    scene = shop(services=[service("db", None)], slices=[made])
    row = row_of(scene, "services", "svc/db")
    assert (row.ready, row.total, row.state, row.links) == (1, 1, State.RUNNING, ())


def test_an_ingress_routes_to_its_services():
    one = pod("a", WEB)
    scene = shop(
        one, services=[service("web", WEB)], slices=[endpoints("web", one)],
        ingresses=[ingress(to("web"), tls=[{"hosts": ["shop.example.com"], "secretName": "x"}])],
    )  # fmt: skip
    row = row_of(scene, "services", "ing/front")
    assert (row.type, row.address, row.ready, row.total) == ("Ingress", "shop.example.com", 1, 1)
    assert [link.ref.short for link in row.links] == ["svc/web"]
    assert [port.public for port in row.ports] == [80, 443]
    assert row.state is State.RUNNING


@pytest.mark.parametrize(
    ("backends", "state", "words"),
    [
        ([to("web"), to("api")], State.DEGRADED, "its service api is not there"),
        ([to("web", 81)], State.DEGRADED, "its service web has no port 81"),
        ([to("lost")], State.FAILED, "no ready endpoint behind its service lost"),
        ([{"serviceName": "web", "servicePort": "http"}], State.RUNNING, ""),
    ],
)
def test_what_an_ingress_routes_to_and_is_not_there(backends, state, words):
    one = pod("a", WEB)
    services = [service("web", WEB), service("lost", {"app": "lost"})]
    scene = shop(one, services=services, slices=[endpoints("web", one)],
                 ingresses=[ingress(*backends)])  # fmt: skip
    row = row_of(scene, "services", "ing/front")
    assert (row.state, row.reason) == (state, words)


def test_owner_of_pods_is_reached_through_their_replica_set():
    web = unit("web", 1)
    made = replica_set(web, "web-1", 1, 1)
    one = pod("web-1-a", WEB, made_by=owner("ReplicaSet", made))
    scene = shop(one, services=[service("web", WEB)], slices=[endpoints("web", one)],
                 replicasets=[made])  # fmt: skip
    row = row_of(scene, "services", "svc/web")
    assert [link.ref.short for link in row.links] == ["pod/web-1-a", "deploy/web"]
