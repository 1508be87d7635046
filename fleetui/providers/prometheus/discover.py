"""Finds a Prometheus on its usual port, where nobody has configured one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import NamedTuple

import msgspec

from fleetui.core.clean import clean
from fleetui.providers.prometheus.answers import BuildInfo, Envelope
from fleetui.providers.prometheus.settings import PrometheusSettings

HOST, PORT = "127.0.0.1", 9090
SCOPE = "local"
_TIMEOUT_S = 0.3
_MAX_ANSWER = 64 * 1024


class Found(NamedTuple):
    """What can be put into a config."""

    scope: str
    settings: PrometheusSettings
    words: str
    """How it was found."""


async def discover(
    host: str = HOST, port: int = PORT, *, timeout_s: float = _TIMEOUT_S
) -> Found | None:
    """Return the Prometheus that answers there, or None; takes `timeout_s` at most.

    Other programs use this port too (Cockpit is one), so the answer must be a Prometheus's
    own, not only an open port.
    """
    url = f"http://{host}:{port}"
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(timeout_s):
            if version := _version(await _get(host, port, "/api/v1/status/buildinfo")):
                words = f"Prometheus {version} answers on {url}"
                return Found(SCOPE, PrometheusSettings(url=url), words)
            # Before 2.14 it did not tell its version.
            if b"Prometheus" in await _get(host, port, "/-/ready"):
                words = f"Prometheus answers on {url}"
                return Found(SCOPE, PrometheusSettings(url=url), words)
    return None


def _version(body: bytes) -> str:
    """Return the version that an answer tells, empty where it is not such an answer."""
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        info = msgspec.json.decode(envelope.data, type=BuildInfo)
    except msgspec.DecodeError:
        return ""
    return clean(info.version, 40) if envelope.status == "success" else ""


async def _get(host: str, port: int, path: str) -> bytes:
    """Return the body of a good answer, empty for any other; needs no HTTP library."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        # HTTP/1.0: the answer comes in one piece and ends with the connection.
        ask = f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n"
        writer.write(ask.encode())
        got = bytearray()
        while len(got) < _MAX_ANSWER and (chunk := await reader.read(16_384)):
            got += chunk
    finally:
        writer.close()
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    status = head.split(b"\r\n", 1)[0].split()
    good = len(status) > 1 and status[0].startswith(b"HTTP/") and status[1] == b"200"
    return body if good else b""
