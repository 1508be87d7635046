"""A redeploy on a real cluster that fails its readiness probe: told, and rolled back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .servers import kube_objects as objects
from .servers.kube_fates import UNREADY
from .servers.kubernetes import KubeCluster
from .servers.prometheus import PrometheusServer
from .servers.waiting import PATIENCE_S, until

METRIC = "kube_deployment_status_replicas_unavailable"
PROBE = "readiness fails"
# No longer than this may any rollout have pods that are not there.
WINDOW_S = 20


@pytest.fixture
def web(kube: KubeCluster, place: str) -> str:
    """A namespace with a deployment `web` of two pods, which is given up only after long."""
    made = objects.deployment(place, "web", 2)
    made["spec"]["progressDeadlineSeconds"] = 600
    kube.api.create(made)
    kube.api.until_ready(place, "web", 2)
    return place


@pytest.fixture
def server(kube: KubeCluster, web: str, tmp_path: Path) -> Iterator[PrometheusServer]:
    """A Prometheus that is told of the deployment, as kube-state-metrics would tell it."""

    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = kube.api.get("Deployment", web, "web").get("status", {})
            count = status.get("unavailableReplicas", 0)
            body = f'{METRIC}{{namespace="{web}",deployment="web"}} {count}\n'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
            """Say nothing: what the tests print is theirs."""

    exporter = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    exporter.daemon_threads = True
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    target = f"127.0.0.1:{exporter.server_port}"
    job = f'- job_name: state\n  static_configs: [{{targets: ["{target}"]}}]\n'
    made = PrometheusServer(tmp_path, job)
    try:
        made.start()
        yield made
    finally:
        made.close()
        exporter.shutdown()
        exporter.server_close()


@pytest.fixture
def home(kube: KubeCluster, web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, whose config names the cluster."""
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "XDG_", "FLEETUI_", "KUBE")):
            monkeypatch.delenv(name)
    config = tmp_path / "config.toml"
    config.write_text(
        f'version = 1\n[kubernetes.admin]\nkubeconfig = "{kube.kubeconfig}"\n'
        f'namespaces = ["{web}"]\ntimeout = 60\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FLEETUI_CONFIG", str(config))
    monkeypatch.setenv("FLEETUI_STATE_DIR", str(tmp_path / "state"))
    return config


def fleetui(*words: str) -> tuple[int, str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "fleetui", *words], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False,
    )  # fmt: skip
    return made.returncode, made.stdout, made.stderr


def images(kube: KubeCluster, place: str) -> set[str]:
    pods = kube.api.items("Pod", place, "app=web")
    return {one["spec"]["containers"][0]["image"] for one in pods}


def until_old(kube: KubeCluster, place: str) -> None:
    kube.api.until_ready(place, "web", 2)
    until(lambda: images(kube, place) == {objects.IMAGE}, "only the old pods are there")


def test_a_failed_probe_is_told_and_undone(kube: KubeCluster, web: str, home: Path) -> None:
    kube.api.patch("Deployment", web, "web", {"spec": {"progressDeadlineSeconds": 10}})
    code, out, err = fleetui("redeploy", "deploy/web", "--image", UNREADY, "--yes")
    assert code == 1, (out, err)
    assert out.startswith("failed"), out
    assert "no progress for 10 s" in out
    assert PROBE in out
    # The old pods go on serving, and the person takes it back.
    assert images(kube, web) == {objects.IMAGE, UNREADY}
    code, out, err = fleetui("undo", "--yes")
    assert code == 0, (out, err)
    until_old(kube, web)
    assert fleetui("audit", "--verify")[0] == 0


def test_a_gate_that_sees_the_probe_fail_takes_it_back(
    kube: KubeCluster, web: str, home: Path, server: PrometheusServer
) -> None:
    with home.open("a", encoding="utf-8") as file:
        file.write(f'[prometheus.main]\nurl = "{server.url}"\ntimeout = 60\n')
    expr = f'max(min_over_time({METRIC}{{namespace="{web}"}}[{WINDOW_S}s]))'
    gate = ("--gate", expr, "--gate-max", "0", "--gate-for", "3s", "--gate-rollback")
    redeploy = ("redeploy", "deploy/web", "--image", UNREADY, *gate)

    def allowed() -> bool:
        return fleetui(*redeploy, "--dry-run")[0] == 0

    until(allowed, "the gate has data and holds")
    code, out, err = fleetui(*redeploy, "--yes")
    assert code == 1, (out, err)
    assert PROBE in err, err
    assert out.startswith("rolled back"), out
    assert "gate: 1 > 0" in out
    assert "it goes back to revision 1" in out
    until_old(kube, web)
    assert fleetui("audit", "--verify")[0] == 0


def test_a_rollout_that_is_given_up_is_taken_back_though_its_gate_is_well(
    kube: KubeCluster, web: str, home: Path, server: PrometheusServer
) -> None:
    kube.api.patch("Deployment", web, "web", {"spec": {"progressDeadlineSeconds": 10}})
    with home.open("a", encoding="utf-8") as file:
        file.write(f'[prometheus.main]\nurl = "{server.url}"\ntimeout = 60\n')
    gate = ("--gate", "vector(0)", "--gate-max", "0", "--gate-for", "3s", "--gate-rollback")
    code, out, err = fleetui("redeploy", "deploy/web", "--image", UNREADY, "--yes", *gate)
    assert code == 1, (out, err)
    assert out.startswith("rolled back"), out
    assert "no progress for 10 s" in out
    assert PROBE in out
    until_old(kube, web)
    assert fleetui("audit", "--verify")[0] == 0
