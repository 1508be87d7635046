"""Forwards to the demo's pods: each answers a small page over HTTP, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from fleetui.core.change import Ask, Plan
from fleetui.core.clean import clean
from fleetui.core.errors import NotFound
from fleetui.core.objects import Container, Resource, Service
from fleetui.core.state import State
from fleetui.providers import forwarding
from fleetui.providers.forwarding import There, chosen

_LONGEST = 64 * 1024
_WAITING = 64
_UP = frozenset({State.RUNNING, State.DEGRADED})


def plan(row: Resource, ask: Ask, members: Sequence[Container]) -> Plan:
    """Say where it would be listened, and who would answer. Raises Invalid."""
    ports = list(_ports(row))
    port = chosen(ask.value("port"), ports, row.ref.short, others=not isinstance(row, Service))
    ready = answering(members)
    inside = tuple(one.private for one in getattr(row, "ports", ()))
    return forwarding.plan(
        ask, port, ready[0].name if ready else "",
        wanted=inside,
        facts=(("ready", f"{len(ready)} of {len(members)} pods"),) * isinstance(row, Service),
        refused="" if ready else "no pod is behind it that is ready",
        memo=(("word", "pod"),),
    )  # fmt: skip


def _ports(row: Resource) -> list[There]:
    if isinstance(row, Service):
        return [There(one.public or one.private, one.name, one.protocol) for one in row.ports]
    return [There(one.private, one.name, one.protocol) for one in getattr(row, "ports", ())]


def answering(members: Sequence[Container]) -> list[Container]:
    """Return those that answer now."""
    return [one for one in members if one.state in _UP and one.ready != 0]


class DemoTunnel:
    """The way to a port of one of the demo's pods."""

    def __init__(
        self,
        plan: Plan,
        row: Callable[[], Resource],
        members: Callable[[Resource], Sequence[Container]],
    ) -> None:
        """`row` is the thing as it is now, or raises NotFound; `members` are who answer for it."""
        self.member = dict(plan.memo).get("member", "")
        self._port = plan.ask.value("port")
        self._row = row
        self._members = members

    async def look(self) -> None:
        """Choose who answers: who did, as long as it can."""
        self._choose()

    async def open(self) -> DemoStream:
        """Connect to who answers."""
        return DemoStream(self._choose(), self._port)

    async def close(self) -> None:
        """Nothing is open."""

    def _choose(self) -> Container:
        ready = {one.name: one for one in answering(self._members(self._row()))}
        if not ready:
            self.member = ""
            raise NotFound("no ready pod is behind it")
        if self.member not in ready:
            self.member = min(ready)
        return ready[self.member]


class DemoStream:
    """A connection to a pod that answers every request with what it is."""

    def __init__(self, pod: Container, port: str) -> None:
        self.member = pod.name
        self._pod = pod
        self._port = port
        self._asked = b""
        self._answers: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)

    async def receive(self) -> bytes:
        """Return the next answer; empty once it is closed."""
        return await self._answers.get()

    async def send(self, data: bytes) -> None:
        """Take a piece of a request; whole ones are answered."""
        self._asked += data
        while (end := self._asked.find(b"\r\n\r\n")) >= 0:
            head, self._asked = self._asked[:end], self._asked[end + 4 :]
            await self._answers.put(self._answer(head))
        if len(self._asked) > _LONGEST:
            self._asked = b""
            await self._answers.put(b"")

    async def close(self) -> None:
        """Let it go."""
        while not self._answers.empty():
            self._answers.get_nowait()

    def _answer(self, head: bytes) -> bytes:
        line = clean(head.split(b"\r\n", 1)[0].decode("latin-1"), 300)
        _, _, rest = line.partition(" ")
        path = rest.rpartition(" ")[0] or "/"
        body = (
            f"{self._pod.name} answers at port {self._port}: you asked for {path}\n"
            f"image {self._pod.image}, on {self._pod.node}, of the demo fleet\n"
        ).encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        ) + body
