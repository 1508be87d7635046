"""A registry of a few images: enough of its protocol for an engine to pull from."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """Serves what it was given, on loopback, where an engine takes plain HTTP."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.slow_s = 0.0
        """How long it takes over each part of a layer."""
        self.logins: list[str] = []
        self.wants_login = False
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                registry.answer(self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(
        self, name: str, layer: bytes, config: dict[str, Any], created: str = "2026-01-01"
    ) -> str:
        """Give it an image of one layer, a tar, made on a day, and return its digest."""
        packed = gzip.compress(layer, 1)
        whole = json.dumps(
            {"architecture": "amd64", "os": "linux", "config": config,
             "created": f"{created}T00:00:00Z",
             "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
             "history": [{"created": f"{created}T00:00:00Z", "created_by": "test"}]}
        ).encode()  # fmt: skip
        for blob in (packed, whole):
            self.blobs[_digest(blob)] = blob
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": _MANIFEST,
             "config": {"mediaType": _CONFIG, "size": len(whole), "digest": _digest(whole)},
             "layers": [{"mediaType": _LAYER, "size": len(packed), "digest": _digest(packed)}]}
        ).encode()  # fmt: skip
        repository, _, tag = name.rpartition(":")
        self.manifests[f"{repository}/{tag}"] = manifest
        self.manifests[f"{repository}/{_digest(manifest)}"] = manifest
        return _digest(manifest)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        login = request.headers.get("Authorization", "")
        if login:
            self.logins.append(login)
        if self.wants_login and not login:
            headers = {"WWW-Authenticate": 'Basic realm="test"'}
            body = b'{"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}'
            self._reply(request, 401, body, headers)
            return
        parts = request.path.strip("/").split("/")
        if parts == ["v2"]:
            self._reply(request, 200, b"{}", {})
            return
        kind, key = parts[-2], parts[-1]
        name = "/".join(parts[1:-2])
        if kind == "manifests" and (found := self.manifests.get(f"{name}/{key}")):
            headers = {"Content-Type": _MANIFEST, "Docker-Content-Digest": _digest(found)}
            self._reply(request, 200, found, headers)
        elif kind == "blobs" and (blob := self.blobs.get(key)):
            self._reply(request, 200, blob, {"Content-Type": "application/octet-stream"})
        else:
            body = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'
            self._reply(request, 404, body, {"Content-Type": "application/json"})

    def _reply(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]
    ) -> None:
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        request.end_headers()
        if request.command == "HEAD":
            return
        step = max(1, len(body) // 20)
        for at in range(0, len(body), step):
            try:
                request.wfile.write(body[at : at + step])
            except OSError:
                return  # whoever asked has gone
            if self.slow_s and len(body) > 100_000:
                time.sleep(self.slow_s)
