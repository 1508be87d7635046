"""Finds engines without asking any: sockets, DOCKER_HOST and Docker contexts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.docker import contexts
from fleetui.providers.docker.endpoint import DEFAULT_SOCKET, rootless_sockets
from fleetui.providers.docker.settings import DockerSettings, split

_NOT_IN_A_SCOPE = lazy_pattern(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """An engine that may be there: the name and settings it would have, and how it was found."""

    scope: str
    settings: DockerSettings
    how: str


def discover(
    env: Mapping[str, str] | None = None,
    home: Path | None = None,
    system_socket: Path = DEFAULT_SOCKET,
) -> tuple[Found, ...]:
    """Return every engine that this account knows of, each address once.

    Only looks at variables and files; whether an engine answers there is not asked.
    """
    env = os.environ if env is None else env
    home = Path.home() if home is None else home
    found: dict[str, Found] = {}
    taken: set[str] = set()
    for address, scope, settings, how in _candidates(env, home, system_socket):
        if address not in found:
            found[address] = Found(_free(scope, taken), settings, how)
    return tuple(found.values())


_Candidate = tuple[str, str, DockerSettings, str]


def _candidates(env: Mapping[str, str], home: Path, system: Path) -> Iterator[_Candidate]:
    host = env.get("DOCKER_HOST", "")
    if host:
        # Where it may need TLS, that comes from variables too: the address is left to them.
        bare = host.startswith(("unix://", "ssh://"))
        settings = DockerSettings(host=host) if bare else DockerSettings()
        yield host, _scope_of(host), settings, f"DOCKER_HOST={clean(host, 200)}"
    if system.exists():
        yield f"unix://{system}", "local", _at(system), f"the socket {system}"
    for socket in rootless_sockets(env, home):
        if socket.exists():
            yield f"unix://{socket}", "rootless", _at(socket), f"the socket {clean(str(socket))}"
    for context in contexts.contexts(contexts.folder(env, home)):
        if split(context.host) is None:
            continue  # a pipe of another system
        words = f"the Docker context {clean(context.name)} ({clean(context.host, 200)})"
        yield context.host, context.name, DockerSettings(context=context.name), words


def _at(socket: Path) -> DockerSettings:
    return DockerSettings(host=f"unix://{socket}")


def _scope_of(host: str) -> str:
    """Return the host's own name, or `local` for a socket."""
    parts = split(host)
    return (parts.hostname if parts else None) or "local"


def _free(scope: str, taken: set[str]) -> str:
    """Return a name that a config table can have and nobody has yet."""
    base = _NOT_IN_A_SCOPE.sub("-", scope).strip("-") or "docker"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name
