"""A provider that does what the test tells it, and the words to build rows with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from fleetui.core.objects import Container, Event
from fleetui.core.query import Query, QueryResult
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.engine.subscription import Tick
from fleetui.providers.base import Batch, Change, Report, SourceSpec, Usage

WALL = 1_700_000_000.0
CONTAINERS = SourceKey("docker", "bastion", "containers")
EVENTS = SourceKey("docker", "bastion", "events")


def ref(name: str, scope: str = "bastion") -> Ref:
    return Ref("docker", scope, "container", f"id-{name}", name)


def box(name: str, state: State = State.RUNNING, scope: str = "bastion", **more: Any) -> Container:
    return Container(ref=ref(name, scope), state=state, **more)


def boxes(count: int, **more: Any) -> Batch:
    return Batch(tuple(box(f"c{n}", **more) for n in range(count)))


def event(uid: str, time: float = 0.0, **more: Any) -> Event:
    return Event(ref=Ref("docker", "bastion", "event", uid, uid), time=time, **more)


class Scripted:
    """Answers with `answer`: a value, an exception, or a function that may be a coroutine."""

    name = "docker"

    def __init__(self, answer: Any = None, *, scope: str = "bastion", **spec: float) -> None:
        self.answer = boxes(1) if answer is None else answer
        self.scope = scope
        self.kinds: tuple[str, ...] = ("containers",)
        self.spec = {"interval_s": 10.0, "timeout_s": 5.0, **spec}
        self.calls: list[float] = []
        self.asked: list[SourceKey] = []
        self.closed = False

    def sources(self) -> tuple[SourceSpec, ...]:
        keys = [SourceKey(self.name, self.scope, kind) for kind in self.kinds]
        return tuple(SourceSpec(key, **self.spec) for key in keys)

    async def fetch(self, key: SourceKey) -> Batch:
        self.calls.append(asyncio.get_running_loop().time())
        self.asked.append(key)
        return await self.give(self.answer)

    async def give(self, answer: Any) -> Any:
        if callable(answer):
            answer = answer()
            if asyncio.iscoroutine(answer):
                answer = await answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def check(self) -> Report:
        return Report(self.name, self.scope, reachable=True)

    async def close(self) -> None:
        self.closed = True

    @property
    def gaps(self) -> list[float]:
        return [b - a for a, b in zip(self.calls, self.calls[1:], strict=False)]


class Watched(Scripted):
    """Tells changes that the test puts into the newest of its lines."""

    def __init__(self, answer: Any = None, **spec: float) -> None:
        super().__init__(answer, **spec)
        self.lines: list[asyncio.Queue[Change | Exception | None]] = []
        self.watching = 0

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        line: asyncio.Queue[Change | Exception | None] = asyncio.Queue()
        self.lines.append(line)
        return self._follow(line)

    def tell(self, *changes: Change | Exception | None) -> None:
        """Tell changes; an exception or None loses the watch."""
        for change in changes:
            self.lines[-1].put_nowait(change)

    async def _follow(self, line: asyncio.Queue[Any]) -> AsyncIterator[Change]:
        self.watching += 1
        try:
            while (change := await line.get()) is not None:
                if isinstance(change, Exception):
                    raise change
                yield change
        finally:
            self.watching -= 1


class Measured(Scripted):
    """Measures whatever it is asked for."""

    def __init__(self, answer: Any = None, **spec: float) -> None:
        super().__init__(answer, **spec)
        self.measures: list[tuple[Ref, ...]] = []
        self.usage: Any = Usage(cpu=0.5, memory=100, memory_limit=200)

    async def measure(self, refs: Sequence[Ref]) -> Mapping[Ref, Usage]:
        self.measures.append(tuple(refs))
        usage = await self.give(self.usage)
        return dict.fromkeys(refs, usage)


class Asked(Scripted):
    """Answers queries."""

    name = "prometheus"

    def __init__(self, answer: Any = None, **spec: float) -> None:
        super().__init__(answer, **spec)
        self.kinds = ("targets",)

    async def query(self, query: Query) -> QueryResult:
        self.calls.append(asyncio.get_running_loop().time())
        result: QueryResult = await self.give(self.answer)
        return result


class Listener:
    """Remembers its ticks."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def __call__(self, tick: Tick) -> None:
        self.ticks.append(tick)


async def until(true: Callable[[], Any], within_s: float = 600.0) -> None:
    """Let virtual time pass until something is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not true():
        assert loop.time() < end, "it did not happen"
        await asyncio.sleep(0.01)
