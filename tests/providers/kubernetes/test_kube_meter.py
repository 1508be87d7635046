"""Who measures: metrics.k8s.io where it answers, else the Prometheus that was lent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, api_server, kubeconfig, pod

from fleetui.core.errors import Unreachable
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import MeasuredBy
from fleetui.providers.kubernetes import meter, promql
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings

PODS = "/api/v1/pods"
REVIEWS = "/apis/authorization.k8s.io/v1"
METRICS = "/apis/metrics.k8s.io/v1beta1"
WEB = Ref("kubernetes", "test/shop", "pod", "uid-shop-web", "web")
NODE = Ref("kubernetes", "test", "node", "uid-node-1", "node-1")


class Lent:
    """A Prometheus that answers as it was told."""

    def __init__(self, *series: tuple[dict[str, str], float, float]) -> None:
        self.asked: list[str] = []
        self.series = series
        self.down = False

    async def query(self, query: Query) -> QueryResult:
        self.asked.append(query.expr)
        if self.down:
            raise Unreachable("nobody there")
        which = 2 if "memory" in query.expr else 1
        found = tuple(
            Series(tuple(one[0].items()), ((0.0, one[which]),)) for one in self.series
        )  # fmt: skip
        return QueryResult(query, "vector", found)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with api_server() as server:
        server.missing |= {METRICS, f"{METRICS}/namespaces/shop/pods", f"{METRICS}/nodes"}
        server.missing.add(f"{METRICS}/namespaces/pay/pods")
        server.answers[f"{REVIEWS}/selfsubjectaccessreviews"] = {"status": {"allowed": True}}
        yield server


def provider(api: Api, tmp_path: Path, **settings: Any) -> Kubernetes:
    path = kubeconfig(tmp_path / "config", api)
    return Kubernetes("test", KubernetesSettings(kubeconfig=str(path), timeout=60.0, **settings))


def of(name: str, container: str, cpu: float, memory: float) -> tuple[dict[str, str], float, float]:
    return {"namespace": "shop", "pod": name, "container": container}, cpu, memory


async def test_without_metrics_a_prometheus_is_asked_for_what_is_looked_at(
    api: Api, tmp_path: Path
) -> None:
    lent = Lent(of("web", "app", 0.25, 1000.0), of("web", "side", 0.5, 24.0))
    made = provider(api, tmp_path)
    assert isinstance(made, MeasuredBy)
    made.measured_by({"main": lent}, alone=True)
    usage = (await made.measure([WEB]))[WEB]
    assert (usage.cpu, usage.memory) == (0.75, 1024)
    assert len(lent.asked) == 2
    assert all('namespace=~"shop",pod=~"web"' in text for text in lent.asked)
    # Neither is asked again at once.
    requests = len(api.requests)
    assert await made.measure([WEB])
    assert (len(lent.asked), len(api.requests)) == (2, requests)
    # What comes into sight is asked for together with what was there.
    other = Ref("kubernetes", "test/pay", "pod", "uid-pay-a.b", "a.b")
    assert set(await made.measure([WEB, other])) == {WEB}
    assert len(lent.asked) == 4
    assert 'namespace=~"pay|shop",pod=~"a[.]b|web"' in lent.asked[-1]
    await made.close()


async def test_its_labels_are_asked_for_and_its_page_tells_who_measured(
    api: Api, tmp_path: Path
) -> None:
    lent = Lent(of("web", "main", 0.25, 1000.0))
    api.have(PODS, pod("web", "shop"))
    api.answers["/api/v1/namespaces/shop/pods/web"] = pod("web", "shop")
    made = provider(api, tmp_path, prometheus="main", prometheus_labels={"cluster": 'a"b'})
    made.measured_by({"main": lent, "other": Lent()}, alone=False)
    await made.fetch(SourceKey("kubernetes", "test", "containers"))
    assert WEB in await made.measure([WEB])
    assert '{cluster="a\\"b",namespace=' in lent.asked[0]
    page = await made.describe(WEB)
    limits = next(part for part in page.sections if part.title == "limits")
    told = {row.name: row.lines[0].text for row in limits.rows}
    assert told["measured by"] == "prometheus/main"
    report = await made.check()
    assert any("asked of prometheus/main" in note for note in report.notes)
    await made.close()


async def test_a_unit_is_measured_by_its_pods_and_a_node_by_itself(
    api: Api, tmp_path: Path
) -> None:
    owner = {"kind": "ReplicaSet", "name": "web", "uid": "uid-rs", "controller": True}
    for name in ("web-a", "web-b"):
        made_pod = pod(name, "shop")
        made_pod["metadata"]["ownerReferences"] = [owner]
        api.have(PODS, made_pod)
    api.have("/apis/apps/v1/replicasets", {
        "metadata": {"name": "web", "namespace": "shop", "uid": "uid-rs"},
        "spec": {"replicas": 2}, "status": {},
    })  # fmt: skip
    lent = Lent(of("web-a", "", 0.2, 10.0), of("web-b", "", 0.4, 30.0))
    made = provider(api, tmp_path)
    made.measured_by({"main": lent}, alone=True)
    await made.fetch(SourceKey("kubernetes", "test", "capacity"))
    unit = Ref("kubernetes", "test/shop", "rs", "uid-rs", "web")
    usage = (await made.measure([unit]))[unit]
    assert usage.cpu == pytest.approx(0.3)
    assert usage.memory == 40
    assert 'pod=~"web-a|web-b"' in lent.asked[0]
    lent.series = (({"node": "node-1"}, 1.5, 2048.0),)
    usage = (await made.measure([NODE]))[NODE]
    assert (usage.cpu, usage.memory) == (1.5, 2048)
    await made.close()


async def test_what_cannot_be_asked_is_not_measured_and_not_asked_hotly(
    api: Api, tmp_path: Path
) -> None:
    lent = Lent(of("web", "app", 0.25, 1000.0))
    made = provider(api, tmp_path)
    made.measured_by({"main": lent}, alone=True)
    assert WEB in await made.measure([WEB])
    lent.down = True
    made._meter._asked_at["podmetrics"].clear()
    assert await made.measure([WEB]) == {}
    asked = len(lent.asked)
    assert await made.measure([WEB]) == {}
    assert len(lent.asked) == asked
    await made.close()


@pytest.mark.parametrize(
    ("settings", "names", "alone", "lender"),
    [
        ({}, ("main",), True, "prometheus/main"),
        ({}, ("main", "other"), True, ""),
        ({}, ("main",), False, ""),
        ({"prometheus": "other"}, ("main", "other"), False, "prometheus/other"),
        ({}, (), True, ""),
    ],
)
def test_which_one_is_asked(
    settings: dict[str, str], names: tuple[str, ...], alone: bool, lender: str
) -> None:
    made = Kubernetes("test", KubernetesSettings(**settings))
    made.measured_by({name: Lent() for name in names}, alone=alone)
    assert made._meter.lender == lender


async def test_the_clusters_own_come_first(api: Api, tmp_path: Path) -> None:
    api.missing.clear()
    path = f"{METRICS}/namespaces/shop/pods"
    used = [{"name": "app", "usage": {"cpu": "7m", "memory": "1Ki"}}]
    measured = {"metadata": {"name": "web", "namespace": "shop"}, "containers": used}
    api.answers[path] = {"items": [measured]}
    lent = Lent(of("web", "app", 0.25, 1000.0))
    made = provider(api, tmp_path)
    made.measured_by({"main": lent}, alone=True)
    assert (await made.measure([WEB]))[WEB].cpu == pytest.approx(0.007)
    assert lent.asked == []
    # It goes down, and is asked again later.
    del api.answers[path]
    api.missing.add(path)
    made._meter._read_at.clear()
    assert (await made.measure([WEB]))[WEB].cpu == 0.25
    assert made._hub.scene.measured_by == {"podmetrics": "prometheus/main"}
    api.missing.clear()
    api.answers[path] = {"items": [measured]}
    made._meter._not_before.clear()
    assert (await made.measure([WEB]))[WEB].cpu == pytest.approx(0.007)
    assert made._hub.scene.measured_by == {}
    await made.close()


def test_many_pods_are_asked_for_by_their_namespaces() -> None:
    many = [("shop", f"web-{n}") for n in range(promql.MOST_NAMED + 1)]
    cpu, memory = promql.of_pods(many, {})
    assert "pod=~" not in cpu
    assert memory.count('{namespace=~"shop",container') == 2
    assert meter.LENT_S < 8.0


async def test_values_that_are_no_amounts_are_left_out() -> None:
    answer = await Lent(of("web", "app", float("nan"), 5.0)).query(Query("cpu"))
    memory = await Lent(of("web", "app", 0.0, 5.0)).query(Query("memory"))
    (found,) = promql.pods_in(answer, memory)
    assert found.containers
    assert found.containers[0].usage == {"memory": "5.000000000"}
