"""A server on a socket that answers as a recorded engine does, or as a test wants."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docker_recorded import FOLDER, recorded


def many(count: int) -> list[Any]:
    """Return a list of so many containers."""
    entry = json.dumps(recorded("containers")[0])
    return [{**json.loads(entry), "Id": f"{n:064x}", "Names": [f"/c{n}"]} for n in range(count)]


class FakeEngine:
    """Answers by path; `answers` holds bodies, `asked` counts the requests."""

    def __init__(self) -> None:
        # A socket's path must be short.
        self._folder = tempfile.TemporaryDirectory(prefix="fui-")
        self.path = Path(self._folder.name) / "docker.sock"
        self.asked: Counter[str] = Counter()
        self.order: list[str] = []
        self.status = 200
        self.raw: bytes | None = None
        self.raws: dict[str, bytes] = {}
        """What is answered to some paths, as it goes over the wire; nothing: it hangs up."""
        self.sent: list[tuple[str, str, Any]] = []
        """Every request that is no GET: method, target and body."""
        self.answers: dict[str, Any] = {
            "/version": recorded("version"),
            "/info": recorded("info"),
            "/containers/json": recorded("containers"),
            "/images/json": recorded("images"),
            "/volumes": recorded("volumes"),
            "/networks": recorded("networks"),
            "/system/df": recorded("df"),
        }
        self._server: asyncio.Server | None = None

    @property
    def host(self) -> str:
        return f"unix://{self.path}"

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    def stop(self) -> None:
        if self._server:
            self._server.close()
        self._folder.cleanup()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while first := await reader.readline():
                length = 0
                while line := (await reader.readline()).strip().lower():
                    if line.startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                body = await reader.readexactly(length)
                method, target, _ = first.decode().split()
                if method != "GET":
                    self.sent.append((method, target, json.loads(body) if body else None))
                answer = self._answer(target)
                writer.write(answer)
                await writer.drain()
                if not answer:
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes:
        path = urlsplit(target).path
        path = path.partition("/v1.41")[2] or path
        self.asked[path] += 1
        self.order.append(path)
        if path in self.raws:
            return self.raws[path]
        if path != "/version" and self.raw is not None:
            return self.raw
        status, body = self._body(path)
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def _body(self, path: str) -> tuple[int, bytes]:
        if path == "/_ping":
            return 200, b"OK"
        if path == "/events":
            return 200, (FOLDER / "events.jsonl").read_bytes()
        if path.startswith("/images/") and path.endswith(":89928f507be7/json"):
            return 200, json.dumps(recorded("inspect_image")).encode()
        if path in self.answers:
            status = 200 if path == "/version" else self.status
            return status, json.dumps(self.answers[path]).encode()
        return 404, b'{"message": "page not found"}'
