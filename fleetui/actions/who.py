"""Who is at the keyboard: the person, not the account that `sudo` gave them."""

from __future__ import annotations

import ipaddress
import os
import pwd
import socket
from collections.abc import Mapping
from pathlib import Path

from fleetui.actions.action import Who
from fleetui.core.clean import clean

_PROC = Path("/proc")
_NOBODY = 2**32 - 1
"""What the kernel says where nobody has logged in."""
_UP = 32
"""How many parents are asked at most."""


def who(environ: Mapping[str, str] | None = None, proc: Path = _PROC) -> Who:
    """Return the person, this host, and where their SSH session comes from."""
    environ = os.environ if environ is None else environ
    return Who(_user(environ, proc), clean(socket.gethostname(), 255), _origin(environ, proc))


def _user(environ: Mapping[str, str], proc: Path) -> str:
    """The kernel remembers who logged in, through sudo and su; sudo says who called it."""
    login = _text(proc / "self/loginuid").strip()
    if login.isdigit() and int(login) != _NOBODY:
        return _name(int(login))
    called = environ.get("SUDO_USER") or environ.get("DOAS_USER") or ""
    return clean(called, 255).strip() or _name(os.getuid())


def _name(uid: int) -> str:
    try:
        return clean(pwd.getpwuid(uid).pw_name, 255)
    except KeyError:
        return f"uid {uid}"


def _origin(environ: Mapping[str, str], proc: Path) -> str:
    if found := _address(environ.get("SSH_CONNECTION", "")):
        return found
    if not (environ.get("SUDO_USER") or environ.get("DOAS_USER")):
        return ""
    # sudo takes the variable away: a process further up still has it.
    pid = "self"
    for _ in range(_UP):
        pid = _parent(proc / pid / "stat")
        if pid in {"", "0", "1"}:
            return ""
        for setting in _text(proc / pid / "environ").split("\0"):
            name, _, value = setting.partition("=")
            if name == "SSH_CONNECTION":
                return _address(value)
    return ""


def _address(connection: str) -> str:
    """Return the client's address of `10.0.0.7 51234 10.0.0.1 22`; empty where it is none."""
    first = connection.partition(" ")[0]
    try:
        ipaddress.ip_address(first.partition("%")[0])
    except ValueError:
        return ""
    return clean(first, 64)


def _parent(stat: Path) -> str:
    fields = _text(stat).rpartition(")")[2].split()
    return fields[1] if len(fields) > 1 else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
