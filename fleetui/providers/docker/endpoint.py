"""Where an engine is: from settings, variables and contexts to one address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker import contexts
from fleetui.providers.docker.settings import DockerSettings, split

DEFAULT_SOCKET = Path("/var/run/docker.sock")
_PLAIN_PORT, _TLS_PORT, _SSH_PORT = 2375, 2376, 22


@dataclass(frozen=True, slots=True)
class Tls:
    """The files of a TLS connection; the system's CAs where `ca` is empty."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One engine's address."""

    scheme: str
    """`unix`, `tcp` or `ssh`."""
    path: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    tls: Tls | None = None
    explicit_port: bool = False
    source: str = ""
    """How it was found where the config does not say it: `DOCKER_HOST`, `context blue`."""

    def __str__(self) -> str:
        """Return the address as people write it."""
        if self.scheme == "unix":
            return f"unix://{self.path}"
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.scheme != "ssh" or self.explicit_port else ""
        return f"{self.scheme}://{user}{host}{port}"


def resolve(
    settings: DockerSettings,
    env: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Endpoint:
    """Return where the engine of these settings is, as the Docker client would find it.

    Reads variables and small files. Raises NotFound for an unknown context, Invalid for an
    address that is none.
    """
    env = os.environ if env is None else env
    home = Path.home() if home is None else home
    config = contexts.folder(env, home)
    if settings.host:
        given = Tls(settings.tls_ca, settings.tls_cert, settings.tls_key, settings.tls_verify)
        wanted = bool(given.ca or given.cert or not given.verify)
        return parse(settings.host, _expanded(given), tls_wanted=wanted)
    if settings.context and settings.context != contexts.DEFAULT:
        return _of_context(settings.context, config)
    if not settings.context:
        if env.get("DOCKER_HOST"):
            return _of_variables(env, config)
        if name := contexts.current(config, env):
            return _of_context(name, config)
    return parse(f"unix://{default_socket(env, home)}", Tls(), source="default socket")


def default_socket(env: Mapping[str, str], home: Path, system: Path = DEFAULT_SOCKET) -> Path:
    """Return the first socket that exists: the system's, a rootless one, Docker Desktop's."""
    for path in (system, *rootless_sockets(env, home)):
        if path.exists():
            return path
    return system


def rootless_sockets(env: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Return where a person's own engine would listen."""
    runtime = env.get("XDG_RUNTIME_DIR")
    own = (Path(runtime) / "docker.sock",) if runtime else ()
    return (*own, home / ".docker" / "run" / "docker.sock")


def parse(host: str, tls: Tls, *, tls_wanted: bool = False, source: str = "") -> Endpoint:
    """Return an address in its parts. Raises Invalid."""
    parts = split(host if "://" in host else f"tcp://{host}")
    if parts is None:
        hint = "unix:///path, tcp://host:port or ssh://user@host"
        raise Invalid(f"{clean(host, 200)!r} is not an engine's address", where=source, hint=hint)
    if parts.scheme == "unix":
        return Endpoint("unix", path=f"{parts.netloc}{parts.path}", source=source)
    name = parts.hostname or ""
    if parts.scheme == "ssh":
        return Endpoint(
            "ssh",
            host=name,
            port=parts.port or _SSH_PORT,
            user=parts.username or "",
            explicit_port=parts.port is not None,
            source=source,
        )
    # 2376 is Docker's own port for TLS: plain HTTP there is never meant.
    secure = tls_wanted or parts.scheme == "https" or parts.port == _TLS_PORT
    port = parts.port or (_TLS_PORT if secure else _PLAIN_PORT)
    return Endpoint("tcp", host=name, port=port, tls=tls if secure else None, source=source)


def _of_context(name: str, config: Path) -> Endpoint:
    known = contexts.contexts(config)
    for context in known:
        if context.name == name:
            tls = Tls(
                context.tls_file("ca.pem"),
                context.tls_file("cert.pem"),
                context.tls_file("key.pem"),
                not context.skip_verify,
            )
            wanted = bool(tls.ca or tls.cert or context.skip_verify)
            return parse(context.host, tls, tls_wanted=wanted, source=f"context {clean(name)}")
    names = ", ".join(clean(c.name) for c in known) or "none"
    raise NotFound(f"no Docker context is called {clean(name)!r}", hint=f"there are: {names}")


def _of_variables(env: Mapping[str, str], config: Path) -> Endpoint:
    """Return what DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH mean to the client."""
    wanted = bool(env.get("DOCKER_TLS_VERIFY"))
    certificates = Path(env["DOCKER_CERT_PATH"]) if env.get("DOCKER_CERT_PATH") else config
    files = [certificates / name for name in ("ca.pem", "cert.pem", "key.pem")]
    ca, cert, key = (str(path) if path.is_file() else "" for path in files)
    tls = Tls(ca, cert, key) if wanted else Tls(verify=True)
    return parse(env["DOCKER_HOST"], tls, tls_wanted=wanted, source="DOCKER_HOST")


def _expanded(tls: Tls) -> Tls:
    ca, cert, key = (
        str(Path(name).expanduser()) if name else "" for name in (tls.ca, tls.cert, tls.key)
    )
    return Tls(ca, cert, key, tls.verify)
