"""The near end of a forward, and its plan: the same whichever back end is at the other end."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo
from fleetui.core.clean import clean
from fleetui.core.errors import Conflict, Invalid
from fleetui.core.forwarding import (
    ANY_FREE,
    is_loopback,
    near_end,
    port_label,
    read_address,
    read_local,
    url_of,
)
from fleetui.core.lazy_dataclass import dataclass

_LOWEST = 1024
"""Ports below it are the system's."""
LEFT = Progress(Phase.DONE, "closed, as its process ended")
"""What became of a forward whose process is gone."""


@dataclass(frozen=True, slots=True)
class There:
    """A port of a thing: its number and name, as the thing has them."""

    number: int
    name: str = ""
    protocol: str = "tcp"


def chosen(word: str, ports: Sequence[There], what: str, *, others: bool = True) -> There:
    """Return the port that is meant by a number or name, or the only one where none is named.

    `others`: a number is good that is not among them. Raises Invalid with those there are.
    """
    ports = [one for one in ports if one.protocol == "tcp"]
    if not word and len(ports) == 1:
        return ports[0]
    for one in ports:
        if word and word in {str(one.number), one.name}:
            return one
    if word.isdecimal() and others:
        return There(int(word))
    known = ", ".join(port_label(one.number, one.name) for one in ports[:12])
    if not word:
        raise Invalid(
            f"which port of {what}?", hint=f"it has {known}" if known else "write its number"
        )
    raise Invalid(f"{what} has no port {clean(word, 60)}", hint=f"it has {known}" if known else "")


def near(ask: Ask, wanted: Sequence[int]) -> tuple[str, int]:
    """Return the address and a port here that is free now.

    Where none is named, `wanted` are tried, save the system's, and then it is any.

    Raises Invalid where it cannot be, Conflict where it is taken, with what to do.
    """
    address = read_address(ask.value("address"))
    named = ask.value("local")
    if named:
        return address, _bindable(address, read_local(named), near_name(ask))
    for port in wanted:
        if port >= _LOWEST:
            with suppress(Conflict):
                return address, _bindable(address, port, "")
    return address, _bindable(address, ANY_FREE, "")


def near_name(ask: Ask) -> str:
    """Return the port there as it was asked for, for a hint."""
    return ask.value("port") or "PORT"


def _bindable(address: str, port: int, there: str) -> int:
    """Return the port, or for 0 one that is free, once it was had for a moment."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the listener does: what is only left of former connections is no reason.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise unbound(error, address, port, there) from None
        found: int = probe.getsockname()[1]
        return found


def unbound(error: OSError, address: str, port: int, there: str) -> Conflict | Invalid:
    """Return in words why a port here cannot be listened at."""
    end = near_end(address, port)
    hint = f"another: {_other(port)}:{there or 'PORT'}, or 0:{there or 'PORT'} for any free one"
    if error.errno == errno.EADDRINUSE:
        return Conflict(f"{end} is taken by another program or forward", hint=hint)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Invalid(f"{end} may not be listened at: ports below {_LOWEST} are the system's",
                       hint=hint)  # fmt: skip
    if error.errno == errno.EADDRNOTAVAIL:
        return Invalid(f"{address} is no address of this machine", hint="127.0.0.1 is")
    return Invalid(f"{end} cannot be listened at: {clean(error.strerror or '', 100)}")


def _other(port: int) -> int:
    return port + 1 if _LOWEST <= port < 65_535 else 8080


def plan(
    ask: Ask,
    there: There,
    member: str,
    *,
    wanted: Sequence[int] = (),
    facts: Iterable[tuple[str, str]] = (),
    cautions: Iterable[Caution] = (),
    permission: str = "",
    refused: str = "",
    memo: Iterable[tuple[str, str]] = (),
) -> Plan:
    """Return the plan of one forward. Raises Invalid and Conflict as `near` does.

    `wanted` are good numbers for the port here, after that of the port there.
    """
    address, local = near(ask, (there.number, *wanted))
    end = near_end(address, local)
    label = port_label(there.number, there.name)
    open_to_all: tuple[Caution, ...] = ()
    if not is_loopback(address):
        text = f"whoever reaches {end} reaches it without being asked who they are"
        open_to_all = (Caution(text, grave=True),)
    values = (("local", str(local)), ("port", str(there.number)), ("address", address))
    answers = (("answered by", member),) if member else ()
    return Plan(
        ask=replace(ask, values=values),
        differences=(Difference("port", end, label),),
        facts=(*answers, ("open", url_of(address, local, there.number, there.name)), *facts),
        cautions=(*open_to_all, *cautions),
        steps=(f"listen at {end}", f"carry each connection to port {label} of {ask.ref.short}"),
        undo=Undo("X on it in :forwards closes it; so does the end of this program"),
        permission=permission,
        refused=refused,
        memo=(("name", there.name), ("member", member), *memo),
    )  # fmt: skip
