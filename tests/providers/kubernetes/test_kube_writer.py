"""Plans, what is sent for them and when, and how far they are told to be."""

from __future__ import annotations

import pytest
from kube_writable import (
    APPS,
    WEB,
    WritableApi,
    deployment,
    ref,
    replicaset,
    template,
    writer,
)

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Invalid, NotFound, Unreachable
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

HPA = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web"


@pytest.fixture
def api(served: tuple[WritableApi, KubernetesSettings]) -> WritableApi:
    api = served[0]
    api.put(WEB, deployment())
    api.put(f"{APPS}/replicasets/web-1", replicaset(1, "web:1"))
    return api


def silent(_: object) -> None:
    return


async def planned(own: KubernetesWriter, verb: Verb, kind: str = "deploy", **values: str) -> Plan:
    return await own.plan(Ask(verb, ref(kind), tuple(values.items())))


async def test_a_plan_changes_nothing(api: WritableApi, own: KubernetesWriter) -> None:
    for verb, values in (
        (Verb.SCALE, {"count": "4"}), (Verb.RESTART, {}), (Verb.REDEPLOY, {"image": "web:2"}),
        (Verb.PAUSE, {}), (Verb.RESIZE, {"memory": "512MiB"}),
    ):  # fmt: skip
        await planned(own, verb, **values)
    assert api.writes == []
    assert ("PATCH", f"{WEB}/scale", True) in api.asked
    assert api.objects[WEB]["spec"] == deployment()["spec"]


async def test_the_status_of_before_is_not_taken_for_the_end(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, Verb.REDEPLOY, image="web:2")
    assert plan.differences == (Difference("main: image", "web:1", "web:2"),)
    # Its status still says that all is updated and available: of the revision before.
    assert (await own.carry_out(plan, silent)).phase is Phase.ROLLING
    told = await own.progress(plan)
    assert (told.phase, told.reason) == (Phase.ROLLING, "the change has not been taken up yet")
    api.touch(WEB, observedGeneration=2, updatedReplicas=1)
    assert (await own.progress(plan)).reason == "1 of 2 updated"
    api.touch(WEB, updatedReplicas=2, replicas=3)
    assert (await own.progress(plan)).reason == "1 old to go"
    api.touch(WEB, replicas=2, availableReplicas=1)
    assert (await own.progress(plan)).reason == "1 of 2 available"
    api.touch(WEB, availableReplicas=2)
    assert (await own.progress(plan)).phase is Phase.DONE


