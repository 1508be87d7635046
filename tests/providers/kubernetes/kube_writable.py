"""An API server of the tests' own that keeps objects, and lets them be changed.

It knows versions, generations, dry runs and uids; no controller acts on what it keeps: tests do.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fleetui.core.ref import Ref
from fleetui.providers.kubernetes.settings import KubernetesSettings
from fleetui.providers.kubernetes.writer.writer import KubernetesWriter

Raw = dict[str, Any]
APPS = "/apis/apps/v1/namespaces/shop"
WEB = f"{APPS}/deployments/web"
_LISTS = {
    "services", "pods", "poddisruptionbudgets", "resourcequotas", "horizontalpodautoscalers",
    "replicasets", "controllerrevisions", "events", "nodes", "jobs", "ingresses",
}  # fmt: skip


class WritableApi:
    """Objects by their path."""

    def __init__(self) -> None:
        self.objects: dict[str, Raw] = {}
        self.asked: list[tuple[str, str, bool]] = []
        """(method, path, whether it was only tried)."""
        self.denied: set[str] = set()
        """Resources that we may do nothing to: `deployments/scale`, `get pods/exec`."""
        self.before: Callable[[], None] | None = None
        """Called once, before the next change that is no dry run."""
        self.lost = ""
        """`sent`: the next change is made and its answer lost; `unsent`: it is lost itself."""
        self.forbidden: dict[str, tuple[int, str]] = {}
        """Answers to what would change something, by their path: a status and its message."""
        self.warnings: list[str] = []
        """What it warns of with each answer, as headers."""
        self.invalid: dict[str, Raw] = {}
        """Whole refusals of changes by their path."""
        self._version = 100
        self._lock = threading.RLock()
        self.url = ""

    @property
    def writes(self) -> list[tuple[str, str]]:
        """What was asked for that changes something."""
        return [(m, p) for m, p, dry in self.asked
                if m != "GET" and not dry and "accessreview" not in p]  # fmt: skip

    def put(self, path: str, raw: Raw) -> Raw:
        """Keep an object."""
        meta = raw.setdefault("metadata", {})
        meta.setdefault("name", path.rpartition("/")[2])
        meta.setdefault("uid", f"uid-{meta['name']}")
        meta.setdefault("generation", 1)
        if "/namespaces/" in path:
            meta.setdefault("namespace", path.split("/namespaces/")[1].split("/", maxsplit=1)[0])
        self._stamp(raw)
        self.objects[path] = raw
        return raw

    def touch(self, path: str, **status: Any) -> None:
        """Change a status, as a controller does."""
        with self._lock:
            self.objects[path].setdefault("status", {}).update(status)
            self._stamp(self.objects[path])

    def _stamp(self, raw: Raw) -> None:
        self._version += 1
        raw["metadata"]["resourceVersion"] = str(self._version)

    def answer(self, method: str, target: str, body: bytes, form: str) -> tuple[int, Raw] | None:
        """Return a status and a body; None: no answer at all."""
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        # Of a removal with options a server looks at these only.
        dry = "dryRun" in (json.loads(body) if method == "DELETE" and body else query)
        with self._lock:
            self.asked.append((method, parts.path, dry))
            if "selfsubjectaccessreviews" in parts.path:
                return 201, self._may(json.loads(body))
            if method == "GET":
                return self._get(parts.path, query)
            if not dry and self.before is not None:
                hook, self.before = self.before, None
                hook()
            lost = "" if dry else self.lost
            if lost:
                self.lost = ""
            if lost == "unsent":
                return None
            made = self._write(method, parts.path, body, form, dry=dry)
            return None if lost == "sent" else made

    def _may(self, review: Raw) -> Raw:
        asked = review["spec"]["resourceAttributes"]
        name = "/".join(filter(None, (asked["resource"], asked["subresource"])))
        allowed = not self.denied & {name, f"{asked['verb']} {name}"}
        return {"status": {"allowed": allowed}}

    def _get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Raw]:
        if path in self.objects:
            return 200, self.objects[path]
        if path.rpartition("/")[2] not in _LISTS:
            return _failure(404, f'"{path.rpartition("/")[2]}" not found')
        root, _, plural = path.rpartition("/")
        labels = dict(w.split("=", 1) for w in query.get("labelSelector", [""])[0].split(",") if w)
        node = query.get("fieldSelector", [""])[0].partition("spec.nodeName=")[2]
        found = [
            one for place, one in self.objects.items()
            if (place.startswith(f"{path}/") or (place.startswith(f"{root}/namespaces/")
                                                 and f"/{plural}/" in place))
            and labels.items() <= (one["metadata"].get("labels") or {}).items()
            and (not node or one.get("spec", {}).get("nodeName") == node)
        ]  # fmt: skip
        return 200, {"items": found, "metadata": {"resourceVersion": str(self._version)}}

    def _write(
        self, method: str, path: str, body: bytes, form: str, *, dry: bool
    ) -> tuple[int, Raw]:
        if method == "POST":
            return self._make(path, json.loads(body), dry=dry)
        if path in self.forbidden:
            return _failure(*self.forbidden[path])
        whole = path
        for part in ("/scale", "/ephemeralcontainers", "/resize"):
            whole = whole.removesuffix(part)
        found = self.objects.get(whole)
        if found is None:
            return _failure(404, f'"{path}" not found')
        if method == "DELETE":
            wanted = json.loads(body).get("preconditions", {})
            for name, value in wanted.items():
                if value != found["metadata"][name]:
                    return _failure(409, f"the {name} in the precondition does not match")
            if not dry and found["metadata"].get("finalizers"):
                found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
                self._stamp(found)
            elif not dry:
                del self.objects[whole]
            return 200, found
        if path in self.invalid:
            return self.invalid[path]["code"], self.invalid[path]
        return self._change(whole, found, json.loads(body), form, dry=dry)

    def _make(self, path: str, made: Raw, *, dry: bool) -> tuple[int, Raw]:
        if path in self.forbidden:
            return _failure(*self.forbidden[path])
        if not dry and path.endswith("/eviction"):
            self.objects.pop(path.removesuffix("/eviction"), None)
        elif not dry:
            self.put(f"{path}/{made['metadata']['name']}", made)
        return 201, made

    def _change(
        self, path: str, found: Raw, change: Any, form: str, *, dry: bool
    ) -> tuple[int, Raw]:
        made = copy.deepcopy(found)
        version = found["metadata"]["resourceVersion"]
        if isinstance(change, list):
            for one in change:
                if one["path"] == "/metadata/resourceVersion":
                    version = one["value"]
                else:
                    _operate(made, one)
        else:
            version = change.get("metadata", {}).pop("resourceVersion", version)
            _merge(made, change, named="strategic" in form)
        if version != found["metadata"]["resourceVersion"]:
            return _failure(409, "the object has been modified")
        if dry:
            return 200, made
        if made.get("spec") != found.get("spec"):
            made["metadata"]["generation"] += 1
        self._stamp(made)
        self.objects[path] = made
        return 200, made


def _merge(into: Raw, change: Raw, *, named: bool) -> None:
    for name, value in change.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict):
            _merge(into.setdefault(name, {}), value, named=named)
        elif isinstance(value, list) and named and value and "name" in value[0]:
            known = {one["name"]: one for one in into.setdefault(name, [])}
            for one in value:
                if one["name"] not in known:
                    into[name].append(one)
                else:
                    _merge(known[one["name"]], one, named=named)
        else:
            into[name] = value


def _operate(into: Raw, one: Raw) -> None:
    *parents, last = (
        p.replace("~1", "/").replace("~0", "~") for p in one["path"].lstrip("/").split("/")
    )
    for name in parents:
        into = into[name]
    if one["op"] == "remove":
        del into[last]
    else:
        into[last] = one["value"]


def _failure(code: int, message: str) -> tuple[int, Raw]:
    return code, {"kind": "Status", "status": "Failure", "code": code, "message": message}


@contextmanager
def writable(folder: Path) -> Iterator[tuple[WritableApi, KubernetesSettings]]:
    """Serve one until the block ends, with the settings to reach it."""
    api = WritableApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            form = self.headers.get("content-type") or ""
            made = api.answer(self.command, self.path, body, form)
            if made is None:
                self.close_connection = True
                return
            data = json.dumps(made[1]).encode()
            self.send_response(made[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            for text in api.warnings:
                self.send_header("warning", f'299 - "{text}"')
            with suppress(OSError):
                self.end_headers()
                self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815  the library's names

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "prod",
        "clusters": [{"name": "c", "cluster": {"server": api.url}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield api, KubernetesSettings(kubeconfig=str(path), qps=1000, burst=1000)
    finally:
        server.shutdown()
        server.server_close()


def template(image: str = "web:1", **spec: Any) -> Raw:
    """Return a pod's template with one container `main`."""
    return {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": image}], **spec},
    }


