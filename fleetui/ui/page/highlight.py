"""Quiet colours for a line of YAML or JSON: keys, numbers, what is hidden. Never markup."""

from __future__ import annotations

import re

from fleetui.core.commands import HIDDEN
from fleetui.ui.line import Piece

_KEY = re.compile(
    r"""(\s*(?:- )*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#:\[{][^:"']{0,200}?)(\s*:)(?=\s|$)"""
)
_PLAIN = re.compile(r"(?:true|false|null|~|yes|no|\[\]|\{\}|\[|\{|\]|\}|\||\|-|>)[,]?$")
_NUMBER = re.compile(r"-?\d[\d.eE+-]*,?$")
_LONGEST = 2_000


def pieces(line: str) -> list[Piece]:
    """Return a line in pieces; one that is very long is left as it is."""
    if len(line) > _LONGEST:
        return [(line, "text")]
    found: list[Piece] = []
    key = _KEY.match(line)
    rest = line
    if key:
        found += [(key[1], "muted"), (key[2], "key"), (key[3], "muted")]
        rest = line[key.end() :]
    value = rest.strip()
    while value.startswith("- "):
        value = value[2:]
    bare = value.rstrip(",").strip("\"'")
    if bare == HIDDEN or bare.endswith(f"={HIDDEN}"):
        meaning = "muted"
    elif _NUMBER.match(value):
        meaning = "accent"
    elif not value or _PLAIN.match(value):
        meaning = "muted"
    else:
        meaning = "text"
    return [*found, (rest, meaning)] if rest else found
