"""Pods, nodes and CronJobs of a real cluster: removed, entered, drained, suspended, triggered."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from fleetui.actions.run import Run
from fleetui.core.change import Ask, Caution, Phase, Verb
from fleetui.core.ref import Ref

from .changing import done, planned, propose, undone, went
from .kube_changing import opened, ref
from .servers import kube_objects as objects
from .servers.kubernetes import KubeCluster
from .servers.waiting import becomes


@pytest.fixture
def spare(kube: KubeCluster, place: str) -> Iterator[str]:
    """A node that nothing but this test's pods are meant for."""
    name = f"spare-{place[-4:].strip('-')}"
    body = objects.node(name)
    body["spec"] = {"taints": [{"key": "spare", "effect": "NoSchedule"}]}
    kube.api.create(body)
    yield name
    kube.api.delete("Node", "", name)


def there(kube: KubeCluster, place: str, name: str, node: str, pods: int, **template: str) -> None:
    """Have a deployment on one node only."""
    made = objects.deployment(place, name, pods, **template)
    made["spec"]["template"]["spec"].update(
        nodeSelector={"kubernetes.io/hostname": node},
        tolerations=[{"key": "spare", "operator": "Exists"}],
        volumes=[{"name": "scratch", "emptyDir": {}}],
    )
    kube.api.create(made)
    kube.api.until_ready(place, name, pods)


async def told(run: Run, text: str) -> None:
    """Wait until it says so."""

    def said() -> bool:
        assert not run.progress.phase.ended, run.progress
        return text in run.progress.reason

    await becomes(said, lambda: f"{text!r} is said: {run.progress}")


async def test_a_drain_waits_for_a_budget_and_says_so(
    kube: KubeCluster, place: str, spare: str
) -> None:
    there(kube, place, "web", spare, 2)
    kube.api.create(objects.budget(place, "web", 2), objects.daemon_set(place, "agent"))
    kube.until(lambda: kube.api.items("PodDisruptionBudget", place)[0].get("status", {}).get(
        "currentHealthy") == 2, "the budget has counted")  # fmt: skip
    async with opened(kube) as door:
        target = ref(kube, place, "node", spare)
        proposal = await propose(door, Verb.DRAIN, target)
        (plan,) = proposal.plans
        texts = [one.text for one in plan.cautions]
        assert any("may not leave now: budget web wants 2 healthy, 2 are" in one for one in texts)
        assert any("have local data (emptyDir), which is lost" in one for one in texts)
        request = door.begin(proposal, typed=proposal.verdict.word)
        run = request.runs[0]
        await told(run, "may not leave")
        assert "2 of 2 are left" in run.progress.reason
        assert len(kube.api.items("Pod", place, "app=web")) == 2
        kube.api.delete("PodDisruptionBudget", place, "web")
        await request.wait()
        assert run.progress.phase is Phase.DONE, run.progress
        assert kube.api.get("Node", "", spare)["spec"]["unschedulable"]
        assert (await undone(door)).reason == "it is open"


async def test_a_drain_that_is_cancelled_leaves_the_node_closed(
    kube: KubeCluster, place: str, spare: str
) -> None:
    there(kube, place, "web", spare, 1, fate="stuck")
    pod = objects.named("Pod", "alone", place)
    pod["spec"] = {**objects.pod_spec(), "nodeName": spare}
    kube.api.create(pod)
    async with opened(kube) as door:
        target = ref(kube, place, "node", spare)
        plan = await planned(door, Verb.DRAIN, target)
        assert plan.refused == "nothing would make alone anew: force=yes drains them, too"
        proposal = await propose(door, Verb.DRAIN, target, force="yes")
        assert Caution("nothing makes alone anew", True) in proposal.plans[0].cautions
        request = door.begin(proposal, typed=proposal.verdict.word)
        run = request.runs[0]
        await told(run, "1 of 2 are left")
        request.cancel()
        await request.wait()
        assert run.progress.phase is Phase.CANCELLED
        assert "it stays cordoned: uncordon opens it again" in run.progress.reason
    for one in kube.api.items("Pod", place, "app=web"):
        kube.api.delete("Pod", place, one["metadata"]["name"], 0)


