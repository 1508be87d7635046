"""A cluster that breaks under its watches: rows stay, say that they are old, and heal."""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import pairwise

import pytest

from .kube_watching import SCOPE, provider_of, provider_with, settled, watching
from .servers import kube_objects as objects
from .servers.kube_config import Context
from .servers.kube_proxy import Fault
from .servers.kubernetes import KubeCluster

KINDS = ("containers", "capacity", "services", "compute")


@pytest.fixture
def web(kube: KubeCluster, place: str) -> str:
    """A namespace with a deployment `web` of two pods, and its service."""
    kube.api.create(objects.deployment(place, "web", 2), objects.service(place, "web"))
    kube.api.until_ready(place, "web", 2)
    return place


async def scaled(kube: KubeCluster, place: str, count: int) -> None:
    """Scale `web` and wait until the cluster has done so."""
    change = {"spec": {"replicas": count}}
    await asyncio.to_thread(kube.api.patch, "Deployment", place, "web", change)
    await settled(kube, place, "web", count)


async def test_the_api_server_is_killed_and_comes_back(kube: KubeCluster, web: str) -> None:
    async with watching(provider_of(kube), *KINDS) as seen:
        await seen.until_well(*KINDS)
        await seen.until(lambda: len(seen.rows("containers", web)) == 2, "two pods")
        before = {kind: seen.rows(kind, web) for kind in KINDS}
        await asyncio.to_thread(kube.kill_apiserver)
        try:
            await seen.until(
                lambda: (
                    {(one := seen.snapshot(kind).fault) and one.what for kind in KINDS}
                    == {"connection refused"}
                ),
                "it says why",
            )
            for kind in KINDS:
                assert seen.rows(kind, web).keys() == before[kind].keys()
        finally:
            await asyncio.to_thread(kube.start_apiserver)
        await seen.until_well(*KINDS)
        await scaled(kube, web, 3)
        await seen.until(lambda: len(seen.rows("containers", web)) == 3, "a third pod")
        await seen.until(lambda: seen.rows("capacity", web)["web"].ready == 3, "three ready")


async def test_a_hanging_api_server_holds_nobody(kube: KubeCluster, web: str) -> None:
    fault = Fault(hang=True)
    provider = provider_of(kube, "proxied", timeout=3.0)
    async with watching(provider, "containers") as seen:
        await seen.until_well("containers")
        with kube.proxy.faulty(fault):
            kube.proxy.drop()
            # At first it may say how the watch was lost.
            words = {"no answer in time", "no connection in time"}
            await seen.until(
                lambda: (fault := seen.snapshot().fault) and fault.what in words, "it says why"
            )
            assert len(seen.rows("containers", web)) == 2
        await seen.until_well("containers")


async def test_history_is_compacted_away(kube: KubeCluster, web: str) -> None:
    async with watching(provider_of(kube), "containers", "capacity") as seen:
        await seen.until_well("containers", "capacity")
        await asyncio.to_thread(kube.compact)
        gone = next(iter(seen.rows("containers", web)))
        await asyncio.to_thread(kube.api.delete, "Pod", web, gone, 0)

        def replaced() -> bool:
            # Its deployment may not have seen yet that it has one pod too few.
            there = {pod["metadata"]["name"] for pod in kube.api.items("Pod", web)}
            shown = seen.rows("containers", web).keys()
            return len(there) == 2 and gone not in there and shown == there

        await seen.until(replaced, "the new pods")
        await seen.until_well("containers", "capacity")


async def test_a_storm_of_429_is_answered_with_patience(kube: KubeCluster, web: str) -> None:
    async with watching(provider_of(kube, "proxied"), "containers") as seen:
        await seen.until_well("containers")
        with kube.proxy.faulty(Fault(status=429, retry_after_s=2)):
            began = time.monotonic()
            kube.proxy.drop()
            await seen.until_stale("containers", code="throttled")
            assert len(seen.rows("containers", web)) == 2
            asked = await seen.until(
                lambda: len(found := kube.proxy.since(began, "/pods?")) >= 3 and found,
                "it tries again",
            )
            # Never sooner than the server allows, though somebody presses the key for it.
            seen.engine.refresh([seen.snapshot().key])
            gaps = [after.at - before.at for before, after in pairwise(asked)]
            assert min(gaps) > 1.9, gaps
        await seen.until_well("containers")


@pytest.mark.parametrize("how", ["abrupt", "clean"])
async def test_a_watch_is_cut_in_mid_object(kube: KubeCluster, web: str, how: str) -> None:
    async with watching(provider_of(kube, "proxied"), "containers") as seen:
        await seen.until_well("containers")
        began = time.monotonic()
        with kube.proxy.faulty(Fault(match="/pods", cut=how)):
            change = {"metadata": {"labels": {"cut": how}}}
            name = next(iter(seen.rows("containers", web)))
            await asyncio.to_thread(kube.api.patch, "Pod", web, name, change)
            await seen.until(lambda: kube.proxy.since(began, "/pods?"), "pods are asked for again")
        await seen.until(
            lambda: ("cut", how) in seen.rows("containers", web)[name].labels, "the change is seen"
        )
        await seen.until_well("containers")
        # It goes on where it was: nothing is listed anew.
        asked = kube.proxy.since(began, "/pods?")
        assert all("watch=1" in one.path for one in asked), asked


