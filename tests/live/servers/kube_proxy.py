"""A proxy before an API server that makes its faults: refusals, silence, cuts in mid-object."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate

from .kube_tls import Certificates

_REASONS = {401: "Unauthorized", 403: "Forbidden", 410: "Gone", 429: "TooManyRequests"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the requests whose path and query hold `match`."""

    match: str = ""
    status: int = 0
    """It is answered with this status, and never reaches the server."""
    retry_after_s: int | None = None
    hang: bool = False
    """Nothing comes any more: to new requests, and on streams that are open."""
    cut: str = ""
    """`abrupt` or `clean`: an open watch ends in the middle of its next object, without or with
    a proper end of the answer."""
    skew_s: int = 0
    """The server's clock goes ahead by so much, as far as its answers tell."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came, and when, by the monotonic clock."""

    at: float
    method: str
    path: str


class FaultProxy:
    """TLS on both sides, in a thread of its own. One request for each connection."""

    def __init__(self, upstream: int, certificates: Certificates) -> None:
        self.requests: list[Request] = []
        self.fault: Fault | None = None
        self._upstream = upstream
        self._out = ssl.create_default_context(cafile=str(certificates.authority))
        self._in = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._in.load_cert_chain(certificates.server, certificates.key)
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen on a free port."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._call(self._listen()).result(60)

    def stop(self) -> None:
        """End it and every connection."""
        self._call(self._end()).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def drop(self) -> None:
        """Cut every connection there is now."""
        self._call(self._abort()).result(60)

    @contextmanager
    def faulty(self, fault: Fault) -> Iterator[None]:
        """Have a fault for a while."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def since(self, at: float, match: str = "") -> list[Request]:
        """Return the requests that came after a time of the monotonic clock."""
        return [one for one in list(self.requests) if one.at >= at and match in one.path]

    def _call(self, work: object) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._in, limit=1 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _abort(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._abort()

    def _fault(self, path: str) -> Fault | None:
        fault = self.fault
        return fault if fault and fault.match in path else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            # Either side may go at any time: that is what this proxy is for.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._request(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, path, _version = first.split(" ")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append(Request(time.monotonic(), method, path))
        fault = self._fault(path)
        if fault and fault.status:
            writer.write(_refusal(fault))
            await writer.drain()
            return
        await self._hanging(path, writer)
        upgrade = "upgrade" in headers
        if not upgrade:
            lines = [one for one in lines if not one.lower().startswith("connection:")]
            lines.append("Connection: close")
        up_reader, up_writer = await asyncio.open_connection(
            "127.0.0.1", self._upstream, ssl=self._out, server_hostname="127.0.0.1"
        )
        self._open.add(up_writer)
        try:
            up_writer.write("\r\n".join([first, *lines, "", ""]).encode("latin-1") + body)
            back = asyncio.ensure_future(self._answer(up_reader, writer, path))
            there = asyncio.ensure_future(_pipe(reader, up_writer))
            done, waiting = await asyncio.wait({back, there}, return_when=asyncio.FIRST_COMPLETED)
            for one in waiting:
                one.cancel()
            for one in done:
                one.result()
        finally:
            self._open.discard(up_writer)
            up_writer.close()

    async def _hanging(self, path: str, writer: asyncio.StreamWriter) -> None:
        while (fault := self._fault(path)) and fault.hang and not writer.is_closing():
            await asyncio.sleep(0.05)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if (fault := self._fault(path)) and fault.skew_s:
            date = formatdate(time.time() + fault.skew_s, usegmt=True).encode()
            head = re.sub(rb"(?im)^date: [^\r]*", b"Date: " + date, head)
        writer.write(head)
        await writer.drain()
        while data := await reader.read(1 << 16):
            await self._hanging(path, writer)
            fault = self._fault(path)
            if fault and fault.cut and "watch=" in path and b"{" in data:
                writer.write(_half(data, fault.cut))
                await writer.drain()
                if fault.cut == "abrupt":
                    writer.transport.abort()
                return
            writer.write(data)
            await writer.drain()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


def _half(data: bytes, cut: str) -> bytes:
    """Return the first half of a chunk, which holds one object or more."""
    half = data[: len(data) // 2]
    if cut == "abrupt":
        return half
    _size, _, text = half.partition(b"\r\n")
    return f"{len(text):x}\r\n".encode() + text + b"\r\n0\r\n\r\n"


def _refusal(fault: Fault) -> bytes:
    reason = _REASONS.get(fault.status, "InternalError")
    body = json.dumps({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": f"the tests' proxy says {reason}", "reason": reason, "code": fault.status,
    }).encode()  # fmt: skip
    lines = [
        f"HTTP/1.1 {fault.status} {reason}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if fault.retry_after_s is not None:
        lines.append(f"Retry-After: {fault.retry_after_s}")
    return "\r\n".join([*lines, "", ""]).encode() + body
