"""The part of PromQL that the demo understands: from text to a tree of small nodes."""

from __future__ import annotations

import re
from collections.abc import Callable

from fleetui.core.errors import Invalid
from fleetui.core.filter import duration
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.demo.metrics import METRICS

RATES = ("rate", "irate", "increase")
AGGREGATES = ("sum", "avg", "min", "max", "count")
_TOKEN = lazy_pattern(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:e[+-]?\d+)?)(?![a-z_])|(?P<name>[a-zA-Z_:][\w:]*)"""
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<op>=~|!~|!=|==|>=|<=|[-+*/(){}\[\],=<>])|(?P<time>\d+[smhd]))"""
)
_MATCHERS = ("=", "!=", "=~", "!~")
_COMPARISONS = ("==", "!=", ">=", "<=", ">", "<")
# Reading and answering go down the tree by recursion: bounds keep it from being endless.
_DEEPEST, _LONGEST = 40, 300


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric with label matchers; `window_s` is zero where it is no range."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]
    window_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast counters rise, or by how much they rose."""

    function: str
    of: Selector


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Many series as few."""

    function: str
    labels: tuple[str, ...]
    without: bool
    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and what is between them."""

    operator: str
    left: Node
    right: Node


Node = Number | Selector | Rate | Aggregate | Binary


def can_answer() -> str:
    """Return in words what can be asked."""
    return (
        f"the demo answers {', '.join(METRICS)}; with matchers, {', '.join(RATES)} of counters, "
        f"{', '.join(AGGREGATES)} by or without labels, arithmetic and comparisons"
    )


def refuse(what: str) -> Invalid:
    """Return the error for a query that the demo cannot answer."""
    return Invalid(what, where="prometheus/main", hint=can_answer())


def parse(text: str) -> Node:
    """Read an expression. Raises Invalid."""
    reader = _Reader(text)
    node = reader.comparison()
    if reader.word:
        raise refuse(f"unexpected {reader.word!r}")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._words: list[str] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if not found:
                raise refuse(f"cannot read {text[place : place + 12].strip()!r}")
            self._words.append(found.group().strip())
            place = found.end()
            if len(self._words) > _LONGEST:
                raise refuse(f"it is too long: more than {_LONGEST} words")
        self._at = 0
        self._depth = 0

    @property
    def word(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def take(self, wanted: str = "") -> str:
        word = self.word
        if not word or (wanted and word != wanted):
            raise refuse(f"expected {wanted or 'more'!r}, not {word or 'the end'!r}")
        self._at += 1
        return word

    def comparison(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise refuse("it is nested too deeply")
        node = self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._factor))
        if self.word in _COMPARISONS:
            operator = self.take()
            right = self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._factor))
            node = Binary(operator, node, right)
        self._depth -= 1
        return node

    def _chain(self, operators: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node = part()
        while self.word in operators:
            operator = self.take()
            node = Binary(operator, node, part())
        return node

    def _factor(self) -> Node:
        word = self.word
        if word == "(":
            self.take()
            node = self.comparison()
            self.take(")")
            return node
        if word == "-":
            self.take()
            return Binary("*", Number(-1.0), self._factor())
        if word[:1].isdigit():
            try:
                return Number(float(self.take()))
            except ValueError:
                raise refuse(f"{word!r} is no number") from None
        if word in AGGREGATES:
            return self._aggregate()
        if word in RATES:
            return self._rate()
        return self._selector()

    def _aggregate(self) -> Node:
        function = self.take()
        without, labels = self._grouping()
        self.take("(")
        node = self.comparison()
        self.take(")")
        if not labels and not without:
            without, labels = self._grouping()
        return Aggregate(function, labels, without, node)

    def _grouping(self) -> tuple[bool, tuple[str, ...]]:
        if self.word not in {"by", "without"}:
            return False, ()
        without = self.take() == "without"
        self.take("(")
        labels = []
        while self.word != ")":
            labels.append(self.take())
            if self.word == ",":
                self.take()
        self.take(")")
        return without, tuple(labels)

    def _rate(self) -> Node:
        function = self.take()
        self.take("(")
        selector = self._selector()
        self.take(")")
        if not selector.window_s:
            raise refuse(f"{function} needs a range, as in {selector.name}[1m]")
        if not METRICS[selector.name].counter:
            raise refuse(f"{selector.name} is a gauge: {function} is for counters")
        return Rate(function, selector)

    def _selector(self) -> Selector:
        name = self.take()
        if name not in METRICS:
            what = "function" if self.word == "(" else "metric"
            raise refuse(f"the demo has no {what} {name!r}")
        matchers = []
        if self.word == "{":
            self.take()
            while self.word != "}":
                matchers.append(self._matcher())
                if self.word == ",":
                    self.take()
            self.take("}")
        window = 0.0
        if self.word == "[":
            self.take()
            window = duration(self.take()) or 0.0
            self.take("]")
        return Selector(name, tuple(matchers), window)

    def _matcher(self) -> tuple[str, str, str]:
        label, operator, value = self.take(), self.take(), self.take()
        if operator not in _MATCHERS or value[:1] not in {'"', "'"}:
            raise refuse(f'expected {label}="…", not {label}{operator}{value}')
        if "~" in operator:
            try:
                re.compile(value[1:-1])
            except re.error as error:
                raise refuse(f"{value} is no pattern: {error}") from None
        return label, operator, value[1:-1]
