"""How each program of the demo writes a line: the loggers that teams really use."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a program has to say."""

    time: float
    level: str
    message: str
    service: str
    trace: str = ""
    path: str = ""
    status: int = 0
    took_ms: int = 0
    number: int = 0
    """A number of its own, for ports, rows and the like."""


Voice = Callable[[Said], str]


@lru_cache(maxsize=8)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso(time: float) -> str:
    """Return a time as most loggers write it."""
    return f"{_second(int(time))}.{int(time % 1 * 1000):03d}Z"


def _spaced(time: float, mark: str = ",") -> str:
    return f"{_second(int(time)).replace('T', ' ')}{mark}{int(time % 1 * 1000):03d}"


def _winston(s: Said) -> str:
    more = f',"path":"{s.path}","status":{s.status},"durationMs":{s.took_ms}' if s.path else ""
    trace = f',"traceId":"{s.trace}"' if s.trace else ""
    return (
        f'{{"level":"{s.level}","message":{json.dumps(s.message)},"service":"{s.service}"'
        f'{more}{trace},"timestamp":"{iso(s.time)}"}}'
    )


_PINO = {"debug": 20, "info": 30, "warn": 40, "error": 50}


def _pino(s: Said) -> str:
    more = (
        f',"req":{{"id":"{s.trace}","method":"GET","url":"{s.path}"}}'
        f',"res":{{"statusCode":{s.status}}},"responseTime":{s.took_ms}'
        if s.path
        else ""
    )
    return (
        f'{{"level":{_PINO[s.level]},"time":{int(s.time * 1000)},"pid":1,"hostname":"{s.service}"'
        f'{more},"trace_id":"{s.trace}","msg":{json.dumps(s.message)}}}'
    )


def _zap(s: Said) -> str:
    more = f',"path":"{s.path}","status":{s.status},"latency":{s.took_ms / 1000}' if s.path else ""
    return (
        f'{{"level":"{s.level}","ts":{s.time:.3f}'
        f',"caller":"{s.service}/server.go:{40 + s.number % 90}"'
        f',"msg":{json.dumps(s.message)}{more},"trace_id":"{s.trace}"}}'
    )


def _structlog(s: Said) -> str:
    return (
        f'{{"event":{json.dumps(s.message)},"job":{s.number % 9000},"took_ms":{s.took_ms}'
        f',"trace_id":"{s.trace}","level":"{s.level}","timestamp":"{iso(s.time)}"}}'
    )


def _logrus(s: Said) -> str:
    level = "warning" if s.level == "warn" else s.level
    more = f" path={s.path} status={s.status} took={s.took_ms}ms" if s.path else ""
    return (
        f'time="{iso(s.time)}" level={level} msg={json.dumps(s.message)}{more} trace_id={s.trace}'
    )


def _slog(s: Said) -> str:
    more = f" path={s.path} status={s.status}" if s.path else f" n={s.number % 500}"
    said = f"level={s.level.upper()} msg={json.dumps(s.message)}"
    return f"time={iso(s.time)} {said}{more} trace_id={s.trace}"


def _bunyan(s: Said) -> str:
    return (
        f'{{"name":"{s.service}","hostname":"{s.service}","pid":7,"level":{_PINO[s.level]}'
        f',"msg":{json.dumps(s.message)},"trace_id":"{s.trace}","latency":{s.took_ms}'
        f',"time":"{iso(s.time)}","v":0}}'
    )


def _python(s: Said) -> str:
    level = {"warn": "WARNING"}.get(s.level, s.level.upper())
    more = f" path={s.path} status={s.status} took={s.took_ms}ms" if s.path else ""
    return f"{_spaced(s.time)} {level} {s.service}.http: {s.message}{more} trace_id={s.trace}"


def _java(s: Said) -> str:
    return (
        f"{_spaced(s.time, '.')} {s.level.upper():<5} [http-{s.number % 16}] "
        f"com.acme.{s.service}.Handler - {s.message} (trace_id={s.trace}, {s.took_ms} ms)"
    )


