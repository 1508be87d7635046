"""Patterns over refs, as the config names many things at once: `aws/*`, `asg/db-*`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from fleetui.core.clean import clean
from fleetui.core.ref import Ref


def fits(glob: str, ref: Ref) -> bool:
    """Say whether a pattern fits a whole ref, or an ending of it that begins at a slash.

    Endings count because people type refs so: `asg/db-*` is every group of that name, wherever
    it is. A `*` stands for slashes, too: `docker/prod/*` is all that there is on that engine.
    """
    text = str(ref)
    at = 0
    while True:
        if fnmatchcase(text[at:], glob):
            return True
        at = text.find("/", at) + 1
        if not at:
            return False


def mistake(glob: str) -> str:
    """Say why a pattern could never fit as it is meant; empty where it could."""
    if not glob.strip():
        return "is empty: a pattern is such as aws/*/asg/db-*"
    if glob != glob.strip() or clean(glob) != glob:
        return "has a blank at its end, or a character that cannot be seen"
    if glob.startswith("/") or glob.endswith("/") or "//" in glob:
        return "has a slash too many: a ref is provider/scope/kind/name"
    if _open(glob):
        return "has a [ that is not closed"
    return ""


def _open(glob: str) -> bool:
    """Say whether a set of characters is begun and never ended."""
    at = glob.find("[")
    while at >= 0:
        # The first character belongs to the set even where it is `]`, and after `!` as well.
        first = at + 2 if glob[at + 1 : at + 2] == "!" else at + 1
        end = glob.find("]", first + 1)
        if end < 0:
            return True
        at = glob.find("[", end)
    return False
