"""A cluster without metrics.k8s.io: its pods and nodes are measured by a real Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

from .kube_watching import provider_of, settled, watching
from .servers import kube_objects as objects
from .servers.cadvisor import BYTES, CORES, Cadvisor, Pod
from .servers.kubernetes import KubeCluster
from .servers.prometheus import PrometheusServer

EXPORTED = "node-1"


@pytest.fixture
def bare(kube: KubeCluster) -> Iterator[KubeCluster]:
    """The cluster, without any metrics of its own."""
    kube.metrics.remove()
    try:
        yield kube
    finally:
        kube.metrics.restore()


@pytest.fixture
async def main(bare: KubeCluster, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """A Prometheus that scrapes what the cluster's kubelets would tell."""

    def pods() -> list[Pod]:
        return [
            (pod["metadata"]["namespace"], pod["metadata"]["name"], one["name"],
             pod["spec"].get("nodeName", ""))
            for pod in bare.api.items("Pod")
            for one in pod["spec"]["containers"]
        ]  # fmt: skip

    exporter = Cadvisor(pods, exported=EXPORTED)
    server = PrometheusServer(tmp_path, jobs=exporter.job)
    made = Prometheus("main", PrometheusSettings(url=server.url))
    try:
        await asyncio.to_thread(server.start)
        yield made
    finally:
        await made.close()
        server.close()
        exporter.stop()


async def test_a_prometheus_measures_what_is_on_the_screen(
    bare: KubeCluster, place: str, main: Prometheus
) -> None:
    bare.api.create(objects.deployment(place, "web", 3))
    await settled(bare, place, "web", 3)
    provider = provider_of(bare)
    provider.measured_by({"main": main}, alone=True)
    async with watching(provider, "containers", "capacity", "compute") as seen:
        await seen.until_well("containers", "capacity", "compute")

        def look() -> bool:
            """Look at all pods of the place, at its unit and at all nodes, as a screen would."""
            rows = [
                *seen.rows("containers", place).values(),
                *seen.rows("capacity", place).values(),
                *seen.snapshot("compute").rows,
            ]
            seen.look(frozenset(row.ref for row in rows))
            return all(
                getattr(row, "cpu", None) is not None and row.memory is not None
                for row in rows
            )  # fmt: skip

        await seen.until(look, "all of them are measured", 90)
        for row in seen.rows("containers", place).values():
            # A second group and the pause container beside it do not count.
            assert row.cpu == pytest.approx(CORES, rel=0.5)
            assert row.memory == BYTES
        (unit,) = seen.rows("capacity", place).values()
        assert unit.cpu == pytest.approx(CORES, rel=0.5)
        assert unit.memory == 3 * BYTES
        nodes = {row.name: row for row in seen.snapshot("compute").rows}
        assert nodes[EXPORTED].memory == 3 * 2**30
        assert nodes[EXPORTED].cpu == pytest.approx(0.75, rel=0.5)
        pod = next(iter(seen.rows("containers", place).values()))
        page = await provider.describe(pod.ref)
        limits = next(part for part in page.sections if part.title == "limits")
        told = {row.name: row.lines[0].text for row in limits.rows}
        assert told["measured by"] == "prometheus/main"
    report = await provider_checked(bare, main)
    assert "CPU and memory of its pods are asked of prometheus/main" in " ".join(report)


async def provider_checked(kube: KubeCluster, main: Prometheus) -> tuple[str, ...]:
    """Return what `fleetui check` notes of a provider that may ask a Prometheus."""
    provider = provider_of(kube)
    provider.measured_by({"main": main}, alone=True)
    try:
        return (await provider.check()).notes
    finally:
        await provider.close()
