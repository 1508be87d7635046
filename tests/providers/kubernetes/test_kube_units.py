"""Workloads: rollouts, autoscalers, quotas, Jobs and CronJobs."""

from __future__ import annotations

import json

import pytest
from kube_made import cron, job, meta, owner, pod, replica_set, unit
from kube_recorded import NOW, answer, fill, new_scene, recorded, row_of

from fleetui.core.state import Health, State
from fleetui.providers.kubernetes.resources import RESOURCES, page
from fleetui.providers.kubernetes.usage import node_usage, pod_usage, unit_usage

WEB = {"app": "web"}


def told(document, word="deployments", kind="deploy", **more):
    scene = new_scene("pods", "replicasets")
    fill(scene, word, [document])
    for other, made in more.items():
        fill(scene, other, made)
    return row_of(scene, "capacity", f"{kind}/{document['metadata']['name']}")


@pytest.mark.parametrize(
    ("short", "state", "counts", "reason"),
    [
        ("deploy/web", State.RUNNING, (3, 3, 3, 0), ""),
        ("deploy/crash", State.FAILED, (2, 0, 0, 2), "2 of 2 pods: CrashLoopBackOff, exit 1"),
        ("deploy/oom", State.FAILED, (2, 0, 0, 2),
         "2 of 2 pods: CrashLoopBackOff, OOMKilled, exit 137"),
        ("deploy/unready", State.FAILED, (2, 2, 0, 0),
         ("rollout stuck at 2/2 updated, 0 available: ProgressDeadlineExceeded; "
          "2 of 2 pods: not ready: readiness fails")),
        ("sts/db", State.RUNNING, (2, 2, 2, 0), ""),
        ("ds/agent", State.RUNNING, (3, 3, 3, 0), ""),
        ("job/migrate", State.STOPPED, (1, 0, 1, 0), ""),
        ("job/broken", State.FAILED, (1, 0, 0, 0),
         "BackoffLimitExceeded: Job has reached the specified backoff limit"),
        ("cronjob/nightly", State.RUNNING, (None, 0, None, None), ""),
    ],
)  # fmt: skip
def test_the_workloads_of_a_real_cluster(short, state, counts, reason):
    row = row_of(recorded(), "capacity", short)
    assert (row.state, (row.desired, row.running, row.ready, row.pending), row.reason) == (
        state, counts, reason
    )  # fmt: skip


def test_a_real_deployment_has_its_pods_its_revision_and_its_autoscaler():
    row = row_of(recorded(), "capacity", "deploy/web")
    assert (row.revision, row.autoscaler, row.min, row.max) == ("1", "HPA cpu 50/50 %", 2, 6)
    assert [link.ref.kind for link in row.links if link.relation == "has"] == ["pod"] * 3
    scale = next(one for one in row.capabilities if one.name == "scale")
    assert scale.allowed
    assert scale.reason == "the autoscaler web owns the number: change its bounds, min=2 max=9"
    assert row_of(recorded(), "capacity", "sts/db").stateful


def test_replica_sets_of_deployments_have_no_row_and_bare_ones_do():
    bare = unit("bare", 1)
    row = told(bare, "replicasets", "rs")
    assert (row.ref.kind, row.state) == ("rs", State.RUNNING)
    kinds = {one.ref.kind for one in _capacity(recorded())}
    assert "rs" not in kinds


def _capacity(scene):
    from fleetui.providers.kubernetes.rows import rows

    return list(rows(scene, "capacity"))


def rolling(**status):
    """A Deployment in its second revision whose first still has two pods."""
    web = unit("web", 3, **status)
    web["status"]["conditions"] = status.get("conditions") or [
        {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}
    ]
    web["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "8"
    sets = [replica_set(web, "web-7", 7, 2), replica_set(web, "web-8", 8, 1)]
    return web, sets


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"updatedReplicas": 1, "replicas": 3}, "rolling 7 → 8, 1/3 updated"),
        ({"updatedReplicas": 3, "replicas": 5}, "rolling 7 → 8, 2 old to go"),
        ({"updatedReplicas": 3, "replicas": 3, "availableReplicas": 1},
         "rolling 7 → 8, 1/3 available"),
        ({"updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, ""),
        ({"observedGeneration": 1}, "the change has not been taken up yet"),
    ],
)  # fmt: skip
def test_how_far_a_rollout_is(status, words):
    web, sets = rolling(**status)
    row = told(web, replicasets=sets)
    assert (row.rollout, row.revision) == (words, "8")


