"""Hides in the lines of a log what is unmistakably a secret: keys, tokens, passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fleetui.core.commands import HIDDEN
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.line import NOTE, RawLine

# Where a name ends and its value begins: password=…, "password": "…", \"password\":\"…\".
_IS = r"(?:=|\\?[\"']\s{0,3}[:=]\s{0,3})"
# A value that is no secret: a word of a language, a small number, what is hidden already.
_NONE = (
    r"(?!(?:true|false|null|none|nil|undefined|\d{1,3}|\*+|x{2,}|[\[<][a-z]+[\]>])"
    r"(?:[\s'\",;)}\]\\]|$))"
)
_QUOTED = r"""\\["'](?:[^"'\\]|\\\\)*|"(?:[^"\\]|\\.)*"?|'[^']*'?"""
_VALUE = lazy_pattern(rf"{_NONE}(?:{_QUOTED}|[^\s'\"&,;)}}\]\\{{\[]+)")
# A token is long: `token=EOF` of a parser is none.
_LONG = lazy_pattern(
    rf"(?=\\?[\"'](?:[^\s\"\\]|\\.){{8}}|[^\s\"'&,;\\]{{8}})(?:{_QUOTED}|[^\s'\"&,;)}}\]\\{{\[]+)"
)
_KEY = lazy_pattern(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|$)"
)
# The lines of a key in PEM, whatever a logger put before them, and what may stand among them.
_BODY = lazy_pattern(r"(?:(?<=\s)[A-Za-z0-9+/]{40,}|^\s*[A-Za-z0-9+/]{1,80})={0,2}\s*$")
_HEADERS = ("Proc-Type:", "DEK-Info:", "Comment:")


class _Rule(NamedTuple):
    """One way in which a secret stands in a line."""

    hints: tuple[str, ...]
    """One of these stands, in small letters, in every such line. To scan for them takes far less
    time than a pattern, and a busy log has few such lines."""
    before: re.Pattern[str] | None
    """What ends where the secret begins, in small letters; None: `secret` says where."""
    secret: re.Pattern[str]


_RULES = (
    _Rule(("private key-----",), None, _KEY),
    _Rule(
        ("passw", "passphrase", "pwd", "secret"),
        lazy_pattern(
            rf"(?:passw(?:or)?d|passphrase|pwd|secret(?:[-_]?(?:access)?[-_]?key)?){_IS}"
            r"|pass(?:word|phrase)(?: is)?: (?=\S+$)"
        ),
        _VALUE,
    ),
    _Rule(
        ("token", "key"),
        lazy_pattern(
            r"(?:token|(?:api|access|private|auth|account)[-_]?key|(?<=x-)[a-z-]{1,40}key)"
            rf"(?:{_IS}|(?<=token): (?=\S+$))"
        ),
        _LONG,
    ),
    _Rule(
        ("authorization", "bearer "),
        lazy_pattern(
            r"authorization(?:\\?['\"])?\s{0,3}[:=]\s{0,3}(?:\[\]string\{|\[)?(?:\\?['\"])?"
            r"(?:bearer|basic|token|digest|negotiate)\s|\bbearer (?=[a-z._~+/=-]{0,200}\d)"
        ),
        lazy_pattern(r"[A-Za-z0-9._~+/=:-]{4,}"),
    ),
    _Rule(
        ("cookie",),
        lazy_pattern(r"\b(?:set-)?cookie(?:\\?['\"])?\s{0,3}[:=]\s{0,3}\[?(?:\\?['\"])?"),
        lazy_pattern(r"(?:[\w.-]{1,100}=[^\s'\",;\\]*(?:; ?)?)+"),
    ),
    _Rule(
        ("@",),
        lazy_pattern(r"://(?=[^/@\s:]{0,200}:[^@\s\"'/]{1,400}@)"),
        lazy_pattern(r"[^@]+(?=@)"),
    ),
    _Rule(("akia", "asia"), None, lazy_pattern(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    _Rule(("eyj",), None, lazy_pattern(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    _Rule(
        ("dop_v1_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox"),
        None,
        lazy_pattern(
            r"\bdop_v1_[0-9a-f]{16,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
            r"|\bxox[abeoprs]-[\w-]{10,}"
        ),
    ),
    _Rule(
        ("k_live_", "k_test_", "aiza", "npm_", "hvs."),
        None,
        lazy_pattern(
            r"\b[sr]k_(?:live|test)_\w{10,}|\bAIza[\w-]{30,}|\bnpm_\w{30,}|\bhvs\.[\w-]{20,}"
        ),
    ),
)


class Hider:
    """Goes over the lines of one source in their order: a key in PEM stands on several."""

    __slots__ = ("_in_key",)

    def __init__(self) -> None:
        self._in_key = False

    def hide(self, lines: Sequence[RawLine]) -> Sequence[RawLine]:
        """Return the lines without secrets; the same object where none holds anything like it."""
        # One scan of all of them together finds the rules that need a closer look.
        low = "\n".join([line.text for line in lines]).casefold()
        rules = [
            _Rule(hints, rule.before, rule.secret)
            for rule in _RULES
            if (hints := tuple(hint for hint in rule.hints if hint in low))
        ]
        if not rules and not self._in_key:
            return lines
        return [line if line.stream == NOTE else self._line(line, rules) for line in lines]

    def _line(self, line: RawLine, rules: Iterable[_Rule]) -> RawLine:
        before = text = line.text
        if self._in_key:
            text = self._of_key(text)
        low = _small(text)
        for rule in rules:
            for hint in rule.hints:
                if hint in low:
                    hidden = _without(text, low, rule)
                    if hidden is not text:
                        text, low = hidden, _small(hidden)
                    break
        begins = before.rfind("-----BEGIN")
        if begins >= 0 and "PRIVATE KEY-----" in before and begins > before.rfind("-----END"):
            self._in_key = "\\n" not in before[begins:]
        return line if text == before else line._replace(text=text)

    def _of_key(self, text: str) -> str:
        """Return a line that follows the beginning of a key; what looks like none ends it."""
        if (found := _BODY.search(text)) is not None:
            return text[: found.start()] + HIDDEN
        self._in_key = not text.strip() or any(header in text for header in _HEADERS)
        return text


def _small(text: str) -> str:
    """Return a text in small letters, every character where it was."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _without(text: str, low: str, rule: _Rule) -> str:
    """Return a line without what a rule finds; the same object where it finds nothing."""
    if rule.before is None:
        return rule.secret.sub(HIDDEN, text) if rule.secret.search(text) else text
    pieces: list[str] = []
    at = 0
    for found in rule.before.finditer(low):
        secret = rule.secret.match(text, found.end()) if found.end() >= at else None
        if secret is not None:
            pieces += text[at : secret.start()], _covered(secret.group(), found.group())
            at = secret.end()
    return "".join([*pieces, text[at:]]) if pieces else text


def _covered(secret: str, before: str) -> str:
    """Return what stands instead of a value: JSON stays JSON."""
    if secret[0] == "\\":
        return secret[:2] + HIDDEN
    if secret[0] in "\"'":
        return secret[0] + HIDDEN + (secret[0] if secret[1:].endswith(secret[0]) else "")
    # A bare number after a name in quotes.
    return f'"{HIDDEN}"' if before.rstrip().endswith('":') else HIDDEN
