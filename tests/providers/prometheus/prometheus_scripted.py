"""A small HTTP server that answers as each test scripts it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

RECORDED = Path(__file__).parent / "recorded"
OK = b'{"status":"success","data":{"resultType":"scalar","result":[1700000000,"1"]}}'


def recorded(name: str) -> bytes:
    """Return an answer that Prometheus 2.42 gave."""
    return (RECORDED / f"{name}.json").read_bytes()


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


def reply(body: bytes = OK, status: int = 200, **headers: str) -> bytes:
    """Write an answer; `content_type` and others become headers."""
    named = {"content-type": "application/json", "content-length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body


Script = Callable[[Request], bytes | AsyncIterator[bytes]]


@dataclass
class Scripted:
    """The running server and what it was asked so far."""

    script: Script
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, target, version = head[0].split(" ")
                headers = {
                    name.lower(): value
                    for name, value in (line.split(": ", 1) for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                path, _, query = target.partition("?")
                request = Request(method, path, query, headers, body)
                self.requests.append(request)
                self.arrived.set()
                answer = self.script(request)
                if isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                    if version == "HTTP/1.0":
                        return
                    continue
                async for piece in answer:
                    writer.write(piece)
                    await writer.drain()
                return
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def scripted(
    script: Script, context: ssl.SSLContext | None = None
) -> AsyncIterator[Scripted]:
    """Serve the script on a loopback port."""
    one = Scripted(script)
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            await one.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