def test_the_old_status_just_after_a_patch_fools_nobody():
    web, sets = rolling(observedGeneration=1)
    web["status"]["conditions"][0]["reason"] = "NewReplicaSetAvailable"
    row = told(web, replicasets=sets)
    assert row.rollout == "the change has not been taken up yet"
    assert row.native_state == "Progressing"


def test_a_rollout_that_is_given_up_says_what_stands_in_its_way():
    stuck = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
              "message": 'ReplicaSet "web-8" has timed out progressing.'}]  # fmt: skip
    web, sets = rolling(updatedReplicas=1, replicas=4, readyReplicas=3, conditions=stuck)
    bad = pod("web-8-x", WEB, made_by=owner("ReplicaSet", sets[1]), waiting="ImagePullBackOff")
    row = told(web, replicasets=sets, pods=[bad])
    assert row.state is State.DEGRADED
    assert row.reason == (
        "rollout stuck at 1/3 updated, 3 available: ProgressDeadlineExceeded; "
        "1 of 1 pods: ImagePullBackOff: as was said"
    )
    assert row.native_state == "ProgressDeadlineExceeded"


def test_a_paused_rollout():
    web, sets = rolling(updatedReplicas=1, replicas=3)
    web["spec"]["paused"] = True
    row = told(web, replicasets=sets)
    assert (row.rollout, row.native_state) == ("paused, 1/3 updated", "Paused")
    reasons = {one.name: one.reason for one in row.capabilities}
    assert reasons["redeploy"] == "its rollout is paused: resume it first"
    assert reasons["pause"] == "it is paused"
    assert reasons["unpause"] == ""


def test_a_paused_deployment_at_rest_says_so():
    web = unit("web", 2)
    web["spec"]["paused"] = True
    row = told(web)
    assert (row.state, row.rollout, row.reason) == (State.RUNNING, "", "its rollouts are paused")


def test_a_replica_set_of_an_unknown_kind_of_owner_stands_for_itself():
    made = unit("web-1", 1)
    above = [{"kind": "Rollout", "name": "web", "uid": "r", "controller": True}]
    made["metadata"]["ownerReferences"] = above
    scene = new_scene()
    fill(scene, "replicasets", [made])
    fill(scene, "pods", [pod("a", WEB, made_by=owner("ReplicaSet", made))])
    assert row_of(scene, "capacity", "rs/web-1").ready == 1
    links = row_of(scene, "containers", "pod/a").links
    assert [link.ref.short for link in links] == ["rs/web-1", "node/node-0"]


def test_growing_is_no_rollout_to_another_revision():
    web = unit("web", 5, replicas=3, updatedReplicas=3, readyReplicas=3, availableReplicas=3)
    row = told(web, replicasets=[replica_set(web, "web-7", 7, 3)])
    assert row.rollout == "scaling to 5, 3/5 there"


def test_pods_that_fall_ill_are_no_rollout():
    web = unit("web", 2, readyReplicas=1, availableReplicas=1)
    made = replica_set(web, "web-7", 7, 2)
    pods = [pod("a", WEB, made_by=owner("ReplicaSet", made)),
            pod("b", WEB, made_by=owner("ReplicaSet", made), ready=False)]  # fmt: skip
    row = told(web, replicasets=[made], pods=pods)
    assert (row.rollout, row.state) == ("", State.DEGRADED)
    assert row.reason == "1 of 2 pods: not ready: readiness fails"


def test_a_quota_that_is_used_up():
    failure = {
        "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": 'pods "web-x" is forbidden: exceeded quota: small, used: pods=2',
    }  # fmt: skip
    row = told(unit("web", 4, readyReplicas=2, replicas=2, conditions=[failure]))
    assert (row.state, row.reason) == (
        State.DEGRADED, "cannot make pods: exceeded quota: small, used: pods=2"
    )  # fmt: skip


def test_a_quota_by_events_where_the_status_tells_nothing():
    db = unit("db", 2, readyReplicas=0, replicas=0)
    event = {
        "metadata": meta("e"), "reason": "FailedCreate", "type": "Warning", "count": 14,
        "lastTimestamp": "2026-11-26T14:49:00Z",
        "message": 'create Pod db-0 failed error: pods "db-0" is forbidden: exceeded quota: small',
        "involvedObject": {"kind": "StatefulSet", "name": "db", "uid": db["metadata"]["uid"]},
    }  # fmt: skip
    row = told(db, "statefulsets", "sts", events=[event])
    assert (row.state, row.reason) == (State.FAILED, "cannot make pods: exceeded quota: small")
    made = event | {"metadata": meta("f"), "reason": "SuccessfulCreate",
                    "lastTimestamp": "2026-11-26T14:49:30Z"}  # fmt: skip
    row = told(db, "statefulsets", "sts", events=[event, made])
    assert row.reason == "only 0 of 2 pods have been made"


