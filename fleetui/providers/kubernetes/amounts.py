"""Quantities and times as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from fleetui.core.lazy_pattern import lazy_pattern

_FACTORS = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "E": 1e18, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
    "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = lazy_pattern(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)"
)
# Go writes up to nine digits of a second; Python reads six.
_FRACTION = lazy_pattern(r"(\.\d{6})\d+")


@lru_cache(maxsize=4096)
def quantity(text: str | float | None) -> float | None:
    """Return `500m` as 0.5 and `1Gi` as bytes; None for what is no quantity."""
    if text is None or isinstance(text, int | float):
        return None if text is None else float(text)
    match = _QUANTITY.fullmatch(text.strip()[:64])
    if match is None:
        return None
    number = float(match[1])
    try:
        return number * (10.0 ** int(match[2]) if match[2] else _FACTORS[match[3] or ""])
    except OverflowError:
        return None


def total(amounts: Iterable[float | None]) -> float | None:
    """Return the sum of what is known; None where nothing is."""
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None


def time_of(text: str | None) -> float | None:
    """Return RFC 3339 text as unix seconds; None where there is none, or where it is no time."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        try:
            time = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
        except ValueError:
            return None
    if time.year <= 1:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
