"""`re.compile`, which compiles when the pattern is first used.

To compile one takes up to 2 ms, and the board has a hundred that its first rows do not need.
Once compiled, a pattern is as quick as ever: its methods are those of the compiled one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["LazyPattern", "lazy_pattern"]

_METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


class LazyPattern:
    """A pattern of the standard library, compiled or not yet; it raises re.error on first use."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    def compiled(self) -> re.Pattern[Any]:
        """Return the pattern of the standard library, which lends its methods from now on."""
        made = re.compile(self.pattern, self._flags)
        for name in _METHODS:
            setattr(self, name, getattr(made, name))
        return made


def _first(name: str) -> Any:
    def method(self: LazyPattern, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.compiled(), name)(*args, **kwargs)

    return method


for _name in _METHODS:
    setattr(LazyPattern, _name, _first(_name))

if TYPE_CHECKING:
    from re import compile as lazy_pattern
else:
    lazy_pattern = LazyPattern
