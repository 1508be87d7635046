"""The cluster that the other tests stand on: what they count on is real there."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from kubernetes import client, config, stream

from .servers import kube_objects as objects
from .servers.kube_api import Body, KubeApi
from .servers.kube_proxy import Fault
from .servers.kubernetes import KubeCluster, cri


def pod_of(kube: KubeCluster, place: str, app: str) -> Body:
    """Return the deployment's one ready pod."""
    kube.api.until_ready(place, app, 1)
    (pod,) = kube.api.items("Pod", place, f"app={app}")
    return pod


def shown(pod: Body) -> str:
    """Return the word that a pod's only container waits, ended or runs with."""
    status = pod.get("status", {})
    if status.get("reason"):
        return str(status["reason"])
    words = [
        state.get("reason", kind)
        for one in status.get("containerStatuses", [])
        for kind, state in one["state"].items()
    ]
    return words[0] if words else ""


def test_a_deployment_rolls(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 3), objects.service(place, "web"))
    kube.api.until_ready(place, "web", 3)
    new = {"spec": {"template": {"spec": objects.pod_spec("registry.example/web:2")}}}
    kube.api.patch("Deployment", place, "web", new)
    kube.api.until_ready(place, "web", 3)

    def images() -> set[str]:
        pods = kube.api.items("Pod", place, "app=web")
        return {one["spec"]["containers"][0]["image"] for one in pods}

    # A deployment does not count the pods that are leaving.
    kube.until(lambda: images() == {"registry.example/web:2"}, "the old pods are gone")
    replicas = [one["spec"]["replicas"] for one in kube.api.items("ReplicaSet", place)]
    assert sorted(replicas) == [0, 3]

    def endpoints() -> bool:
        slices = kube.api.items("EndpointSlice", place)
        return sum(len(one.get("endpoints") or []) for one in slices) == 3

    kube.until(endpoints, "the service has three endpoints")


@pytest.mark.parametrize(
    ("fate", "phase", "word"),
    [
        ("unready", "Running", "running"),
        ("crash", "Running", "CrashLoopBackOff"),
        ("oom", "Running", "CrashLoopBackOff"),
        ("image", "Pending", "ImagePullBackOff"),
        ("config", "Pending", "CreateContainerConfigError"),
        ("slow", "Pending", "ContainerCreating"),
    ],
)
def test_a_pod_has_its_fate(
    kube: KubeCluster, place: str, fate: str, phase: str, word: str
) -> None:
    kube.api.create(objects.deployment(place, "web", 1, fate=fate, delay="5s"))

    def fated() -> bool:
        pods = kube.api.items("Pod", place)
        return [(p["status"].get("phase"), shown(p)) for p in pods] == [(phase, word)]

    kube.until(fated, f"a pod that is {phase} and {word}")


