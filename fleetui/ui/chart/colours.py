"""Which colour a series has: the same one for as long as it is drawn."""

from __future__ import annotations

from collections.abc import Iterable


class Colours:
    """Hands the numbers 0 to `many` - 1 out by name; a name keeps its number while it is seen."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._numbers: dict[str, int] = {}

    def of(self, names: Iterable[str]) -> dict[str, int]:
        """Return a number for each name; those not named any more are given back."""
        wanted = list(dict.fromkeys(names))
        kept = {name: self._numbers[name] for name in wanted if name in self._numbers}
        free = [number for number in range(self._many) if number not in kept.values()]
        for nth, name in enumerate(name for name in wanted if name not in kept):
            kept[name] = free[nth] if nth < len(free) else nth % self._many
        self._numbers = kept
        return kept
