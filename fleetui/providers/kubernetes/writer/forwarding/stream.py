"""One connection to a port of a pod: two channels of a websocket, one of data, one of errors.

It is the protocol that every API server since 1.7 and every kubelet speaks
(`v4.channel.k8s.io`): the first message of each channel is the port, and a message begins with
the number of its channel. It has no word for "I send no more": the newer one, SPDY within a
websocket, has, but container runtimes end both ways soon after one has ended all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AsyncExitStack

from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, ProviderError, Unreachable
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes.link import Link
from fleetui.providers.kubernetes.writer.forwarding.websocket import WebSocket, asking

PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERRORS = 0, 1
_PORT_BYTES = 2
_MOST = 4096
_REFUSED = re.compile(r"connection refused|failed to (?:dial|connect)", re.IGNORECASE)
Failed = Callable[[ProviderError], None]


class PodStream:
    """One connection, to one pod."""

    def __init__(
        self, member: str, port: int, socket: WebSocket, held: AsyncExitStack, failed: Failed
    ) -> None:
        """`failed` is told why it broke off or was refused."""
        self.member = member
        self._port = port
        self._socket = socket
        self._held = held
        self._failed = failed
        self._begun: set[int] = set()
        self._error = bytearray()
        self._lost = ""
        self.closed = False
        """Whether it has been let go."""

    async def receive(self) -> bytes:
        """Return what the pod sent; empty at its end. Raises a ProviderError."""
        try:
            while True:
                message = await self._socket.receive()
                if message is None:
                    break
                if not message:
                    continue
                channel, data = message[0], message[1:]
                if channel not in self._begun:
                    # Each channel begins with the port, so that one can be told from another.
                    self._begun.add(channel)
                    data = data[_PORT_BYTES:]
                if channel == _DATA and data:
                    return data
                if channel == _ERRORS:
                    self._error += data[: max(0, _MOST - len(self._error))]
        except Unreachable as error:
            if self._lost:
                raise Conflict(self._lost) from None
            if not self._error:
                self._failed(error)
                raise
        if self._error:
            refused = told(bytes(self._error), self._port)
            self._failed(refused)
            raise refused
        return b""

    async def send(self, data: bytes) -> None:
        """Send, and wait for room. Raises Unreachable."""
        await self._socket.send(bytes([_DATA]) + data)

    async def lose(self, why: str) -> None:
        """Break it off for a reason that its reader is told."""
        self._lost = why
        await self._held.aclose()

    async def close(self) -> None:
        """End it."""
        if not self.closed:
            self.closed = True
            await self._socket.close()
            await self._held.aclose()


async def connect(link: Link, path: str, member: str, port: int, failed: Failed) -> PodStream:
    """Open a connection to a port of the pod at `path`. Raises a ProviderError."""
    async with AsyncExitStack() as stack:
        opened = link.upgraded(f"{path}/portforward", {"ports": str(port)}, asking(PROTOCOL))
        answer = await stack.enter_async_context(opened)
        socket = WebSocket(answer.extensions["network_stream"])
        return PodStream(member, port, socket, stack.pop_all(), failed)


def told(said: bytes, port: int) -> Conflict:
    """Return in plain words what came on the channel of errors."""
    text = redact(clean(said.decode("utf-8", "replace"), 600))
    if _REFUSED.search(text):
        return Conflict(f"nothing in it listens on port {port}: the connection was refused")
    # `error forwarding port 80 to pod x, uid y: why`: all but the why is known.
    why = re.sub(r"^error forwarding port \d+ to pod [^:]*: ", "", text)
    return Conflict(f"port {port} cannot be reached in it: {why[:300]}")
