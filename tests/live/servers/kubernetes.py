"""A real Kubernetes of the tests' own: API server, controllers, scheduler, simulated kubelets.

`python -m tests.live.servers.kubernetes` starts one with a few workloads and prints the path of
its kubeconfig; it runs until Ctrl-C.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from .kube_api import Body, KubeApi
from .kube_config import TOKENS, Context, binding, roles, write_kubeconfig, write_tokens
from .kube_fates import ATTACHED, write_kwok_config
from .kube_metrics import MetricsServer
from .kube_objects import named, node
from .kube_proxy import FaultProxy
from .kube_tls import make_certificates
from .waiting import PATIENCE_S, free_port

_SCRIPT = Path(__file__).with_name("kubernetes.sh")
_BUILD_S = 3_000.0
_ISSUER = "https://kubernetes.default.svc"
_LOGS_CRD: Body = {
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "logs.kwok.x-k8s.io"},
    "spec": {
        "group": "kwok.x-k8s.io",
        "scope": "Namespaced",
        "names": {"kind": "Logs", "listKind": "LogsList", "plural": "logs", "singular": "logs"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object", "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}  # fmt: skip


def programs() -> tuple[str, str]:
    """Return the paths of the control plane and of kwok; builds them where there are none."""
    done = subprocess.run(
        ["bash", str(_SCRIPT)], check=False, capture_output=True, text=True, timeout=_BUILD_S
    )
    assert done.returncode == 0, f"no Kubernetes: {done.stderr}"
    kube, kwok = done.stdout.split()
    return f"{kube}/kube", f"{kwok}/kwok"


def built() -> bool:
    """Say whether both are there, so that `programs` has nothing to build."""
    command = ["bash", str(_SCRIPT), "--there"]
    return not subprocess.run(command, check=False, capture_output=True, timeout=30).returncode


class KubeCluster:
    """One cluster. `start` waits until its nodes are ready, and fails where it does not start."""

    def __init__(self, nodes: int = 3) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fui-kube-"))
        self.kubeconfig = self.folder / "kubeconfig"
        """Contexts: `admin` (the current one), `reader`, `corner`, `nobody`, and `proxied`, an
        admin through the proxy."""
        self.certificates = make_certificates(self.folder)
        self.tokens = write_tokens(self.folder / "tokens.csv")
        self.port, self._etcd, self._peer, self._kubelet = (free_port() for _ in range(4))
        self.url = f"https://127.0.0.1:{self.port}"
        self.api = KubeApi(self.url, self.certificates.authority, self.tokens["admin"])
        self.proxy = FaultProxy(self.port, self.certificates)
        self.metrics = MetricsServer(self.api, self.certificates)
        self.log = self.folder / "pods.log"
        """What every pod's log holds, save those with a log of their own."""
        self._nodes = nodes
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # Its thread is the one whose end would be the programs' end, too.
        self._starter = ThreadPoolExecutor(1)
        self._backend = ThreadingHTTPServer(("127.0.0.1", 0), _Backend)
        self._kube = self._kwok = ""

    def start(self) -> None:
        """Start all of it."""
        assert shutil.which("etcd"), "etcd is not installed: apt-get install etcd-server"
        self._kube, self._kwok = programs()
        self.log.write_text(cri("hello from the log"), "utf-8")
        self.log.with_name(ATTACHED).touch()
        self.proxy.start()
        write_kubeconfig(self.kubeconfig, self.certificates.authority, self.contexts())
        self._start_etcd()
        self.start_apiserver()
        self.api.create(*roles(), _LOGS_CRD)
        self._start_controllers()
        Thread(target=self._backend.serve_forever, daemon=True).start()
        self._start_kwok()
        # After kwok runs, since a node's address is written as it is made.
        versions = ["v1.33.4"] * (self._nodes - 1) + ["v1.31.0"]
        self.api.create(*(node(f"node-{n}", version=v) for n, v in enumerate(versions)))
        self.until(self._nodes_ready, "the nodes are ready")
        self.metrics.start()

    def contexts(self) -> dict[str, Context]:
        """Return the contexts of its kubeconfig."""
        made = {name: Context(self.url, self.tokens[name]) for name in TOKENS}
        made["corner"] = Context(self.url, self.tokens["corner"], namespace="corner")
        made["proxied"] = Context(self.proxy.url, self.tokens["admin"])
        return made

    def until(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
        """Wait for a condition; a program that ended meanwhile fails it with its log."""

        def checked() -> Any:
            for name, process in self._running.items():
                assert process.poll() is None, f"{name} ended:\n{self._tail(name)}"
            return condition()

        return self.api.until(checked, what, seconds)

    def kill_apiserver(self) -> None:
        """End the API server as a crash would."""
        self._end("kube-apiserver")

    def hang_apiserver(self) -> None:
        """Stop it: its port stays open and nothing answers, until `resume_apiserver`."""
        os.kill(self._running["kube-apiserver"].pid, signal.SIGSTOP)

    def resume_apiserver(self) -> None:
        """Let it go on."""
        os.kill(self._running["kube-apiserver"].pid, signal.SIGCONT)

    def start_apiserver(self) -> None:
        """Start the API server, at first or again, and wait until it is ready."""
        tls = self.certificates
        self._run(
            "kube-apiserver", self._kube, "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self._etcd}",
            "--bind-address=127.0.0.1",
            # Its own service has this as its endpoint; a loopback one would be refused.
            "--advertise-address=192.0.2.1",
            f"--secure-port={self.port}",
            f"--tls-cert-file={tls.server}", f"--tls-private-key-file={tls.key}",
            f"--cert-dir={self.folder}",
            f"--service-account-issuer={_ISSUER}",
            f"--service-account-key-file={tls.signing}",
            f"--service-account-signing-key-file={tls.signing}",
            f"--token-auth-file={self.folder}/tokens.csv",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16",
            # It tells clients to reconnect at once, in place of waiting for their requests.
            "--shutdown-delay-duration=0", "--watch-cache=true",
            "--max-requests-inflight=2000", "--max-mutating-requests-inflight=1000",
            "--event-ttl=1h", "--profiling=false",
        )  # fmt: skip
        self.until(lambda: self._answers("/readyz"), "the API server is ready")
        if "kwok" in self._running:
            # They come back by themselves, too, but only after half a minute of back-off.
            for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
                self._end(name)
            self._start_controllers()
            self._start_kwok()
            # It is ready without knowing yet that what it aggregates is there.
            if not self.metrics.down:
                self.metrics.until_available(True)

    def compact(self) -> int:
        """Forget all history: who resumes from before gets 410. Returns the revision kept.

        etcd's past goes, and with a new API server so does what it remembered of it; watches end.
        """
        for name in ("compacted-1", "compacted-2"):  # so that every client is behind
            self.api.create(named("ConfigMap", name, "default"))
            self.api.delete("ConfigMap", "default", name)
        self.kill_apiserver()
        key = base64.b64encode(b"/registry").decode()
        revision = int(self._etcd_ask("range", {"key": key})["header"]["revision"])
        self._etcd_ask("compaction", {"revision": str(revision), "physical": True})
        self.start_apiserver()
        return revision

    def account_token(self, name: str, seconds: int = 3600) -> str:
        """Make an account that may read all, and return a token of it, which `revoke` ends."""
        self.api.create(named("ServiceAccount", name, "default"), binding(name, account=True))
        return self.new_token(name, seconds)

    def new_token(self, name: str, seconds: int = 3600) -> str:
        """Return a further token of an account. The server grants 10 minutes at least."""
        path = f"/api/v1/namespaces/default/serviceaccounts/{name}/token"
        body = {"spec": {"expirationSeconds": seconds}}
        return str(self.api.ask("POST", path, json=body)["status"]["token"])

    def revoke(self, name: str, token: str) -> None:
        """End an account, and wait until the server refuses its token: it caches for 10 s."""
        self.api.delete("ServiceAccount", "default", name)
        self.api.delete("ClusterRoleBinding", "", f"tests-{name}")
        theirs = KubeApi(self.url, self.certificates.authority, token)
        try:
            self.until(lambda: theirs.raw("GET", "/version/").status_code == 401, "it is refused")
        finally:
            theirs.close()

    def pod_log(self, place: str, pod: str) -> Path:
        """Give a pod a log of its own, and return the file: lines are written with `cri`."""
        path = self.folder / f"{place}-{pod}.log"
        path.touch()
        body = named("Logs", pod, place)
        body["spec"] = {"logs": [{"logsFile": str(path), "previousLogsFile": str(self.log)}]}
        self.api.create(body)
        return path

    def memory(self) -> dict[str, int]:
        """Return each program's resident memory in bytes."""
        found = {}
        for name, process in self._running.items():
            fields = Path(f"/proc/{process.pid}/statm").read_text("ascii").split()
            found[name] = int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
        return found

    def stop(self) -> None:
        """End all of it and remove its folder."""
        if self._backend.socket.fileno() >= 0:
            self._backend.server_close()
        if self.proxy.port:
            self.proxy.stop()
        for process in reversed(self._running.values()):
            process.kill()
        for process in self._running.values():
            process.wait()
        self._running.clear()
        self._starter.shutdown()
        self.api.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_etcd(self) -> None:
        client, peer = (f"http://127.0.0.1:{port}" for port in (self._etcd, self._peer))
        self._run(
            "etcd", "etcd", f"--data-dir={self.folder}/etcd", "--unsafe-no-fsync",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}", "--quota-backend-bytes=4294967296",
        )  # fmt: skip
        self.until(lambda: _reachable(f"{client}/health"), "etcd answers")

    def _start_controllers(self) -> None:
        common = (
            f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--kube-api-qps=500",
            "--kube-api-burst=1000", "--bind-address=127.0.0.1",
        )  # fmt: skip
        self._run(
            "kube-controller-manager", self._kube, "kube-controller-manager", *common,
            f"--secure-port={free_port()}", f"--cert-dir={self.folder}/manager",
            f"--service-account-private-key-file={self.certificates.signing}",
            f"--root-ca-file={self.certificates.authority}",
            "--controllers=*,-nodeipam,-route,-cloud-node-lifecycle",
            # A busy machine would else turn every simulated node NotReady.
            "--node-monitor-grace-period=24h",
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
            "--horizontal-pod-autoscaler-cpu-initialization-period=1s",
        )  # fmt: skip
        self._run(
            "kube-scheduler", self._kube, "kube-scheduler", *common,
            f"--secure-port={free_port()}", f"--cert-dir={self.folder}/scheduler",
        )  # fmt: skip

    def _start_kwok(self) -> None:
        config = write_kwok_config(
            self.folder / "kwok.yaml", self.log, int(self._backend.server_address[1])
        )
        self._run(
            "kwok", self._kwok, f"--kubeconfig={self.kubeconfig}", f"--config={config}",
            "--manage-all-nodes=true", "--node-ip=127.0.0.1", f"--node-port={self._kubelet}",
            f"--server-address=127.0.0.1:{self._kubelet}", "--enable-crds=Logs",
            f"--tls-cert-file={self.certificates.server}",
            f"--tls-private-key-file={self.certificates.key}",
        )  # fmt: skip

    def _nodes_ready(self) -> bool:
        ready = [
            condition
            for one in self.api.items("Node")
            for condition in one.get("status", {}).get("conditions", [])
            if condition["type"] == "Ready" and condition["status"] == "True"
        ]
        return len(ready) == self._nodes

    def _answers(self, path: str) -> bool:
        try:
            return self.api.raw("GET", path, timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def _etcd_ask(self, what: str, body: Body) -> Body:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._etcd}/v3/kv/{what}", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own
            found: Body = json.load(answer)
        return found

    def _run(self, name: str, *command: str) -> None:
        # They end with the tests, however those end: together they hold a gigabyte.
        tied = ["setpriv", "--pdeathsig", "KILL", *command]

        def begin() -> subprocess.Popen[bytes]:
            with (self.folder / f"{name}.out").open("ab") as log:
                return subprocess.Popen(
                    tied, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder
                )

        self._running[name] = self._starter.submit(begin).result()

    def _end(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def _tail(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text("utf-8", "replace")[-3000:]


def cri(*lines: str, stream: str = "stdout", at: float | None = None) -> str:
    """Return lines as a kubelet's log file has them; `at` is seconds of the epoch."""
    nanoseconds = time.time_ns() if at is None else int(at * 1e9)
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return "".join(f"{stamp}.{rest:09d}Z {stream} F {line}\n" for line in lines)


def _reachable(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own
            return bool(answer.status == 200)
    except OSError:
        return False


class _Backend(BaseHTTPRequestHandler):
    """What answers behind a forwarded port: the path it was asked for."""

    def do_GET(self) -> None:
        body = f"you asked for {self.path}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        """Say nothing: what the tests print is theirs."""


if __name__ == "__main__":
    from .kube_by_hand import main

    main()
