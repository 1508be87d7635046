"""A metrics.k8s.io of the tests' own, behind the real API server's aggregation."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from .kube_api import KubeApi, path_of
from .kube_objects import Body, named
from .kube_tls import Certificates
from .waiting import until

_ROOT = "/apis/metrics.k8s.io/v1beta1"
_NAME = "v1beta1.metrics.k8s.io"
_USUAL = (5, 10)


class MetricsServer:
    """What each pod uses: by default 5 millicores and 10 MiB, or what `usage` says."""

    def __init__(self, api: KubeApi, certificates: Certificates) -> None:
        self.usage: dict[str, tuple[int, int]] = {}
        """`namespace/app` to millicores and MiB of each pod with that label `app`."""
        self.down = False
        """Whether it answers 503, as one that has lost its kubelets."""
        self._api = api
        server = self

        class Handler(_Handler):
            metrics = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificates.server, certificates.key)
        # The handshake is made by the thread of the connection, so that none holds another's.
        self._http.socket = trust.wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = int(self._http.server_address[1])

    def start(self) -> None:
        """Serve, and tell the API server of it; waits until it is asked through there."""
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.restore()

    def _register(self) -> None:
        service = named("Service", "metrics", "kube-system")
        # The only kind of service whose address may be a loopback one.
        service["spec"] = {"type": "ExternalName", "externalName": "localhost"}
        entry = named("APIService", _NAME)
        entry["spec"] = {
            "group": "metrics.k8s.io",
            "version": "v1beta1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": "metrics", "namespace": "kube-system", "port": self.port},
        }
        self._api.create(service, entry)

    def until_available(self, wanted: bool) -> None:
        """Wait until the API server says that the metrics can, or cannot, be had."""

        def agrees() -> bool:
            return self._api.raw("GET", f"{_ROOT}/nodes").is_success == wanted

        until(agrees, f"metrics.k8s.io is {'' if wanted else 'not '}there")

    def remove(self) -> None:
        """Have the API server know of no metrics, as one without a metrics server."""
        self._api.delete("APIService", "", _NAME)
        self._api.delete("Service", "kube-system", "metrics")
        self._api.until(
            lambda: self._api.raw("GET", f"{_ROOT}/nodes").status_code == 404, "no metrics", 60
        )

    def restore(self) -> None:
        """Have it know of them again."""
        self._register()
        self.until_available(True)

    def stop(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str, query: dict[str, list[str]]) -> Body | None:
        """Return the answer to a path below the root, or None where there is none."""
        parts = [part for part in path.split("/") if part]
        match parts:
            case []:
                return _discovery()
            case ["nodes"]:
                return _listed("NodeMetrics", [self._node(n) for n in self._api.items("Node")])
            case ["pods"]:
                return self._pods(None, query)
            case ["namespaces", place, "pods"]:
                return self._pods(place, query)
            case ["namespaces", place, "pods", name]:
                answer = self._api.raw("GET", path_of("Pod", place, name))
                return self._pod(answer.json()) if answer.is_success else None
        return None

    def _pods(self, place: str | None, query: dict[str, list[str]]) -> Body:
        selector = query.get("labelSelector", [""])[0]
        pods = self._api.items("Pod", place, selector)
        running = [p for p in pods if p.get("status", {}).get("phase") == "Running"]
        return _listed("PodMetrics", [self._pod(pod) for pod in running])

    def _pod(self, pod: Body) -> Body:
        metadata = pod["metadata"]
        key = f"{metadata['namespace']}/{metadata.get('labels', {}).get('app', '')}"
        cpu, memory = self.usage.get(key, _USUAL)
        containers = [
            {"name": one["name"], "usage": {"cpu": f"{cpu}m", "memory": f"{memory}Mi"}}
            for one in pod["spec"]["containers"]
        ]
        return {**_measured("PodMetrics", metadata), "containers": containers}

    def _node(self, node: Body) -> Body:
        return {
            **_measured("NodeMetrics", node["metadata"]),
            "usage": {"cpu": "250m", "memory": "1Gi"},
        }


def _measured(kind: str, metadata: Body) -> Body:
    kept = {key: metadata[key] for key in ("name", "namespace", "labels") if key in metadata}
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": kept,
        "timestamp": now, "window": "1s",
    }  # fmt: skip


def _listed(kind: str, items: list[Body]) -> Body:
    return {
        "kind": f"{kind}List", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {},
        "items": items,
    }  # fmt: skip


def _discovery() -> Body:
    kinds = (("nodes", False, "NodeMetrics"), ("pods", True, "PodMetrics"))
    resources = [
        {"name": name, "singularName": "", "namespaced": namespaced, "kind": kind,
         "verbs": ["get", "list"]}
        for name, namespaced, kind in kinds
    ]  # fmt: skip
    return {
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
        "resources": resources,
    }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    metrics: ClassVar[MetricsServer]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body: Body | None = None
        status = 503
        if not self.metrics.down:
            status = 404
            if url.path == _ROOT or url.path.startswith(f"{_ROOT}/"):
                body = self.metrics.answer(url.path[len(_ROOT) :], parse_qs(url.query))
                status = 404 if body is None else 200
        data = json.dumps(body or {"kind": "Status", "status": "Failure", "code": status}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        """Say nothing: what the tests print is theirs."""
