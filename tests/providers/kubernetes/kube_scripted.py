"""A small API server in the test's own loop: lists in pages, watches, and fails as it is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

Body = dict[str, Any]
WELL_S = 180.0
"""No condition is waited for any longer: then the test has failed."""


def status(code: int, reason: str = "", message: str = "", **metadata: Any) -> Body:
    """Write what the API says where it has no object to give."""
    return {
        "kind": "Status",
        "code": code,
        "reason": reason,
        "message": message,
        "metadata": metadata,
    }


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def watches(self) -> bool:
        return self.query.get("watch") == "1"


@dataclass
class Fault:
    """What happens to requests of a path, the next `times` of them; -1: to all."""

    code: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = -1
    hang: bool = False
    watches: bool | None = None
    """Only watches, or only others; None: all."""


@dataclass
class _Table:
    items: dict[str, Body] = field(default_factory=dict)
    watchers: list[asyncio.Queue[bytes | None]] = field(default_factory=list)


class Api:
    """The server, what it knows, and what it was asked so far."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.version = 100
        self.port = 0
        self.missing: set[str] = set()
        """Paths that this server does not know."""
        self.answers: dict[str, Any] = {"/version": {"gitVersion": "v1.33.4"}}
        """Documents of paths that are no lists; bytes are sent as they are."""
        self._tables: dict[str, _Table] = {}
        self._faults: list[tuple[re.Pattern[str], Fault]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._hanging = asyncio.Event()
        """Set when those that hang are let go."""
        self._server: asyncio.Server | None = None

    # What tests do.

    async def start(self, port: int = 0) -> None:
        """Listen, at the port of before where it was stopped."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more and cut every connection, as a killed server does."""
        if self._server is not None:
            self._server.close()
        self.cut()
        self._hanging.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._hanging.clear()

    def cut(self, *, half: bytes = b"") -> None:
        """Cut every connection, after `half` an object."""
        for writer in list(self._writers):
            if half:
                writer.write(_chunk(half))
            writer.close()
        for table in self._tables.values():
            for watcher in table.watchers:
                watcher.put_nowait(None)
            table.watchers.clear()

    def have(self, path: str, *items: Body) -> None:
        """Have these from the beginning; nobody is told."""
        table = self._table(path)
        for item in items:
            self.version += 1
            item["metadata"].setdefault("resourceVersion", str(self.version))
            table.items[item["metadata"]["uid"]] = item

    def tell(self, path: str, kind: str, item: Body) -> None:
        """Change one and tell watchers: `ADDED`, `MODIFIED`, `DELETED`."""
        self.version += 1
        item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(self.version)}}
        table = self._table(path)
        if kind == "DELETED":
            table.items.pop(item["metadata"]["uid"], None)
        else:
            table.items[item["metadata"]["uid"]] = item
        self.send(path, {"type": kind, "object": item})

    def send(self, path: str, event: Body | bytes) -> None:
        """Send one line to all that watch a path."""
        line = event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"
        for watcher in self._table(path).watchers:
            watcher.put_nowait(line)

    def end(self, path: str) -> None:
        """End the watches of a path, as a server does after their time."""
        for watcher in self._table(path).watchers:
            watcher.put_nowait(None)

    def fail(self, pattern: str, **fault: Any) -> Fault:
        """Let requests fail whose path fits the pattern."""
        made = Fault(**fault)
        self._faults.insert(0, (re.compile(pattern), made))
        return made

    def mend(self) -> None:
        """Let nothing fail any more."""
        self._faults.clear()

    def watching(self, path: str) -> int:
        """Return how many watch a path now."""
        return len(self._table(path).watchers)

    def asked(self, path: str, *, watches: bool = False) -> list[Request]:
        """Return the requests for a path so far."""
        return [one for one in self.requests if one.path == path and one.watches == watches]

    # Serving.

    def _table(self, path: str) -> _Table:
        return self._tables.setdefault(path, _Table())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                request = await _read(reader)
                self.requests.append(request)
                await self._answer(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        for pattern, fault in self._faults:
            fits = fault.watches is None or fault.watches == request.watches
            if fault.times and fits and pattern.search(request.path):
                fault.times -= 1
                if fault.hang:
                    await self._hanging.wait()
                    raise ConnectionError
                body = status(fault.code) if fault.body is None else fault.body
                writer.write(_reply(body, fault.code, fault.headers))
                return
        if request.path in self.missing:
            writer.write(_reply(status(404, "NotFound", "the server could not find it"), 404))
        elif request.path in self.answers:
            found = self.answers[request.path]
            writer.write(_reply(found(request) if callable(found) else found))
        elif request.watches:
            await self._watch(request, writer)
        else:
            writer.write(_reply(self._list(request)))

    def _list(self, request: Request) -> Body:
        items = list(self._table(request.path).items.values())
        start = int(request.query.get("continue", "0"))
        limit = int(request.query.get("limit", "0")) or len(items) or 1
        more = start + limit < len(items)
        meta = {"resourceVersion": str(self.version)}
        if more:
            meta["continue"] = str(start + limit)
        return {"metadata": meta, "items": items[start : start + limit]}

    async def _watch(self, request: Request, writer: asyncio.StreamWriter) -> None:
        lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        watchers = self._table(request.path).watchers
        watchers.append(lines)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while (line := await lines.get()) is not None:
                writer.write(_chunk(line))
                await writer.drain()
        finally:
            if lines in watchers:
                watchers.remove(lines)
        writer.write(b"0\r\n\r\n")


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {
        k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path, _, query = target.partition("?")
    return Request(method, unquote(path), dict(parse_qsl(query)), headers, body)


def _reply(body: Any, code: int = 200, headers: dict[str, str] | None = None) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content-type": "application/json", "content-length": str(len(data))}
    named |= headers or {}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {code} Said\r\n{lines}\r\n".encode() + data


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@asynccontextmanager
async def api_server() -> AsyncIterator[Api]:
    """Start a server and stop it again."""
    api = Api()
    await api.start()
    try:
        yield api
    finally:
        await api.stop()


def kubeconfig(path: Path, api: Api, user: Body | None = None, **context: Any) -> Path:
    """Write a kubeconfig that leads to the server, with one context called `test`."""
    document = {
        "current-context": "test",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{api.port}"}}],
        "users": [{"name": "u", "user": {"token": "s3cret"} if user is None else user}],
        "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u", **context}}],
    }
    path.write_text(json.dumps(document))
    return path


def pod(name: str, namespace: str = "shop", **more: Any) -> Body:
    """Write a pod that runs."""
    meta = {"name": name, "namespace": namespace, "uid": f"uid-{namespace}-{name}"}
    return {
        "metadata": meta | more.pop("metadata", {}),
        "spec": {"nodeName": "node-1", "containers": [{"name": "app", "image": "web:1"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [
                {"name": "app", "ready": True, "restartCount": 0, "state": {"running": {}}}
            ],
        },
        **more,
    }


async def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(WELL_S):
        while not condition():
            await asyncio.sleep(0.005)
