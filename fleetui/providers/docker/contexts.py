"""Docker contexts, read from the Docker client's own folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from fleetui.core.lazy_dataclass import dataclass

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Context:
    """One context: where its engine is and which files its TLS takes."""

    name: str
    host: str
    tls_folder: Path
    skip_verify: bool = False

    def tls_file(self, name: str) -> str:
        """Return the path of `ca.pem`, `cert.pem` or `key.pem`; empty where it has none."""
        path = self.tls_folder / name
        return str(path) if path.is_file() else ""


def folder(env: Mapping[str, str], home: Path) -> Path:
    """Return the folder that the Docker client keeps its configuration in."""
    return Path(env["DOCKER_CONFIG"]) if env.get("DOCKER_CONFIG") else home / ".docker"


def contexts(config: Path) -> tuple[Context, ...]:
    """Return every context with an engine, in order of its name; unreadable files are none."""
    found = (_read(path, config) for path in (config / "contexts" / "meta").glob("*/meta.json"))
    return tuple(sorted((c for c in found if c is not None), key=lambda c: c.name))


def current(config: Path, env: Mapping[str, str]) -> str:
    """Return the name of the context that `docker` would use now; empty for the default."""
    name = env.get("DOCKER_CONTEXT") or _json(config / "config.json").get("currentContext")
    return name if isinstance(name, str) and name != DEFAULT else ""


def _read(path: Path, config: Path) -> Context | None:
    meta = _json(path)
    name, endpoints = meta.get("Name"), meta.get("Endpoints")
    engine = endpoints.get("docker") if isinstance(endpoints, dict) else None
    if not isinstance(engine, dict):
        return None
    host = engine.get("Host")
    if not isinstance(name, str) or not name or not isinstance(host, str) or not host:
        return None
    # The client names a context's folders by the digest of its name.
    digest = sha256(name.encode("utf-8", "replace")).hexdigest()
    tls = config / "contexts" / "tls" / digest / "docker"
    return Context(name, host, tls, bool(engine.get("SkipTLSVerify")))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
