"""The filter language: one parser, one pure predicate.

Terms are separated by blanks and must all match. A term is a free word (`web`), a column
(`state:running`), a comparison (`cpu>80`, `mem>=2GiB`, `age<2h`), a label (`label.app:web`),
a pattern (`/^web-[0-9]/`, `image:/:9$/`) or a filter with a name (`@mine`); `!` before it turns
it round, and quotes hold blanks together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from typing import Any, Protocol

from fleetui.core.columns import Column, Unit
from fleetui.core.haystack import haystack
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.objects import Resource
from fleetui.core.terms import FilterError, Form, Place, Term, scan

__all__ = ["Filter", "FilterError", "Language", "Place", "Predicate", "duration", "parse", "size"]

Predicate = Callable[[Resource, float], bool]
"""(object, now in Unix seconds) → whether it matches."""
Judge = Callable[[Resource, float, str], bool]
"""(object, now, its haystack where the filter reads texts) → whether it matches."""

_AMOUNT = lazy_pattern(r"^(?P<n>-?\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*)$")
_DURATION = lazy_pattern(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")
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


class PatternError(ValueError):
    """A pattern cannot be read; `at` is the character of it where that shows."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__(message)
        self.at = at


class SlowPatternError(RuntimeError):
    """A pattern was given up because it takes too long."""


class Pattern(Protocol):
    """A pattern that is ready to be looked for, in whatever case. Both raise SlowPatternError."""

    def search(self, text: str) -> bool:
        """Say whether it is in the text."""
        ...

    def search_lines(self, text: str) -> bool:
        """Say whether it is in one of the lines of the text."""
        ...


@dataclass(frozen=True, slots=True)
class Language:
    """What a filter may say beside the columns of its rows."""

    filters: Mapping[str, str] = field(default_factory=dict)
    """Filters by their names: `@NAME` stands for one."""
    compile: Callable[[str], Pattern] | None = None
    """Makes a pattern, or raises PatternError; the core has no engine of its own."""
    fuzzy: bool = False
    """Whether a free word also means its letters in this order within a name."""


PLAIN = Language()


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """A predicate, with what it needs to be judged quickly. Judging may raise FilterError."""

    judge: Judge
    reads: bool = False
    """Whether it reads the haystack."""
    timed: bool = False
    """Whether it asks for the time, so that the same row may be judged otherwise later."""
    source: str = ""
    """The text it was read from."""
    word: str | None = None
    """The word, where looking for it in the haystack is all that it does."""
    parts: tuple[Filter, ...] = ()
    """The filters that must all match; none where it is a single one."""
    key: object = None
    """Equal for two single filters that judge alike; None: it is like no other."""
    within: str | None = None
    """The word that must be in the texts, or in order in the name, for it to match."""

    def narrows(self, other: Filter) -> bool:
        """Say whether whatever matches this also matches `other`, judged at whatever time."""
        mine, its = self.parts or (self,), other.parts or (other,)
        return not other.timed and all(any(one._implies(two) for one in mine) for two in its)

    def _implies(self, other: Filter) -> bool:
        if self is other or (self.key is not None and self.key == other.key):
            return True
        if self.within is None or other.within is None:
            return False
        # A word that may skip letters is of another kind than one that may not.
        return (self.word is None) is (other.word is None) and other.within in self.within

    def __call__(self, thing: Resource, now: float) -> bool:
        """Say whether the thing matches."""
        return self.judge(thing, now, haystack(thing) if self.reads else "")


def together(filters: Iterable[Filter], source: str = "") -> Filter:
    """Return the filter that all of these make."""
    parts = list(filters)
    if len(parts) == 1:
        return replace(parts[0], source=source)
    judges = [part.judge for part in parts]
    return Filter(
        _all(judges),
        any(part.reads for part in parts),
        any(part.timed for part in parts),
        source,
        parts=tuple(single for part in parts for single in part.parts or (part,)),
    )


def _all(judges: list[Judge]) -> Judge:
    def judge(thing: Resource, now: float, texts: str) -> bool:
        return all(one(thing, now, texts) for one in judges)

    return judge


def parse(text: str, columns: Mapping[str, Column], language: Language = PLAIN) -> Filter:
    """Return the predicate that `text` means for objects with these columns.

    An empty text matches everything. Raises FilterError.
    """
    return _Parser(columns, language).parse(text, ())


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


