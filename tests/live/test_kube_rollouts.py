"""Deployments that roll, stick and are scaled, as the rows tell of it while it happens."""

from __future__ import annotations

import asyncio
from typing import Any

from fleetui.core.objects import CapacityUnit
from fleetui.core.state import Health, State

from .kube_watching import Watched, provider_of, settled, watching
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster


def to_image(tag: str, fate: str = "", delay: str = "") -> dict[str, Any]:
    """Return the change of a deployment `web` to another image, and its pods' fate."""
    template = objects.template("web", fate, delay, image=f"registry.example/web:{tag}")
    if not fate:
        template["metadata"]["annotations"] = {"fate": None, "delay": None}
    return {"spec": {"template": template}}


def images(seen: Watched, place: str) -> set[str]:
    return {row.image.rpartition(":")[2] for row in seen.rows("containers", place).values()}


def unit(seen: Watched, place: str) -> CapacityUnit:
    found = seen.rows("capacity", place)["web"]
    assert isinstance(found, CapacityUnit)
    return found


async def test_a_rolling_deploy_is_told_to_its_end(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 4))
    await settled(kube, place, "web", 4)
    async with watching(provider_of(kube), "capacity", "containers") as seen:
        await seen.until_well("capacity", "containers")
        assert (unit(seen, place).revision, unit(seen, place).rollout) == ("1", "")
        told: list[str] = []

        def over() -> bool:
            row = unit(seen, place)
            if row.rollout and row.rollout not in told:
                told.append(row.rollout)
            return row.revision == "2" and not row.rollout

        change = to_image("2", "slow", "1500ms")
        await asyncio.to_thread(kube.api.patch, "Deployment", place, "web", change)
        await seen.until(over, "it is over")
        # Never told before it was so: the old pods' status is not taken for the new ones'.
        status = kube.api.get("Deployment", place, "web")["status"]
        assert (status["updatedReplicas"], status["availableReplicas"]) == (4, 4)
        assert any("1 → 2" in text for text in told), told
        assert any("updated" in text or "old to go" in text for text in told), told
        await seen.until(lambda: images(seen, place) == {"2"}, "all pods are the new ones")

        def well() -> bool:
            row = unit(seen, place)
            return (row.ready, row.desired, row.state) == (4, 4, State.RUNNING)

        await seen.until(well, "four of four run")


async def test_a_deploy_that_sticks_says_why_and_is_healed(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 3))
    await settled(kube, place, "web", 3)
    async with watching(provider_of(kube), "capacity", "containers") as seen:
        await seen.until_well("capacity", "containers")
        change = to_image("broken", "image")
        await asyncio.to_thread(kube.api.patch, "Deployment", place, "web", change)
        await seen.until(lambda: "ImagePullBackOff" in unit(seen, place).reason, "it says why")
        row = unit(seen, place)
        # The old pods go on serving meanwhile.
        assert (row.ready, row.state, row.health) == (3, State.DEGRADED, Health.UNHEALTHY)
        assert "1 → 2" in row.rollout
        await seen.until(lambda: images(seen, place) == {"1", "broken"}, "both images' pods")
        await seen.until(
            lambda: "rollout stuck" in unit(seen, place).reason, "the server has given it up"
        )
        assert unit(seen, place).native_state == "ProgressDeadlineExceeded"
        await asyncio.to_thread(kube.api.patch, "Deployment", place, "web", to_image("1"))
        await seen.until(
            lambda: unit(seen, place).health is Health.HEALTHY and not unit(seen, place).rollout,
            "it is well again",
        )
        await seen.until(lambda: images(seen, place) == {"1"}, "the broken pod is gone")


async def test_an_autoscaler_is_seen_to_act(kube: KubeCluster, place: str) -> None:
    kube.metrics.usage[f"{place}/web"] = (5, 10)
    kube.api.create(objects.deployment(place, "web", 1), objects.autoscaler(place, "web", 1, 3))
    await settled(kube, place, "web", 1)
    async with watching(provider_of(kube), "capacity") as seen:
        await seen.until_well("capacity")
        await seen.until(lambda: "50/50 %" in unit(seen, place).autoscaler, "its metric is told")
        kube.metrics.usage[f"{place}/web"] = (40, 10)
        await seen.until(lambda: unit(seen, place).ready == 3, "it has grown to its most")
        assert (unit(seen, place).min, unit(seen, place).max) == (1, 3)
        await seen.until(
            lambda: "400/50 %" in unit(seen, place).autoscaler, "why it does not grow on"
        )
