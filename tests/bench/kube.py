"""Thousands of pods of a real cluster: how soon they are there, and how the keys are meanwhile.

Beside sofka, the quickest of its kind, where it is found: on PATH, or where FLEETUI_BENCH_SOFKA
says. Both are started in turn, on the same cluster and in the same terminal.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.terminal import Terminal
from tests.live.servers import kube_objects as objects
from tests.live.servers.kube_by_hand import crowd
from tests.live.servers.kube_config import Context, write_kubeconfig
from tests.live.servers.kubernetes import KubeCluster, built
from tests.live.servers.waiting import until

Line = tuple[str, str, str]
PODS, PLACE = 5_000, "crowd"
_STARTS = 5
_KEYS = 60
_RATE = 200
_STEADY_S = 30.0
_SCREEN = """\
version = 1
title = "Pods"
key = "9"
grid = ["pods"]

[pane.pods]
show = "containers"
title = "pods"
provider = "kubernetes"
columns = ["state", "name", "where", "ready", "cpu", "mem", "restarts", "node", "up", "why"]
"""
_OURS = re.compile(r"pods +(\d+)")
_THEIRS = re.compile(r"pods \[(\d+)\]")


def measure() -> Iterator[Line]:
    """Start a cluster with that many pods, and look at it."""
    if not built():
        yield "Kubernetes: left out, make live builds it", "", ""
        return
    if shutil.which("etcd") is None:
        yield "Kubernetes: left out, etcd is not installed", "", ""
        return
    with tempfile.TemporaryDirectory(prefix="fui-bench-") as folder:
        cluster = KubeCluster()
        try:
            cluster.start()
            # The tests' own would answer from this process, beside the clock of what is measured.
            cluster.metrics.remove()
            cluster.api.create(objects.namespace(PLACE))
            crowd(cluster, PODS, PLACE)
            bench = _Bench(cluster, Path(folder))
            yield from bench.loading()
            yield from bench.lagging()
            yield from bench.changing()
            yield from bench.steady()
        finally:
            cluster.stop()


@dataclass
class _Started:
    """What some starts of one program took, in seconds and bytes."""

    first: list[float] = field(default_factory=list)
    every: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


class _Bench:
    def __init__(self, cluster: KubeCluster, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._sofka = os.environ.get("FLEETUI_BENCH_SOFKA") or shutil.which("sofka") or ""
        self._environ = {
            "FLEETUI_STATE_DIR": str(folder / "state"), "HOME": str(folder),
            "KUBECONFIG": str(self._kubeconfig(cluster.url, "direct")),
        }  # fmt: skip

    def _kubeconfig(self, url: str, name: str) -> Path:
        context = Context(url, self._cluster.tokens["admin"])
        path, authority = self._folder / name, self._cluster.certificates.authority
        return write_kubeconfig(path, authority, {"bench": context})

    def _fleetui(self, *before: str, kubeconfig: str = "direct", screen: str = "pods") -> Terminal:
        home = self._folder / f"config-{kubeconfig}"
        (home / "screens").mkdir(parents=True, exist_ok=True)
        (home / "screens" / "pods.toml").write_text(_SCREEN, "utf-8")
        path = self._folder / kubeconfig
        table = f'version = 1\n[kubernetes.bench]\nkubeconfig = "{path}"\n'
        (home / "config.toml").write_text(table, "utf-8")
        words = before or ("-m", "fleetui")
        command = [sys.executable, *words, "--config", str(home / "config.toml")]
        return Terminal([*command, "--screen", screen], self._environ)

    # Loading.

    def loading(self) -> Iterator[Line]:
        """Start both in turn; the first pair only warms up."""
        ours, theirs = _Started(), _Started()
        for run in range(_STARTS + 1):
            began = self._start(self._fleetui, self._all_ours)
            other = self._start(self._other, _all_theirs) if self._sofka else None
            if run:
                _note(ours, began)
                if other:
                    _note(theirs, other)
        what = f"{PODS:,} pods"
        if theirs.first:
            for name, goal, mine, other_s in (
                ("first rows", 0.5, ours.first, theirs.first),
                ("all rows", 1.0, ours.every, theirs.every),
                ("resident memory", 1.0, ours.memory, theirs.memory),
            ):
                share = statistics.median(mine) / statistics.median(other_s)
                yield f"{what}: {name} / sofka's", f"≤ {goal:g}", f"{share:.2f}"
        else:
            yield f"{what}: beside sofka, left out: it is not here", "", ""
        for who, one in (("fleetui", ours), ("sofka", theirs)):
            if one.first:
                yield f"  {who}, first rows", "", _ms(statistics.median(one.first))
                yield f"  {who}, all rows", "", _ms(statistics.median(one.every))
                yield f"  {who}, memory", "", f"{statistics.median(one.memory) / 1e6:.0f} MB"
        yield "  (load of the machine)", "", f"{os.getloadavg()[0]:.1f}"

    def _other(self) -> Terminal:
        return Terminal([self._sofka, "--all-namespaces", "pods"], self._environ)

    def _start(
        self, open_: Callable[[], Terminal], all_there: Callable[[Terminal], bool]
    ) -> tuple[float, float, int]:
        terminal = open_()
        try:
            first = terminal.pump(lambda: terminal.shows(f"{PLACE}-"), 60) - terminal.started_at
            if all_there(terminal):
                every = first
            else:
                every = terminal.pump(lambda: all_there(terminal), 60) - terminal.started_at
            terminal.collect(3)
            return first, every, terminal.memory()
        finally:
            terminal.close()

    def _all_ours(self, terminal: Terminal) -> bool:
        return _counts(terminal, _OURS)

    # The loop.

    def lagging(self) -> Iterator[Line]:
        """Watch the event loop while the rows come."""
        with self._replay() as (config, _told):
            yield from self._lag(config, "≤ 50 ms")
        yield "  the same, of the cluster itself", "", ""
        yield from self._lag("direct", "")

    def _lag(self, config: str, goal: str) -> Iterator[Line]:
        for screen in ("pods", "kubernetes"):
            # The first fills what replays.
            found = [self._late(screen, config) for _ in range(_STARTS + 1)][1:]
            late, own = (statistics.median(one) for one in zip(*found, strict=True))
            yield f"{screen} screen: loop lag while {PODS:,} pods load, worst", goal, _ms(late)
            yield "  of it work of its own, worst", goal, _ms(own)

    def _late(self, screen: str, config: str) -> tuple[float, float]:
        """Return how late the loop was at most while the rows came, and what of it was work."""
        path = self._folder / "late"
        words = ("-m", "tests.bench.kube_watched", str(path))
        terminal = self._fleetui(*words, kubeconfig=config, screen=screen)
        try:
            terminal.pump(lambda: self._all_ours(terminal), 60)
            terminal.collect(1)
        finally:
            terminal.close()
        found = [[float(one) for one in line.split()] for line in path.read_text().splitlines()]
        return max(one[1] for one in found), max(one[2] for one in found)

    @contextmanager
    def _replay(self) -> Iterator[tuple[str, Path]]:
        """Yield a config for a server that costs nothing, and the file of what it has changed.

        A real one with so much to send takes all cores for itself, and all wait for one.
        """
        certificates = self._cluster.certificates
        keys = [str(certificates.server), str(certificates.key)]
        words = [str(self._folder / "direct"), *keys, str(_RATE)]
        with _told("kube_replay", words, self._folder / "told") as told:
            until(lambda: _lines(told) > 0, "the port of the server that replays")
            self._kubeconfig(f"https://127.0.0.1:{told.read_text('utf-8').split()[0]}", "replayed")
            yield "replayed", told

    # Being there.

    def changing(self) -> Iterator[Line]:
        """Move about while many pods change, in each program by itself."""
        with self._replay() as (config, told):
            ours = self._fleetui(kubeconfig=config)
            yield from self._moving("fleetui", ours, self._all_ours, told, "≤ 50 ms")
        yield f"  the same, of {_RATE} that change in the cluster itself", "", ""
        programs = [("  fleetui", self._fleetui, self._all_ours)]
        if self._sofka:
            programs.append(("  sofka", self._other, _all_theirs))
        words = [str(self._folder / "direct"), PLACE, str(_RATE)]
        for who, open_, all_there in programs:
            with _told("kube_churn", words, self._folder / "told") as told:
                yield from self._moving(who, open_(), all_there, told)

    def _moving(
        self,
        who: str,
        terminal: Terminal,
        all_there: Callable[[Terminal], bool],
        told: Path,
        goal: str = "",
    ) -> Iterator[Line]:
        try:
            terminal.pump(lambda: all_there(terminal), 60)
            terminal.collect(3)
            count, began, cpu = _lines(told), time.monotonic(), terminal.cpu_s()
            took = sorted(_press(terminal, n) for n in range(_KEYS))
            seconds = time.monotonic() - began
            rate, cpu = (_lines(told) - count) / seconds, (terminal.cpu_s() - cpu) / seconds
            memory = terminal.memory()
        finally:
            terminal.close()
        p95 = took[int(len(took) * 0.95)]
        yield f"{who}: key to paint p95, {rate:.0f} pods a second change", goal, _ms(p95)
        yield "  its median", "", _ms(statistics.median(took))
        yield "  processor time it takes, with the keys", "", f"{cpu * 100:.0f} %"
        yield "  resident memory then", "", f"{memory / 1e6:.0f} MB"

    def steady(self) -> Iterator[Line]:
        """Count what is asked of the server once all is there, by a proxy before it."""
        proxy = self._cluster.proxy
        self._kubeconfig(proxy.url, "proxied")
        terminal = self._fleetui(kubeconfig="proxied")
        try:
            terminal.pump(lambda: self._all_ours(terminal), 60)
            terminal.collect(5)
            began, cpu = time.monotonic(), terminal.cpu_s()
            terminal.collect(_STEADY_S)
            cpu = (terminal.cpu_s() - cpu) / _STEADY_S
        finally:
            terminal.close()
        asked = [one.path for one in proxy.since(began) if "watch=" not in one.path]
        metrics = [path for path in asked if "metrics.k8s.io" in path]
        rest = len(asked) - len(metrics)
        yield f"requests in {_STEADY_S:.0f} s, but watches and metrics", "0", str(rest)
        yield "  of metrics, for what is on the screen", "", str(len(metrics))
        yield "  idle CPU", "≤ 2 %", f"{cpu * 100:.1f} %"


@contextmanager
def _told(module: str, words: list[str], path: Path) -> Iterator[Path]:
    """Run a module of this package beside, and yield the file that it writes its lines to."""
    with path.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{module}", *words], stdout=out
        )
    try:
        yield path
    finally:
        process.kill()
        process.wait()


def _all_theirs(terminal: Terminal) -> bool:
    return _counts(terminal, _THEIRS)


def _counts(terminal: Terminal, pattern: re.Pattern[str]) -> bool:
    """Say whether the title of the pods counts all of them."""
    found = [one for line in terminal.screen.display if (one := pattern.search(line))]
    return any(int(one[1]) == PODS for one in found)


def _note(into: _Started, started: tuple[float, float, int]) -> None:
    into.first.append(started[0])
    into.every.append(started[1])
    into.memory.append(started[2])


def _press(terminal: Terminal, number: int) -> float:
    """Move the cursor by one line and return how long its mark took to follow."""
    before = terminal.cursor_line()
    at = terminal.send(b"j" if number // 20 % 2 == 0 else b"k")
    took = terminal.pump(lambda: terminal.cursor_line() not in {before, -1}, 10) - at
    terminal.collect(0.137)
    return took


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