def test_a_living_pod_turns_bad_and_heals(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    name = pod_of(kube, place, "web")["metadata"]["name"]

    def restarts() -> int:
        status = kube.api.get("Pod", place, name)["status"]["containerStatuses"][0]
        return int(status["restartCount"]) if status["lastState"] else 0

    def ready() -> bool:
        conditions = kube.api.get("Pod", place, name)["status"]["conditions"]
        return {"Ready": "True"}.items() <= {c["type"]: c["status"] for c in conditions}.items()

    kube.api.patch("Pod", place, name, {"metadata": {"annotations": {"fate": "crash"}}})
    kube.until(lambda: restarts() >= 2, "it crashed twice")
    kube.api.patch("Pod", place, name, {"metadata": {"annotations": {"fate": None}}})
    kube.until(ready, "it is ready again")


def test_jobs_complete_and_fail(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.job(place, "good"), objects.job(place, "bad", fate="failed"))

    def ended() -> bool:
        status = {j["metadata"]["name"]: j.get("status", {}) for j in kube.api.items("Job", place)}
        return bool(status["good"].get("succeeded") and status["bad"].get("failed"))

    kube.until(ended, "one job succeeded, one failed")


def test_a_quota_stops_pods(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.quota(place, pods="2"))
    kube.until(
        lambda: kube.api.get("ResourceQuota", place, "quota").get("status", {}).get("hard"),
        "the quota is in force",
    )
    kube.api.create(objects.deployment(place, "web", 4))

    def said() -> bool:
        events = kube.api.items("Event", place)
        return any(e["reason"] == "FailedCreate" and "quota" in e["message"] for e in events)

    kube.until(said, "an event says that the quota is used up")
    kube.until(lambda: len(kube.api.items("Pod", place)) == 2, "as many pods as it allows")


def test_an_autoscaler_acts_within_its_bounds(kube: KubeCluster, place: str) -> None:
    kube.metrics.usage[f"{place}/web"] = (40, 20)
    kube.api.create(
        objects.deployment(place, "web", 1, cpu="10m"), objects.autoscaler(place, "web", 1, 3)
    )
    kube.until(
        lambda: kube.api.get("Deployment", place, "web")["spec"]["replicas"] == 3,
        "it is scaled to its most",
    )
    kube.metrics.usage[f"{place}/web"] = (0, 20)
    kube.until(
        lambda: kube.api.get("Deployment", place, "web")["spec"]["replicas"] == 1,
        "it is scaled to its least",
    )


def test_logs_come_and_are_followed(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    name = pod_of(kube, place, "web")["metadata"]["name"]
    path = f"/api/v1/namespaces/{place}/pods/{name}/log"
    assert kube.api.raw("GET", path).text == "hello from the log\n"
    own = kube.pod_log(place, name)
    own.write_text(cri("one", "two"), "utf-8")
    kube.until(lambda: kube.api.raw("GET", path).text == "one\ntwo\n", "it has a log of its own")
    options = {"follow": "true", "tailLines": "1"}
    with kube.api._client.stream("GET", path, params=options) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "two"
        with own.open("a", encoding="utf-8") as file:
            file.write(cri("three"))
        assert next(lines) == "three"


def test_exec_and_port_forward(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    name = pod_of(kube, place, "web")["metadata"]["name"]
    core = official(kube)
    said = stream.stream(
        core.connect_get_namespaced_pod_exec, name, place,
        command=["sh", "-c", "echo out; echo err >&2"],
        stdin=False, stdout=True, stderr=True, tty=False,
    )  # fmt: skip
    assert sorted(said.split()) == ["err", "out"]
    forward = stream.portforward(
        core.connect_get_namespaced_pod_portforward, name, place, ports="8080"
    )
    sock = forward.socket(8080)
    sock.settimeout(60)
    sock.sendall(b"GET /way HTTP/1.0\r\n\r\n")
    got = b""
    # The end of a forwarded stream is not told by every server: what came is enough.
    while not got.endswith(b"you asked for /way\n"):
        data = sock.recv(4096)
        assert data, got
        got += data
    forward.close()


def official(kube: KubeCluster) -> Any:
    """Return the official client's core API."""
    return client.CoreV1Api(config.new_client_from_config(str(kube.kubeconfig)))


def test_what_each_token_may_do(kube: KubeCluster, place: str) -> None:
    def may(token: str, path: str, method: str = "GET") -> int:
        theirs = KubeApi(kube.url, kube.certificates.authority, kube.tokens[token])
        try:
            return theirs.raw(method, path).status_code
        finally:
            theirs.close()

    pods, secrets = "/api/v1/pods", "/api/v1/secrets"
    corner = "/api/v1/namespaces/corner/pods"
    assert [may("admin", p) for p in (pods, corner, secrets)] == [200, 200, 200]
    assert [may("reader", p) for p in (pods, corner, secrets)] == [200, 200, 403]
    assert [may("corner", p) for p in (pods, corner)] == [403, 200]
    assert [may("nobody", p) for p in (pods, corner)] == [403, 403]
    assert may("reader", f"/api/v1/namespaces/{place}", "DELETE") == 403
    wrong = KubeApi(kube.url, kube.certificates.authority, "wrong")
    assert wrong.raw("GET", pods).status_code == 401
    wrong.close()


def test_a_token_is_revoked(kube: KubeCluster) -> None:
    token = kube.account_token("leaving")
    theirs = KubeApi(kube.url, kube.certificates.authority, token)
    kube.until(lambda: theirs.raw("GET", "/api/v1/pods").is_success, "it may read")
    kube.revoke("leaving", token)
    assert theirs.raw("GET", "/api/v1/pods").status_code == 401
    theirs.close()


def test_metrics_are_there_and_gone(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    pod_of(kube, place, "web")
    path = f"/apis/metrics.k8s.io/v1beta1/namespaces/{place}/pods"
    (found,) = kube.api.ask("GET", path)["items"]
    assert found["containers"] == [{"name": "main", "usage": {"cpu": "5m", "memory": "10Mi"}}]
    kube.metrics.down = True
    try:
        kube.metrics.until_available(False)
        assert kube.api.raw("GET", path).status_code == 503
    finally:
        kube.metrics.down = False
    kube.metrics.until_available(True)


def test_after_compaction_the_past_is_gone(kube: KubeCluster) -> None:
    before = kube.api.ask("GET", "/api/v1/pods", params={"limit": "1"})
    kube.compact()
    old = {"resourceVersion": before["metadata"]["resourceVersion"], "timeoutSeconds": "5"}
    (event,) = kube.api.watch("/api/v1/pods", **old)
    assert event["object"]["code"] == 410


@pytest.fixture
def proxied(kube: KubeCluster) -> Any:
    api = KubeApi(kube.proxy.url, kube.certificates.authority, kube.tokens["admin"])
    yield api
    api.close()


def test_the_proxy_passes_on_and_refuses(kube: KubeCluster, proxied: KubeApi) -> None:
    assert proxied.raw("GET", "/api/v1/pods").status_code == 200
    with kube.proxy.faulty(Fault(match="/pods", status=429, retry_after_s=3)):
        answer = proxied.raw("GET", "/api/v1/pods")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert proxied.raw("GET", "/api/v1/nodes").status_code == 200
    with kube.proxy.faulty(Fault(hang=True)), pytest.raises(httpx.ReadTimeout):
        proxied.raw("GET", "/api/v1/pods", timeout=1)


@pytest.mark.parametrize("how", ["abrupt", "clean"])
def test_the_proxy_cuts_a_watch(kube: KubeCluster, proxied: KubeApi, place: str, how: str) -> None:
    path = f"/api/v1/namespaces/{place}/configmaps"
    with proxied._client.stream("GET", path, params={"watch": "1"}) as answer:
        lines = answer.iter_lines()
        assert '"ADDED"' in next(lines)
        with kube.proxy.faulty(Fault(cut=how)):
            began = time.monotonic()
            kube.api.create(objects.named("ConfigMap", "cut", place))
            rest = ""
            if how == "abrupt":
                with pytest.raises(httpx.TransportError):
                    rest = next(lines)
            else:
                rest = next(lines)
                assert not rest.endswith("}}")
        assert kube.proxy.since(began, "configmaps") == []