async def test_a_token_is_revoked_and_another_is_given(kube: KubeCluster, web: str) -> None:
    token = await asyncio.to_thread(kube.account_token, "revoked")
    provider = provider_with(kube, "revoked", Context(kube.proxy.url, token))
    kinds = ("containers", "services")
    async with watching(provider, *kinds) as seen:
        await seen.until_well(*kinds)
        await asyncio.to_thread(kube.revoke, "revoked", token)
        began = time.monotonic()
        kube.proxy.drop()
        await seen.until_stale(*kinds, code="auth_expired")
        assert len(seen.rows("containers", web)) == 2
        # Once for each of five resources, and once more where it had just begun.
        assert len(kube.proxy.since(began)) <= 10
        # Somebody logs in: the kubeconfig has a new token.
        token = await asyncio.to_thread(kube.account_token, "revoked")
        provider_with(kube, "revoked", Context(kube.proxy.url, token))
        await seen.until_well(*kinds, pressed=True)


async def test_a_login_plugin_fails_and_works_again(kube: KubeCluster, web: str) -> None:
    answer = kube.folder / "login.json"
    script = kube.folder / "login.py"
    script.write_text(
        "import sys, pathlib\n"
        f"file = pathlib.Path({str(answer)!r})\n"
        "if not file.exists(): sys.exit('the session has expired: run corp login')\n"
        "print(file.read_text())\n"
    )
    plugin = (sys.executable, str(script))
    provider = provider_with(kube, "plugin", Context(kube.url, plugin=plugin))
    async with watching(provider, "containers") as seen:
        said = "the session has expired: run corp login"
        fault = await seen.until(
            lambda: (one := seen.snapshot().fault) and said in f"{one.what} {one.hint}" and one,
            "what the plugin says",
        )
        assert fault.code == "auth_expired"
        answer.write_text(
            '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", '
            f'"status": {{"token": "{kube.tokens["reader"]}"}}}}'
        )
        await seen.until_well("containers", pressed=True)
        assert len(seen.rows("containers", web)) == 2


async def test_a_forbidden_namespace_does_not_hide_the_others(kube: KubeCluster, web: str) -> None:
    kube.api.create(objects.deployment("corner", "allowed", 1))
    await settled(kube, "corner", "allowed", 1)
    provider = provider_of(kube, "corner", namespaces=("corner", web))
    try:
        async with watching(provider, "containers") as seen:
            await seen.until(lambda: seen.rows("containers", "corner"), "the allowed pod")
            await seen.until(lambda: seen.snapshot().parts, "what is missing is told")
            (part,) = seen.snapshot().parts
            assert part.scope == f"{SCOPE}/{web}"
            assert part.fault.code == "denied"
            assert not seen.snapshot().stale
            assert seen.rows("containers", web) == {}
    finally:
        kube.api.delete("Deployment", "corner", "allowed")


async def test_who_may_read_nothing_is_told_so(kube: KubeCluster) -> None:
    provider = provider_with(kube, "nobody", Context(kube.proxy.url, kube.tokens["nobody"]))
    async with watching(provider, "containers") as seen:
        fault = await seen.until_stale("containers", code="denied")
        assert "pods" in fault.what
        began = time.monotonic()
        for _ in range(4):
            before = seen.snapshot().generation
            seen.engine.refresh([seen.snapshot().key])
            await seen.until(
                lambda before=before: seen.snapshot().generation > before, "a refresh is over"
            )
        # The server is asked once more, in case that it had just begun; then not for minutes.
        assert len(kube.proxy.since(began)) <= 2


async def test_metrics_go_down_and_come_back(kube: KubeCluster, web: str) -> None:
    provider = provider_of(kube)
    async with watching(provider, "containers") as seen:
        await seen.until_well("containers")
        refs = [row.ref for row in seen.rows("containers", web).values()]
        usage = await provider.measure(refs)
        assert {usage[ref].cpu for ref in refs} == {0.005}
        assert {usage[ref].memory for ref in refs} == {10 * 1024**2}
        kube.metrics.down = True
        try:
            await asyncio.to_thread(kube.metrics.until_available, False)
            before = seen.snapshot().generation
            await scaled(kube, web, 3)
            await seen.until(lambda: len(seen.rows("containers", web)) == 3, "rows go on")
            assert seen.snapshot().generation > before
            assert not seen.snapshot().stale
        finally:
            kube.metrics.down = False
        await asyncio.to_thread(kube.metrics.until_available, True)


async def test_a_clock_that_differs_is_reckoned_with(kube: KubeCluster, web: str) -> None:
    with kube.proxy.faulty(Fault(skew_s=3600)):
        provider = provider_of(kube, "proxied")
        async with watching(provider, "containers") as seen:
            await seen.until_well("containers")
            report = await provider.check()
            # By the server's clock they are an hour old.
            ages = [
                provider.link.now - row.created for row in seen.rows("containers", web).values()
            ]
    assert all(3500 < age < 3900 for age in ages), ages
    assert any("clock" in note for note in report.notes), report.notes