def deployment(replicas: int = 2, **spec: Any) -> Raw:
    """Return a deployment that is as it should be."""
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return {
        "metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
            "template": template(),
            "strategy": {"type": "RollingUpdate",
                         "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            **spec,
        },
        "status": {"observedGeneration": 1, **dict.fromkeys(counts, replicas)},
    }  # fmt: skip


def replicaset(number: int, image: str, name: str = "web", **spec: Any) -> Raw:
    """Return the ReplicaSet of a revision."""
    made = template(image, **spec)
    made["metadata"]["labels"]["pod-template-hash"] = f"h{number}"
    return {
        "metadata": {
            "labels": {"app": "web"},
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            "ownerReferences": [{"kind": "Deployment", "uid": f"uid-{name}", "controller": True}],
            "creationTimestamp": f"2026-01-0{number}T00:00:00Z",
        },
        "spec": {"template": made},
    }


def ref(kind: str = "deploy", name: str = "web", uid: str | None = None) -> Ref:
    """Return the ref of a thing in the namespace `shop`."""
    scope = "prod" if kind == "node" else "prod/shop"
    return Ref("kubernetes", scope, kind, uid or (name if kind == "node" else f"uid-{name}"), name)


def writer(settings: KubernetesSettings) -> KubernetesWriter:
    """Return a writer, as each process has its own."""
    return KubernetesWriter("prod", settings)
