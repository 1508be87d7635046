"""What the provider shows of a real cluster, beside what the API server prints for kubectl."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from fleetui.core.objects import is_wrong
from fleetui.core.state import Health, State

from .kube_watching import SCOPE, Watched, provider_of, settled, watching
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster

SHOP = "rows-shop"
KINDS = ("containers", "capacity", "services", "compute", "events")
FATES = {
    "web": {"Running"}, "unready": {"Running"}, "image": {"ImagePullBackOff"},
    "config": {"CreateContainerConfigError"}, "init": {"Init:0/2"}, "db": {"Running"},
    "agent": {"Running"}, "migrate": {"Completed"}, "broken": {"Error"},
}  # fmt: skip
"""What kubectl prints of each workload's pods, once they are what they become."""


@pytest.fixture(scope="module")
def shop(kube: KubeCluster) -> Iterator[str]:
    """A namespace with a workload of each kind, and services of each type."""
    initial = objects.deployment(SHOP, "init", 1, fate="init")
    main = initial["spec"]["template"]["spec"]["containers"][0]
    waiting = [{**main, "name": "first"}, {**main, "name": "second"}]
    initial["spec"]["template"]["spec"]["initContainers"] = waiting
    selectorless = objects.service(SHOP, "by-hand")
    del selectorless["spec"]["selector"]
    outside = objects.named("Service", "outside", SHOP)
    outside["spec"] = {"type": "ExternalName", "externalName": "db.example.com"}
    misnamed = objects.service(SHOP, "misnamed", "web")
    misnamed["spec"]["ports"][0]["targetPort"] = "no-such-port"
    kube.api.create(
        objects.namespace(SHOP),
        objects.deployment(SHOP, "web", 3),
        objects.autoscaler(SHOP, "web", 2, 6),
        objects.budget(SHOP, "web", 2),
        initial,
        *(objects.deployment(SHOP, f, 1, fate=f) for f in ("unready", "crash", "image", "config")),
        objects.stateful_set(SHOP, "db", 2),
        objects.daemon_set(SHOP, "agent"),
        objects.job(SHOP, "migrate"),
        objects.job(SHOP, "broken", fate="failed"),
        objects.cron_job(SHOP, "nightly", suspend=True),
        objects.service(SHOP, "web"),
        objects.service(SHOP, "headless", "web", clusterIP="None"),
        objects.service(SHOP, "node-port", "web", type="NodePort"),
        objects.service(SHOP, "balanced", "web", type="LoadBalancer"),
        objects.service(SHOP, "unready"),
        objects.service(SHOP, "nobody", "weeb"),
        misnamed,
        selectorless,
        outside,
        objects.ingress(SHOP, "front", "shop.example.com", "web"),
    )
    kube.api.until_ready(SHOP, "web", 3)
    kube.until(lambda: _fated(kube), f"each workload of {SHOP} has met its fate")
    yield SHOP
    kube.api.delete_namespace(SHOP)


def _fated(kube: KubeCluster) -> bool:
    """Whether every pod is what it is to become, and the controllers have seen it."""
    words: dict[str, set[str]] = {}
    for name, row in kube.api.table("Pod", SHOP).items():
        words.setdefault(name.split("-")[0], set()).add(row["Status"])
    jobs = {one["metadata"]["name"]: one.get("status", {}) for one in kube.api.items("Job", SHOP)}
    agents = kube.api.get("DaemonSet", SHOP, "agent")["status"]
    (autoscaler,) = kube.api.items("HorizontalPodAutoscaler", SHOP)
    ends: dict[str, list[bool]] = {}
    for one in kube.api.items("EndpointSlice", SHOP):
        name = one["metadata"]["labels"]["kubernetes.io/service-name"]
        ends[name] = [end["conditions"]["ready"] for end in one.get("endpoints") or []]
    return bool(
        words.items() >= FATES.items()
        and words.get("crash", set()) <= {"Running", "Error", "CrashLoopBackOff"}
        and kube.api.get("StatefulSet", SHOP, "db")["status"].get("readyReplicas") == 2
        and agents["numberReady"] == agents["desiredNumberScheduled"] > 0
        and jobs["migrate"].get("succeeded")
        and jobs["broken"].get("failed")
        and autoscaler.get("status", {}).get("currentMetrics")
        and all(ends.get(name) == [True] * 3 for name in ("web", "headless", "node-port"))
        and ends.get("balanced") == [True] * 3
        and ends.get("unready") == [False]
    )


@pytest.fixture
async def seen(kube: KubeCluster, shop: str) -> AsyncIterator[Watched]:
    async with watching(provider_of(kube), *KINDS) as made:
        await made.until_well(*KINDS)
        yield made


async def agrees(
    seen: Watched, shown: Callable[[], dict[str, Any]], printed: Callable[[], dict[str, Any]]
) -> None:
    """Wait until both tell the same: some pods never stay as they are."""
    both: tuple[dict[str, Any], dict[str, Any]] = ({}, {})

    def same() -> bool:
        nonlocal both
        both = shown(), printed()
        return both[0] == both[1] != {}

    try:
        await seen.until(same, "the rows are what kubectl prints")
    except AssertionError:
        assert both[0] == both[1]
        raise