def test_scaled_to_nothing_and_on_its_way_out():
    assert told(unit("web", 0)).state is State.STOPPED
    web = unit("web", 2)
    web["metadata"]["deletionTimestamp"] = "2026-11-26T14:49:00Z"
    row = told(web)
    assert (row.state, row.native_state) == (State.STOPPING, "Terminating")


@pytest.mark.parametrize(
    ("spec", "status", "rollout", "revision"),
    [
        ({}, {"currentRevision": "db-1a", "updateRevision": "db-1a"}, "", "1a"),
        ({}, {"currentRevision": "db-1a", "updateRevision": "db-2b", "updatedReplicas": 1},
         "rolling 1a → 2b, 1/3 updated", "2b"),
        ({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
         {"currentRevision": "db-1a", "updateRevision": "db-2b", "updatedReplicas": 1},
         "", "2b on 1/3"),
        ({"updateStrategy": {"type": "OnDelete"}},
         {"currentRevision": "db-1a", "updateRevision": "db-2b", "updatedReplicas": 0},
         "0/3 updated: each is replaced when it is deleted", "2b"),
        ({"updateStrategy": {"type": "OnDelete"}},
         {"currentRevision": "db-1a", "updateRevision": "db-2b", "updatedReplicas": 3}, "", "2b"),
    ],
)  # fmt: skip
def test_rollouts_of_stateful_sets(spec, status, rollout, revision):
    db = unit("db", 3, **status)
    db["spec"] |= spec
    row = told(db, "statefulsets", "sts")
    assert (row.rollout, row.revision) == (rollout, revision)


def test_a_daemon_set_counts_nodes():
    status = {
        "observedGeneration": 2, "desiredNumberScheduled": 5, "currentNumberScheduled": 5,
        "updatedNumberScheduled": 2, "numberReady": 4, "numberAvailable": 4,
    }  # fmt: skip
    agent = unit("agent", 0) | {"status": status}
    row = told(agent, "daemonsets", "ds")
    assert (row.desired, row.ready, row.rollout) == (5, 4, "rolling, 2/5 updated")
    none = unit("agent", 0) | {"status": {"observedGeneration": 2}}
    row = told(none, "daemonsets", "ds")
    assert (row.state, row.native_state) == (State.STOPPED, "no node is meant")
    reason = next(one.reason for one in row.capabilities if one.name == "scale")
    assert reason == "it runs one pod on each node that it is meant for"


def scaler(conditions=(), metrics=(), current=(), name="web", **spec):
    target = {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}
    own = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 6, "metrics": list(metrics)}
    status = {"currentMetrics": list(current), "conditions": list(conditions)}
    return {"metadata": meta(name), "spec": own | spec, "status": status}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([{"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric",
           "message": "unable to get metrics for resource cpu"}],
         "autoscaler does not act: unable to get metrics for resource cpu"),
        ([{"type": "AbleToScale", "status": "False", "reason": "FailedGetScale"}],
         "autoscaler does not act: FailedGetScale"),
        ([{"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}],
         "autoscaler wants more than its maximum of 6"),
        ([{"type": "ScalingActive", "status": "False", "reason": "ScalingDisabled"}], ""),
    ],
)  # fmt: skip
def test_why_an_autoscaler_does_not_act(conditions, words):
    row = told(unit("web", 3), hpas=[scaler(conditions)])
    assert (row.state, row.reason) == (State.RUNNING, words)


def test_what_an_autoscaler_goes_by():
    wanted = [
        {"type": "Resource", "resource": {"name": "memory", "target": {"averageValue": "512Mi"}}},
        {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"averageValue": "1k"}}},
        {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"value": "30"}}},
    ]
    current = [
        {"type": "Resource", "resource": {"name": "memory", "current": {"averageValue": "256Mi"}}},
        {"type": "Pods", "pods": {"metric": {"name": "rps"}, "current": {"averageValue": "750"}}},
    ]
    row = told(unit("web", 3), hpas=[scaler(metrics=wanted, current=current)])
    assert row.autoscaler == "HPA memory 256 MiB/512 MiB, rps 750/1.0 k +1"


