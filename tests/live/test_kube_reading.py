"""Looking into single things of a real cluster: their logs, their description, what may be done."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.objects import Container
from fleetui.engine.logs import LogSession, sources_of

from .kube_watching import Watched, provider_of, provider_with, settled, watching
from .servers import kube_objects as objects
from .servers.kube_config import Context
from .servers.kube_proxy import Fault
from .servers.kubernetes import KubeCluster, cri

SECRET = "hunter2-hunter2"


async def one_pod(kube: KubeCluster, seen: Watched, place: str) -> Container:
    """Return the row of the only pod of a new deployment `web`."""
    kube.api.create(objects.deployment(place, "web", 1))
    await settled(kube, place, "web", 1)
    rows: Any = await seen.until(lambda: seen.rows("containers", place), "the pod")
    (row,) = rows.values()
    assert isinstance(row, Container)
    return row


async def own_log(kube: KubeCluster, place: str, pod: str) -> Path:
    """Give a pod a log of its own, and wait until its kubelet knows."""
    path = await asyncio.to_thread(kube.pod_log, place, pod)
    path.write_text(cri("first", at=1_700_000_000), "utf-8")
    where = f"/api/v1/namespaces/{place}/pods/{pod}/log"
    await asyncio.to_thread(
        kube.until, lambda: kube.api.raw("GET", where).text == "first\n", "it has its own log"
    )
    return path


def texts(lines: list[RawLine]) -> list[str]:
    return [line.text for line in lines if line.stream != NOTE]


async def test_a_log_is_followed_and_outlives_its_connection(kube: KubeCluster, place: str) -> None:
    async with watching(provider_of(kube, "proxied"), "containers") as seen:
        pod = await one_pod(kube, seen, place)
        path = await own_log(kube, place, pod.name)
        whole = [line async for batch in seen.provider.logs(pod.ref, LogQuery()) for line in batch]
        assert texts(whole) == ["first"]
        assert whole[0].at == 1_700_000_000 * 10**9
        before = seen.provider.logs(pod.ref, LogQuery(previous=True))
        assert texts([line async for batch in before for line in batch]) == ["hello from the log"]
        got: list[RawLine] = []
        session = LogSession([seen.provider], LogQuery(follow=True), got.extend)
        session.want([pod.ref])
        await seen.until(lambda: "first" in texts(got), "what is there")
        with path.open("a", encoding="utf-8") as file:
            file.write(cri("\x1b[31msecond\x1b[0m"))
        await seen.until(lambda: "second" in " ".join(texts(got)), "what comes")
        assert "\x1b" not in repr(got)
        kube.proxy.drop()
        with path.open("a", encoding="utf-8") as file:
            file.write(cri("third"))
        await seen.until(lambda: "third" in texts(got), "what comes after a lost connection")
        session.close()
        assert len(texts(got)) == 3


async def test_a_workloads_log_follows_its_new_pods(kube: KubeCluster, place: str) -> None:
    async with watching(provider_of(kube), "containers", "capacity") as seen:
        old = await one_pod(kube, seen, place)
        unit: Any = await seen.until(
            lambda: (row := seen.rows("capacity", place).get("web")) and row.links and row,
            "the unit and its pod",
        )
        got: list[RawLine] = []
        store = seen.engine.store
        session = LogSession([seen.provider], LogQuery(follow=True), got.extend)
        session.want(sources_of(unit, store.find))
        await seen.until(lambda: texts(got), "the old pod's lines")
        await asyncio.to_thread(kube.api.delete, "Pod", place, old.name, 0)

        def joined() -> bool:
            session.want(sources_of(store.find(unit.ref) or unit, store.find))
            return len({line.source.uid for line in got if line.stream != NOTE}) == 2

        await seen.until(joined, "the new pod's lines, too")
        session.close()


async def test_a_description_has_all_but_the_secrets(kube: KubeCluster, place: str) -> None:
    body = objects.deployment(place, "web", 1)
    body["metadata"]["annotations"] = {"note": "\x1b[31mred\u202e"}
    container = body["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "DB_PASSWORD", "value": SECRET}]
    kube.api.create(body, objects.service(place, "web"))
    await settled(kube, place, "web", 1)
    kinds = ("containers", "capacity", "services", "compute")
    async with watching(provider_of(kube), *kinds) as seen:
        await seen.until_well(*kinds)
        (pod,) = seen.rows("containers", place).values()
        refs = [
            pod.ref, seen.rows("capacity", place)["web"].ref,
            seen.rows("services", place)["web"].ref, seen.snapshot("compute").rows[0].ref,
        ]  # fmt: skip
        for ref in refs:
            told = await seen.provider.describe(ref)
            assert told.sections
            assert told.raw["metadata"]["name"] == ref.name
            assert "managedFields" not in told.raw["metadata"]
            everything = repr(told)
            assert SECRET not in everything
            assert "\\x1b" not in everything
            assert "\\u202e" not in everything
            json.dumps(told.raw)
        assert "DB_PASSWORD" in repr(await seen.provider.describe(pod.ref))


async def test_check_tells_who_we_are_and_what_we_may(kube: KubeCluster, place: str) -> None:
    reader = provider_of(kube, "reader")
    report = await reader.check()
    await reader.close()
    assert report.reachable
    assert report.fault is None
    assert report.version.startswith("v1.33.4")
    assert report.identity.startswith("reader")
    may = dict(report.permissions)
    assert may["watch pods"]
    assert "metrics" not in " ".join(report.notes)

    corner = provider_of(kube, "corner", namespaces=("corner", place))
    report = await corner.check()
    await corner.close()
    assert dict(report.permissions)["watch pods in corner"]
    assert not dict(report.permissions)[f"watch pods in {place}"]


async def test_check_says_what_keeps_us_out(kube: KubeCluster) -> None:
    refused = provider_with(kube, "wrong", Context(kube.url, "wrong"))
    report = await refused.check()
    await refused.close()
    assert report.fault is not None
    assert report.fault.code == "auth_expired"
    with kube.proxy.faulty(Fault(hang=True)):
        hung = provider_of(kube, "proxied", timeout=1.0)
        report = await hung.check()
        await hung.close()
    assert not report.reachable
    assert report.fault is not None
    assert report.fault.code == "unreachable"
