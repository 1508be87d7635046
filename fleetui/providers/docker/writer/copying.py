"""From a container's inspection to one that is the same on another image. Pure.

What came from the old image is left out, so that it comes from the new one: a variable, a
command or a label that nobody set by hand must not be pinned over the new image's.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.docker.writer import surroundings
from fleetui.providers.docker.writer.deed import Raw
from fleetui.providers.documents import dig

_SHORT = 12
# Of an endpoint, what somebody asked for; the rest is what the engine made of it.
_ASKED = ("IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority")
_IN_ORDER = frozenset({"Cmd", "Entrypoint", "Test"})
_CHECK = ("Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries")


@dataclass(frozen=True, slots=True)
class Copy:
    """What is asked for to make a container anew."""

    body: Raw
    """Of the request that creates it."""
    connects: tuple[tuple[str, Raw], ...]
    """The other networks, each with how it is attached."""
    disconnects: tuple[str, ...]
    """Networks that creating attaches to, and the old one had been taken off."""


def copy_of(raw: Raw, old: Mapping[str, Any] | None, image: str) -> Copy:
    """Return how to make a container anew on `image`.

    `old` is the config of the image that it was made from; where that is gone, everything
    stays pinned as it is.
    """
    host = copy.deepcopy(dig(raw, "HostConfig") or {})
    host["Links"] = [_link(str(one)) for one in host.get("Links") or ()] or None
    body = own_config(raw, old or {})
    body["Image"] = image
    _keep_anonymous(raw, host)
    body["HostConfig"] = host
    networks = _networks(raw)
    first = _first(str(host.get("NetworkMode") or ""), raw)
    if networks.get(first):
        body["NetworkingConfig"] = {"EndpointsConfig": {first: networks[first]}}
    joins = not _borrowed(str(host.get("NetworkMode") or "")) and first not in {"host", "none"}
    others = tuple((name, networks[name]) for name in sorted(networks) if name != first)
    return Copy(
        body=body,
        connects=others if joins else (),
        disconnects=(first,) if joins and first not in networks else (),
    )


def own_config(raw: Raw, old: Mapping[str, Any]) -> Raw:
    """Return what somebody set on a container, beyond what its image brings."""
    config: Raw = copy.deepcopy(dig(raw, "Config") or {})
    config.pop("Image", None)
    _drop_own_names(config, raw)
    for name in ("User", "WorkingDir", "StopSignal"):
        if config.get(name) and config.get(name) == old.get(name):
            config.pop(name)
    config["Env"] = [one for one in config.get("Env") or () if one not in (old.get("Env") or ())]
    for name in {"Labels", "ExposedPorts", "Volumes"} & config.keys():
        known = old.get(name) or {}
        config[name] = {
            k: v for k, v in (config.get(name) or {}).items() if k not in known or known[k] != v
        }
    # A command of the image's is taken only together with its entrypoint.
    if not config.get("Entrypoint") or config["Entrypoint"] == old.get("Entrypoint"):
        config.pop("Entrypoint", None)
        if config.get("Cmd") == old.get("Cmd"):
            config.pop("Cmd", None)
    check, known = config.get("Healthcheck") or {}, old.get("Healthcheck") or {}
    left = {k: check[k] for k in _CHECK if check.get(k) and check.get(k) != known.get(k)}
    config.pop("Healthcheck", None)
    if left:
        config["Healthcheck"] = left
    # The image's own, not the container's.
    config.pop("OnBuild", None)
    return config


def _drop_own_names(config: Raw, raw: Raw) -> None:
    """Take out the host name that the engine made of the id, or lent from another container."""
    if config.get("Hostname") == str(raw.get("Id"))[:_SHORT]:
        config.pop("Hostname")
    mode = str(dig(raw, "HostConfig", "NetworkMode") or "")
    if _borrowed(mode):
        for name in ("Hostname", "Domainname", "MacAddress", "ExposedPorts"):
            config.pop(name, None)
    if mode == "host":
        config.pop("Hostname", None)


def _borrowed(mode: str) -> bool:
    return mode.startswith("container:")


def _link(text: str) -> str:
    """Return a link as it is asked for: `/db:/web/alias` is `db:alias`."""
    target, _, alias = text.partition(":")
    return f"{target.removeprefix('/')}:{alias.rpartition('/')[2]}"


def _keep_anonymous(raw: Raw, host: Raw) -> None:
    """Mount the same volumes, those without a name too: their data goes on."""
    binds = list(host.get("Binds") or ())
    taken = {str(one).split(":")[1] for one in binds if ":" in str(one)}
    taken |= {str(dig(one, "Target")) for one in host.get("Mounts") or ()
              if dig(one, "Source") or dig(one, "Type") != "volume"}  # fmt: skip
    for mount in dig(raw, "Mounts") or ():
        name, target = str(dig(mount, "Name") or ""), str(dig(mount, "Destination") or "")
        if dig(mount, "Type") != "volume" or target in taken:
            continue
        if surroundings.is_anonymous(name):
            binds.append(f"{name}:{target}{'' if dig(mount, 'RW') is not False else ':ro'}")
            # Asked for as a mount without a source, it would be a new, empty one.
            host["Mounts"] = [m for m in host.get("Mounts") or () if dig(m, "Target") != target]
    host["Binds"] = binds or None
    if not host.get("Mounts"):
        host.pop("Mounts", None)


def _networks(raw: Raw) -> dict[str, Raw]:
    """Return how it is attached to each network, as it was asked for."""
    found = dig(raw, "NetworkSettings", "Networks")
    own = str(raw.get("Id"))[:_SHORT]
    networks: dict[str, Raw] = {}
    for name, place in found.items() if isinstance(found, dict) else ():
        asked = {k: copy.deepcopy(place[k]) for k in _ASKED if dig(place, k)}
        aliases = [one for one in asked.get("Aliases") or () if one != own]
        asked.pop("Aliases", None)
        if aliases and name != "bridge":
            asked["Aliases"] = aliases
        networks[str(name)] = asked
    return networks


def _first(mode: str, raw: Raw) -> str:
    """Return the name of the network that creating attaches to; it may be asked for by its id."""
    if mode in {"default", "bridge", ""}:
        return "bridge"
    found = dig(raw, "NetworkSettings", "Networks")
    for name, place in found.items() if isinstance(found, dict) else ():
        if mode == name or (len(mode) >= _SHORT and str(dig(place, "NetworkID")).startswith(mode)):
            return str(name)
    return mode


def same_print(raw: Raw, old: Mapping[str, Any] | None) -> str:
    """Return what two containers have in common that are the same but for their image.

    So the heir of a container that was made anew is known, whose id nobody could know before.
    """
    made = copy_of(raw, old, "")
    host = made.body["HostConfig"]
    host.pop("Links", None)
    text = json.dumps(_plain([made.body, dict(made.connects)], ""), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _plain(value: Any, name: str) -> Any:
    """Return data in which nothing is told in two ways: engines keep mounts in no order."""
    if isinstance(value, Mapping):
        found = {str(k): _plain(v, str(k)) for k, v in value.items()}
        return {k: v for k, v in found.items() if v not in ({}, [], None, "")}
    if isinstance(value, list | tuple):
        plain = [_plain(one, name) for one in value]
        return plain if name in _IN_ORDER else sorted(plain, key=json.dumps)
    return value
