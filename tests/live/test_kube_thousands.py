"""Thousands of pods that come, change and go: every row is right in the end, by watches alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .kube_watching import SCOPE, Watched, provider_of, watching
from .servers.kube_by_hand import crowd
from .servers.kube_objects import namespace
from .servers.kubernetes import KubeCluster

PODS, GROUPS = 5_000, 10
EACH = PODS // GROUPS
LONG_S = 600.0


@pytest.fixture(scope="module")
def town(kube: KubeCluster) -> Iterator[str]:
    """A namespace for the crowd, which outlives the test that makes it."""
    kube.api.create(namespace("crowded"))
    kube.until(lambda: kube.api.items("ServiceAccount", "crowded"), "it has its account")
    yield "crowded"
    kube.api.delete_namespace("crowded")


def shown(seen: Watched, place: str) -> dict[str, str]:
    return {name: row.native_state for name, row in seen.rows("containers", place).items()}


def recorded(seen: Watched) -> list[str]:
    """Return a list that each request but a watch is added to from now on."""
    link, paths = seen.provider.link, list[str]()
    sent = link.request

    async def noted(method: str, path: str, **options: Any) -> bytes:
        paths.append(path)
        return await sent(method, path, **options)

    link.request = noted  # type: ignore[method-assign]
    return paths


async def agree(kube: KubeCluster, seen: Watched, place: str) -> dict[str, str]:
    """Wait until the rows are the server's pods, and return them with their words."""
    table = await asyncio.to_thread(kube.api.table, "Pod", place)
    printed = {name: row["Status"] for name, row in table.items()}
    await seen.until(lambda: shown(seen, place) == printed, "the rows are the pods", LONG_S)
    return printed


async def test_five_thousand_pods_come_and_change(kube: KubeCluster, town: str) -> None:
    place = town
    kinds = ("containers", "capacity")
    async with watching(provider_of(kube), *kinds) as seen:
        await seen.until_well(*kinds)
        asked = recorded(seen)
        # Each pod is changed four or five times until it is ready.
        await asyncio.to_thread(crowd, kube, PODS, place, GROUPS)
        assert len(await agree(kube, seen, place)) == PODS

        def restart() -> None:
            change: dict[str, Any] = {"metadata": {"annotations": {"restarted": "now"}}}
            template = {"spec": {"template": change}}
            kube.api.patch("Deployment", place, "crowd-0", template)
            kube.api.patch("Deployment", place, "crowd-1", {"spec": {"replicas": EACH // 5}})

        before = shown(seen, place).keys()
        await asyncio.to_thread(restart)
        for name, count in (("crowd-0", EACH), ("crowd-1", EACH // 5)):
            await asyncio.to_thread(kube.api.until_ready, place, name, count, LONG_S)
        # A deployment counts no pod that is leaving: the server may still know a few.
        await asyncio.to_thread(
            kube.until,
            lambda: (
                len(kube.api.names("Pod", place, "app=crowd-0")) == EACH
                and len(kube.api.names("Pod", place, "app=crowd-1")) == EACH // 5
            ),
            "the old pods are gone",
            LONG_S,
        )
        after = await agree(kube, seen, place)
        assert len(after) == PODS - EACH + EACH // 5
        assert len(after.keys() - before) == EACH

        def whole() -> bool:
            units = seen.rows("capacity", place).values()
            return len(units) == GROUPS and all(row.ready == row.desired for row in units)

        await seen.until(whole, "all units are whole")
        # All of it came by watches: one that the server ends, as it does with a reader that is
        # too slow for it, goes on where it was.
        assert asked == []
        assert not any(seen.snapshot(kind).stale for kind in kinds)


async def test_a_crowd_is_listed_in_pages_by_a_second_one(kube: KubeCluster, town: str) -> None:
    if len(kube.api.names("Pod", town)) < EACH:  # it runs without the test before
        await asyncio.to_thread(crowd, kube, 2 * EACH, town, 2)
    began = time.monotonic()
    async with watching(provider_of(kube, "proxied"), "containers") as seen:
        await seen.until_well("containers")
        pods = [one for one in kube.proxy.since(began, "/pods?") if "limit=" in one.path]
        assert len(pods) > 1
        there = {one["metadata"]["uid"] for one in kube.api.items("Pod", town)}

        def all_of_them() -> bool:
            rows = seen.snapshot().rows
            return {row.ref.uid for row in rows if row.ref.scope == f"{SCOPE}/{town}"} == there

        await seen.until(all_of_them, "all of them", LONG_S)
