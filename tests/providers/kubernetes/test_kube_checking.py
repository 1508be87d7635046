"""What `check` says of a cluster, what is measured, and describing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kube_scripted import Api, Request, api_server, kubeconfig, pod, status

from fleetui.core.errors import NotFound
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.providers.kubernetes import BACKEND
from fleetui.providers.kubernetes.provider import Kubernetes
from fleetui.providers.kubernetes.settings import KubernetesSettings

WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
MAY = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
METRICS = "/apis/metrics.k8s.io/v1beta1"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with api_server() as server:
        server.answers[WHO] = {"status": {"userInfo": {"username": "ana", "groups": ["ops"]}}}
        server.answers[MAY] = {"status": {"allowed": True}}
        server.answers[METRICS] = {}
        yield server


def provider_of(api: Api, tmp_path: Path, **settings: Any) -> Kubernetes:
    path = kubeconfig(tmp_path / "config", api, **settings.pop("context_of_file", {}))
    made = BACKEND.create("test", KubernetesSettings(kubeconfig=str(path), **settings))
    assert isinstance(made, Kubernetes)
    return made


def test_making_one_asks_nobody_and_imports_nothing_that_rows_do_not_need() -> None:
    code = (
        "import sys; from fleetui.providers import kubernetes as k;"
        "assert 'fleetui.providers.kubernetes.provider' not in sys.modules;"
        "p = k.BACKEND.create('main', k.KubernetesSettings(kubeconfig='/nowhere'));"
        "assert {s.key.kind for s in p.sources()} == k.BACKEND.kinds;"
        "late = {f'fleetui.providers.kubernetes.{n}'"
        " for n in ('checking', 'cron', 'describing', 'lines', 'logs', 'promql', 'telling')};"
        "sdk = {'kubernetes', 'httpx', 'yaml', 'cryptography', 'zoneinfo'};"
        "print(sorted((sdk | late) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


async def test_a_cluster_that_is_well(api: Api, tmp_path: Path) -> None:
    provider = provider_of(api, tmp_path)
    report = await provider.check()
    assert report.reachable
    assert report.fault is None
    assert report.identity == "ana (context test)"
    assert report.version == "v1.33.4"
    assert report.latency_s is not None
    assert all(allowed for _, allowed in report.permissions)
    assert ("watch pods", True) in report.permissions
    assert report.notes == ("without TLS: whoever is on the way sees and changes all",)
    await provider.close()


def may(**denied: set[str]) -> Any:
    """Answer reviews: everything but these verbs of these resources."""

    def answer(request: Request) -> Any:
        asked = json.loads(request.body)["spec"]["resourceAttributes"]
        return {"status": {"allowed": asked["verb"] not in denied.get(asked["resource"], set())}}

    return answer


async def test_what_is_not_allowed_is_named(api: Api, tmp_path: Path) -> None:
    api.answers[MAY] = may(nodes={"watch", "patch"}, pods={"delete", "create"})
    provider = provider_of(api, tmp_path)
    report = await provider.check()
    assert [words for words, allowed in report.permissions if not allowed] == ["watch nodes"]
    assert any("delete pods, run commands in pods" in note for note in report.notes)
    await provider.close()


async def test_each_chosen_namespace_is_asked_for(api: Api, tmp_path: Path) -> None:
    provider = provider_of(api, tmp_path, namespaces=("shop", "pay"))
    report = await provider.check()
    told = [words for words, _ in report.permissions]
    assert "watch pods in shop" in told
    assert "watch pods in pay" in told
    assert "watch nodes" in told
    await provider.close()


async def test_who_may_see_one_namespace_is_asked_about_that(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Any:
        asked = json.loads(request.body)["spec"]["resourceAttributes"]
        return {"status": {"allowed": asked["namespace"] == "mine"}}

    api.answers[MAY] = answer
    provider = provider_of(api, tmp_path, context_of_file={"namespace": "mine"})
    report = await provider.check()
    assert ("watch pods in mine", True) in report.permissions
    assert any("only the namespace mine" in note for note in report.notes)
    await provider.close()


async def test_an_old_server_does_not_say_who_we_are(api: Api, tmp_path: Path) -> None:
    del api.answers[WHO]
    for version in ("v1", "v1beta1", "v1alpha1"):
        api.missing.add(f"/apis/authentication.k8s.io/{version}/selfsubjectreviews")
    del api.answers[METRICS]
    api.missing.add(METRICS)
    provider = provider_of(api, tmp_path)
    report = await provider.check()
    assert report.identity == "u (context test)"
    assert any("no metrics.k8s.io" in note for note in report.notes)
    await provider.close()


async def test_a_login_that_has_ended_is_what_is_told(api: Api, tmp_path: Path) -> None:
    api.fail("/apis/", code=401)
    provider = provider_of(api, tmp_path)
    report = await provider.check()
    assert report.reachable
    assert report.fault is not None
    assert report.fault.code == "auth_expired"
    await api.stop()
    report = await provider.check()
    assert not report.reachable
    assert report.fault is not None
    assert report.fault.what == "connection refused"
    await provider.close()


# What is measured.


def measured(name: str, cpu: str, memory: str) -> Any:
    usage = {"cpu": cpu, "memory": memory}
    meta = {"name": name, "namespace": "shop"}
    return {"metadata": meta, "containers": [{"name": "app", "usage": usage}]}


async def test_what_is_looked_at_is_measured_and_not_often(api: Api, tmp_path: Path) -> None:
    api.have("/api/v1/pods", pod("a"), pod("b"))
    pods = f"{METRICS}/namespaces/shop/pods"
    api.answers[pods] = {"items": [measured("a", "250m", "1Gi"), measured("gone", "1", "1")]}
    api.answers[f"{METRICS}/nodes"] = {
        "items": [{"metadata": {"name": "node-1"}, "usage": {"cpu": "1500m", "memory": "2Ki"}}]
    }
    provider = provider_of(api, tmp_path)
    rows = (await provider.fetch(SourceKey("kubernetes", "test", "containers"))).rows
    refs = [row.ref for row in rows]
    node = Ref("kubernetes", "test", "node", "n", "node-1")
    for _ in range(3):
        usages = await provider.measure([*refs, node])
    assert {ref.name: (u.cpu, u.memory) for ref, u in usages.items()} == {
        "a": (0.25, 1024**3),
        "node-1": (1.5, 2048),
    }
    assert len(api.asked(pods)) == 1
    await provider.close()


@pytest.mark.parametrize("code", [404, 403, 503])
async def test_where_nothing_is_measured_nothing_is_asked_again(
    api: Api, tmp_path: Path, code: int
) -> None:
    api.fail("/metrics", code=code, body=status(code))
    provider = provider_of(api, tmp_path)
    ref = Ref("kubernetes", "test/shop", "pod", "u", "a")
    assert await provider.measure([ref]) == {}
    assert await provider.measure([ref]) == {}
    assert len(api.requests) == 1
    await provider.close()


async def test_a_thing_that_is_gone_cannot_be_described(api: Api, tmp_path: Path) -> None:
    path = "/apis/apps/v1/namespaces/shop/deployments/web"
    api.missing.add(path)
    provider = provider_of(api, tmp_path)
    with pytest.raises(NotFound) as raised:
        await provider.describe(Ref("kubernetes", "test/shop", "deploy", "u", "web"))
    assert raised.value.where == "kubernetes/test/shop/deploy/web"
    assert len(api.asked(path)) == 1
    await provider.close()


async def test_the_revisions_of_a_stateful_set_are_asked_for_with_its_page(
    api: Api, tmp_path: Path
) -> None:
    path = "/apis/apps/v1/namespaces/shop/statefulsets/db"
    revisions = "/apis/apps/v1/namespaces/shop/controllerrevisions"
    api.answers[path] = {
        "metadata": {"name": "db", "namespace": "shop", "uid": "uid-db"},
        "spec": {"replicas": 1},
        "status": {"updateRevision": "db-7f9c", "currentRevision": "db-7f9c"},
    }
    for name, number, owner in (("db-7f9c", 3, "uid-db"), ("db-11aa", 2, "uid-db"), ("x", 9, "u")):
        owners = [{"kind": "StatefulSet", "name": "db", "uid": owner, "controller": True}]
        metadata = {"name": name, "namespace": "shop", "uid": name, "ownerReferences": owners}
        api.have(revisions, {"metadata": metadata, "revision": number})
    provider = provider_of(api, tmp_path)
    ref = Ref("kubernetes", "test/shop", "sts", "uid-db", "db")
    page = await provider.describe(ref)
    told = {part.title: part for part in page.sections}
    assert [(row.name, row.lines[0].text) for row in told["revisions"].rows] == [
        ("3", "db-7f9c"), ("2", "db-11aa"),
    ]  # fmt: skip
    assert not provider._hub.scene.tables["revisions"]
    # Who may not read them sees the rest.
    api.fail(revisions, code=403, body=status(403, "Forbidden", "no"))
    assert "revisions" not in {part.title for part in (await provider.describe(ref)).sections}
    await provider.close()
