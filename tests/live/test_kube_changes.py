"""Workloads of a real cluster are scaled, restarted, rolled out and back through the door."""

from __future__ import annotations

from dataclasses import replace

from scripted_writer import MemoryJournal

from fleetui.core.change import Caution, Difference, Phase, Plan, Verb

from .changing import done, planned, propose, undone, went
from .kube_changing import opened, ref
from .servers import kube_objects as objects
from .servers.kube_fates import MISSING, UNREADY
from .servers.kubernetes import KubeCluster
from .servers.waiting import becomes


def images(kube: KubeCluster, place: str, app: str = "web") -> set[str]:
    pods = kube.api.items("Pod", place, f"app={app}")
    alive = [one for one in pods if "deletionTimestamp" not in one["metadata"]]
    return {one["spec"]["containers"][0]["image"] for one in alive}


def facts(plan: Plan) -> dict[str, str]:
    return dict(plan.facts)


def web(kube: KubeCluster, place: str, pods: int = 2, **spec: str) -> None:
    kube.api.create(objects.deployment(place, "web", pods, **spec))
    kube.api.until_ready(place, "web", pods)


async def test_a_scale_is_planned_tried_followed_and_taken_back(
    kube: KubeCluster, place: str
) -> None:
    web(kube, place)
    kube.api.create(objects.service(place, "web"), objects.budget(place, "web", 2))
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        plan = await planned(door, Verb.SCALE, target, count="+2")
        assert plan.differences == (Difference("pods", "2", "4"),)
        assert plan.permission == f"patch deployments/scale in {place}: allowed"
        assert facts(plan)["behind it"] == "svc/web"
        assert facts(plan)["budget"].startswith("pdb/web: at least 2 available")
        assert kube.api.get("Deployment", place, "web")["spec"]["replicas"] == 2
        ended = await done(door, Verb.SCALE, target, count="+2")
        assert (ended.ready, ended.total) == (4, 4)
        assert (await undone(door)).total == 2
        zero = await planned(door, Verb.SCALE, target, count="0")
        assert Caution("none of it is left: svc/web would have no endpoint", True) in zero.cautions
        await done(door, Verb.SCALE, target, count="0")
    assert kube.api.get("Deployment", place, "web")["status"].get("replicas", 0) == 0


async def test_stateful_pods_have_a_warning_of_their_own(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.stateful_set(place, "db", 3))

    def ready() -> int:
        status = kube.api.get("StatefulSet", place, "db").get("status", {})
        return int(status.get("readyReplicas", 0))

    kube.until(lambda: ready() == 3, "db is ready")
    async with opened(kube) as door:
        target = ref(kube, place, "sts", "db")
        plan = await planned(door, Verb.SCALE, target, count="1")
        (said,) = (one for one in plan.cautions if "stateful" in one.text)
        assert said.grave
        assert "db-2, db-1 go, in this order" in said.text
        await done(door, Verb.SCALE, target, count="1")
        ended = await done(door, Verb.REDEPLOY, target, image="registry.example/db:2")
        assert ended.ready == 1
        assert images(kube, place, "db") == {"registry.example/db:2"}
        back = await planned(door, Verb.ROLLBACK, target)
        assert Difference("main: image", "registry.example/db:2", objects.IMAGE) in back.differences
        await done(door, Verb.ROLLBACK, target)
        assert images(kube, place, "db") == {objects.IMAGE}
        run = await went(door, await propose(door, Verb.REDEPLOY, target, image=MISSING))
        assert run.progress.phase is Phase.FAILED
        assert "db-0: ImagePullBackOff" in run.progress.reason
        back = await planned(door, Verb.ROLLBACK, target)
        assert any("remove that pod, too" in one.text for one in back.cautions)


