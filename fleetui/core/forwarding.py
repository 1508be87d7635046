"""What is written of a forward: `8080:80`, and how its near end is reached. Pure functions."""

from __future__ import annotations

import ipaddress

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.lazy_pattern import lazy_pattern

LOOPBACK = "127.0.0.1"
ANY_FREE = 0
_LARGEST = 65_535
_HOW = "write 80, 8080:80 or 8080:http; 0:80 takes any free port"
_NAME = lazy_pattern(r"[A-Za-z0-9]([-A-Za-z0-9]{0,62})")
_SECURE = frozenset({443, 6443, 8443, 9443})
_WEB = frozenset({80, 3000, 4200, 5000, 5601, 8000, 8080, 8081, 8888, 9090, 9091, 9093, 15672})
_WEB_NAMES = ("http", "web", "ui", "metrics", "dashboard", "api")


def read_port(text: str) -> tuple[int | None, str]:
    """Return the local port (None: whichever fits) and the port there, by number or name.

    An empty text is whatever the thing has. Raises Invalid.
    """
    local, colon, port = text.strip().rpartition(":")
    if not text.strip():
        return None, ""
    if not _NAME.fullmatch(port):
        raise Invalid(f'"{clean(text, 60)}" is no port', hint=_HOW)
    if port.isdecimal() and not 0 < int(port) <= _LARGEST:
        raise Invalid(f"there is no port {clean(port, 20)}: they go from 1 to {_LARGEST}")
    if not colon:
        return None, port
    # `:80` is what others write for any free port.
    return (read_local(local) if local else ANY_FREE), port


def read_local(text: str) -> int:
    """Return a local port; 0 is any free one. Raises Invalid."""
    if not text.isascii() or not text.isdecimal() or int(text) > _LARGEST:
        raise Invalid(f'"{clean(text, 60)}" is no local port', hint=_HOW)
    return int(text)


def read_address(text: str) -> str:
    """Return the address that is listened at, loopback where none is given. Raises Invalid."""
    bare = text.strip().strip("[]")
    if not bare or bare == "localhost":
        return LOOPBACK
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        raise Invalid(
            f'"{clean(text, 80)}" is no address', hint="write 127.0.0.1, or one of this machine's"
        ) from None


def is_loopback(address: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def near_end(address: str, port: int) -> str:
    """Return `127.0.0.1:8080`, or `[::1]:8080`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def reached_at(address: str) -> str:
    """Return the address by which this machine itself reaches a listener."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(address, address)  # noqa: S104  it is only read


def url_of(address: str, local: int, port: int, name: str = "") -> str:
    """Return what to open: with a scheme where the port there is known to speak HTTP."""
    end = near_end(reached_at(address), local)
    word = name.lower()
    if port in _SECURE or word.startswith("https"):
        return f"https://{end}"
    if port in _WEB or word.startswith(_WEB_NAMES):
        return f"http://{end}"
    return end


def port_label(port: int, name: str) -> str:
    """Return `80 http`."""
    return f"{port} {name}" if name and name != str(port) else str(port)