class _Parser:
    """Turns terms into filters, for one set of columns."""

    def __init__(self, columns: Mapping[str, Column], language: Language) -> None:
        self._columns = columns
        self._language = language

    def parse(self, text: str, within: tuple[str, ...]) -> Filter:
        """Return the filter of a text; `within` are the named filters that led here."""
        return together([self._term(term, within) for term in scan(text)], text)

    def _term(self, term: Term, within: tuple[str, ...]) -> Filter:
        made = self._positive(term, within)
        key = (term.negated, term.column, term.operator, term.form, term.text)
        known = not term.column or "." in term.column or self._column(term)
        if not term.negated:
            return replace(made, key=(key, known))
        judge = made.judge
        return Filter(
            lambda thing, now, texts: not judge(thing, now, texts),
            made.reads,
            made.timed,
            key=(key, known),
        )

    def _positive(self, term: Term, within: tuple[str, ...]) -> Filter:
        if term.form is Form.NAME:
            return self._named(term, within)
        if term.form is Form.PATTERN:
            return self._pattern(term)
        if not term.column:
            return _word(term.text.lower(), fuzzy=self._language.fuzzy)
        if term.column.startswith("label."):
            return Filter(_label(term))
        column = self._column(term)
        if term.operator == ":":
            value = term.text.lower()
            if column.name == "state":
                return Filter(lambda o, _now, _texts: value in o.state or value == o.health)
            words = _words_of(column)
            return Filter(lambda thing, _now, _texts: value in words(thing).lower())
        return _comparison(term, column)

    def _column(self, term: Term) -> Column:
        name = term.column.lower()
        if name in self._columns:
            return self._columns[name]
        place = Place(term.place.start, term.place.end)
        near = get_close_matches(name, self._columns, n=1)
        mend = (
            f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(self._columns))}"
        )
        raise FilterError(f"no column is called {term.column!r}: {mend}", place)

    def _pattern(self, term: Term) -> Filter:
        column = self._column(term) if term.column and "." not in term.column else None
        if self._language.compile is None:
            raise FilterError("no pattern can be used here", term.place)
        try:
            pattern = self._language.compile(term.text)
        except PatternError as error:
            at = min(term.at + error.at, term.place.end - 1)
            raise FilterError(f"the pattern: {error}", Place(at, term.place.end)) from None
        return Filter(_guarded(_pattern_judge(term, pattern, column), term), reads=not term.column)

    def _named(self, term: Term, within: tuple[str, ...]) -> Filter:
        filters, name = self._language.filters, term.text
        if name not in filters:
            near = get_close_matches(name, filters, n=1)
            if near:
                mend = f"did you mean @{near[0]}?"
            elif filters:
                mend = f"there is {', '.join(f'@{known}' for known in sorted(filters))}"
            else:
                mend = "[filters] in the config gives names"
            raise FilterError(f"no filter is called {name!r}: {mend}", term.place)
        if name in within:
            raise FilterError(f"@{name} leads back to itself", term.place)
        try:
            inner = self.parse(filters[name], (*within, name))
        except FilterError as error:
            raise FilterError(f"@{name}: {error}", term.place) from None

        def judge(thing: Resource, now: float, texts: str) -> bool:
            try:
                return inner.judge(thing, now, texts)
            except FilterError as error:
                raise FilterError(f"@{name}: {error}", term.place) from None

        return Filter(judge, inner.reads, inner.timed)


def _word(word: str, *, fuzzy: bool) -> Filter:
    if not fuzzy:
        return Filter(lambda _thing, _now, texts: word in texts, reads=True, word=word, within=word)
    return Filter(
        lambda _thing, _now, texts: word in texts or _in_order(word, texts),
        reads=True,
        within=word,
    )


def _in_order(word: str, texts: str) -> bool:
    """Say whether the letters stand in this order within the name, the first line."""
    end = texts.find("\n")
    at = 0
    for letter in word:
        at = texts.find(letter, at, end) + 1
        if not at:
            return False
    return True


def _words_of(column: Column) -> Callable[[Resource], str]:
    get = column.words or column.value

    def words(thing: Resource) -> str:
        got = get(thing)
        return "" if got is None else str(got)

    return words


def _label(term: Term) -> Judge:
    name, value = term.column[len("label.") :], term.text.lower()
    if term.operator == "=":
        return lambda thing, _now, _texts: any(
            k == name and v.lower() == value for k, v in thing.labels
        )
    return lambda thing, _now, _texts: any(
        k == name and value in v.lower() for k, v in thing.labels
    )


def _pattern_judge(term: Term, pattern: Pattern, column: Column | None) -> Judge:
    search, search_lines = pattern.search, pattern.search_lines
    if column is not None and column.name == "state":
        return lambda o, _now, _texts: search_lines(f"{o.state}\n{o.health}")
    if column is not None:
        words = _words_of(column)
        return lambda thing, _now, _texts: search(words(thing))
    if term.column:
        name = term.column[len("label.") :]
        return lambda thing, _now, _texts: any(k == name and search(v) for k, v in thing.labels)
    return lambda _thing, _now, texts: search_lines(texts)


def _guarded(judge: Judge, term: Term) -> Judge:
    """Say in the filter's own words that a pattern was given up."""

    def guarded(thing: Resource, now: float, texts: str) -> bool:
        try:
            return judge(thing, now, texts)
        except SlowPatternError as error:
            raise FilterError(f"/{term.text}/ {error}", term.place) from None

    return guarded


def _comparison(term: Term, column: Column) -> Filter:
    text, symbol = term.text, term.operator
    if not text:
        raise FilterError(f"{column.name}{symbol} needs a value after it", term.place)
    compare, get = _OPERATORS[symbol], column.value
    if column.unit is Unit.TEXT:
        if symbol == "=":
            words, wanted = _words_of(column), text.lower()
            return Filter(lambda thing, _now, _texts: words(thing).lower() == wanted)
        raise FilterError(f"{column.name} is text: use {column.name}:{text}", term.place)
    amount = _amount(text, column, term.place)
    timed = column.unit is Unit.TIME

    def judge(thing: Resource, now: float, _texts: str) -> bool:
        got = get(thing)
        return got is not None and compare(now - got if timed else got, amount)

    return Filter(judge, timed=timed)


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