def test_two_autoscalers_of_one_workload_fight():
    row = told(unit("web", 3), hpas=[scaler(), scaler(name="other")])
    assert row.reason == "2 autoscalers fight over it: other, web"


def test_an_autoscaler_of_v1_says_the_same():
    newest, old = (page(RESOURCES["hpas"], answer(name)).items[0] for name in ("hpas", "hpas_v1"))
    scene = recorded()
    shown = []
    for one in (newest, old):
        scene.put("hpas", one)
        row = row_of(scene, "capacity", "deploy/web")
        shown.append((row.autoscaler, row.min, row.max, row.reason))
    assert shown[0] == shown[1] == ("HPA cpu 50/50 %", 2, 6, "")


@pytest.mark.parametrize(
    ("document", "state", "native", "counts", "reason"),
    [
        (job(active=1, ready=1), State.RUNNING, "0/1 done", (1, 1), ""),
        (job(spec={"completions": 5, "parallelism": 2}, active=2, ready=2, succeeded=2),
         State.RUNNING, "2/5 done", (5, 4), ""),
        (job(active=1, ready=1, failed=2), State.DEGRADED, "0/1 done", (1, 1),
         "2 tries have failed"),
        (job(spec={"suspend": True}), State.PAUSED, "Suspended", (1, 0), "suspended"),
        (job(succeeded=1, conditions=[{"type": "Complete", "status": "True"}]),
         State.STOPPED, "Complete", (1, 1), ""),
        (job(failed=1, conditions=[{"type": "Failed", "status": "True",
             "reason": "DeadlineExceeded", "message": "too long"}]),
         State.FAILED, "Failed", (1, 0), "DeadlineExceeded: too long"),
    ],
)  # fmt: skip
def test_jobs(document, state, native, counts, reason):
    row = told(document, "jobs", "job")
    assert (row.state, row.native_state, (row.desired, row.ready), row.reason) == (
        state, native, counts, reason
    )  # fmt: skip


def test_a_cron_job_tells_when_it_runs_and_how_its_last_run_ended():
    nightly = cron(timeZone="Europe/Berlin")
    made_by = owner("CronJob", nightly)
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
    runs = [job("nightly-1", made_by, succeeded=1,
                conditions=[{"type": "Complete", "status": "True"}]),
            job("nightly-2", made_by, conditions=[failed])]  # fmt: skip
    runs[1]["metadata"]["creationTimestamp"] = "2026-11-26T14:30:00Z"
    row = told(nightly, "cronjobs", "cronjob", jobs=runs)
    assert (row.state, row.reason) == (
        State.DEGRADED, "the last run failed: BackoffLimitExceeded"
    )  # fmt: skip
    assert row.autoscaler == "cron 0 3 * * * Europe/Berlin, next 02:00Z"
    assert {link.ref.short for link in row.links} == {"job/nightly-1", "job/nightly-2"}


def test_a_suspended_cron_job_has_no_next_run():
    row = told(cron(suspend=True), "cronjobs", "cronjob")
    assert (row.state, row.native_state, row.autoscaler) == (
        State.PAUSED, "Suspended", "cron 0 3 * * *"
    )  # fmt: skip
    reasons = {one.name: one.reason for one in row.capabilities}
    assert (reasons["suspend"], reasons["resume"], reasons["trigger"]) == (
        "it is suspended",
        "",
        "",
    )


def test_use_is_that_of_containers_of_members_and_of_nodes():
    scene = recorded()
    uid = scene.named["deployments", "shop", "web"]
    names = [p.metadata.name for p in scene.tables["pods"].values()
             if p.metadata.name.startswith("web-")]  # fmt: skip
    each = pod_usage(scene, "shop", names[0])
    assert each.cpu == pytest.approx(0.005)
    assert each.memory == 10 * 1024**2
    whole = unit_usage(scene, "deployments", uid)
    assert whole.cpu == pytest.approx(0.005)
    assert whole.memory == 3 * each.memory
    assert node_usage(scene, "node-0").cpu == pytest.approx(0.25)
    assert pod_usage(scene, "shop", "nobody") is None


def test_members_of_a_young_workload_have_their_time():
    web = unit("web", 2, readyReplicas=0, availableReplicas=0)
    web["metadata"]["creationTimestamp"] = "2026-11-26T14:49:30Z"
    row = told(web)
    assert (row.state, row.health) == (State.PENDING, Health.STARTING)
    assert json.dumps(row.created) == "1795704570.0"
    assert NOW - row.created == 30