async def test_where_an_autoscaler_owns_the_number_its_bounds_are_changed(
    kube: KubeCluster, place: str
) -> None:
    # So slow to come that the autoscaler, which looks each second, is quicker.
    web(kube, place, fate="slow", delay="8s")
    kube.api.create(objects.autoscaler(place, "web", 2, 3))
    kube.metrics.usage[f"{place}/web"] = (1, 1)  # far below its goal: it wants its least

    def acts() -> bool:
        hpa = kube.api.items("HorizontalPodAutoscaler", place)[0]
        return bool(hpa.get("status", {}).get("currentMetrics"))

    kube.until(acts, "the autoscaler has measured it")
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        proposal = await propose(door, Verb.SCALE, target, count="9")
        assert not proposal.verdict.allowed
        assert "within 2–3" in proposal.plans[0].refused
        assert "as a step of its own: scale it to max=9" in proposal.plans[0].refused

        within = await propose(door, Verb.SCALE, target, count="3")
        assert "may change it again within 2–3" in within.plans[0].cautions[0].text
        fought = await went(door, within)
        assert fought.progress.phase is Phase.FAILED
        assert "the autoscaler web (2–3) has made it 2" in fought.progress.reason
        assert "min=3" in fought.progress.reason

        bounds = await planned(door, Verb.SCALE, target, min="4", max="9")
        assert bounds.differences == (
            Difference("autoscaler min", "2", "4"), Difference("autoscaler max", "3", "9"),
        )  # fmt: skip
        ended = await done(door, Verb.SCALE, target, min="4", max="9")
        assert (ended.ready, ended.total) == (4, 4)
        assert (await undone(door)).total in {2, 3}
        spec = kube.api.items("HorizontalPodAutoscaler", place)[0]["spec"]
        assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 3)


async def test_a_restart_replaces_every_pod(kube: KubeCluster, place: str) -> None:
    web(kube, place, 3, fate="slow", delay="300ms")
    before = {one["metadata"]["uid"] for one in kube.api.items("Pod", place, "app=web")}
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        ended = await done(door, Verb.RESTART, target)
        assert (ended.updated, ended.ready, ended.total) == (3, 3, 3)
        after = {
            one["metadata"]["uid"] for one in kube.api.items("Pod", place, "app=web")
            if "deletionTimestamp" not in one["metadata"]
        }  # fmt: skip
        assert len(after) == 3
        assert not after & before
        assert await door.last_reversible() is None


async def test_a_bad_image_fails_with_its_reason_and_is_taken_back(
    kube: KubeCluster, place: str
) -> None:
    web(kube, place)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        run = await went(door, await propose(door, Verb.REDEPLOY, target, image=MISSING))
        assert run.progress.phase is Phase.FAILED
        assert "ImagePullBackOff" in run.progress.reason
        assert images(kube, place) == {objects.IMAGE, MISSING}
        await undone(door)
        kube.until(lambda: images(kube, place) == {objects.IMAGE}, "only the old pods are there")


async def test_a_probe_that_fails_ends_the_rollout_by_its_deadline(
    kube: KubeCluster, place: str
) -> None:
    web(kube, place, 1)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        run = await went(door, await propose(door, Verb.REDEPLOY, target, image=UNREADY))
        assert run.progress.phase is Phase.FAILED
        assert "no progress for 10 s" in run.progress.reason
        assert "readiness" in run.progress.reason
        # Its status of before says that all has failed: that is not of this one.
        await done(door, Verb.ROLLBACK, target)
    assert images(kube, place) == {objects.IMAGE}


async def test_a_rollback_to_any_revision_shows_what_changes(kube: KubeCluster, place: str) -> None:
    web(kube, place, 1)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        for number in (2, 3):
            await done(door, Verb.REDEPLOY, target, image=f"registry.example/web:{number}")
        plan = await planned(door, Verb.ROLLBACK, target, revision="1")
        assert plan.differences == (
            Difference("main: image", "registry.example/web:3", objects.IMAGE),
        )
        assert plan.undo.words == "roll it back to revision 3"
        missing = await propose(door, Verb.ROLLBACK, target, revision="9")
        assert missing.failed[0][1].what == "revision 9 is not kept"
        await done(door, Verb.ROLLBACK, target, revision="1")
        assert images(kube, place) == {objects.IMAGE}
        await undone(door)
        assert images(kube, place) == {"registry.example/web:3"}


async def test_a_daemon_set_is_redeployed_and_rolled_back(kube: KubeCluster, place: str) -> None:
    kube.api.create(objects.daemon_set(place, "agent"))

    def ready() -> bool:
        # Until its controller has seen it, it wants none and has none.
        status = kube.api.get("DaemonSet", place, "agent").get("status", {})
        wanted = status.get("desiredNumberScheduled", 0)
        return bool(wanted and status.get("numberAvailable", 0) == wanted)

    kube.until(ready, "it is ready on each node")
    async with opened(kube) as door:
        target = ref(kube, place, "ds", "agent")
        ended = await done(door, Verb.REDEPLOY, target, image="registry.example/agent:2")
        assert ended.updated == ended.ready == ended.total
        assert images(kube, place, "agent") == {"registry.example/agent:2"}
        await undone(door)
        assert images(kube, place, "agent") == {objects.IMAGE}
        run = await went(door, await propose(door, Verb.REDEPLOY, target, image=MISSING))
        assert run.progress.phase is Phase.FAILED
        assert "ImagePullBackOff" in run.progress.reason
        await undone(door)
    assert images(kube, place, "agent") == {objects.IMAGE}


