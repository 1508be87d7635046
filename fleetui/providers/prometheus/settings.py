"""The keys under `[prometheus.NAME]`, and what is impossible among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Seconds, Secret, setting

# Headers that carry a credential: they would be a secret in the config file.
_SECRET_HEADER = lazy_pattern(
    r"authorization|cookie|token|secret|password|credential|api[-_]?key|auth[-_]?key", re.IGNORECASE
)
_HEADER_NAME = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class PrometheusSettings:
    """How to reach one Prometheus, or what speaks its API: Thanos, Mimir, VictoriaMetrics."""

    url: str = setting("http://127.0.0.1:9090", "its address, with the path prefix if it has one")
    username: str = setting("", "user for basic authentication")
    password: Secret | None = setting(None, "password for basic authentication")
    token: Secret | None = setting(None, "bearer token")
    headers: dict[str, str] = setting(
        {}, "headers sent with each request, such as a tenant's X-Scope-OrgID; never a secret"
    )
    tls_ca: str = setting("", "file with the CA that signed its certificate; the system's if empty")
    tls_cert: str = setting("", "file with our own certificate, where it asks for one")
    tls_key: str = setting("", "file with the key of tls_cert; in tls_cert itself if empty")
    tls_verify: bool = setting(True, "check its certificate; false trusts anybody on the way")
    timeout: Seconds = setting(10.0, "how long one request may take", minimum=1, maximum=300)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, message) for everything that cannot be used as it stands."""
        yield from _of_url(self.url)
        if self.token and (self.username or self.password):
            yield "token", "give a token, or a username and password, not both"
        elif bool(self.username) != bool(self.password):
            lacking = (
                "password_env, password_file or password_command" if self.username else "username"
            )
            yield "username", f"basic authentication needs a user and a password: set {lacking}"
        if self.tls_key and not self.tls_cert:
            yield "tls_key", "belongs to a tls_cert, which is not set"
        if self.tls_ca and not self.tls_verify:
            yield "tls_ca", "tls_verify is false, so it is of no use: take one of them out"
        for name, value in self.headers.items():
            yield from _of_header(name, value)


def _of_url(url: str) -> Iterator[tuple[str, str]]:
    parts = _split(url)
    if parts is None:
        yield "url", "is not an address such as https://prometheus.example.com/prefix"
        return
    if "@" in parts.netloc:
        yield "url", "holds a user: use username and password_env, password_file, password_command"
    if parts.query or parts.fragment:
        yield "url", "must end with its path: take out what follows ? or #"


def _split(url: str) -> SplitResult | None:
    """Return the parts of an http(s) address, or None where it is none."""
    try:
        parts = urlsplit(url)
        fits = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not fits:
        return None
    return None if re.search(r"[\s\x00-\x1f\x7f]", url) else parts


def _of_header(name: str, value: str) -> Iterator[tuple[str, str]]:
    if not _HEADER_NAME.fullmatch(name):
        yield "headers", "a header's name may have no blanks or colons in it"
    elif _SECRET_HEADER.search(name):
        yield (
            f"headers.{name}",
            "a secret does not belong in this file: use token_env, or username and password_env",
        )
    elif not value.isascii() or not value.isprintable():
        yield f"headers.{name}", "must be plain ASCII text"
