"""Objects in the API's own form, for what a recorded cluster did not show."""

from __future__ import annotations

from itertools import count
from typing import Any

Made = dict[str, Any]
_UIDS = count(1)


def meta(name: str, namespace: str = "shop", **more: Any) -> Made:
    """Return metadata with a uid of its own."""
    found = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{next(_UIDS)}",
        "resourceVersion": "1",
        "creationTimestamp": "2026-11-26T14:00:00Z",
    }
    return {k: v for k, v in (found | more).items() if v is not None}


def owner(kind: str, made: Made) -> list[Made]:
    """Return the reference to the one who made a thing."""
    own = made["metadata"]
    return [{"kind": kind, "name": own["name"], "uid": own["uid"], "controller": True}]


def pod(
    name: str,
    labels: dict[str, str] | None = None,
    *,
    ready: bool = True,
    made_by: list[Made] | None = None,
    waiting: str = "",
    ports: list[Made] | None = None,
    probe: Made | None = None,
    node: str = "node-0",
    **status: Any,
) -> Made:
    """Return a pod of one container that runs, or waits for what `waiting` says."""
    state: Made = {"running": {"startedAt": "2026-11-26T14:00:05Z"}}
    if waiting:
        state = {"waiting": {"reason": waiting, "message": "as was said"}}
    truth = str(ready and not waiting)
    container: Made = {"name": "app", "image": "web:1", "ports": ports}
    if probe:
        container["readinessProbe"] = probe
    return {
        "metadata": meta(name, labels=labels or {}, ownerReferences=made_by),
        "spec": {"nodeName": node, "containers": [container]},
        "status": {
            "phase": "Running",
            "podIP": "10.0.0.1",
            "startTime": "2026-11-26T14:00:00Z",
            "conditions": [
                {"type": "Initialized", "status": "True"},
                {"type": "Ready", "status": truth},
                {"type": "ContainersReady", "status": truth},
            ],
            "containerStatuses": [
                {
                    "name": "app", "ready": ready and not waiting, "started": True,
                    "restartCount": 0, "state": state, "lastState": {},
                }
            ],
        } | status,
    }  # fmt: skip


def service(
    name: str, selector: dict[str, str] | None, ports: list[Made] | None = None, **spec: Any
) -> Made:
    """Return a service."""
    ports = [{"name": "http", "port": 80, "targetPort": 8080}] if ports is None else ports
    own = {"type": "ClusterIP", "clusterIP": "10.96.0.9", "selector": selector, "ports": ports}
    return {"metadata": meta(name), "spec": own | spec, "status": {"loadBalancer": {}}}


def endpoints(name: str, *pods: Made, port: int | None = 8080, **conditions: bool) -> Made:
    """Return the slice of a service over these pods."""
    slice_ports = [{"name": "http", "port": port, "protocol": "TCP"}] if port else None
    return {
        "metadata": meta(f"{name}-x", labels={"kubernetes.io/service-name": name}),
        "addressType": "IPv4",
        "endpoints": [
            {
                "addresses": [one["status"]["podIP"]],
                "conditions": conditions
                or {"ready": one["status"]["conditions"][1]["status"] == "True"},
                "targetRef": {
                    "kind": "Pod", "name": one["metadata"]["name"], "namespace": "shop",
                    "uid": one["metadata"]["uid"],
                },
            }
            for one in pods
        ],
        "ports": slice_ports,
    }  # fmt: skip


def unit(name: str, wanted: int, labels: dict[str, str] | None = None, **status: Any) -> Made:
    """Return a Deployment (or its like) whose status is settled unless told otherwise."""
    labels = labels or {"app": name}
    settled = {
        "observedGeneration": 2, "replicas": wanted, "updatedReplicas": wanted,
        "readyReplicas": wanted, "availableReplicas": wanted,
        "conditions": [
            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
        ],
    }  # fmt: skip
    return {
        "metadata": meta(
            name, generation=2, annotations={"deployment.kubernetes.io/revision": "7"}
        ),
        "spec": {
            "replicas": wanted,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "app", "image": "web:1"}]},
            },
        },
        "status": settled | status,
    }


def replica_set(made: Made, name: str, revision: int, replicas: int, **status: Any) -> Made:
    """Return a ReplicaSet of a Deployment."""
    spec = dict(made["spec"])
    spec["replicas"] = replicas
    return {
        "metadata": meta(
            name,
            ownerReferences=owner("Deployment", made),
            annotations={"deployment.kubernetes.io/revision": str(revision)},
        ),
        "spec": spec,
        "status": {"replicas": replicas, "readyReplicas": replicas} | status,
    }


def job(
    name: str = "work",
    made_by: list[Made] | None = None,
    spec: Made | None = None,
    **status: Any,
) -> Made:
    """Return a Job that wants one pod to end well."""
    own = {"parallelism": 1, "completions": 1, "backoffLimit": 6}
    return {
        "metadata": meta(name, ownerReferences=made_by),
        "spec": own | (spec or {}),
        "status": status,
    }


def ingress(*backends: Made, **spec: Any) -> Made:
    """Return an ingress with these backends under one host."""
    paths = [{"path": "/", "pathType": "Prefix", "backend": one} for one in backends]
    rules = [{"host": "shop.example.com", "http": {"paths": paths}}]
    return {"metadata": meta("front"), "spec": {"rules": rules} | spec, "status": {}}


def to(name: str, port: int = 80) -> Made:
    """Return a backend of an ingress."""
    return {"service": {"name": name, "port": {"number": port}}}


def cron(**spec: Any) -> Made:
    """Return a CronJob that is due each night."""
    return {"metadata": meta("nightly"), "spec": {"schedule": "0 3 * * *"} | spec, "status": {}}