async def test_pods_are_as_kubectl_prints_them(kube: KubeCluster, seen: Watched, shop: str) -> None:
    def shown() -> dict[str, Any]:
        rows = seen.rows("containers", shop)
        return {
            name: (f"{row.ready}/{row.total}", row.native_state, row.restarts, row.node)
            for name, row in rows.items()
        }

    def printed() -> dict[str, Any]:
        table = kube.api.table("Pod", shop)
        return {
            name: (row["Ready"], row["Status"], int(str(row["Restarts"]).split()[0]), row["Node"])
            for name, row in table.items()
        }

    await agrees(seen, shown, printed)
    words = {row.native_state for row in seen.rows("containers", shop).values()}
    assert words >= {word for words in FATES.values() for word in words}


async def test_a_pod_that_does_not_end_is_terminating(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "stuck", 1, fate="stuck"))
    await settled(kube, place, "stuck", 1)
    async with watching(provider_of(kube), "containers") as seen:
        (name,) = await seen.until(lambda: seen.rows("containers", place), "the pod")
        kube.api.delete("Pod", place, name)
        row = await seen.until(
            lambda: (row := seen.rows("containers", place)[name]).state is State.STOPPING and row,
            "it is stopping",
        )
        assert row.native_state == kube.api.table("Pod", place)[name]["Status"] == "Terminating"
        kube.api.delete("Pod", place, name, 0)
        await seen.until(lambda: name not in seen.rows("containers", place), "it is gone")


async def test_workloads_are_as_kubectl_prints_them(
    kube: KubeCluster, seen: Watched, shop: str
) -> None:
    for kind, word in (("Deployment", "deploy"), ("StatefulSet", "sts")):

        def shown(word: str = word) -> dict[str, Any]:
            rows = seen.rows("capacity", shop).values()
            return {r.name: f"{r.ready}/{r.desired}" for r in rows if r.ref.kind == word}

        def printed(kind: str = kind) -> dict[str, Any]:
            return {name: row["Ready"] for name, row in kube.api.table(kind, shop).items()}

        await agrees(seen, shown, printed)
    rows = seen.rows("capacity", shop)
    kinds = {name: row.ref.kind for name, row in rows.items()}
    assert kinds["agent"] == "ds"
    assert (kinds["migrate"], kinds["broken"], kinds["nightly"]) == ("job", "job", "cronjob")

    def agents() -> bool:
        agent = seen.rows("capacity", shop)["agent"]
        return bool(agent.ready == agent.desired == len(kube.api.items("Node")))

    await seen.until(agents, "an agent on each node")
    # A Job is over some time after its pod is: its controller has to see that first.
    over = {"broken": State.FAILED, "migrate": State.STOPPED, "nightly": State.PAUSED}

    def states() -> dict[str, State]:
        rows = seen.rows("capacity", shop)
        return {name: rows[name].state for name in over}

    await seen.until(lambda: states() == over, f"the jobs are over: {over}")


async def test_workloads_have_their_bounds_and_their_pods(seen: Watched, shop: str) -> None:
    def linked() -> bool:
        links = seen.rows("capacity", shop)["web"].links
        pods = {link.ref.name for link in links if link.relation == "has"}
        return len(pods) == 3 and pods == there()

    def there() -> set[str]:
        return {name for name in seen.rows("containers", shop) if name.startswith("web-")}

    await seen.until(linked, "it has its three pods")
    web = seen.rows("capacity", shop)["web"]
    assert (web.min, web.max) == (2, 6)
    assert "HPA" in web.autoscaler
    for name in there():
        links = seen.rows("containers", shop)[name].links
        assert [link.ref for link in links if link.relation == "part_of"] == [web.ref]


async def test_why_workloads_are_not_well(seen: Watched, shop: str) -> None:
    reasons = {
        "image": "ImagePullBackOff", "config": "CreateContainerConfigError",
        "unready": "readiness fails",
    }  # fmt: skip

    def told() -> bool:
        rows = seen.rows("capacity", shop)
        return all(words in rows[name].reason for name, words in reasons.items())

    await seen.until(told, f"reasons {reasons}")
    assert all(is_wrong(seen.rows("capacity", shop)[name]) for name in reasons)


