"""Reads the values that a person writes: sizes, cores, times, policies."""

from __future__ import annotations

import re

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid

NONE = "none"
_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.IGNORECASE)
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
POLICIES = ("no", "always", "unless-stopped", "on-failure")
LEAST_MEMORY = 6 * 1024**2
"""An engine refuses to run anything in less."""


def memory(text: str) -> int:
    """Return bytes, 0 for `none`. Raises Invalid."""
    if text.strip().lower() == NONE:
        return 0
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"{clean(text, 40)!r} is no size", hint="write 512MiB, 2GiB or none")
    count = int(float(found[1]) * _UNITS[found[2].lower()])
    if count < LEAST_MEMORY:
        raise Invalid(
            f"{clean(text, 40)} is too little memory: the least is {memory_text(LEAST_MEMORY)}",
            hint="write 512MiB, 2GiB or none",
        )
    return count


def memory_text(count: int) -> str:
    """Return bytes so that they read back as the same number: `512MiB`, `none`."""
    if count <= 0:
        return NONE
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        size = _UNITS[unit[0].lower()]
        if count >= size and count % size == 0:
            return f"{count // size}{unit}"
    return f"{count}B"


def cpu(text: str) -> int:
    """Return billionths of a core, 0 for `none`. Raises Invalid."""
    if text.strip().lower() == NONE:
        return 0
    try:
        cores = float(text)
    except ValueError:
        cores = -1.0
    if not 0.01 <= cores <= 4096:
        raise Invalid(f"{clean(text, 40)!r} is no number of cores", hint="write 0.5, 2 or none")
    return round(cores * 1e9)


def cpu_text(nano: int) -> str:
    """Return cores: `1.5`, `none`."""
    return f"{nano / 1e9:.9f}".rstrip("0").rstrip(".") if nano > 0 else NONE


def policy(text: str) -> tuple[str, int]:
    """Return a restart policy's name and its most attempts, 0 for any. Raises Invalid."""
    name, _, most = text.strip().partition(":")
    good = name in POLICIES and (not most or (name == "on-failure" and most.isdigit()))
    if not good:
        raise Invalid(
            f"{clean(text, 40)!r} is no restart policy",
            hint=f"write {', '.join(POLICIES)} or on-failure:5",
        )
    return name, int(most or 0)


def policy_text(name: str, most: int) -> str:
    """Return a policy as it is written."""
    return f"{name}:{most}" if most else name or "no"


def seconds(text: str, other: float) -> float:
    """Return a length of time, or `other` where none is given. Raises Invalid."""
    if not text:
        return other
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"{clean(text, 40)!r} is no length of time", hint="write 10s or 2m")
    return float(found[1]) * _SECONDS[found[2].lower()]


def yes(text: str) -> bool:
    """Say whether a value means yes. Raises Invalid for one that means neither."""
    word = text.strip().lower()
    if word not in {"", "yes", "true", "no", "false"}:
        raise Invalid(f"{clean(text, 40)!r} is neither yes nor no")
    return word in {"yes", "true"}
