"""Manifests of the objects that the tests create; each a plain dict, to be changed at will."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]
IMAGE = "registry.example/web:1"


def named(kind: str, name: str, namespace: str | None = None, **metadata: Any) -> Body:
    """Return an object with its kind and names only."""
    place = {"namespace": namespace} if namespace else {}
    return {"kind": kind, "metadata": {"name": name, **place, **metadata}}


def namespace(name: str) -> Body:
    """Return a namespace."""
    return named("Namespace", name)


def node(name: str, *, version: str = "v1.33.4", pods: int = 500) -> Body:
    """Return a node of four cores that kwok plays."""
    room = {"cpu": "4", "memory": "16Gi", "pods": str(pods), "ephemeral-storage": "100Gi"}
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": f"zone-{name[-1]}",
    }
    body = named("Node", name, annotations={"kwok.x-k8s.io/node": "fake"}, labels=labels)
    info = {
        "kubeletVersion": version, "kubeProxyVersion": version, "architecture": "amd64",
        "operatingSystem": "linux", "osImage": "Debian 12", "kernelVersion": "6.1.0",
        "containerRuntimeVersion": "containerd://1.7.0", "machineID": "", "systemUUID": "",
        "bootID": "",
    }  # fmt: skip
    body["status"] = {"capacity": room, "allocatable": dict(room), "nodeInfo": info}
    return body


def pod_spec(image: str = IMAGE, *, cpu: str = "10m", ports: tuple[int, ...] = (8080,)) -> Body:
    """Return the spec of a pod with one container `main`."""
    container: Body = {
        "name": "main",
        "image": image,
        "ports": [{"containerPort": port, "name": f"port-{port}"} for port in ports],
        "resources": {"requests": {"cpu": cpu, "memory": "1Mi"}, "limits": {"memory": "64Mi"}},
    }
    return {"containers": [container], "terminationGracePeriodSeconds": 1}


def template(app: str, fate: str = "", delay: str = "", **spec: Any) -> Body:
    """Return a pod's template. `fate` and `delay` are explained in kube_fates."""
    told = {name: word for name, word in (("fate", fate), ("delay", delay)) if word}
    return {
        "metadata": {"labels": {"app": app}, "annotations": told},
        "spec": pod_spec(**spec),
    }


def deployment(
    place: str, name: str, replicas: int = 2, *, fate: str = "", delay: str = "", **spec: Any
) -> Body:
    """Return a deployment whose pods have the label app=NAME."""
    body = named("Deployment", name, place, labels={"app": name})
    body["spec"] = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": name}},
        "template": template(name, fate, delay, **spec),
        "progressDeadlineSeconds": 10,
    }
    return body


def stateful_set(place: str, name: str, replicas: int = 2) -> Body:
    """Return a StatefulSet."""
    body = named("StatefulSet", name, place)
    body["spec"] = {
        "replicas": replicas,
        "serviceName": name,
        "selector": {"matchLabels": {"app": name}},
        "template": template(name),
    }
    return body


def daemon_set(place: str, name: str) -> Body:
    """Return a DaemonSet: a pod on each node."""
    body = named("DaemonSet", name, place)
    body["spec"] = {"selector": {"matchLabels": {"app": name}}, "template": template(name)}
    return body


def job(place: str, name: str, *, fate: str = "", retries: int = 0) -> Body:
    """Return a Job of one pod, which completes unless its fate is another."""
    body = named("Job", name, place)
    pod = template(name, fate)
    pod["spec"]["restartPolicy"] = "Never"
    body["spec"] = {"template": pod, "backoffLimit": retries}
    return body


def cron_job(place: str, name: str, *, suspend: bool = False) -> Body:
    """Return a CronJob that runs at the turn of the year."""
    body = named("CronJob", name, place)
    inner = job(place, name)["spec"]
    body["spec"] = {
        "schedule": "0 0 1 1 *", "suspend": suspend, "jobTemplate": {"spec": inner},
    }  # fmt: skip
    return body


def service(place: str, name: str, app: str | None = None, **spec: Any) -> Body:
    """Return a service on port 80 for the pods with app=APP (its own name by default)."""
    body = named("Service", name, place)
    body["spec"] = {
        "selector": {"app": app or name},
        "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
        **spec,
    }
    return body


def autoscaler(place: str, name: str, low: int, high: int, percent: int = 50) -> Body:
    """Return an HPA for the deployment of the same name, by its CPU."""
    body = named("HorizontalPodAutoscaler", name, place)
    target = {"type": "Utilization", "averageUtilization": percent}
    body["spec"] = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": low,
        "maxReplicas": high,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        # At once in both directions, where a real one waits five minutes before it shrinks.
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
    }
    return body


def budget(place: str, name: str, least: int = 1) -> Body:
    """Return a PodDisruptionBudget for the pods with app=NAME."""
    body = named("PodDisruptionBudget", name, place)
    body["spec"] = {"minAvailable": least, "selector": {"matchLabels": {"app": name}}}
    return body


def quota(place: str, name: str = "quota", **hard: str) -> Body:
    """Return a ResourceQuota: `quota("shop", pods="3")`."""
    body = named("ResourceQuota", name, place)
    body["spec"] = {"hard": hard}
    return body


def ingress(place: str, name: str, host: str, backend: str) -> Body:
    """Return an Ingress that routes all paths of a host to port 80 of a service."""
    body = named("Ingress", name, place)
    to = {"service": {"name": backend, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": to}
    body["spec"] = {"rules": [{"host": host, "http": {"paths": [path]}}]}
    return body
