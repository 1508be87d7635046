"""The engine for patterns in filters, with bounds that no pattern can break.

It stands beside the layers: the core knows it only as `Language.compile`.
"""

from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING

from fleetui.core.filter import PatternError, SlowPatternError
from fleetui.core.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import regex

LONGEST = 200
_MOST_REPEATS = 2_000
"""Counted repeats within each other multiply, and so does the work of reading them."""
_ROW_S = 0.05
"""CPU time that one text may take."""
_CREDIT_S, _EARNED_S = 0.25, 0.00005
"""What all texts together may take at once, and what each of them adds to it again."""

_COUNTED = lazy_pattern(r"\{(\d*)(?:,(\d*))?\}")
# What may look beyond the line it began in, or swallow more than one: tried line by line.
_BEYOND = lazy_pattern(r"\(\?|\\[AZzGKRX]|[+*?}]\+")


class BoundedPattern:
    """A pattern that gives up, for good, when it takes too long."""

    def __init__(self, compiled: regex.Pattern[str], *, lines_apart: bool) -> None:
        self._search = compiled.search
        self._lines_apart = lines_apart
        self._credit = _CREDIT_S
        self._slow = False

    def search(self, text: str) -> bool:
        """Say whether it is in the text. Raises SlowPatternError."""
        return self._find(text) is not None

    def search_lines(self, text: str) -> bool:
        """Say whether it is in one of the lines of the text. Raises SlowPatternError."""
        if not self._lines_apart:
            found = self._find(text)
            if found is None or "\n" not in found:
                return found is not None
        return any(self._find(line) is not None for line in text.split("\n"))

    def _find(self, text: str) -> str | None:
        began = thread_time()
        try:
            if self._slow:
                raise TimeoutError
            found = self._search(text, timeout=_ROW_S)
        except (TimeoutError, MemoryError):
            self._slow = True
            raise SlowPatternError("takes too long: make it simpler") from None
        self._credit = min(_CREDIT_S, self._credit + _EARNED_S - (thread_time() - began))
        self._slow = self._credit <= 0
        return None if found is None else str(found.group())


def compile_pattern(source: str) -> BoundedPattern:
    """Return the pattern, blind to capitals. Raises PatternError."""
    if len(source) > LONGEST:
        raise PatternError(f"is longer than {LONGEST} characters", LONGEST)
    repeats = 1
    for found in _COUNTED.finditer(source):
        repeats *= max([1, *(int(number[:9]) for number in found.groups() if number)])
        if repeats > _MOST_REPEATS:
            raise PatternError(f"repeats more than {_MOST_REPEATS:,} times", found.start())
    import regex

    try:
        compiled = regex.compile(source, regex.IGNORECASE | regex.MULTILINE)
    except regex.error as error:
        raise PatternError(error.msg, error.pos or 0) from None
    except (RecursionError, OverflowError, ValueError, TypeError, KeyError, IndexError) as error:
        raise PatternError(f"cannot be read: {error or type(error).__name__}") from None
    return BoundedPattern(compiled, lines_apart=_BEYOND.search(source) is not None)
