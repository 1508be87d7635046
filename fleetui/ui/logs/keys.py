"""What the log view offers to leave less grave entries out, and what its filter can say."""

from __future__ import annotations

from fleetui.core.logs.line import Level
from fleetui.ui.line import Piece

LEVELS = (Level.NONE, Level.INFO, Level.WARN, Level.ERROR)
_FILTER = (
    ("timeout", "the line, its trace or message holds it"),
    ("status:502 path:/cart", "a field holds it"),
    ("status>=500", "a field is more or less"),
    ("level:error source:api", "its level, its source"),
    ("container:proxy", "who of a pod's several containers"),
    ("!term", "the contrary"),
    ('"two words"', "held together"),
)


def filter_lines() -> list[list[Piece]]:
    """Return what the filter of a log can say, as lines of pieces."""
    lines: list[list[Piece]] = [[("filter", "strong")]]
    lines += [[(f"  {term:<24}", "key"), (does, "text")] for term, does in _FILTER]
    return lines
