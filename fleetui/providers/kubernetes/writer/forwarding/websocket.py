"""A websocket over a connection that the server has upgraded: frames, pings, and its end."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Protocol

from fleetui.core.clean import clean
from fleetui.core.errors import Unreachable
from fleetui.providers.kubernetes import faults

_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_PIECE = 64 * 1024
LARGEST = 16 * 1024 * 1024
"""What a server sends at once is far smaller; more would be kept in memory."""
PING_S = 20.0
_NORMAL, _GOING_AWAY = 1000, 1001
_SHORT, _MEDIUM = 126, 127


class Connection(Protocol):
    """A connection as the HTTP client gives it after an upgrade."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Return what came; empty at its end."""
        ...

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send all, waiting for room."""
        ...

    async def aclose(self) -> None:
        """Close it."""
        ...


def asking(protocol: str) -> dict[str, str]:
    """Return the headers that ask for a websocket."""
    return {
        "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(os.urandom(16)).decode(),
        "sec-websocket-protocol": protocol,
        # A kubelet refuses a connection of which it is said that JSON is wanted.
        "accept": "*/*",
    }  # fmt: skip


class WebSocket:
    """Messages both ways. One reads and one writes at a time; a ping needs neither."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held = bytearray()
        self._message = bytearray()
        self._writing = asyncio.Lock()
        self._pings = asyncio.create_task(self._ping())
        self._closed = False

    async def receive(self) -> bytes | None:
        """Return the next message; None where the server has closed it in good order.

        Raises Unreachable where it broke off.
        """
        while True:
            opcode, whole, data = await self._frame()
            if opcode == _CLOSE:
                code = int.from_bytes(data[:2], "big") if len(data) > 1 else _NORMAL
                if code in {_NORMAL, _GOING_AWAY}:
                    return None
                said = clean(data[2:].decode("utf-8", "replace"), 200)
                raise Unreachable(f"the server closed it: {said or code}")
            if opcode == _PING:
                await self._write(_PONG, data)
            elif opcode in {_BINARY, _TEXT, _CONTINUED}:
                if len(self._message) + len(data) > LARGEST:
                    raise Unreachable("the server sends more at once than is taken")
                self._message += data
                if whole:
                    message, self._message = bytes(self._message), bytearray()
                    return message

    async def send(self, data: bytes) -> None:
        """Send one message, and wait for room. Raises Unreachable."""
        await self._write(_BINARY, data)

    async def close(self) -> None:
        """Say that it is over, if there is room to say it at once, and let it go."""
        self._pings.cancel()
        if not self._closed and not self._writing.locked():
            self._closed = True
            try:
                async with asyncio.timeout(0.2):
                    await self._connection.write(masked(_CLOSE, _NORMAL.to_bytes(2, "big")))
            except Exception:  # noqa: BLE001, S110  it is being let go, whatever it says
                pass

    async def _frame(self) -> tuple[int, bool, bytes]:
        """Return the next frame: its opcode, whether its message ends with it, its payload."""
        first, second = await self._take(2)
        size = second & 0x7F
        if size == _SHORT:
            size = int.from_bytes(await self._take(2), "big")
        elif size == _MEDIUM:
            size = int.from_bytes(await self._take(8), "big")
        if size > LARGEST:
            raise Unreachable("the server sends more at once than is taken")
        if second & 0x80:
            raise Unreachable("the server masks what it sends: this is no websocket")
        return first & 0x0F, bool(first & 0x80), await self._take(size)

    async def _take(self, size: int) -> bytes:
        while len(self._held) < size:
            try:
                came = await self._connection.read(_PIECE)
            except Exception as error:  # noqa: BLE001  the client's own kinds are told apart there
                raise _broken(error) from None
            if not came:
                raise Unreachable("the connection broke off")
            self._held += came
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    async def _write(self, opcode: int, data: bytes) -> None:
        async with self._writing:
            try:
                await self._connection.write(masked(opcode, data))
            except Exception as error:  # noqa: BLE001  as above
                raise _broken(error) from None

    async def _ping(self) -> None:
        """Keep proxies from taking it for idle.

        Who answers none is not given up: a server does not while its pod takes no more. That a
        host is gone without a word is for the connection's own signs of life.
        """
        while True:
            await asyncio.sleep(PING_S)
            if not self._writing.locked():
                try:
                    await self._write(_PING, b"")
                except Unreachable:
                    # Whoever reads or writes finds out, too, and tells.
                    return


def _broken(error: Exception) -> Unreachable:
    return Unreachable(f"the connection broke off: {faults.of_transport(error).what}")


def masked(opcode: int, data: bytes) -> bytes:
    """Return a whole frame as a client must send it: with its payload masked."""
    size = len(data)
    if size < _SHORT:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | _SHORT]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | _MEDIUM]) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    # One operation on one large number: byte by byte takes a hundred times as long.
    pad = mask * (size // 4 + 1)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(pad[:size], "big")
    return bytes([0x80 | opcode]) + length + mask + mixed.to_bytes(size, "big")
