"""Carries the SDK's requests over sockets of our own making.

The SDK's transports have no connect time-out over SSH, keep one pool for each address asked
for, and cannot be interrupted over TLS or SSH. Here every socket is known, so that a reader
that waits for ever is let go by closing what it waits on.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.providers.docker.endpoint import Endpoint, Tls

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

KEEP_ALIVE_S = 20
Dial = Callable[[float], Any]
"""Opens one connection within so many seconds: a socket, or an SSH channel that acts as one."""


class Wire:
    """The connections to one engine for one purpose; `cut` ends them all at once."""

    def __init__(self, dial: Dial, timeout_s: float) -> None:
        self._dial = dial
        self._timeout_s = timeout_s
        self._open: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()
        self._cut = False

    def connect(self) -> Any:
        """Open one connection. Raises what the dialling raises."""
        made = self._dial(self._timeout_s)
        with self._lock:
            if not self._cut:
                self._open.add(made)
                return made
        _end(made)
        raise ConnectionAbortedError("the connection was given up")

    def cut(self) -> None:
        """End every connection, whoever reads from it, and open no more."""
        with self._lock:
            self._cut = True
            there = list(self._open)
            self._open.clear()
        for one in there:
            _end(one)


def _end(connection: Any) -> None:
    with contextlib.suppress(OSError, EOFError):
        if isinstance(connection, socket.socket):
            # Past ssl's own shutdown, which is not meant to be called beside a reader.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        else:
            connection.close()


def adapter(wire: Wire, connections: int) -> HTTPAdapter:
    """Return what the SDK's client sends its requests through."""
    # Taken from inside: these bring the SDK's weight with them.
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool

    class Connection(HTTPConnection):
        def connect(self) -> None:
            self.sock = wire.connect()

        @property
        def is_connected(self) -> bool:
            # Asking an SSH channel for its file number would make a pipe each time.
            if isinstance(self.sock, socket.socket):
                return bool(super().is_connected)
            return self.sock is not None and not self.sock.closed and not self.sock.eof_received

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    pool = Pool("localhost", maxsize=connections)

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> Pool:
            return pool

        def request_url(self, request: Any, _proxies: Any) -> str:
            return str(request.path_url)

        def close(self) -> None:
            pool.close()

    return Adapter()


def dial_unix(path: str) -> Dial:
    """Return how to reach a socket in the file system."""

    def dial(timeout_s: float) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(timeout_s)
            made.connect(path)
        except BaseException:
            made.close()
            raise
        return made

    return dial


def dial_tcp(endpoint: Endpoint) -> Dial:
    """Return how to reach a TCP port, with TLS where the endpoint has it."""
    context = _context(endpoint.tls) if endpoint.tls else None

    def dial(timeout_s: float) -> socket.socket:
        made = socket.create_connection((endpoint.host, endpoint.port), timeout_s)
        try:
            _keep_alive(made)
            if context is None:
                return made
            return context.wrap_socket(made, server_hostname=endpoint.host)
        except BaseException:
            made.close()
            raise

    return dial


def _context(tls: Tls) -> ssl.SSLContext:
    """Return the TLS settings. Raises Invalid or ssl.SSLError for a file that is no good."""
    for key, path in (("tls_ca", tls.ca), ("tls_cert", tls.cert), ("tls_key", tls.key)):
        if path and not os.access(path, os.R_OK):
            raise Invalid(f"the file of {key} cannot be read: {clean(path)}")
    context = ssl.create_default_context(cafile=tls.ca or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert:
        # A key with a passphrase must not ask for it on the terminal.
        context.load_cert_chain(tls.cert, tls.key or None, password=lambda: "")
    return context


def _keep_alive(made: socket.socket) -> None:
    """Let the system notice a peer that is gone while we wait for events."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", KEEP_ALIVE_S),
        ("TCP_KEEPINTVL", KEEP_ALIVE_S // 4),
        ("TCP_KEEPCNT", 4),
    ):
        if number := getattr(socket, option, None):
            made.setsockopt(socket.IPPROTO_TCP, number, value)