async def test_a_pod_that_is_removed_is_made_anew_by_its_owner(
    kube: KubeCluster, place: str
) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    kube.api.until_ready(place, "web", 1)
    name = kube.api.items("Pod", place, "app=web")[0]["metadata"]["name"]
    lone = objects.named("Pod", "alone", place)
    lone["spec"] = objects.pod_spec()
    kube.api.create(lone)
    async with opened(kube) as door:
        target = ref(kube, place, "pod", name)
        plan = await planned(door, Verb.REMOVE, target, timeout="5s")
        assert plan.cautions == (Caution("deploy/web makes another one in its place"),)
        assert plan.ask.value("timeout") == "5s"
        ended = await done(door, Verb.REMOVE, target, timeout="5s")
        assert ended.reason == "deploy/web makes another one"
        kube.api.until_ready(place, "web", 1)

        alone = ref(kube, place, "pod", "alone")
        bare = await propose(door, Verb.REMOVE, alone, force="yes")
        assert bare.verdict.word == "alone"
        assert (await went(door, bare)).progress.phase is Phase.DONE
        again = await propose(door, Verb.REMOVE, alone)
        assert again.failed[0][1].code == "not_found"
        restart = await propose(door, Verb.RESTART, target)
        assert restart.failed[0][1].code == "not_found"


async def test_a_command_runs_in_a_pod_and_its_code_comes_back(
    kube: KubeCluster, place: str
) -> None:
    kube.api.create(objects.deployment(place, "web", 1))
    kube.api.until_ready(place, "web", 1)
    name = kube.api.items("Pod", place, "app=web")[0]["metadata"]["name"]
    async with opened(kube) as door:
        target = ref(kube, place, "pod", name)

        async def inside(*argv: str) -> tuple[int, bytes, bytes]:
            proposal = await door.propose([Ask(Verb.EXEC, target, (("command", " ".join(argv)),))])
            assert proposal.plans[0].facts == (("container", "main"),)
            ends = [os.pipe() for _ in range(3)]
            os.close(ends[0][1])
            streams = (ends[0][0], ends[1][1], ends[2][1])
            code = await door.enter(proposal, argv, tty=False, streams=streams)
            for fd in streams:
                os.close(fd)
            return code, *(os.read(end[0], 65_536) for end in ends[1:])

        assert await inside("sh", "-c", "echo out; echo err >&2") == (0, b"out\n", b"err\n")
        assert (await inside("sh", "-c", "exit 7"))[0] == 7
        code, _, said = await inside("nonesuch")
        assert code == 127
        assert b"there is no nonesuch in it" in said


async def test_a_cronjob_is_suspended_resumed_and_triggered(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.cron_job(place, "nightly"))
    async with opened(kube) as door:
        target = ref(kube, place, "cronjob", "nightly")
        await done(door, Verb.SUSPEND, target)
        assert kube.api.get("CronJob", place, "nightly")["spec"]["suspend"]
        assert (await undone(door)).reason == "it is not suspended"
        await done(door, Verb.TRIGGER, target)
        (job,) = kube.api.items("Job", place)
        assert job["metadata"]["ownerReferences"][0]["kind"] == "CronJob"
        assert job["status"]["succeeded"] == 1


async def test_a_node_is_closed_and_opened(kube: KubeCluster, place: str, spare: str) -> None:
    async with opened(kube) as door:
        target = Ref("kubernetes", "admin", "node", spare, spare)
        await done(door, Verb.CORDON, target)
        assert kube.api.get("Node", "", spare)["spec"]["unschedulable"]
        again = await planned(door, Verb.CORDON, target)
        assert again.refused == "it is cordoned already"
        await undone(door)
        assert "unschedulable" not in kube.api.get("Node", "", spare)["spec"]
