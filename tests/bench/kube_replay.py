"""A server that answers as a cluster did, and costs next to nothing: the real one takes the cores.

    python -m tests.bench.kube_replay KUBECONFIG CERTIFICATE KEY RATE

What is asked for the first time is asked of the cluster and kept; from then on it is answered from
memory. Of its pods, RATE a second change, one after another: each has one more restart.
Prints its port, then how many pods have changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
from pathlib import Path
from typing import Any

import httpx

_SLICE_S = 0.02
"""Changes are sent by the slice, as a busy server does it."""


def _head(status: int, how_long: str) -> bytes:
    lines = (
        f"HTTP/1.1 {status} Answered", "Content-Type: application/json", "Connection: close",
        how_long,
    )  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


class Replay:
    """Answers from memory."""

    def __init__(self, kubeconfig: Path, rate: float) -> None:
        config = json.loads(kubeconfig.read_text("utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._url = cluster["server"]
        trust = ssl.create_default_context(cafile=cluster["certificate-authority"])
        headers = {"Authorization": f"Bearer {user['token']}"}
        self._client = httpx.AsyncClient(verify=trust, headers=headers, timeout=30)
        self._rate = rate
        self._kept: dict[tuple[str, str, bytes], tuple[int, bytes]] = {}
        self._pods: list[dict[str, Any]] = []
        self._version = 0
        self._sent = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; one for each connection."""
        # Whoever asked may go at any time.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            method, path, _version = first.split(" ")
            headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if "watch=" in path:
                await self._watched(path, writer)
            else:
                status, text = await self._answer(method, path, body)
                writer.write(_head(status, f"Content-Length: {len(text)}") + text)
                await writer.drain()
        writer.close()

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        asked = method, path, body
        if asked not in self._kept:
            kind = {"Content-Type": "application/json", "Accept": "application/json"}
            found = await self._client.request(method, self._url + path, content=body, headers=kind)
            self._kept[asked] = found.status_code, found.content
            if found.is_success and path.partition("?")[0].endswith("/pods"):
                self._take(found.json())
        return self._kept[asked]

    def _take(self, answer: dict[str, Any]) -> None:
        self._version = max(self._version, int(answer["metadata"]["resourceVersion"]))
        for pod in answer["items"]:
            self._pods.append({"apiVersion": "v1", "kind": "Pod", **pod})

    async def _watched(self, path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, "Transfer-Encoding: chunked"))
        await writer.drain()
        loop = asyncio.get_running_loop()
        due = loop.time()
        changing = bool(self._pods) and path.partition("?")[0].endswith("/pods")
        owed = 0.0
        while not writer.is_closing():
            due += _SLICE_S
            await asyncio.sleep(due - loop.time())
            owed += self._rate * _SLICE_S if changing else 0.0
            count, owed = int(owed), owed % 1
            if text := b"".join(self._changed() for _ in range(count)):
                writer.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
                await writer.drain()
                print(*range(self._sent - count + 1, self._sent + 1), sep="\n", flush=True)

    def _changed(self) -> bytes:
        pod = self._pods[self._sent * 7919 % len(self._pods)]
        self._sent += 1
        self._version += 1
        pod["metadata"]["resourceVersion"] = str(self._version)
        for container in pod["status"]["containerStatuses"]:
            container["restartCount"] += 1
        return json.dumps({"type": "MODIFIED", "object": pod}).encode() + b"\n"


async def main(kubeconfig: str, certificate: str, key: str, rate: str) -> None:
    """Serve until it is ended."""
    replay = Replay(Path(kubeconfig), float(rate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = await asyncio.start_server(replay.serve, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
