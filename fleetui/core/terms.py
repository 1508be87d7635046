"""Cuts a filter's text into terms, each with its place: what a term means is decided elsewhere."""

from __future__ import annotations

import re
from enum import StrEnum

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern

_HEAD = lazy_pattern(r"(?P<column>[A-Za-z_]+)(?P<op>>=|<=|[><=:])|(?P<label>label\.[^:=\s\"]+)[:=]")
_LABEL = lazy_pattern(r"label\.(?:(?P<name>[^:=<>\s\"]+)[<>]|[:=<>])")
_BLANKS = lazy_pattern(r"\s*")
_WORD = lazy_pattern(r'(?:[^\s"]|"[^"]*")*')
_PATTERN = lazy_pattern(r"/((?:[^\\/]|\\.|/(?!\s|$))*)/(?=\s|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the text an error is: characters from `start` up to `end`."""

    start: int
    end: int


class FilterError(ValueError):
    """The text cannot be used as a filter; `place` says where."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class Form(StrEnum):
    """How the right side of a term is written."""

    PLAIN = "plain"
    PATTERN = "pattern"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it was written: `!cpu>80`, `name:/^web/`, `@mine`."""

    place: Place
    """Of the whole term without its `!`."""
    negated: bool
    column: str
    """The column's name, `label.NAME`, or nothing where it is a free word."""
    operator: str
    form: Form
    text: str
    """What stands right of the operator, without quotes, slashes or `@`."""
    at: int
    """Where `text` begins."""


def scan(text: str) -> list[Term]:
    """Return the terms in the order of the text. Raises FilterError."""
    terms: list[Term] = []
    at = _skip(text, 0)
    while at < len(text):
        term = _term(text, at)
        terms.append(term)
        at = _skip(text, term.place.end)
    return terms


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _term(text: str, begin: int) -> Term:
    at = begin
    while text.startswith("!", at):
        at += 1
    if at == len(text) or text[at].isspace():
        raise FilterError("! needs a term after it", Place(begin, at))
    negated = (at - begin) % 2 == 1
    if text.startswith("label.", at):
        _check_label(text, at)
    head = _HEAD.match(text, at)
    column, operator, body = "", "", at
    if head:
        column = head["label"] or head["column"]
        operator, body = head["op"] or text[head.end() - 1], head.end()
    if text.startswith("/", body) and operator in {"", ":"}:
        found = _pattern(text, body)
        return Term(
            Place(at, found.end()), negated, column, operator, Form.PATTERN, found[1], body + 1
        )
    word = _WORD.match(text, body)
    end = word.end() if word else body
    if text.startswith('"', end):
        raise FilterError("a quote is not closed", Place(end, len(text)))
    if text[at:end] == "@":
        raise FilterError("@ needs a name after it: [filters] in the config gives names",
                          Place(at, end))  # fmt: skip
    form = Form.PLAIN
    if not head and text.startswith("@", at):
        form, body = Form.NAME, at + 1
    return Term(
        Place(at, end), negated, column, operator, form, text[body:end].replace('"', ""), body
    )


def _check_label(text: str, at: int) -> None:
    """Refuse a label without a name, and one that is asked to be more or less."""
    found = _LABEL.match(text, at)
    if found is None:
        return
    if not found["name"]:
        message = "label. needs a name after it: label.app:web"
    else:
        message = f"a label has no order: use {found[0][:-1]}: or {found[0][:-1]}="
    raise FilterError(message, Place(at, found.end()))


def _pattern(text: str, at: int) -> re.Match[str]:
    found = _PATTERN.match(text, at)
    if found is None:
        word = text[at:].split(maxsplit=1)[0].replace('"', "")
        mend = f'; for the text itself put it in quotes: "{word}"' if len(word) > 1 else ""
        raise FilterError(f"a pattern ends with / before a blank{mend}", Place(at, len(text)))
    if not found[1]:
        raise FilterError("a pattern needs something between its slashes", Place(at, at + 2))
    return found
