"""Hides the passwords that some programs take in a short flag, or in one with a name of its own."""

from __future__ import annotations

import re

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern

HIDDEN = "***"
VALUE = r"""(?:\\["'][^"']*|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s'"&,;]+)"""
"""One value of a setting or a flag, in quotes or not."""


@dataclass(frozen=True, slots=True)
class _Program:
    """A program by a pattern of its name, and the flags that its password follows."""

    name: str
    joined: str = ""
    """In the same word, as `-psecret`."""
    apart: str = ""
    """In the next word."""


_KNOWN = (
    _Program(r"(?:mysql|mariadb|mycli)[\w.-]{0,20}", joined="-p"),
    _Program(r"(?:redis|valkey|keydb)-cli", apart="-a"),
    _Program(r"sshpass", joined="-p", apart="-p"),
    _Program(r"mongo[a-z]{0,10}", apart="-p"),
    _Program(r"ldap[a-z]{2,10}", apart="-w"),
    _Program(r"(?:sqlcmd|bcp)", joined="-P", apart="-P"),
    _Program(r"(?:docker|podman|helm|az|oc)\b[^|;&\n]{0,60}\blogin", apart="-p"),
)
PROGRAMS = (
    *("mysql", "mariadb", "mycli", "redis-cli", "valkey-cli", "keydb-cli", "sshpass", "mongo"),
    *("ldap", "sqlcmd", "bcp", "login", "masterauth"),
)
"""One of these, in small letters, stands wherever a pattern of this file can match."""
# What a shell would end a command with ends the reach of its program.
_BETWEEN = r"\b[^|;&\n]{0,300}?\s"
_IN_TEXT = [
    *(
        lazy_pattern(rf"(\b{one.name}{_BETWEEN}{one.joined}){VALUE}")
        for one in _KNOWN
        if one.joined
    ),
    *(
        lazy_pattern(rf"(\b{one.name}{_BETWEEN}{one.apart}[\s=]+){VALUE}")
        for one in _KNOWN
        if one.apart
    ),
    lazy_pattern(
        rf"((?<![\w-])(?:--(?:[\w-]{{1,40}}-)?pass|-pass(?:in|out)?)[\s=]+(?:pass:)?){VALUE}"
    ),
    lazy_pattern(rf"((?<!\w)(?:requirepass|masterauth)[\s=]+){VALUE}"),
]


def in_commands(text: str) -> str:
    """Return a line without the passwords in flags of the programs in it."""
    for pattern in _IN_TEXT:
        text = pattern.sub(after_first, text)
    return text


def after_first(found: re.Match[str]) -> str:
    """Return the first group and what hides the rest: a template is read anew for each text."""
    return f"{found[1]}{HIDDEN}"


class Flags:
    """Which words of one command hold a password, by the programs that are named in it."""

    def __init__(self, command: str) -> None:
        """`command` is all of its words, the program among them."""
        named = [one for one in _KNOWN if re.search(rf"\b{one.name}\b", command)]
        self._joined = tuple(one.joined for one in named if one.joined)
        self._apart = frozenset(one.apart for one in named if one.apart)

    def attached(self, word: str) -> str:
        """Return the flag at the beginning of a word that goes on with a password, or nothing."""
        found = next((flag for flag in self._joined if word.startswith(flag)), "")
        return found if len(word) > len(found) else ""

    def before(self, word: str) -> bool:
        """Say whether the word after this one is a password."""
        return word in self._apart
