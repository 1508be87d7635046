"""What a project's files say of one service. Pure; keeps no values that may be secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import NotFound
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.documents import dig

_JOB = "service_completed_successfully"
# What compose puts into a container itself, between making it and starting it.
_INJECTED = ("content", "environment")
_HOOKS = ("post_start", "pre_stop")


@dataclass(frozen=True, slots=True)
class Service:
    """One service, as far as scaling and redeploying it goes."""

    name: str
    image: str = ""
    """Empty where the image is named after project and service."""
    builds: bool = False
    pulls: bool = True
    """Whether its image comes from a registry; `pull_policy: never` says no."""
    replicas: int = 1
    container_name: str = ""
    room: int | None = None
    """How many members there can be at one time; None: as many as one likes."""
    why: str = ""
    """Why there can be no more: `port 8080 of the host is published by one only`."""
    by_compose: str = ""
    """Why nobody but compose can start a member; empty where the engine can."""
    needs: tuple[str, ...] = ()
    """The services that it depends on."""
    needed_by: tuple[str, ...] = ()
    waited_for: tuple[str, ...] = ()
    """The services that wait until it has ended well: it is a one-shot job."""


def service_of(config: Mapping[str, Any], name: str) -> Service:
    """Return one service of a config. Raises NotFound where the files have it no more."""
    services = dig(config, "services")
    raw = dig(services, name)
    if not isinstance(raw, dict):
        known = ", ".join(clean(str(one), 60) for one in services or ())
        raise NotFound(
            f"the project's files have no service {clean(name, 100)} any more",
            hint=f"they have: {known or 'none'}",
        )
    others = services.items() if isinstance(services, dict) else ()
    dependants = {clean(str(n), 100): dig(other, "depends_on", name) for n, other in others}
    container_name = clean(str(raw.get("container_name") or ""), 200)
    room, why = _room(raw, container_name)
    return Service(
        name,
        image=clean(str(raw.get("image") or ""), 300),
        builds=bool(raw.get("build")),
        pulls=raw.get("pull_policy") != "never",
        replicas=_replicas(raw),
        container_name=container_name,
        room=room,
        why=why,
        by_compose=_by_compose(config, raw),
        needs=tuple(sorted(clean(str(one), 100) for one in raw.get("depends_on") or ())),
        needed_by=tuple(sorted(n for n, how in dependants.items() if how is not None)),
        waited_for=tuple(
            sorted(n for n, how in dependants.items() if dig(how, "condition") == _JOB)
        ),
    )


def _replicas(raw: Mapping[str, Any]) -> int:
    for found in (raw.get("scale"), dig(raw, "deploy", "replicas")):
        if isinstance(found, int):
            return found
    return 1


def _room(raw: Mapping[str, Any], container_name: str) -> tuple[int | None, str]:
    """Return how many members there can be, and what keeps more from being."""
    found: list[tuple[int, str]] = []
    if container_name:
        found.append((1, f"the file gives it one container_name, {container_name}"))
    if raw.get("network_mode") == "host":
        found.append((1, "it lives in the host's network, where a port is had by one only"))
    ports = raw.get("ports")
    for port in ports if isinstance(ports, list) else ():
        count = _published(str(dig(port, "published") or ""))
        if count:
            text = clean(str(dig(port, "published")), 40)
            what = f"port {text} of the host is" if count == 1 else f"ports {text} of the host are"
            found.append((count, f"{what} published by it"))
    networks = raw.get("networks")
    for name, place in networks.items() if isinstance(networks, dict) else ():
        if dig(place, "ipv4_address") or dig(place, "ipv6_address") or dig(place, "mac_address"):
            found.append((1, f"the file gives it a fixed address in {clean(str(name), 100)}"))
    return min(found, default=(None, ""), key=lambda one: one[0] or 0)


def _published(text: str) -> int:
    """Return how many ports of the host a text names; 0 where the engine picks them."""
    first, dash, last = text.partition("-")
    if not first.isdigit() or int(first) == 0 or (dash and not last.isdigit()):
        return 0
    return max(1, int(last) - int(first) + 1) if dash else 1


def _by_compose(config: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    for kind in ("configs", "secrets"):
        used = raw.get(kind)
        for one in used if isinstance(used, list) else ():
            named = dig(config, kind, str(dig(one, "source")))
            if any(dig(named, how) is not None for how in _INJECTED):
                return f"compose itself puts {kind} into it before it starts"
    if any(raw.get(hook) for hook in _HOOKS):
        return "it has hooks that only compose runs"
    return ""


def named(names: Iterable[str]) -> str:
    """Return names as one text, the first of many."""
    found = list(names)
    return ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
