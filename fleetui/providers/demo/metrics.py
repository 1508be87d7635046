"""The series that the demo's Prometheus has: names, labels, and a value for every moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.demo import noise
from fleetui.providers.demo.prometheus import Monitoring

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its labels with the name, and its value, or its rate where it is a counter."""

    labels: Labels
    value: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """What one metric's name stands for."""

    name: str
    doc: str
    lines: Callable[[Monitoring], Iterator[Line]]
    counter: bool = False


_SERVICES = (("api", 420.0), ("checkout", 300.0), ("catalog", 230.0), ("payments", 240.0))
_CODES = (("200", 0.985), ("404", 0.011), ("500", 0.003), ("503", 0.001))


def _requests(main: Monitoring) -> Iterator[Line]:
    world = main.world

    def rate(service: str, peak: float, code: str, usual: float) -> Callable[[float], float]:
        def at(time: float) -> float:
            key = f"http/{service}"
            swing = 0.82 + 0.3 * noise.wave(world.seed, time, 240, key)
            ripple = 0.97 + 0.06 * noise.wave(world.seed, time, 11, key, code)
            return peak * noise.daily(time) * swing * ripple * _part(service, code, usual, time)

        return at

    def _part(service: str, code: str, usual: float, time: float) -> float:
        trouble = main.trouble(service, time)
        more = {"200": -0.42, "500": 0.28, "503": 0.14}.get(code, 0.0)
        # Those who fail try again: there are more requests, not fewer.
        return max(0.0, usual + more * trouble) * (1 + 0.8 * trouble)

    for service, peak in _SERVICES:
        for code, usual in _CODES:
            labels = (("__name__", "http_requests_total"), ("code", code), ("service", service))
            yield Line(labels, rate(service, peak, code, usual))


def _node_cpu(main: Monitoring) -> Iterator[Line]:
    world = main.world

    def used(name: str) -> Callable[[float], float]:
        top = 0.2 + 0.5 * noise.share(world.seed, "node cpu", name)
        return lambda t: min(
            0.98, top * noise.daily(t) * (0.75 + 0.4 * noise.wave(world.seed, t, 120, name))
        )

    def mode(name: str, part: float | None) -> Callable[[float], float]:
        busy = used(name)
        return (lambda t: 1 - busy(t)) if part is None else (lambda t: busy(t) * part)

    for name in main.jobs.get("node", ()):
        for word, part in (("idle", None), ("user", 0.72), ("system", 0.24), ("iowait", 0.04)):
            labels = (
                ("__name__", "node_cpu_seconds_total"), ("cpu", "0"),
                ("instance", main.target_ref("node", name).name), ("job", "node"), ("mode", word),
            )  # fmt: skip
            yield Line(labels, mode(name, part))


def _up(main: Monitoring) -> Iterator[Line]:
    for job, names in main.jobs.items():
        for name in names:
            instance = main.target_ref(job, name).name
            yield Line((("__name__", "up"), ("instance", instance), ("job", job)), lambda _t: 1.0)


def _memory(main: Monitoring) -> Iterator[Line]:
    world = main.world

    def free(name: str) -> Callable[[float], float]:
        return lambda t: 2**30 * (1.5 + 4 * noise.wave(world.seed, t, 900, "memory", name))

    for name in main.jobs.get("node", ()):
        labels = (
            ("__name__", "node_memory_MemAvailable_bytes"),
            ("instance", main.target_ref("node", name).name), ("job", "node"),
        )  # fmt: skip
        yield Line(labels, free(name))


def _latency(main: Monitoring) -> Iterator[Line]:
    world = main.world

    def seconds(service: str) -> Callable[[float], float]:
        def at(time: float) -> float:
            slow = 1 + 6 * main.trouble(service, time)
            return 0.08 * slow * (0.8 + 0.5 * noise.wave(world.seed, time, 60, "p95", service))

        return at

    for service, _peak in _SERVICES:
        name = "service:http_request_duration_seconds:p95"
        yield Line((("__name__", name), ("service", service)), seconds(service))


def _queue(main: Monitoring) -> Iterator[Line]:
    world = main.world
    for queue in ("mail", "orders", "thumbnails"):

        def depth(time: float, queue: str = queue) -> float:
            return float(int(160 * noise.wave(world.seed, time, 180, "queue", queue) ** 3))

        yield Line((("__name__", "queue_depth"), ("queue", queue)), depth)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("up", "whether a target answers", _up),
        Metric(
            "http_requests_total",
            "requests by service and code (a counter)",
            _requests,
            counter=True,
        ),
        Metric(
            "node_cpu_seconds_total",
            "CPU time by instance and mode (a counter)",
            _node_cpu,
            counter=True,
        ),
        Metric("node_memory_MemAvailable_bytes", "free memory by instance", _memory),
        Metric("service:http_request_duration_seconds:p95", "latency by service", _latency),
        Metric("queue_depth", "jobs that wait, by queue", _queue),
    )
}