async def test_a_paused_rollout_is_resumed_first(kube: KubeCluster, place: str) -> None:
    web(kube, place, 1)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        await done(door, Verb.PAUSE, target)
        plan = await planned(door, Verb.REDEPLOY, target, image="registry.example/web:2")
        assert plan.refused == "its rollout is paused: unpause it first"
        await done(door, Verb.UNPAUSE, target)
        assert (await door.last_reversible()) is not None
    assert "paused" not in kube.api.get("Deployment", place, "web")["spec"]


async def test_what_has_changed_meanwhile_is_left_alone(kube: KubeCluster, place: str) -> None:
    web(kube, place, 1)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        scale = await propose(door, Verb.SCALE, target, count="3")
        image = await propose(door, Verb.REDEPLOY, target, image="registry.example/web:3")
        kube.api.patch("Deployment", place, "web", {"spec": {"replicas": 2}}, "scale")
        run = await went(door, scale)
        assert run.progress.phase is Phase.FAILED
        assert "number of pods was 1 and is 2" in run.progress.reason
        # Its template is what was planned on: that there are more pods now is nothing to it.
        assert (await went(door, image)).progress.phase is Phase.DONE

        again = await propose(door, Verb.SCALE, target, count="3")
        kube.api.delete("Deployment", place, "web")
        kube.until(lambda: not kube.api.items("Deployment", place), "it is gone")
        web(kube, place, 2)
        run = await went(door, again)
        assert run.progress.phase is Phase.FAILED
        assert "another deploy has its name now" in run.progress.reason
        gone = await propose(door, Verb.RESTART, target)
        assert "another deploy has its name now" in gone.failed[0][1].what


async def test_a_quota_is_warned_of_and_told_as_the_reason(kube: KubeCluster, place: str) -> None:
    web(kube, place, 1)
    kube.api.create(objects.quota(place, pods="2"))
    kube.until(
        lambda: kube.api.ask("GET", f"/api/v1/namespaces/{place}/resourcequotas/quota")
        .get("status", {}).get("used", {}).get("pods") == "1", "the quota has counted",
    )  # fmt: skip
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        plan = await planned(door, Verb.SCALE, target, count="4")
        assert plan.cautions[0].text == "quota quota: 3 more take 3 of pods, 1 is left"
        run = await went(door, await propose(door, Verb.SCALE, target, count="4"))
        assert run.progress.phase is Phase.FAILED
        assert "exceeded quota: quota" in run.progress.reason
        await undone(door)


async def test_who_may_not_is_told_before(kube: KubeCluster, place: str) -> None:
    web(kube, place, 1)
    async with opened(kube, "reader") as door:
        target = ref(kube, place, "deploy", "web", "reader")
        proposal = await propose(door, Verb.SCALE, target, count="2")
        assert not proposal.verdict.allowed
        assert "not allowed" in proposal.plans[0].permission


async def test_a_halt_gives_back_what_was_before(kube: KubeCluster, place: str) -> None:
    web(kube, place, 2)
    async with opened(kube) as door:
        target = ref(kube, place, "deploy", "web")
        request = door.begin(await propose(door, Verb.REDEPLOY, target, image=UNREADY))
        run = request.runs[0]
        await becomes(
            lambda: any(w in run.progress.reason for w in ("available", "updated")),
            lambda: f"it is on its way: {run.progress}",
        )
        request.cancel()
        await request.wait()
        assert run.progress.phase is Phase.ROLLED_BACK
        assert run.progress.reason == "cancelled; it goes back to revision 1"
        kube.until(lambda: images(kube, place) == {objects.IMAGE}, "only the old pods are there")


async def test_the_next_start_follows_what_was_left_under_way(
    kube: KubeCluster, place: str
) -> None:
    web(kube, place, 2, fate="slow", delay="2s")
    journal = MemoryJournal()
    async with opened(kube, journal=journal) as door:
        target = ref(kube, place, "deploy", "web")
        door.begin(await propose(door, Verb.RESTART, target))
        await becomes(
            lambda: any(phase is Phase.ROLLING for _, phase in journal.phases), "it rolls"
        )
    (entry,) = journal.written.values()
    assert entry.progress.phase is Phase.ROLLING
    journal.written[entry.action.id] = replace(entry, alive=False)
    async with opened(kube, journal=journal) as door:
        assert len(await door.pick_up()) == 1
        await becomes(lambda: door.book.phase(entry.action.id) is Phase.DONE, "it is done")
    kube.api.until_ready(place, "web", 2)
