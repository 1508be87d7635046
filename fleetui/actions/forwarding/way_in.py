"""How a forward is reached from the machine at which the person really sits."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from fleetui.actions.action import Who
from fleetui.actions.forwarding.forward import Forwarding
from fleetui.core.forwarding import is_loopback, near_end

_FIELDS = 4


def way_in(opened: Iterable[Forwarding], who: Who, environ: Mapping[str, str]) -> str:
    """Return the command to type there, where this is an SSH session; else nothing."""
    ports = [
        f"-L {one.local}:{near_end(one.address, one.local)}"
        for one in opened
        if is_loopback(one.address)
    ]
    if not who.origin or not ports:
        return ""
    return f"ssh {' '.join(ports)} {who.user}@{_host(who, environ)}"


def _host(who: Who, environ: Mapping[str, str]) -> str:
    """Return the name of this machine where it is whole, else the address that SSH came to."""
    if "." in who.host:
        return who.host
    fields = environ.get("SSH_CONNECTION", "").split()
    if len(fields) == _FIELDS:
        try:
            return str(ipaddress.ip_address(fields[2].partition("%")[0]))
        except ValueError:
            return who.host
    return who.host
