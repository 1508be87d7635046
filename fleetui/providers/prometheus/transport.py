"""Makes the HTTP client: loaded late, in a thread, and bounded in every way."""

from __future__ import annotations

import ipaddress
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fleetui import __version__
from fleetui.core.errors import Invalid
from fleetui.providers import http_client
from fleetui.providers.prometheus.settings import PrometheusSettings

if TYPE_CHECKING:
    import httpx

# A dashboard has a dozen queries on one server: more at once would only load it.
_CONNECTIONS = 8
_IDLE_S = 30.0
# So that a connection that never comes about is told from an answer that never comes.
_CONNECT_SHARE = 0.8


def prepare(settings: PrometheusSettings) -> ssl.SSLContext:
    """Import the client and read the certificates; blocks for some 100 ms, so run it in a thread.

    Raises Invalid where a certificate cannot be used.
    """
    http_client.load()
    if urlsplit(settings.url).scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _context(settings)


def open_client(settings: PrometheusSettings, context: ssl.SSLContext) -> httpx.AsyncClient:
    """Return a client for the running loop, after `prepare`."""
    import httpx

    return httpx.AsyncClient(
        verify=context,
        timeout=httpx.Timeout(settings.timeout, connect=settings.timeout * _CONNECT_SHARE),
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_S,
        ),
        headers={
            "accept": "application/json",
            "user-agent": f"fleetui/{__version__}",
            **settings.headers,
        },
        follow_redirects=False,
        # A proxy of the environment is for the way out, never for the machine itself.
        trust_env=not is_loopback(settings.url),
    )


def is_loopback(url: str) -> bool:
    """Say whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def endpoint(url: str, path: str) -> str:
    """Return the address of an API call under the configured one, whatever prefix that has.

    People copy what the browser shows: a trailing slash, `/graph` or `/api/v1` is let go.
    """
    base = url.rstrip("/")
    for tail in ("/api/v1", "/graph", "/query"):
        base = base.removesuffix(tail)
    return f"{base}/api/v1/{path}"


def _context(settings: PrometheusSettings) -> ssl.SSLContext:
    ca = _file(settings.tls_ca, "tls_ca")
    try:
        context = ssl.create_default_context(cafile=ca)
    except (ssl.SSLError, OSError):
        raise Invalid("tls_ca holds no certificate in PEM form", hint="see tls_ca") from None
    if not settings.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    cert, key = _file(settings.tls_cert, "tls_cert"), _file(settings.tls_key, "tls_key")
    if cert:
        try:
            # An empty password fails at once; without one OpenSSL asks on the terminal.
            context.load_cert_chain(cert, key, password=lambda: b"")
        except (ssl.SSLError, OSError, ValueError):
            what = "tls_cert and tls_key are no certificate with its key, unencrypted, in PEM form"
            raise Invalid(what, hint="see tls_cert and tls_key") from None
    return context


def _file(name: str, setting: str) -> str | None:
    """Return a file's path, or None where it is not set."""
    if not name:
        return None
    path = Path(name).expanduser()
    try:
        with path.open("rb"):
            return str(path)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise Invalid(
            f"the file of {setting} cannot be read: {reason}", hint=f"see {setting}"
        ) from None
