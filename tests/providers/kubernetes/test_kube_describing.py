"""What pages tell of objects, and that no page tells a secret."""

from __future__ import annotations

import base64
import json

import pytest
from kube_made import (
    cron,
    endpoints,
    ingress,
    job,
    meta,
    owner,
    pod,
    replica_set,
    service,
    to,
    unit,
)
from kube_recorded import fill, kind_answer, new_scene, recorded

from fleetui.core.description import text_lines
from fleetui.providers.kubernetes.describing import described

SECRET = "hunter2-is-my-word"


def shown(told, section):
    found = told.section(section)
    assert found is not None, [one.title for one in told.sections]
    return {row.name: [cell.text for cell in row.lines] for row in found.rows}


def page_of(told):
    return "\n".join(line.text for _, line in text_lines(told))


def document(word, name):
    return next(d for d in kind_answer(word)["items"] if d["metadata"]["name"].startswith(name))


def tell(kind, made, scene=None):
    return described(kind, json.dumps(made).encode(), scene or new_scene())


def full_pod():
    """A pod with secrets wherever a person may have put them."""
    made = pod("a", {"app": "web"})
    made["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"env": SECRET}),
        "example.com/api-token": SECRET,
        "example.com/note": "plain",
    }
    made["spec"] |= {
        "imagePullSecrets": [{"name": "registry"}],
        "serviceAccountName": "web",
        "nodeSelector": {"disk": "ssd"},
        "volumes": [
            {"name": "tls", "secret": {"secretName": "web-tls"}},
            {"name": "conf", "configMap": {"name": "web-conf"}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}},
            {"name": "scratch", "emptyDir": {"medium": "Memory"}},
        ],
    }
    made["spec"]["containers"][0] |= {
        "command": ["serve", "--password", SECRET],
        "args": [f"--token={SECRET}", "--verbose"],
        "env": [
            {"name": "MODE", "value": SECRET},
            {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}},
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        ],
        "envFrom": [{"secretRef": {"name": "more"}}, {"configMapRef": {"name": "conf"}}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "500m", "memory": "256Mi", "nvidia.com/gpu": "1"},
        },
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5},
        "livenessProbe": {"exec": {"command": ["check", "--password", SECRET]}},
        "volumeMounts": [
            {"name": "tls", "mountPath": "/tls", "readOnly": True},
            {"name": "data", "mountPath": "/data", "subPath": "web"},
        ],
    }
    made["status"]["qosClass"] = "Burstable"
    return made


def test_a_pod_tells_what_it_is_and_no_secret():
    told = tell("pod", full_pod())
    assert SECRET not in page_of(told)
    assert SECRET not in json.dumps(told.raw)
    assert shown(told, "environment") == {
        "MODE": ["hidden"],
        "DB": ["hidden: the key url of the secret database"],
        "POD": ["hidden: the pod's metadata.name"],
        "all of the secret more": ["hidden"],
        "all of the config map conf": ["hidden"],
    }
    assert shown(told, "command")["app"] == ["serve --password *** --token=*** --verbose"]
    assert shown(told, "mounts") == {
        "/tls": ["secret web-tls, read-only in app"],
        "/data": ["claim web-data, only web in app"],
        "conf": ["config map web-conf, not mounted"],
        "scratch": ["empty folder in memory, not mounted"],
    }
    assert shown(told, "check")["app"] == [
        "ready: GET /ready on port 8080, every 5s within 1s, 3 times before it counts",
        "alive: command check --password ***, every 10s within 1s, 3 times before it counts",
    ]
    assert shown(told, "placing")["only on"] == ["disk=ssd"]
    assert shown(told, "annotations")["example.com/api-token"] == ["***"]
    assert shown(told, "annotations")["example.com/note"] == ["plain"]


