"""Workloads, Jobs, Services and Ingresses of a real cluster are removed, and followed till gone."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from fleetui.core.change import Caution, Phase, Verb

from .changing import done, planned, propose, undone, went
from .kube_changing import KINDS, opened, ref
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster


def is_there(kube: KubeCluster, place: str, kind: str, name: str) -> bool:
    try:
        kube.api.get(KINDS[kind], place, name)
    except httpx.HTTPStatusError:
        return False
    return True


async def test_each_kind_is_removed_with_what_it_owns(kube: KubeCluster, place: str) -> None:
    kube.api.create(
        objects.deployment(place, "web", 2), objects.stateful_set(place, "db", 1),
        objects.daemon_set(place, "agent"), objects.job(place, "load", fate="slow"),
        objects.cron_job(place, "nightly"), objects.service(place, "web"),
        objects.ingress(place, "front", "a.example", "web"),
    )  # fmt: skip
    kube.api.until_ready(place, "web", 2)
    kube.until(lambda: kube.api.items("Pod", place, "app=db"), "db has its pod")
    async with opened(kube) as door:
        for kind, name in (
            ("ing", "front"), ("svc", "web"), ("deploy", "web"), ("sts", "db"), ("ds", "agent"),
            ("job", "load"), ("cronjob", "nightly"),
        ):  # fmt: skip
            target = ref(kube, place, kind, name)
            plan = await planned(door, Verb.REMOVE, target)
            assert is_there(kube, place, kind, name), "it was only planned"
            assert any(one.grave for one in plan.cautions)
            proposal = await propose(door, Verb.REMOVE, target)
            assert proposal.verdict.word == name
            run = await went(door, proposal)
            assert (run.progress.phase, run.progress.reason) == (Phase.DONE, "it is gone")
            assert not is_there(kube, place, kind, name)
            again = await propose(door, Verb.REMOVE, target)
            assert again.failed[0][1].code == "not_found"
        assert await door.last_reversible() is None
    assert kube.api.items("Pod", place) == []
    assert kube.api.items("ReplicaSet", place) == []


async def test_an_owned_replicaset_is_made_again(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    kube.api.until_ready(place, "web", 1)
    (made,) = kube.api.items("ReplicaSet", place)
    async with opened(kube) as door:
        target = ref(kube, place, "rs", made["metadata"]["name"])
        plan = await planned(door, Verb.REMOVE, target)
        assert Caution("Deployment web keeps it, and may make it again") in plan.cautions
        await done(door, Verb.REMOVE, target)
        kube.api.until_ready(place, "web", 1)
    (again,) = kube.api.items("ReplicaSet", place)
    assert again["metadata"]["uid"] != made["metadata"]["uid"]


async def test_orphans_are_left(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    kube.api.until_ready(place, "web", 1)
    async with opened(kube) as door:
        await done(door, Verb.REMOVE, ref(kube, place, "deploy", "web"), cascade="orphan")
    assert len(kube.api.items("Pod", place, "app=web")) == 1
    assert "ownerReferences" not in kube.api.items("ReplicaSet", place)[0]["metadata"]


async def test_a_finalizer_that_holds_it_is_named(kube: KubeCluster, place: str) -> None:
    body = objects.service(place, "web")
    body["metadata"]["finalizers"] = ["example.org/keep"]
    kube.api.create(body)
    async with opened(kube) as door:
        target = ref(kube, place, "svc", "web")
        proposal = await propose(door, Verb.REMOVE, target)
        text = "it goes only when example.org/keep lets it"
        assert Caution(text) in proposal.plans[0].cautions
        request = door.begin(proposal, typed="web")
        run = request.runs[0]
        async with asyncio.timeout(30):
            while run.progress.reason != "held by example.org/keep":
                assert not run.progress.phase.ended, run.progress
                await asyncio.sleep(0.05)
        assert (await planned(door, Verb.REMOVE, target)).refused == (
            "it is being deleted: held by example.org/keep"
        )
        kube.api.patch("Service", place, "web", {"metadata": {"finalizers": None}})
        await request.wait()
        assert run.progress.phase is Phase.DONE, run.progress


async def test_who_may_not_is_told_so(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.service(place, "web"))
    async with opened(kube, "reader") as door:
        plan = await planned(door, Verb.REMOVE, ref(kube, place, "svc", "web", "reader"))
        assert 'User "reader" cannot delete resource "services"' in plan.refused
    assert is_there(kube, place, "svc", "web")


@pytest.mark.parametrize("count", ["3", "0"])
async def test_a_job_runs_as_many_pods_at_a_time_as_it_is_scaled_to(
    kube: KubeCluster, place: str, count: str
) -> None:
    body = objects.job(place, "load", fate="slow")
    body["spec"]["template"]["metadata"].setdefault("annotations", {})["delay"] = "600s"
    body["spec"] |= {"completions": 5, "parallelism": 2}
    kube.api.create(body)
    kube.until(lambda: kube.api.get("Job", place, "load")["status"].get("active") == 2, "2 run")
    async with opened(kube) as door:
        target = ref(kube, place, "job", "load")
        plan = await planned(door, Verb.SCALE, target, count=count)
        assert dict(plan.facts)["completions"] == "0 of 5 done"
        await done(door, Verb.SCALE, target, count=count)
        assert kube.api.get("Job", place, "load")["status"].get("active", 0) == int(count)
        await undone(door)
    assert kube.api.get("Job", place, "load")["spec"]["parallelism"] == 2
