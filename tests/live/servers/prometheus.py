"""A Prometheus and a node exporter of the tests' own, on loopback ports and in a temp folder."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .waiting import PATIENCE_S, free_port

CONFIG = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{folder}/rules.yml]
scrape_configs:
- job_name: node
  static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
- job_name: closed
  static_configs: [{{targets: ["127.0.0.1:{closed}"]}}]
{jobs}"""
# The second rule errs: two series match one, which no rule can join.
RULES = """\
groups:
- name: tests
  rules:
  - alert: TargetDown
    expr: up == 0
    labels: {severity: critical}
    annotations: {summary: "{{ $labels.job }} is down"}
  - alert: Broken
    expr: up * on () group_left () up
"""


class PrometheusServer:
    """Both programs; `start` waits until they answer and fails where they do not."""

    def __init__(self, folder: Path, jobs: str = "") -> None:
        """`jobs` are more entries of its scrape_configs, as YAML."""
        self.folder = folder
        self._jobs = jobs
        self.port, self.exporter_port, self.closed_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._prometheus: subprocess.Popen[bytes] | None = None
        self._exporter: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start what does not run, on the same folder and ports as before."""
        (self.folder / "rules.yml").write_text(RULES)
        config = CONFIG.format(
            folder=self.folder, exporter=self.exporter_port, closed=self.closed_port,
            jobs=self._jobs,
        )  # fmt: skip
        (self.folder / "prometheus.yml").write_text(config)
        if self._exporter is None:
            address = f"127.0.0.1:{self.exporter_port}"
            self._exporter = self._run(
                "prometheus-node-exporter", f"--web.listen-address={address}"
            )
        if self._prometheus is None:
            self._prometheus = self._run(
                "prometheus",
                f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}",
            )
        self._wait(self._prometheus, f"{self.url}/-/ready")
        self._wait(self._exporter, f"http://127.0.0.1:{self.exporter_port}/metrics")

    def kill(self) -> None:
        """End Prometheus as a crash would."""
        assert self._prometheus is not None
        self._prometheus.kill()
        self._prometheus.wait()
        self._prometheus = None

    def hang(self) -> None:
        """Stop Prometheus: its port stays open and nothing answers."""
        assert self._prometheus is not None
        os.kill(self._prometheus.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._prometheus is not None
        os.kill(self._prometheus.pid, signal.SIGCONT)

    def close(self) -> None:
        """End both."""
        for process in (self._prometheus, self._exporter):
            if process is not None:
                process.kill()
                process.wait()
        self._prometheus = self._exporter = None

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def _wait(self, process: subprocess.Popen[bytes], url: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own
                    if answer.status == 200:
                        return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        name = str(process.args[0]) if isinstance(process.args, tuple) else "server"
        log = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
        raise AssertionError(f"{name} did not start:\n{log}")
