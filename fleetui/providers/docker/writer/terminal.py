"""Both ends of a lent terminal: bytes to and from an engine, over whatever connection it is."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable
from typing import Any

from fleetui.providers.lent import TICK_S

_CHUNK = 32 * 1024
_ROOM_S = 0.01
_HEADER = 8
_KEPT = 64 * 1024


class Ends:
    """One connection that is read and written by turns, from one thread.

    TLS must not be used from two, and one that only wrote would wait for ever for a command
    that waits for us to read.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._is_socket = isinstance(connection, socket.socket)
        if self._is_socket:
            connection.setblocking(False)
        else:
            connection.settimeout(0.0)
        self._out = bytearray()
        self._half_closed = False

    def queue(self, data: bytes) -> None:
        """Send bytes as soon as there is room."""
        self._out += data

    def half_close(self) -> None:
        """Say that no more comes, once all is sent."""
        self._half_closed = True

    @property
    def full(self) -> bool:
        """Whether so much waits that no more should be read for it."""
        return len(self._out) > _KEPT

    def wait(self, others: list[int]) -> list[int]:
        """Wait a moment until something can be done; return which of `others` can be read."""
        waiting = bool(self._out)
        write = [self._connection] if waiting and self._is_socket else []
        pending = self._is_tls() and self._connection.pending()
        tick = 0.0 if pending else _ROOM_S if waiting and not self._is_socket else TICK_S
        readable, _, _ = select.select([self._connection, *others], write, [], tick)
        return [one for one in readable if one is not self._connection]

    def _is_tls(self) -> bool:
        return isinstance(self._connection, ssl.SSLSocket)

    def receive(self) -> bytes | None:
        """Return what has come, empty where nothing has, None at the end."""
        try:
            data: bytes = self._connection.recv(_CHUNK)
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        return data or None

    def send(self) -> None:
        """Send what there is room for."""
        while self._out:
            if not self._is_socket and not self._connection.send_ready():
                return
            try:
                sent = self._connection.send(bytes(self._out[:_CHUNK]))
            except (BlockingIOError, TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self._out[:sent]
        if self._half_closed:
            self._half_closed = False
            self._end_of_input()

    def _end_of_input(self) -> None:
        # TLS has no end of one direction alone: there the command has to end by itself.
        with contextlib.suppress(OSError, EOFError):
            if not self._is_socket:
                self._connection.shutdown_write()
            elif not self._is_tls():
                self._connection.shutdown(socket.SHUT_WR)


class Split:
    """Takes the two outputs of a command without a terminal apart."""

    def __init__(self, out: Callable[[bytes], None], error: Callable[[bytes], None]) -> None:
        self._to = {1: out, 2: error}
        self._buffer = bytearray()
        self._left = 0
        self._kind = 1

    def feed(self, data: bytes) -> None:
        """Pass on what is complete: each message has a header of eight bytes."""
        self._buffer += data
        while self._buffer:
            if not self._left:
                if len(self._buffer) < _HEADER:
                    return
                self._kind, self._left = self._buffer[0], int.from_bytes(self._buffer[4:8], "big")
                del self._buffer[:_HEADER]
                continue
            part = bytes(self._buffer[: self._left])
            self._to.get(self._kind, self._to[1])(part)
            del self._buffer[: len(part)]
            self._left -= len(part)
