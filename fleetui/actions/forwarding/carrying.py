"""One connection: what comes from the one who connects goes to the thing, and back."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress

from fleetui.core.errors import ProviderError
from fleetui.providers.writing import Stream

PIECE = 32 * 1024
LAST_S = 2.0
"""How long one whose thing has ended may go on sending, for nothing."""
_FLUSH_S = 600.0
"""How long a slow one may take to read the rest."""
_WHY_S = 0.5
LINGER_S = 10.0
"""How long the thing may still be silent once the one who connected sends no more."""


class Carrying:
    """Carries bytes both ways, never more at once than the slower side takes."""

    def __init__(self, stream: Stream, reader: StreamReader, writer: StreamWriter) -> None:
        self.member = stream.member
        self.sent = 0
        self.received = 0
        self.half = False
        """Whether the one who connected has sent all, and may only read."""
        self._stream = stream
        self._reader = reader
        self._writer = writer
        self.told: Callable[[], None] = lambda: None
        """Called when bytes were carried, and when the near side sends no more."""
        self._limit: asyncio.Timeout | None = None
        self._patience_s = LINGER_S

    def hurry(self) -> None:
        """Wait no longer for answers that nobody may read any more."""
        self._patience_s = 0.0
        self._linger()

    async def run(self) -> None:
        """Carry until one side ends it. Raises a ProviderError where the far side broke off."""
        up = asyncio.create_task(self._up())
        down = asyncio.create_task(self._down())
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if up.done() and not up.exception() and not down.done():
                # Whoever closed for good looks like one who only has no more to send, and waits
                # for the rest of an answer: so it goes on for as long as one comes. That nothing
                # more is sent cannot be told over there: the protocol has no word for it, so a
                # program that answers only to the end of its input waits in vain.
                await asyncio.wait({down})
            if not down.done():
                # It could not be sent: what came before that may say why.
                await asyncio.wait({down}, timeout=_WHY_S)
            for task in (down, up):
                if task.done() and not task.cancelled() and (error := task.exception()):
                    raise error
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            await self._stream.close()

    async def _up(self) -> None:
        try:
            while data := await self._reader.read(PIECE):
                await self._stream.send(data)
                self.sent += len(data)
                self.told()
        except ConnectionError:
            # It was broken off: nobody is there to read.
            self._patience_s = 0.0
        self.half = True
        self.told()
        self._linger()

    async def _down(self) -> None:
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(None) as self._limit:
                    self._linger()
                    data = await self._stream.receive()
                if not data:
                    return
                try:
                    self._writer.write(data)
                    await self._writer.drain()
                except ConnectionError:
                    return
                self.received += len(data)
                self.told()

    def _linger(self) -> None:
        """Once nothing more is sent, wait for answers only for so long."""
        if self.half and self._limit is not None and not self._limit.expired():
            with suppress(RuntimeError):
                # Between two pieces there is none to be moved.
                self._limit.reschedule(asyncio.get_running_loop().time() + self._patience_s)


async def dismiss(reader: StreamReader, writer: StreamWriter, *, broken: bool) -> None:
    """End the near side: as an end where all came, as a break where something may be missing."""
    if broken:
        # Closed as usual, a part of an answer would pass for all of it.
        near: socket.socket | None = writer.get_extra_info("socket")
        if near is not None:
            with suppress(OSError):
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        with suppress(OSError, TimeoutError):
            await writer.drain()
            writer.write_eof()
            async with asyncio.timeout(LAST_S):
                # Closed over what it still sends, it would lose the end of the answer.
                while await reader.read(PIECE):
                    pass
    writer.close()
    try:
        async with asyncio.timeout(_FLUSH_S):
            await writer.wait_closed()
    except ConnectionError:
        return
    except TimeoutError:
        # Nobody reads the rest of it.
        writer.transport.abort()


def is_final(error: ProviderError) -> bool:
    """Say whether waiting cannot mend it: only a person can."""
    return error.code in {"denied", "auth_expired", "invalid"}
