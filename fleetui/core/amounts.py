"""Reads how many are wanted, as a person writes it."""

from __future__ import annotations

from fleetui.core.errors import Invalid
from fleetui.core.lazy_pattern import lazy_pattern

_COUNT = lazy_pattern(r"(?P<sign>[+-]?)(?P<number>\d{1,6})|[x×*](?P<times>\d{1,3})")


def scale_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return what a scale is to: `6` as its count, `min=2 max=9` as bounds of an autoscaler.

    Raises Invalid.
    """
    if "=" not in text:
        return (("count", text),)
    found: dict[str, str] = {}
    for word in text.replace(",", " ").split():
        name, _, value = word.partition("=")
        if name not in {"min", "max"} or not value.isdecimal():
            raise Invalid(f'"{word}" is no bound of an autoscaler', hint="write min=2 max=9")
        found[name] = value
    return tuple(found.items())


def count_of(text: str, now: int) -> int:
    """Return the number that `6`, `+2`, `-1` or `x2` makes of what there is. Raises Invalid."""
    match = _COUNT.fullmatch(text.replace(" ", ""))
    if match is None:
        raise Invalid(f'"{text}" is no number of members', hint="write 6, +2, -1 or x2")
    if match["times"]:
        return now * int(match["times"])
    number = int(match["number"])
    wanted = {"+": now + number, "-": now - number}.get(match["sign"], number)
    if wanted < 0:
        raise Invalid(f"there are only {now}: {text} would be fewer than none")
    return wanted
