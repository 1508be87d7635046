"""A fleet of a few hand-made rows, so that pictures of the board change with the board alone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace

from board_fleet import START, Fleet
from still_engine import Still

from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.objects import (
    Alert,
    CapacityUnit,
    Container,
    Event,
    Instance,
    Link,
    Port,
    Resource,
    Rollout,
    Service,
)
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Severity, State

GIB = 2**30
AWS, K8S = ("aws", "prod/eu-1"), ("kubernetes", "blue/shop")
DOCKER, DO = ("docker", "bastion"), ("digitalocean", "fra1")


class Monitoring:
    """A Prometheus that knows two lines."""

    name, scope = "prometheus", "main"

    def sources(self) -> tuple[()]:
        return ()

    async def query(self, query: Query) -> QueryResult:
        """Answer with two waves."""
        times = [START - query.range_s + step * 30 for step in range(61)]
        lines = {"200": (600, 150), "503": (40, 30)}
        series = tuple(
            Series(
                (("code", code),),
                tuple((at, mean + swing * math.sin(n / 7)) for n, at in enumerate(times)),
            )
            for code, (mean, swing) in lines.items()
        )
        return QueryResult(query, "matrix", series, times[0], times[-1], 30)


_SAID = (
    (
        1,
        '{"level":"info","msg":"request completed","path":"/cart","trace_id":"7b0881"}',
    ),
    (
        2,
        '{"level":"info","msg":"session renewed","path":"/login","trace_id":"4f30eb"}',
    ),
    (5, "WARN connection pool is at 90 %"),
    (1, '{"level":"error","msg":"upstream answered 503","path":"/ready","trace_id":"7b0881"}'),
    (6, "ERROR start-up failed, giving up"),
    (6, "Traceback (most recent call last):"),
    (6, '  File "checkout/boot.py", line 31, in main'),
    (6, "KeyError: 'STRIPE_API_VERSION'"),
    (3, 'time=2026-06-16T08:53:11Z level=info msg="order placed" took=41ms trace_id=4f30eb'),
    (4, "a plain line that is long " + "and longer " * 14 + "and ends here"),
)


class Talking:
    """A back end whose tasks have said a few things, one second apart."""

    name, scope = "aws", "prod"

    def sources(self) -> tuple[()]:
        return ()

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        """Tell what one of them said, and that one of them is over."""
        for at, (number, text) in enumerate(_SAID):
            if ref.name == f"checkout-{number}":
                yield (RawLine(int(START - 20 + at) * 1_000_000_000, ref, text),)
        if ref.name == "checkout-6":
            end = int(START - 9) * 1_000_000_000
            yield (RawLine(end, ref, "stopped, exit 1, at 2026-06-16T08:53:11Z", NOTE),)
        elif query.follow:
            await asyncio.Event().wait()


def ref(place: tuple[str, str], kind: str, name: str) -> Ref:
    return Ref(*place, kind, f"{kind}-{name}", name)


def unit(
    place: tuple[str, str], kind: str, name: str, ready: int, of: int, **more: object
) -> CapacityUnit:
    given: dict[str, object] = {"state": State.RUNNING, "min": 2, "max": 12, "cpu": 0.34}
    return CapacityUnit(ref=ref(place, kind, name), desired=of, ready=ready, **(given | more))  # type: ignore[arg-type]


def rows() -> dict[str, list[Resource]]:
    """Return the rows by kind."""
    tasks = [
        Container(
            ref=ref(AWS, "task", f"checkout-{n}"),
            state=State.FAILED if n > 4 else State.RUNNING,
            reason="health check 503 on /ready" if n > 4 else "",
            image="registry.acme.example/checkout:87",
            cpu=0.5 + n / 10,
            memory=GIB // 2,
            started=START - 3600 * n,
        )
        for n in range(1, 7)
    ]
    members = tuple(Link("has", task.ref) for task in tasks)
    return {
        "capacity": [
            unit(
                AWS, "ecs", "checkout", 4, 6,
                state=State.DEGRADED, reason="2 tasks: health check 503 on /ready",
                autoscaler="target CPU 60 %", revision=":87", cpu=0.81, links=members,
            ),
            unit(AWS, "asg", "web", 5, 6, rollout="refresh 62 %, batch 3 of 5", revision="lt 12"),
            unit(K8S, "deploy", "api", 4, 4, revision="r41", cpu=0.41),
            unit(DOCKER, "compose", "shop/web", 2, 2, min=None, max=None, revision="a1f3"),
            unit(DO, "pool", "edge", 3, 3, cpu=0.22, max=5),
        ],
        "services": [
            Service(
                ref=ref(K8S, "svc", "api"), state=State.RUNNING, type="ClusterIP",
                ports=(Port(8080, 80),), ready=4, total=4,
            ),
            Service(
                ref=ref(AWS, "tg", "checkout"), state=State.DEGRADED, type="alb",
                ports=(Port(8080, 443),), ready=4, total=6, reason="2 targets: 503",
                links=(Link("routes_to", tasks[0].ref),),
            ),
        ],
        "compute": [
            Instance(
                ref=ref(AWS, "ec2", "web-3"), state=State.FAILED, size="t3.large",
                reason="instance status check failed", created=START - 9000,
            ),
            Instance(
                ref=ref(DO, "droplet", "edge-1"), state=State.RUNNING, size="s-2vcpu", cpu=0.36,
                cores=2, memory=GIB, address="203.0.113.7", created=START - 864_000,
            ),
        ],
        "containers": [
            *tasks,
            Container(
                ref=ref(DOCKER, "container", "caddy"), state=State.RUNNING, image="caddy:2.8",
                cpu=0.02, memory=40 * 2**20, started=START - 90_000,
            ),
        ],
        "alerts": [
            Alert(
                ref=ref(("prometheus", "main"), "alert", "CheckoutErrors"), state=State.FAILED,
                severity=Severity.CRITICAL, summary="checkout 5xx 3.8 % > 1 %", since=START - 240,
            ),
            Alert(
                ref=ref(("prometheus", "main"), "alert", "DiskFilling"), state=State.DEGRADED,
                severity=Severity.WARNING, summary="db-1 /var 91 %", since=START - 2460,
            ),
        ],
        "events": [
            Event(
                ref=ref(K8S, "event", "1"), state=State.RUNNING, time=START - 12,
                subject="deploy/api", message="scaled from 3 to 4",
            )
        ],
    }  # fmt: skip


def changes() -> tuple[Rollout, ...]:
    """Return a change under way, one that is half-way, one that is done and one that failed."""

    def row(
        state: State, phase: str, action: str, subject: str, since: float, **more: object
    ) -> Rollout:
        name = subject.split("/", 3)[3]
        return Rollout(
            ref=Ref("fleetui", "actions", action, name, name), state=state, native_state=phase,
            action=action, subject=subject, phase=phase, who="ana@bastion",
            created=START - since, started=START - since, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    left = "broken off: nothing runs, the old one is kept as web.old-1f6c90ab: redeploy finishes it"
    return (
        row(State.PENDING, "rolling", "redeploy", "kubernetes/blue/shop/deploy/api", 40,
            before="r41", after="r42", updated=2, ready=4, total=5, gate="0.4 % < 1 %"),
        row(State.FAILED, "failed", "redeploy", "docker/bastion/container/web", 700,
            before="web:1 (0a1b2c3d4e5f)", after="web:2 (99aabbccddee)", updated=0, ready=0,
            total=1, ended=START - 600, half_way=True, reason=left),
        row(State.RUNNING, "done", "scale", "aws/prod/eu-1/ecs/checkout", 4000,
            before="4", after="6", updated=6, ready=6, total=6, ended=START - 3900),
        row(State.FAILED, "failed", "scale", "aws/prod/eu-1/asg/web", 9000, before="5", after="9",
            updated=6, ready=6, total=9, ended=START - 8000, reason="InsufficientCapacity in 1a"),
    )  # fmt: skip


class SmallFleet(Fleet):
    """The hand-made rows as sources that have answered."""

    def __init__(self) -> None:
        self.now = START
        self.still = Still((Monitoring(), Talking()), lambda: self.now)  # type: ignore[arg-type]
        sources: dict[SourceKey, list[Resource]] = {}
        for kind, things in rows().items():
            for thing in things:
                scope = thing.ref.scope.partition("/")[0]
                key = SourceKey(thing.ref.provider, scope, kind)
                sources.setdefault(key, []).append(thing)
        for key, found in sources.items():
            self.still.extra.append(key)
            expires = START + 8040 if key.provider == "aws" else None
            self.still.put(Snapshot(key, 1, tuple(found), fetched_at=START - 2, expires_at=expires))

    async def fill(self) -> SmallFleet:
        """It is full."""
        return self

    def change(self) -> None:
        """Let a few things be changed, or have been."""
        key = SourceKey("fleetui", "actions", "rollouts")
        self.still.extra.append(key)
        self.still.put(Snapshot(key, 1, changes(), fetched_at=START))

    def fail_alone(self, name: str) -> None:
        """Let a capacity unit fail outright."""
        for snapshot in self.still.store.snapshots(self.still.keys("capacity")):
            if any(row.ref.name == name for row in snapshot.rows):
                failed = tuple(
                    replace(row, state=State.FAILED) if row.ref.name == name else row
                    for row in snapshot.rows
                )
                self.still.put(replace(snapshot, generation=snapshot.generation + 1, rows=failed))

    def heal(self, *kinds: str) -> None:
        """Let nothing of these kinds be wrong any more."""
        for kind in kinds:
            for snapshot in self.still.store.snapshots(self.still.keys(kind)):
                well = tuple(
                    replace(row, state=State.RUNNING, reason="")
                    for row in snapshot.rows
                    if not isinstance(row, Alert)
                )
                self.still.put(replace(snapshot, generation=snapshot.generation + 1, rows=well))
