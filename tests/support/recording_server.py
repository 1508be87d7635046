"""A Docker engine, a Prometheus and an API server that answer, and remember every request."""

from __future__ import annotations

import json
import re
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

_RECORDED = Path(__file__).parents[1] / "providers" / "docker" / "recorded"
_DOCKER = {
    "/version": "version", "/info": "info", "/containers/json": "containers",
    "/images/json": "images", "/volumes": "volumes", "/networks": "networks", "/system/df": "df",
}  # fmt: skip
_READS = re.compile(r"/api/v1/query(_range)?|/apis/auth\w+.k8s.io/v1/selfsubject(access)?reviews")
"""What is asked with POST: expressions that fit into no address, and what we may do."""


@dataclass
class Recorder:
    """Where they are, and what they were asked: (method, path)s in order."""

    docker: str = ""
    kubernetes: str = ""
    prometheus: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return every request that could change something."""
        return [
            (method, path)
            for method, path in self.asked
            if method not in {"GET", "HEAD"}
            and not (method == "POST" and _READS.fullmatch(path))
        ]  # fmt: skip


def _docker(path: str) -> tuple[int, Any]:
    path = re.sub(r"^/v1\.\d+", "", path)
    if path in _DOCKER:
        return 200, json.loads((_RECORDED / f"{_DOCKER[path]}.json").read_text())
    if path.startswith("/containers/") and path.endswith("/json"):
        return 200, json.loads((_RECORDED / "inspect_shop-web-1.json").read_text())
    if path == "/_ping":
        return 200, "OK"
    return (200, None) if path == "/events" else (404, {"message": "page not found"})


def _prometheus(path: str) -> tuple[int, Any]:
    empty: dict[str, Any] = {
        "/api/v1/query": {"resultType": "vector", "result": []},
        "/api/v1/query_range": {"resultType": "matrix", "result": []},
        "/api/v1/rules": {"groups": []},
        "/api/v1/targets": {"activeTargets": [], "droppedTargets": []},
    }
    found = empty.get(path)
    return (404, {"status": "error"}) if found is None else (200, {"status": "success",
                                                                    "data": found})  # fmt: skip


def _kubernetes(path: str) -> tuple[int, Any]:
    meta = {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "1"}
    pod = {
        "metadata": {**meta, "name": "web-1"}, "status": {"phase": "Running"},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "web:1"}]},
    }  # fmt: skip
    things: dict[str, Any] = {
        "pods": pod, "nodes": {"metadata": {**meta, "name": "node-1"}},
        "deployments": {"metadata": meta, "spec": {"replicas": 1}},
        "cronjobs": {"metadata": {**meta, "uid": "u2"}, "spec": {"schedule": "0 0 1 1 *"}},
    }  # fmt: skip
    if path == "/version":
        return 200, {"gitVersion": "v1.33.4"}
    if path.startswith("/apis/metrics"):
        return 404, {"kind": "Status", "code": 404, "message": "not found"}
    word = path.rpartition("/")[2]
    items = [things[word]] if word in things else []
    return 200, {"metadata": {"resourceVersion": "1"}, "items": items}


def _handler(recorder: Recorder, answers: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            self.rfile.read(int(self.headers.get("content-length") or 0))
            recorder.asked.append((self.command, path))
            if "watch=" in self.path:
                self.wait()
                return
            status, form = answers(path)
            body = b"" if form is None else json.dumps(form).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            # Whoever asked may have gone by now: what it asked is what counts.
            with suppress(OSError):
                self.end_headers()
                self.wfile.write(body)

        def wait(self) -> None:
            """Answer a watch of what never changes, until nobody waits for it any more."""
            self.close_connection = True
            with suppress(OSError):
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.connection.recv(1)

        def __getattr__(self, name: str) -> Any:
            # Whatever the method is: `do_GET`, `do_POST` and all others.
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def address_string(self) -> str:
            return "a socket has no address"

        def log_message(self, *_: object) -> None:
            return

    return Handler


@contextmanager
def recording() -> Iterator[Recorder]:
    """Run all of them until the block ends."""
    recorder = Recorder()
    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="fui-") as folder:
        path = f"{folder}/docker.sock"
        recorder.docker = f"unix://{path}"
        engine = socketserver.ThreadingUnixStreamServer(path, _handler(recorder, _docker))
        metrics = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(recorder, _prometheus))
        recorder.prometheus = f"http://127.0.0.1:{metrics.server_address[1]}"
        cluster = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(recorder, _kubernetes))
        recorder.kubernetes = f"http://127.0.0.1:{cluster.server_address[1]}"
        for server in (engine, metrics, cluster):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield recorder
        finally:
            for server in (engine, metrics, cluster):
                server.shutdown()
                server.server_close()