def test_its_raw_document_keeps_names_of_secrets_and_hides_values():
    raw = tell("pod", full_pod()).raw
    container = raw["spec"]["containers"][0]
    assert container["env"] == [
        {"name": "MODE", "value": "***"},
        {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "database", "key": "url"}}},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    assert raw["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert raw["spec"]["volumes"][0] == {"name": "tls", "secret": {"secretName": "web-tls"}}
    notes = raw["metadata"]["annotations"]
    assert notes["kubectl.kubernetes.io/last-applied-configuration"].endswith("not shown")


def test_limits_of_a_pod_and_what_it_uses_of_them():
    scene = new_scene()
    used = {"containers": [{"name": "app", "usage": {"cpu": "480m", "memory": "64Mi"}}]}
    fill(scene, "podmetrics", [{"metadata": meta("a")} | used])
    found = shown(tell("pod", full_pod(), scene), "limits")
    assert found["quality of service"][0] == "Burstable"
    assert found["cpu"] == [
        "uses 0.48 cores, 96 % of what it may", "asks for 0.1 cores", "may use 0.5 cores"
    ]  # fmt: skip
    assert found["memory"][0] == "uses 64.0 MiB, 25 % of what it may"


def test_restarts_are_told_with_when_and_why():
    odd = document("odd_pods", "restarted")
    told = tell("pod", odd)
    assert shown(told, "state")["restarts"] == ["3, the last 20m ago"]
    lines = shown(told, "containers")["c0"]
    assert "before: ended: OOMKilled, exit 137, 20m ago" in lines
    assert "restarted 3 times" in lines


def test_the_budgets_of_a_pod():
    scene = new_scene()
    status = {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    chosen = {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1}
    other = {"selector": {"matchExpressions": [{"key": "app", "operator": "NotIn",
             "values": ["web"]}]}}  # fmt: skip
    fill(scene, "pdbs", [{"metadata": meta("mine"), "spec": chosen, "status": status},
                         {"metadata": meta("not-mine"), "spec": other}])  # fmt: skip
    assert shown(tell("pod", full_pod(), scene), "budgets") == {
        "mine": ["at least 1 must stay",
                 "none may ever go: 1 of 1 are well, 1 must be; a drain waits for ever"]
    }  # fmt: skip


@pytest.mark.parametrize("part", ["data", "stringData"])
@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_values_of_secrets_and_config_maps_are_never_shown(kind, part):
    made = {"kind": kind, "metadata": meta("db"), "type": "Opaque", part: {
        "plain-name": base64.b64encode(SECRET.encode()).decode(), "other": SECRET}}  # fmt: skip
    told = tell(kind.lower(), made)
    whole = page_of(told) + json.dumps(told.raw)
    assert SECRET not in whole
    assert base64.b64encode(SECRET.encode()).decode() not in whole
    assert shown(told, "values")["other"] == [f"hidden, {len(SECRET)} characters"]
    assert told.raw[part]["other"] == f"*** ({len(SECRET)} B)"


def test_a_deployment_of_a_real_cluster():
    made = document("deployments", "web")
    told = described("deploy", json.dumps(made).encode(), recorded())
    assert shown(told, "state")["strategy"][0] == "RollingUpdate"
    assert shown(told, "autoscaler")["cpu"] == ["50/50 % (now/goal)"]
    assert shown(told, "autoscaler")["bounds"] == ["2 to 6"]
    assert shown(told, "budgets")["web"][0] == "at least 2 must stay"
    (revision,) = shown(told, "revisions").items()
    assert revision[0] == "1"
    assert len(shown(told, "members")) == 3
    assert any("ScalingReplicaSet" in event.message for event in told.events)
    assert any("Scheduled" in event.message for event in told.events)
    assert "managedFields" not in told.raw["metadata"]


def test_its_revisions_are_told_the_newest_first():
    web = unit("web", 1)
    scene = new_scene()
    sets = [replica_set(web, "web-2", 2, 0), replica_set(web, "web-11", 11, 1)]
    fill(scene, "replicasets", sets)
    found = shown(tell("deploy", web, scene), "revisions")
    assert list(found) == ["11", "2"]
    assert found["11"] == ["web-11", "web:1", "1 pod"]


def test_a_node_of_a_real_cluster():
    made = document("nodes", "node-2")
    told = described("node", json.dumps(made).encode(), recorded())
    assert shown(told, "state")["kubelet"] == [
        "v1.31.0", "2 minor versions behind the server's v1.33.4"
    ]  # fmt: skip
    room = shown(told, "limits")
    assert room["cpu"][0] == "4 cores for pods"
    assert room["cpu"][1].endswith("cores asked for, 2 %")
    assert room["cpu"][2] == "0.25 cores used, 6 %"
    assert room["pods"][1].endswith("asked for, 1 %")


def test_what_nodes_are_asked_for_is_not_told_where_not_all_pods_are_known():
    scene = recorded("pods")
    told = described("node", json.dumps(document("nodes", "node-2")).encode(), scene)
    assert all("asked for" not in line for line in shown(told, "limits")["cpu"])


def test_a_service_tells_each_endpoint():
    one, two = pod("a", {"app": "web"}), pod("b", {"app": "web"}, ready=False)
    scene = new_scene("endpointslices")
    fill(scene, "endpointslices", [endpoints("web", one, two)])
    two["status"]["podIP"] = "10.0.0.2"
    fill(scene, "endpointslices", [endpoints("other", two)])
    web = service("web", {"app": "web"}, sessionAffinity="ClientIP")
    found = shown(tell("svc", web, scene), "endpoints")
    assert found["ready"] == ["1 of 2"]
    assert found["10.0.0.1"][1:] == ["pod/b", "ports 8080"]
    assert "10.0.0.2" not in found
    assert shown(tell("svc", web, scene), "network")["sticks by"] == ["ClientIP"]
    lost = tell("svc", service("lost", {"app": "lost"}), scene)
    assert shown(lost, "endpoints") == {"none": ["nothing is behind it"]}


def test_an_ingress_tells_its_routes():
    scene = new_scene("services")
    fill(scene, "services", [service("web", {"app": "web"})])
    one = pod("a", {"app": "web"})
    fill(scene, "endpointslices", [endpoints("web", one)])
    made = ingress(to("web"), tls=[{"hosts": ["shop.example.com"], "secretName": "web-tls"}])
    found = tell("ing", made, scene)
    assert shown(found, "routes") == {"shop.example.com/": ["web:80", "1 of 1 ready"]}
    assert shown(found, "network")["certificates"] == ["shop.example.com, by the secret web-tls"]
    lost = tell("ing", ingress(to("gone")), scene)
    assert shown(lost, "routes") == {"shop.example.com/": ["gone:80", "this service is not there"]}


def test_a_cron_job_tells_its_runs():
    nightly = cron(timeZone="UTC")
    scene = new_scene()
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
    fill(scene, "jobs", [job("nightly-1", owner("CronJob", nightly), conditions=[failed])])
    told = tell("cronjob", nightly, scene)
    assert shown(told, "state")["next"] == ["2026-11-27 03:00:00Z · in 12h 10m"]
    assert shown(told, "members")["nightly-1"][0] == "Failed: BackoffLimitExceeded"


def test_a_job_tells_how_long_it_took():
    made = job("work", succeeded=1, startTime="2026-11-26T14:00:00Z",
               completionTime="2026-11-26T14:02:30Z")  # fmt: skip
    assert shown(tell("job", made), "state")["took"] == ["2m 30s"]


def test_what_cannot_be_read_still_has_a_page():
    told = tell("pod", {"metadata": {"name": 5}, "spec": {"containers": []}})
    assert "cannot be read" in shown(told, "state")["odd"][0]
    assert told.raw["metadata"]["name"] == 5


def test_an_event_has_a_page():
    told = described("event", json.dumps(document("events", "crash")).encode(), recorded())
    found = shown(told, "state")
    assert found["about"][0].startswith("pod/shop/crash-")
    assert found["reason"]
