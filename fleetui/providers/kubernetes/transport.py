"""Makes the HTTP client of one cluster: loaded late, in a thread, and bounded in every way."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fleetui import __version__
from fleetui.providers import http_client
from fleetui.providers.kubernetes.access import Access

if TYPE_CHECKING:
    import httpx

# Each watch has a connection of its own, each log that is followed, too.
_CONNECTIONS = 400
_KEPT = 8
_IDLE_S = 30.0
# A network that is gone without a word is noticed in half a minute, though nothing is sent.
_KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


def load() -> None:
    """Import the client; blocks for some 100 ms, so run it in a thread."""
    from importlib import import_module

    http_client.load()
    for late in ("anyio._backends._asyncio", "httpcore._backends.anyio"):
        # It would import these itself when it first connects, in the event loop.
        with suppress(ImportError):
            import_module(late)


def open_client(access: Access, context: ssl.SSLContext, timeout_s: float) -> httpx.AsyncClient:
    """Return a client for the running loop, after `load`."""
    import httpx

    proxy = access.proxy or _of_environment(access.server)
    transport = httpx.AsyncHTTPTransport(
        verify=context,
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_IDLE_S,
        ),
        proxy=proxy or None,
        socket_options=socket_options(),
    )
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(timeout_s, connect=timeout_s * 0.8),
        headers=[
            ("accept", "application/json"),
            # Near by, too: a long list then comes in a tenth of the pieces, each of which costs.
            ("accept-encoding", "gzip"),
            ("user-agent", f"fleetui/{__version__}"),
            *access.impersonate,
        ],
        follow_redirects=False,
        trust_env=False,
    )


def _of_environment(server: str) -> str:
    """Return the proxy that HTTPS_PROXY and NO_PROXY name for this server."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(server)
    if _is_loopback(server) or proxy_bypass(parts.hostname or ""):
        return ""
    found = getproxies()
    return found.get(parts.scheme) or found.get("all") or ""


def socket_options() -> list[tuple[int, int, int]]:
    """Return what lets the system notice a connection whose other end is gone."""
    found = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, 1, 1)]
    for name, value in _KEEPALIVE:
        if (number := getattr(socket, name, None)) is not None:
            found.append((socket.IPPROTO_TCP, number, value))
    return found


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
