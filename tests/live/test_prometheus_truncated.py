"""A proxy that cuts a real Prometheus's JSON short: old rows stay, and heal."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from pathlib import Path

from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.providers.prometheus.provider import Prometheus
from fleetui.providers.prometheus.settings import PrometheusSettings

from .servers.prometheus import PrometheusServer
from .servers.waiting import PATIENCE_S

TARGETS = SourceKey("prometheus", "main", "targets")


async def until(engine: Engine, condition: str) -> Snapshot:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        engine.refresh([TARGETS])
        one = engine.store.snapshot(TARGETS)
        if one.rows and one.stale == (condition == "stale"):
            return one
        await asyncio.sleep(0.1)
    raise AssertionError(f"not {condition} in time: {engine.store.snapshot(TARGETS)}")


async def test_json_cut_short_keeps_the_rows(tmp_path: Path) -> None:
    server = PrometheusServer(tmp_path)
    cut = asyncio.Event()

    def fetched(path: str) -> bytes:
        with urllib.request.urlopen(server.url + path, timeout=60) as answer:  # noqa: S310  our own
            body: bytes = answer.read()
            return body

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await asyncio.to_thread(fetched, head.split()[1].decode())
        body = body[: len(body) // 2] if cut.is_set() else body
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    proxy = await asyncio.start_server(relay, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    engine = Engine([Prometheus("main", PrometheusSettings(url=url, timeout=60))])
    try:
        await asyncio.to_thread(server.start)
        subscription = engine.subscribe([TARGETS], lambda _tick: None)
        await until(engine, "good")
        cut.set()
        broken = await until(engine, "stale")
        assert broken.fault is not None
        assert broken.fault.what == "the answer is no JSON, or broke off"
        assert broken.fault.where == "prometheus/main"
        cut.clear()
        await until(engine, "good")
        subscription.close()
    finally:
        await engine.close()
        proxy.close()
        server.close()