async def test_services_have_the_endpoints_that_slices_have(
    kube: KubeCluster, seen: Watched, shop: str
) -> None:
    def shown() -> dict[str, Any]:
        rows = seen.rows("services", shop).values()
        return {
            r.name: (r.type, r.ready, r.total)
            for r in rows
            if r.ref.kind == "svc" and r.type != "ExternalName"
        }

    def printed() -> dict[str, Any]:
        counts: dict[str, list[bool]] = {}
        for one in kube.api.items("EndpointSlice", shop):
            name = one["metadata"]["labels"]["kubernetes.io/service-name"]
            ready = [e["conditions"]["ready"] for e in one.get("endpoints") or []]
            counts.setdefault(name, []).extend(ready)
        found = {}
        for one in kube.api.items("Service", shop):
            spec, name = one["spec"], one["metadata"]["name"]
            # Behind a port that no pod has nothing can be reached.
            ends = [e and name != "misnamed" for e in counts.get(name, [])]
            kind = "headless" if spec.get("clusterIP") == "None" else spec["type"]
            if spec["type"] != "ExternalName":
                found[name] = (kind, sum(ends), len(ends))
        return found

    await agrees(seen, shown, printed)
    rows = seen.rows("services", shop)
    assert (rows["web"].state, rows["web"].ready) == (State.RUNNING, 3)
    assert rows["outside"].address == "db.example.com"
    assert rows["balanced"].state is State.PENDING
    ports = {(port.private, port.public) for port in rows["web"].ports}
    assert ports == {(8080, 80)}
    assert rows["front"].ref.kind == "ing"
    routed = [link.ref for link in rows["front"].links if link.relation == "routes_to"]
    assert rows["web"].ref in routed


async def test_a_service_without_endpoints_says_why(
    kube: KubeCluster, seen: Watched, shop: str
) -> None:
    why = "no pod matches its selector app=weeb; 3 pods have app=web"
    await seen.until(lambda: seen.rows("services", shop)["nobody"].reason == why, why)
    rows = seen.rows("services", shop)
    assert rows["nobody"].state is State.FAILED
    assert "readiness fails" in rows["unready"].reason
    assert "no-such-port" in rows["misnamed"].reason
    assert "selector" in rows["by-hand"].reason
    assert rows["web"].reason == ""
    # The selector is mended: the row heals by the watch alone.
    change = {"spec": {"selector": {"app": "web"}}}
    await asyncio.to_thread(kube.api.patch, "Service", shop, "nobody", change)

    def healed() -> bool:
        row = seen.rows("services", shop)["nobody"]
        return (row.ready, row.reason) == (3, "")

    await seen.until(healed, "it has endpoints")
    change = {"spec": {"selector": {"app": "weeb"}}}
    await asyncio.to_thread(kube.api.patch, "Service", shop, "nobody", change)
    await seen.until(lambda: seen.rows("services", shop)["nobody"].reason, "it has none again")


async def test_nodes_are_as_kubectl_prints_them(kube: KubeCluster, seen: Watched) -> None:
    def shown() -> dict[str, Any]:
        rows = [row for row in seen.snapshot("compute").rows if row.ref.scope == SCOPE]
        return {row.name: row.native_state for row in rows}

    def printed() -> dict[str, Any]:
        return {name: row["Status"] for name, row in kube.api.table("Node").items()}

    def node(name: str) -> Any:
        return next(row for row in seen.snapshot("compute").rows if row.name == name)

    await agrees(seen, shown, printed)
    assert (node("node-0").cores, node("node-0").zone) == (4, "zone-0")
    kube.api.patch("Node", "", "node-0", {"spec": {"unschedulable": True}})
    try:
        await seen.until(lambda: node("node-0").state is State.PAUSED, "it is cordoned")
        await agrees(seen, shown, printed)
        assert node("node-0").native_state == "Ready,SchedulingDisabled"
    finally:
        kube.api.patch("Node", "", "node-0", {"spec": {"unschedulable": None}})
    await seen.until(lambda: node("node-0").state is State.RUNNING, "it is not any more")
    kube.api.create(objects.node("node-old", version="v1.28.0"))
    try:
        await seen.until(lambda: "v1.28.0" in shown() or "node-old" in shown(), "the old one")
        await seen.until(lambda: "v1.28.0" in node("node-old").reason, "its version is told")
    finally:
        kube.api.delete("Node", "", "node-old")
    await seen.until(lambda: "node-old" not in shown(), "it is gone")


async def test_events_are_told_once_for_all_pods_of_a_kind(
    kube: KubeCluster, seen: Watched, shop: str
) -> None:
    def probe() -> Any:
        rows = [r for r in seen.snapshot("events").rows if r.ref.scope == f"{SCOPE}/{shop}"]
        return [r for r in rows if "Back-off restarting failed container" in r.message]

    (told,) = await seen.until(probe, "the crashes are told")
    crashed = next(r for r in seen.rows("containers", shop).values() if r.name.startswith("crash"))
    assert told.subject == str(crashed.ref)
    before = told.count
    await seen.until(lambda: probe()[0].count > before, "it is counted on")
    assert len(probe()) == 1


async def test_a_quota_is_why_pods_are_missing(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.quota(place, pods="1"))
    await asyncio.to_thread(
        kube.until,
        lambda: kube.api.get("ResourceQuota", place, "quota").get("status", {}).get("hard"),
        "the quota is in force",
    )
    kube.api.create(objects.deployment(place, "web", 3))
    async with watching(provider_of(kube), "capacity") as seen:
        await seen.until(
            lambda: (row := seen.rows("capacity", place).get("web")) and "quota" in row.reason,
            "the quota is told",
        )

        def one_of_three() -> bool:
            row = seen.rows("capacity", place)["web"]
            told = "quota" in row.reason
            return told and (row.desired, row.ready, row.health) == (3, 1, Health.UNHEALTHY)

        await seen.until(one_of_three, "one of three is ready, and the quota is why")