def _nginx(s: Said) -> str:
    if s.level == "error":
        when = _second(int(s.time)).replace("-", "/").replace("T", " ")
        return (
            f'{when} [error] 31#31: *{s.number % 99999} {s.message}, request: "GET {s.path or "/"}"'
        )
    day = datetime.fromtimestamp(int(s.time), UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    path, status = s.path or "/healthz", s.status or 200
    who = f"10.42.{s.number % 4}.{s.number % 250}"
    return f'{who} - - [{day}] "GET {path} HTTP/1.1" {status} {s.number % 9000}'


def _postgres(s: Said) -> str:
    word = {"error": "ERROR", "warn": "WARNING"}.get(s.level, "LOG")
    took = f"{s.took_ms}.{s.number % 1000:03d} ms"
    text = s.message if s.level == "error" else f"duration: {took}  statement: …"
    return f"{_spaced(s.time, '.')} UTC [{100 + s.number % 40}] {word}:  {text}"


def _klog(s: Said) -> str:
    mark = {"warn": "W", "error": "E"}.get(s.level, "I")
    day = _second(int(s.time))
    when = f"{mark}{day[5:7]}{day[8:10]} {day[11:]}.{int(s.time % 1 * 1e6):06d}"
    return f"{when}       1 controller.go:{s.number % 300}] {s.message}"


_BY_NAME: dict[str, Voice] = {
    "checkout": _python, "payments": _logrus, "api": _winston, "gateway": _pino, "catalog": _zap,
    "search": _java, "worker": _structlog, "mailer": _slog, "cart": _bunyan, "web": _nginx,
    "postgres": _postgres, "db": _postgres, "nginx": _nginx, "ingress": _nginx, "coredns": _klog,
    "nats": _klog,
}  # fmt: skip
_OTHERS = (_winston, _zap, _structlog, _logrus, _python, _slog, _java, _bunyan)


def voice_of(name: str, chance: float) -> Voice:
    """Return how a program of this name writes."""
    for word, voice in _BY_NAME.items():
        if word in name:
            return voice
    return _OTHERS[int(chance * len(_OTHERS))]


_PY = (
    "Traceback (most recent call last):",
    '  File "/app/{s}/handlers.py", line 118, in handle',
    "    return await self.charge(order)",
    '  File "/app/{s}/clients.py", line 52, in charge',
    "    response.raise_for_status()",
    "httpx.HTTPStatusError: Server error '502 Bad Gateway' for url 'http://checkout/charge'",
)
_JAVA = (
    "java.lang.IllegalStateException: index segment is read-only",
    "\tat com.acme.{s}.Segment.write(Segment.java:214)",
    "\tat com.acme.{s}.Index.flush(Index.java:88)",
    "\tat java.base/java.lang.Thread.run(Thread.java:1583)",
    "Caused by: java.io.IOException: No space left on device",
    "\t... 14 more",
)
_NODE = (
    "Error: connect ECONNREFUSED 10.96.8.41:80",
    "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16)",
    "    at /app/src/{s}/client.js:77:13",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
)
_GO = (
    "panic: runtime error: invalid memory address or nil pointer dereference [recovered]",
    "",
    "goroutine 84 [running]:",
    "main.(*server).handle(0xc0001a2000, {0x9d2c40, 0xc00012e0e0})",
    "\t/src/{s}/server.go:131 +0x1d4",
    "created by net/http.(*Server).Serve in goroutine 1",
    "\t/usr/local/go/src/net/http/server.go:3285 +0x4b4",
)
_STACKS: dict[Voice, tuple[str, ...]] = {
    _python: _PY, _structlog: _PY, _java: _JAVA, _winston: _NODE, _pino: _NODE, _bunyan: _NODE,
    _zap: _GO, _logrus: _GO, _slog: _GO,
}  # fmt: skip


def stack(voice: Voice, service: str) -> tuple[str, ...]:
    """Return the lines of a stack trace as a program of this kind writes them."""
    return tuple(line.replace("{s}", service) for line in _STACKS.get(voice, ()))


_REFUSED = "dial tcp 10.30.4.12:5432: connect: connection refused"


def crash(service: str, time: float) -> tuple[str, ...]:
    """Return what the bad revision writes when it ends."""
    if "checkout" not in service:
        return (
            f'time="{iso(time)}" level=fatal msg="ready check failed" error="{_REFUSED}"',
            "panic: payments: no connection to the ledger",
            "",
            "goroutine 1 [running]:",
            "main.main()",
            "\t/src/payments/main.go:63 +0x2f1",
        )
    return (
        f"{_spaced(time)} ERROR checkout.boot: start-up failed, giving up",
        "Traceback (most recent call last):",
        '  File "/app/checkout/main.py", line 41, in <module>',
        "    app = create_app()",
        '  File "/app/checkout/config.py", line 87, in create_app',
        '    version = os.environ["STRIPE_API_VERSION"]',
        '  File "<frozen os>", line 685, in __getitem__',
        "KeyError: 'STRIPE_API_VERSION'",
    )
