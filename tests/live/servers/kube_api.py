"""A plain client of the tests' own for a Kubernetes API: JSON in, JSON out, no cache."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from .waiting import PATIENCE_S, until

Body = dict[str, Any]
_GROUPS = {
    "Deployment": "apis/apps/v1", "StatefulSet": "apis/apps/v1", "DaemonSet": "apis/apps/v1",
    "ReplicaSet": "apis/apps/v1", "Job": "apis/batch/v1", "CronJob": "apis/batch/v1",
    "HorizontalPodAutoscaler": "apis/autoscaling/v2", "PodDisruptionBudget": "apis/policy/v1",
    "Ingress": "apis/networking.k8s.io/v1",
    "EndpointSlice": "apis/discovery.k8s.io/v1",
    "ClusterRole": "apis/rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "apis/rbac.authorization.k8s.io/v1",
    "Role": "apis/rbac.authorization.k8s.io/v1",
    "RoleBinding": "apis/rbac.authorization.k8s.io/v1",
    "APIService": "apis/apiregistration.k8s.io/v1",
    "CustomResourceDefinition": "apis/apiextensions.k8s.io/v1",
    "Logs": "apis/kwok.x-k8s.io/v1alpha1",
}  # fmt: skip
_PLURALS = {"Ingress": "ingresses", "Logs": "logs"}
_CLUSTER_WIDE = {
    "Namespace", "Node", "ClusterRole", "ClusterRoleBinding", "APIService",
    "CustomResourceDefinition",
}  # fmt: skip


def path_of(kind: str, namespace: str | None = None, name: str = "") -> str:
    """Return where a kind lives: `/apis/apps/v1/namespaces/shop/deployments/web`."""
    parts = [_GROUPS.get(kind, "api/v1")]
    if kind not in _CLUSTER_WIDE and namespace:
        parts += ["namespaces", namespace]
    parts.append(_PLURALS.get(kind, kind.lower() + "s"))
    return "/" + "/".join([*parts, *([name] if name else [])])


class KubeApi:
    """Requests by one token. Errors raise httpx.HTTPStatusError, with the answer in its text."""

    def __init__(self, url: str, authority: Path, token: str) -> None:
        self.url = url
        self.token = token
        # One context for all requests: making one takes longer than a request.
        trust = ssl.create_default_context(cafile=str(authority))
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(
            base_url=url, verify=trust, headers=headers, timeout=60, trust_env=False
        )

    def close(self) -> None:
        """Give back its connections."""
        self._client.close()

    def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask and return the answer, whatever its status. Connections that broke are retried."""
        try:
            return self._client.request(method, path, **options)
        except httpx.RemoteProtocolError:  # an idle connection died with the server
            return self._client.request(method, path, **options)

    def ask(self, method: str, path: str, **options: Any) -> Body:
        """Ask for JSON; anything but success raises with the server's message."""
        answer = self.raw(method, path, **options)
        if answer.is_error:
            text = answer.text[:500]
            raise httpx.HTTPStatusError(
                f"{answer.status_code} to {method} {path}: {text}",
                request=answer.request,
                response=answer,
            )
        found: Body = answer.json() if answer.content else {}
        return found

    def get(self, kind: str, namespace: str, name: str) -> Body:
        """Return one object."""
        return self.ask("GET", path_of(kind, namespace, name))

    def items(self, kind: str, namespace: str | None = None, selector: str = "") -> list[Body]:
        """Return all objects of a kind that a label selector matches."""
        params = {"labelSelector": selector} if selector else {}
        found = self.ask("GET", path_of(kind, namespace), params=params)
        return list(found["items"])

    def names(self, kind: str, namespace: str | None = None, selector: str = "") -> list[str]:
        """Return the names of all objects of a kind; much lighter than the objects themselves."""
        headers = {"Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
        params = {"labelSelector": selector} if selector else {}
        found = self.ask("GET", path_of(kind, namespace), params=params, headers=headers)
        return [one["metadata"]["name"] for one in found["items"]]

    def table(self, kind: str, namespace: str | None = None) -> dict[str, dict[str, Any]]:
        """Return what kubectl prints of a kind: for each name the cells of its columns."""
        headers = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
        found = self.ask("GET", path_of(kind, namespace), headers=headers)
        columns = [one["name"] for one in found["columnDefinitions"]]
        rows = [dict(zip(columns, row["cells"], strict=True)) for row in found["rows"]]
        return {row["Name"]: row for row in rows}

    def create(self, *bodies: Body) -> None:
        """Create objects; each has its kind and its metadata."""
        for body in bodies:
            body.setdefault("apiVersion", _version(body["kind"]))
            path = path_of(body["kind"], body["metadata"].get("namespace"))
            self.ask("POST", path, json=body)

    def patch(self, kind: str, namespace: str, name: str, change: Body, part: str = "") -> Body:
        """Merge a change into an object, or into a part of it such as `status` or `scale`."""
        path = path_of(kind, namespace, name) + (f"/{part}" if part else "")
        headers = {"Content-Type": "application/merge-patch+json"}
        return self.ask("PATCH", path, content=json.dumps(change), headers=headers)

    def delete(self, kind: str, namespace: str, name: str, grace_s: int | None = None) -> None:
        """Delete one object; it may still be there for a while."""
        params = {} if grace_s is None else {"gracePeriodSeconds": str(grace_s)}
        self.ask("DELETE", path_of(kind, namespace, name), params=params)

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace and all in it, without waiting for it."""
        self.ask("DELETE", path_of("Namespace", None, name))

    def watch(self, path: str, **params: str) -> Iterator[Body]:
        """Yield the events of a watch until the server ends it."""
        query = {"watch": "1", **params}
        with self._client.stream("GET", path, params=query) as answer:
            for line in answer.iter_lines():
                yield json.loads(line)

    def until(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
        """Wait for a condition and return what it returned."""
        return until(condition, what, seconds)

    def until_ready(
        self, namespace: str, name: str, count: int, seconds: float = PATIENCE_S
    ) -> Body:
        """Wait until a deployment has as many ready pods, all of its newest template."""
        status: Body = {}

        def ready() -> Body | None:
            nonlocal status
            found = self.get("Deployment", namespace, name)
            status = found.get("status", {})
            seen = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
            counts = [status.get(f"{word}Replicas", 0) for word in ("ready", "updated")]
            whole = status.get("replicas", 0) == count
            return found if seen and whole and counts == [count, count] else None

        try:
            found: Body = self.until(ready, f"{namespace}/{name} has {count} ready", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; its status: {status}") from None
        return found


def _version(kind: str) -> str:
    group = _GROUPS.get(kind, "api/v1")
    return group.split("/", 1)[1]
