"""What a kubelet's cAdvisor and a node exporter would tell of simulated pods and nodes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

JOB = """\
- job_name: cadvisor
  static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
Pod = tuple[str, str, str, str]
"""Namespace, name, container, node."""
CORES, BYTES = 0.25, 32 * 2**20
"""What each container uses."""


class Cadvisor:
    """Counters that grow by so many seconds in each second, as Prometheus scrapes them."""

    def __init__(self, pods: Callable[[], Iterable[Pod]], exported: str = "") -> None:
        """`exported` is a node of which a node exporter tells, and no kubelet."""
        self._pods = pods
        self._exported = exported
        self._began = time.time()
        server = self

        class Handler(_Handler):
            cadvisor = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.job = JOB.format(port=self._http.server_address[1])
        """Its entry in a Prometheus's scrape_configs."""
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Serve no more."""
        self._http.shutdown()
        self._http.server_close()

    def text(self) -> str:
        """Return all series as they are now.

        Each says when that was, as a kubelet's do: on a busy machine the answer is late, and two
        of them would seem to be further apart, or nearer, than they are.
        """
        now = time.time()
        seconds, stamp = now - self._began, int(now * 1000)
        lines = [*self._of_pods(seconds), *self._of_nodes(seconds)]
        return "".join(f"{line} {stamp}\n" for line in lines)

    def _of_pods(self, seconds: float) -> Iterator[str]:
        for space, name, container, node in self._pods():
            # Beside each container stand the pod's own group and its pause container.
            for one, share in ((container, 1.0), ("", 1.1), ("POD", 0.1)):
                labels = f'namespace="{space}",pod="{name}",container="{one}",node="{node}"'
                yield from _used(labels, seconds * CORES * share, BYTES * share)

    def _of_nodes(self, seconds: float) -> Iterator[str]:
        for node in {pod[3] for pod in self._pods()} - {self._exported}:
            yield from _used(f'id="/",node="{node}"', seconds * 2, 2**30)
        if self._exported:
            yield f'node_uname_info{{nodename="{self._exported}"}} 1'
            for mode, share in (("idle", 3.0), ("user", 0.5), ("system", 0.25)):
                yield f'node_cpu_seconds_total{{cpu="0",mode="{mode}"}} {seconds * share}'
            yield f"node_memory_MemTotal_bytes {4 * 2**30}"
            yield f"node_memory_MemAvailable_bytes {2**30}"


def _used(labels: str, seconds: float, size: float) -> Iterator[str]:
    yield f"container_cpu_usage_seconds_total{{{labels}}} {seconds}"
    yield f"container_memory_working_set_bytes{{{labels}}} {size}"


class _Handler(BaseHTTPRequestHandler):
    cadvisor: ClassVar[Cadvisor]

    def do_GET(self) -> None:
        data = self.cadvisor.text().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        """Say nothing: what the tests print is theirs."""
