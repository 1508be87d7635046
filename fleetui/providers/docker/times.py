"""Times as engines write them."""

from __future__ import annotations

from datetime import UTC, datetime

from fleetui.core.lazy_pattern import lazy_pattern

# Go writes up to nine digits of a second; Python reads six.
_FRACTION = lazy_pattern(r"(\.\d{6})\d+")


def time_of(text: str | float | None) -> float | None:
    """Return RFC 3339 text or a number as unix seconds; None for Go's zero time or none at all."""
    if text is None or text == "":
        return None
    if isinstance(text, int | float):
        return float(text) if text > 0 else None
    try:
        time = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return None
    return None if time.year <= 1 else time.replace(tzinfo=time.tzinfo or UTC).timestamp()
