"""The filter language: one parser, one pure predicate.

Terms are separated by blanks and must all match. A term is a free word (`web`), a column
(`state:running`), a comparison (`cpu>80`, `mem>=2GiB`, `age<2h`) or a label
(`label.app:web`); `!` before it turns it round, and quotes hold blanks together.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fleetui.core.columns import Column, Unit
from fleetui.core.objects import Resource

Predicate = Callable[[Resource, float], bool]
"""(object, now in Unix seconds) → whether it matches."""

_TERM = re.compile(r"""(?:[^\s"]|"[^"]*")+""")
_COMPARE = re.compile(r"^(?P<col>[a-z_]+)(?P<op>>=|<=|>|<|=)(?P<value>.*)$")
_MATCH = re.compile(r"^(?P<col>[a-z_]+|label\.[^:]+):(?P<value>.*)$")
_AMOUNT = re.compile(r"^(?P<n>-?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*)$")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_BYTES: dict[str, float] = {"": 1, "b": 1} | {
    f"{p}{s}": float(base**power)
    for power, p in enumerate("kmgtp", 1)
    for s, base in (("", 1024), ("b", 1000), ("ib", 1024))
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the text an error is: characters from `start` up to `end`."""

    start: int
    end: int


class FilterError(ValueError):
    """The text cannot be read as a filter; `place` says where."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


def parse(text: str, columns: dict[str, Column]) -> Predicate:
    """Return the predicate that `text` means for objects with these columns.

    An empty text matches everything. Raises FilterError.
    """
    terms = [_term(m.group(), Place(m.start(), m.end()), columns) for m in _TERM.finditer(text)]
    if text.count('"') % 2:
        raise FilterError("a quote is not closed", Place(text.rindex('"'), len(text)))
    if not terms:
        return lambda _thing, _now: True
    if len(terms) == 1:
        return terms[0]
    return lambda thing, now: all(term(thing, now) for term in terms)


def duration(text: str) -> float | None:
    """Read `90s`, `2h`, `1h30m` as seconds; None where it is no duration."""
    parts: list[tuple[str, str]] = _DURATION.findall(text)
    if not parts or "".join(n + u for n, u in parts) != text:
        return None
    return sum((float(n) * _SECONDS[u] for n, u in parts), 0.0)


def size(text: str) -> float | None:
    """Read `512`, `2GiB`, `1.5g` as bytes; None where it is no size."""
    match = _AMOUNT.match(text)
    if not match or match["unit"].lower() not in _BYTES:
        return None
    return float(match["n"]) * _BYTES[match["unit"].lower()]


def _term(raw: str, place: Place, columns: dict[str, Column]) -> Predicate:
    if raw.startswith("!"):
        if len(raw) == 1:
            raise FilterError("! needs a term after it", place)
        inner = _term(raw[1:], Place(place.start + 1, place.end), columns)
        return lambda thing, now: not inner(thing, now)
    if match := _COMPARE.match(raw):
        return _comparison(match, place, columns)
    if match := _MATCH.match(raw):
        name, value = match["col"], match["value"].replace('"', "").lower()
        if name.startswith("label."):
            return _label(name.removeprefix("label."), value)
        return _contains(_column(name, place, columns), value)
    return _word(raw.replace('"', "").lower())


def _column(name: str, place: Place, columns: dict[str, Column]) -> Column:
    if name in columns:
        return columns[name]
    near = get_close_matches(name, columns, n=1)
    mend = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(columns))}"
    raise FilterError(f"no column is called {name!r}: {mend}", place)


def _word(word: str) -> Predicate:
    def matches(thing: Resource, _now: float) -> bool:
        ref = thing.ref
        return (
            word in ref.name.lower()
            or word in thing.state
            or word in ref.kind
            or word in ref.scope.lower()
            or word in ref.provider
            or word in thing.reason.lower()
            or word in thing.native_state.lower()
            or word in getattr(thing, "image", "").lower()
            or any(word in value.lower() for _key, value in thing.labels)
        )

    return matches


def _contains(column: Column, value: str) -> Predicate:
    if column.name == "state":
        return lambda thing, _now: value in thing.state or value == thing.health
    get = column.words or column.value
    return lambda thing, _now: value in str(get(thing) or "").lower()


def _label(name: str, value: str) -> Predicate:
    return lambda thing, _now: any(k == name and value in v.lower() for k, v in thing.labels)


def _comparison(match: re.Match[str], place: Place, columns: dict[str, Column]) -> Predicate:
    column = _column(match["col"], place, columns)
    text, symbol = match["value"].replace('"', ""), match["op"]
    if not text:
        raise FilterError(f"{column.name}{symbol} needs a value after it", place)
    compare, get = _OPERATORS[symbol], column.value
    if column.unit is Unit.TEXT:
        if symbol == "=":
            words = column.words or get
            return lambda thing, _now: str(words(thing) or "").lower() == text.lower()
        raise FilterError(f"{column.name} is text: use {column.name}:{text}", place)
    amount = _amount(text, column, place)

    def matches(thing: Resource, now: float) -> bool:
        got = get(thing)
        if got is None:
            return False
        return compare(now - got if column.unit is Unit.TIME else got, amount)

    return matches


def _amount(text: str, column: Column, place: Place) -> float:
    """Read the right side of a comparison in the unit of its column."""
    if column.unit in {Unit.TIME, Unit.SECONDS}:
        amount, example = duration(text), "2h or 1h30m"
    elif column.unit is Unit.BYTES:
        amount, example = size(text), "512MiB or 2GiB"
    else:
        found = _AMOUNT.match(text)
        amount = float(found["n"]) if found and found["unit"] in {"", "%"} else None
        example = "80"
        if amount is not None and column.unit is Unit.SHARE:
            amount /= 100
    if amount is None:
        raise FilterError(f"{column.name} cannot be compared with {text!r}: try {example}", place)
    return amount
