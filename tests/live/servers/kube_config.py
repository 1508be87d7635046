"""Who may do what in the tests' cluster, and the kubeconfig files that say so."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .kube_objects import Body, named

CORNER = "corner"
"""The namespace that the token of the same name may read; it may read nothing else."""
TOKENS = ("admin", "reader", CORNER, "nobody")
_READ = ["get", "list", "watch"]
_RBAC = "rbac.authorization.k8s.io"
_MORE = ("apps", "batch", "autoscaling", "policy", "networking.k8s.io", "discovery.k8s.io")
_CORE = (
    "pods", "pods/log", "services", "endpoints", "nodes", "namespaces", "events",
    "replicationcontrollers", "resourcequotas", "configmaps", "persistentvolumeclaims",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """One context of a kubeconfig: a server's address, and who asks."""

    url: str
    token: str = ""
    namespace: str = ""
    plugin: tuple[str, ...] = ()
    """A login plugin's command, in place of a token."""


def write_tokens(path: Path) -> dict[str, str]:
    """Write the API server's file of tokens, and return them by name."""
    made = {name: f"{name}-{secrets.token_hex(12)}" for name in TOKENS}
    groups = {"admin": "system:masters"}
    lines = [f'{made[name]},{name},{name},"{groups.get(name, "tests")}"' for name in TOKENS]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    path.chmod(0o600)
    return made


def roles() -> list[Body]:
    """Return what `reader` and `corner` may do: read all but secrets; read one namespace."""
    rules = [
        {"apiGroups": [""], "resources": list(_CORE), "verbs": _READ},
        {"apiGroups": list(_MORE), "resources": ["*"], "verbs": _READ},
        {"apiGroups": ["metrics.k8s.io"], "resources": ["*"], "verbs": _READ},
    ]
    role = named("ClusterRole", "tests-reader")
    role["rules"] = rules
    return [
        role,
        binding("reader"),
        named("Namespace", CORNER),
        binding(CORNER, namespace=CORNER),
    ]


def binding(user: str, namespace: str | None = None, account: bool = False) -> Body:
    """Let a user (or, from the namespace `default`, a service account) read."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    body = named(kind, f"tests-{user}", namespace)
    subject = (
        {"kind": "ServiceAccount", "name": user, "namespace": "default"}
        if account
        else {"kind": "User", "name": user, "apiGroup": _RBAC}
    )
    body["subjects"] = [subject]
    body["roleRef"] = {"kind": "ClusterRole", "name": "tests-reader", "apiGroup": _RBAC}
    return body


def write_kubeconfig(path: Path, authority: Path, contexts: dict[str, Context]) -> Path:
    """Write a kubeconfig; its first context is the current one. JSON is YAML."""
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(contexts)),
        "clusters": [],
        "users": [],
        "contexts": [],
    }
    for name, one in contexts.items():
        cluster = {"server": one.url, "certificate-authority": str(authority)}
        place = {"namespace": one.namespace} if one.namespace else {}
        user: dict[str, Any] = {"token": one.token}
        if one.plugin:
            user = {
                "exec": {
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": one.plugin[0],
                    "args": list(one.plugin[1:]),
                    "interactiveMode": "Never",
                }
            }
        body["clusters"].append({"name": name, "cluster": cluster})
        body["users"].append({"name": name, "user": user})
        context = {"cluster": name, "user": name, **place}
        body["contexts"].append({"name": name, "context": context})
    path.write_text(json.dumps(body, indent=1), "utf-8")
    path.chmod(0o600)
    return path
