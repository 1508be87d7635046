"""The keys under `[docker.NAME]`, and what is impossible among them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.settings import Seconds, setting

SCHEMES = ("unix", "tcp", "https", "ssh")
_UNSAFE = lazy_pattern(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class DockerSettings:
    """How to reach one Docker engine."""

    host: str = setting(
        "", "unix:///path, tcp://host:port or ssh://user@host; the Docker client's own if empty"
    )
    context: str = setting("", "a Docker context to take the address from, instead of host")
    tls_ca: str = setting("", "file with the CA that signed its certificate, for tcp://")
    tls_cert: str = setting("", "file with our own certificate, for tcp://")
    tls_key: str = setting("", "file with the key of tls_cert")
    tls_verify: bool = setting(True, "check its certificate; false trusts anybody on the way")
    timeout: Seconds = setting(10.0, "how long one request may take", minimum=1, maximum=300)
    interval: Seconds = setting(
        10.0, "how often containers are listed, besides after each event", minimum=1, maximum=3600
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, message) for everything that cannot be used as it stands."""
        if self.host and self.context:
            yield "context", "give a host or a context, not both"
        parts = split(self.host) if self.host else None
        if self.host:
            yield from _of_host(parts)
        if bool(self.tls_cert) != bool(self.tls_key):
            there, lacking = ("tls_cert", "tls_key") if self.tls_cert else ("tls_key", "tls_cert")
            yield there, f"a certificate and its key belong together: set {lacking} too"
        if self.tls_ca and not self.tls_verify:
            yield "tls_ca", "tls_verify is false, so it is of no use: take one of them out"
        given = [key for key in ("tls_ca", "tls_cert", "tls_key") if getattr(self, key)]
        if not self.tls_verify:
            given.append("tls_verify")
        if given and self.context:
            yield given[0], "a context brings its own TLS files: take it out, or set host"
        elif given and parts and parts.scheme in {"unix", "ssh"}:
            yield given[0], f"TLS is for tcp:// only; this host is {parts.scheme}://"


def split(host: str) -> SplitResult | None:
    """Return the parts of an engine's address, or None where it is none that we can reach."""
    if _UNSAFE.search(host):
        return None
    try:
        parts = urlsplit(host)
        fits = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not fits:
        return None
    return parts if (parts.path if parts.scheme == "unix" else parts.hostname) else None


def _of_host(parts: SplitResult | None) -> Iterator[tuple[str, str]]:
    if parts is None:
        yield "host", "is not an address such as unix:///run/docker.sock or ssh://user@host"
        return
    if parts.password is not None:
        yield "host", "holds a password: SSH logs in with a key or an agent"
    if parts.scheme == "unix":
        if parts.netloc:
            yield "host", f"needs three slashes: unix:///{parts.netloc}{parts.path}"
        return
    if parts.scheme != "ssh" and parts.username is not None:
        yield "host", "a user is for ssh:// only"
    if parts.path.strip("/") or parts.query or parts.fragment:
        yield "host", f"must end with its port: {parts.scheme}://{parts.netloc}"