async def test_a_deadline_that_was_missed_before_is_not_of_this_rollout(
    api: WritableApi, own: KubernetesWriter
) -> None:
    late = {
        "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
        "lastUpdateTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    api.touch(WEB, conditions=[late], updatedReplicas=0)
    plan = await planned(own, Verb.REDEPLOY, image="web:2")
    await own.carry_out(plan, silent)
    api.touch(WEB, observedGeneration=2)
    assert (await own.progress(plan)).phase is Phase.ROLLING
    api.touch(WEB, conditions=[{**late, "lastUpdateTime": "2026-01-01T00:20:00Z"}])
    told = await own.progress(plan)
    assert (told.phase, told.reason) == (
        Phase.FAILED, "0 of 2 updated; no progress for 600 s",
    )  # fmt: skip


async def test_a_status_that_changes_meanwhile_is_no_other_target(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, Verb.SCALE, count="3")
    api.before = lambda: api.touch(WEB, readyReplicas=1)
    await own.carry_out(plan, silent)
    assert api.writes == [("PATCH", f"{WEB}/scale")] * 2
    assert api.objects[WEB]["spec"]["replicas"] == 3
    assert api.objects[WEB]["metadata"]["generation"] == 2


async def test_what_was_changed_by_others_is_left_alone(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, Verb.SCALE, count="3")

    def others() -> None:
        api.objects[WEB]["spec"]["replicas"] = 5
        api.touch(WEB)

    api.before = others
    with pytest.raises(Conflict, match="number of pods was 2 and is 5"):
        await own.carry_out(plan, silent)
    assert api.objects[WEB]["spec"]["replicas"] == 5

    image = await planned(own, Verb.REDEPLOY, image="web:2")
    api.objects[WEB]["spec"]["template"] = template("web:9")
    before = len(api.writes)
    with pytest.raises(Conflict, match="template was"):
        await own.carry_out(image, silent)
    assert len(api.writes) == before


async def test_a_namesake_is_another_thing(api: WritableApi, own: KubernetesWriter) -> None:
    plan = await planned(own, Verb.SCALE, count="3")
    api.objects[WEB]["metadata"]["uid"] = "uid-other"
    with pytest.raises(NotFound, match="another deploy has its name now"):
        await own.carry_out(plan, silent)
    with pytest.raises(NotFound, match="another deploy has its name now"):
        await planned(own, Verb.SCALE, count="3")
    assert api.writes == []


@pytest.mark.parametrize(
    ("lost", "phase", "reason"),
    [("sent", Phase.DONE, "3 of 3"), ("unsent", Phase.FAILED, "not done: its number is 2")],
)
async def test_where_the_answer_is_lost_another_process_reads_it_back(
    served: tuple[WritableApi, KubernetesSettings], api: WritableApi, own: KubernetesWriter,
    lost: str, phase: Phase, reason: str,
) -> None:  # fmt: skip
    plan = await planned(own, Verb.SCALE, count="3")
    api.lost = lost
    with pytest.raises(Unreachable):
        await own.carry_out(plan, silent)
    counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas"), 3)
    api.touch(WEB, observedGeneration=2, **counts)
    other = writer(served[1])
    told = await other.progress(plan)
    await other.close()
    assert told.phase is phase
    assert reason in told.reason
    assert api.writes == [("PATCH", f"{WEB}/scale")]


async def test_another_process_follows_a_restart_by_its_memo(
    served: tuple[WritableApi, KubernetesSettings], api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, Verb.RESTART)
    await own.carry_out(plan, silent)
    api.touch(WEB, observedGeneration=2)
    other = writer(served[1])
    assert (await other.progress(plan)).phase is Phase.DONE
    api.objects[WEB]["spec"]["template"] = template("web:3")
    api.objects[WEB]["metadata"]["generation"] = 3
    told = await other.progress(plan)
    await other.close()
    assert told.phase is Phase.FAILED
    assert "somebody else has changed it since" in told.reason


async def test_who_owns_the_number_is_asked_instead(
    api: WritableApi, own: KubernetesWriter
) -> None:
    target = {"kind": "Deployment", "name": "web"}
    api.put(HPA, {"spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 6}})
    over = await planned(own, Verb.SCALE, count="9")
    assert over.refused.endswith("as a step of its own: scale it to max=9")
    under = await planned(own, Verb.SCALE, count="1")
    assert under.refused.endswith("scale it to min=1")
    zero = await planned(own, Verb.SCALE, count="0")
    assert zero.refused == ""
    assert Caution("none of it is left", True) in zero.cautions

    plan = await planned(own, Verb.SCALE, max="9")
    assert plan.differences == (Difference("autoscaler max", "6", "9"),)
    assert plan.undo.ask == Ask(Verb.SCALE, ref(), (("min", "2"), ("max", "6")))
    assert (await own.carry_out(plan, silent)).phase is Phase.ROLLING
    assert api.objects[HPA]["spec"]["maxReplicas"] == 9
    assert (await own.progress(plan)).phase is Phase.DONE
    halted = await own.halt(plan)
    assert halted.phase is Phase.ROLLED_BACK
    assert api.objects[HPA]["spec"]["maxReplicas"] == 6
    with pytest.raises(Invalid, match="the least would be 7, the most 6"):
        await planned(own, Verb.SCALE, min="7")
    del api.objects[HPA]
    with pytest.raises(Invalid, match="no autoscaler owns its number"):
        await planned(own, Verb.SCALE, min="7")


async def test_what_may_not_be_done_is_said_before(api: WritableApi, own: KubernetesWriter) -> None:
    api.denied = {"deployments/scale"}
    plan = await planned(own, Verb.SCALE, count="3")
    assert plan.permission == plan.refused == "patch deployments/scale in shop: not allowed"


async def test_a_rollback_replaces_the_template_and_shows_no_secret(
    api: WritableApi, own: KubernetesWriter
) -> None:
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "LEVEL", "value": "debug"}]
    old = replicaset(1, "web:1")
    old["spec"]["template"]["spec"]["containers"][0]["env"] = env
    api.put(f"{APPS}/replicasets/web-1", old)
    new = replicaset(2, "web:2")
    api.put(f"{APPS}/replicasets/web-2", new)
    api.objects[WEB]["spec"]["template"] = template("web:2")
    plan = await planned(own, Verb.ROLLBACK)
    assert plan.ask.value("revision") == "1"
    assert plan.differences[0] == Difference("main: image", "web:2", "web:1")
    assert Difference("main: env DB_PASSWORD", "none", "***") in plan.differences
    assert Difference("main: env LEVEL", "none", "debug") in plan.differences
    assert "hunter2" not in str(plan)
    assert plan.undo.ask == Ask(Verb.ROLLBACK, ref(), (("revision", "2"),))
    await own.carry_out(plan, silent)
    made = api.objects[WEB]["spec"]["template"]
    assert "pod-template-hash" not in made["metadata"]["labels"]
    assert made["spec"]["containers"][0]["env"] == env
    api.objects[f"{APPS}/replicasets/web-1"]["metadata"]["annotations"] = {
        "deployment.kubernetes.io/revision": "3"
    }
    with pytest.raises(Invalid, match="revision 9 is not kept"):
        await planned(own, Verb.ROLLBACK, revision="9")
    same = await planned(own, Verb.ROLLBACK, revision="3")
    assert same.refused == "revision 3 is what is wanted now"


async def test_a_halt_goes_back_to_the_revision_of_before(
    api: WritableApi, own: KubernetesWriter
) -> None:
    plan = await planned(own, Verb.REDEPLOY, image="web:2")
    await own.carry_out(plan, silent)
    assert (await own.halt(plan)).reason == "it goes back to revision 1"
    assert api.objects[WEB]["spec"]["template"] == template("web:1")
    late = await own.halt(plan)
    assert late.phase is Phase.FAILED


async def test_of_several_containers_one_must_be_named(
    api: WritableApi, own: KubernetesWriter
) -> None:
    spec = api.objects[WEB]["spec"]["template"]["spec"]
    spec["containers"].append({"name": "proxy", "image": "envoy:1"})
    with pytest.raises(Invalid, match="which container"):
        await planned(own, Verb.REDEPLOY, image="web:2")
    with pytest.raises(Invalid, match="it has no container nobody: main, proxy"):
        await planned(own, Verb.REDEPLOY, image="nobody=web:2")
    with pytest.raises(Invalid, match="two images are given for main"):
        await planned(own, Verb.REDEPLOY, image="main=web:2 main=web:3")
    plan = await planned(own, Verb.REDEPLOY, image="proxy=envoy:2")
    assert plan.differences == (Difference("proxy: image", "envoy:1", "envoy:2"),)
    same = await planned(own, Verb.REDEPLOY, image="proxy=envoy:1")
    assert same.refused == "it is so already: no pod would be replaced"


async def test_paused_is_resumed_first(api: WritableApi, own: KubernetesWriter) -> None:
    await own.carry_out(await planned(own, Verb.PAUSE), silent)
    for verb, values in ((Verb.RESTART, {}), (Verb.REDEPLOY, {"image": "web:2"})):
        plan = await planned(own, verb, **values)
        assert plan.refused == "its rollout is paused: unpause it first"
    assert (await planned(own, Verb.PAUSE)).refused == "it is paused already"
    await own.carry_out(await planned(own, Verb.UNPAUSE), silent)
    assert "paused" not in api.objects[WEB]["spec"]


async def test_limits_and_requests_move_together_only_where_they_must(
    api: WritableApi, own: KubernetesWriter
) -> None:
    container = api.objects[WEB]["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"memory": "1Gi", "cpu": "1"}}
    plan = await planned(own, Verb.RESIZE, memory="512MiB", cpu="1500m")
    assert plan.differences == (
        Difference("main: resources.limits.cpu", "none", "1500m"),
        Difference("main: resources.limits.memory", "none", "512Mi"),
        Difference("main: resources.requests.memory", "1Gi", "512Mi"),
    )
    for values, said in (
        ({}, "no amount is given"), ({"memory": "lots"}, "is no size"),
        ({"memory": "16"}, "is too little memory"), ({"cpu": "0"}, "is no number of cores"),
        ({"memory": "1GiB", "requests.memory": "2GiB"}, "would be above"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            await planned(own, Verb.RESIZE, **values)
    await own.carry_out(plan, silent)
    api.touch(WEB, observedGeneration=2)
    assert (await own.progress(plan)).phase is Phase.DONE


def broken(api: WritableApi, name: str, made: str) -> None:
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling"}}
    api.put(f"/api/v1/namespaces/shop/pods/{name}", {
        "metadata": {
            "labels": {"app": "web"}, "creationTimestamp": made,
            "ownerReferences": [{"kind": "ReplicaSet", "uid": "uid-web-1", "controller": True}],
        },
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": "Pending", "containerStatuses": [{"name": "main", "state": waiting}]},
    })  # fmt: skip


async def test_pods_that_were_broken_before_fail_no_scale(
    api: WritableApi, own: KubernetesWriter
) -> None:
    broken(api, "old", "2020-01-01T00:00:00Z")
    api.touch(WEB, readyReplicas=1, availableReplicas=1)
    up = await planned(own, Verb.SCALE, count="3")
    await own.carry_out(up, silent)
    api.touch(WEB, observedGeneration=2)
    assert (await own.progress(up)).phase is Phase.ROLLING
    broken(api, "new", "2099-01-01T00:00:00Z")
    told = await own.progress(up)
    assert (told.phase, told.ready) == (Phase.FAILED, 1)
    assert "new: ImagePullBackOff" in told.reason
    # The one that can be ready is ready, and that is as many as there were and one more.
    api.touch(WEB, replicas=3, readyReplicas=2, availableReplicas=2)
    assert (await own.progress(up)).phase is Phase.DONE

    down = await planned(own, Verb.SCALE, count="0")
    await own.carry_out(down, silent)
    api.touch(WEB, observedGeneration=3)
    assert (await own.progress(down)).phase is Phase.ROLLING
