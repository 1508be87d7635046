"""Answers queries over the demo's series: every point is computed from its own time."""

from __future__ import annotations

import asyncio
import math
import operator
import re
from collections.abc import Callable

from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.steps import step_for, window
from fleetui.providers.demo.language import (
    Aggregate,
    Binary,
    Node,
    Number,
    Rate,
    Selector,
    parse,
    refuse,
)
from fleetui.providers.demo.metrics import METRICS, Labels, Line
from fleetui.providers.demo.prometheus import Monitoring, down

Vector = dict[Labels, float]
Value = Vector | float
_BLOCK_S, _GRID_S = 21_600.0, 60.0
_CHUNK = 20


async def answer(main: Monitoring, query: Query, now: float) -> QueryResult:
    """Answer a query at a moment, or over the range before it. Raises Invalid."""
    node = parse(query.expr)
    if isinstance(node, Selector) and node.window_s and query.range_s:
        raise refuse("a range of a range cannot be drawn: use rate(…)")
    evaluator = _Evaluator(main)
    if not query.range_s:
        return _instant(evaluator, node, query, now)
    step = step_for(query.range_s, query.points)
    start, end = window(now, query.range_s, step)
    found: dict[Labels, list[tuple[float, float]]] = {}
    for number in range(round((end - start) / step) + 1):
        time = start + number * step
        if down(main.world.opened, time):
            continue
        value = evaluator.at(node, time)
        for labels, point in value.items() if isinstance(value, dict) else [((), value)]:
            found.setdefault(labels, []).append((time, point))
        if number % _CHUNK == _CHUNK - 1:
            # A long range is computed in pieces, so that a key is answered in between.
            await asyncio.sleep(0)
    series = tuple(Series(labels, tuple(points)) for labels, points in sorted(found.items()))
    return QueryResult(query, "matrix", series, start, end, step)


def _instant(evaluator: _Evaluator, node: Node, query: Query, now: float) -> QueryResult:
    if isinstance(node, Selector) and node.window_s:
        return QueryResult(query, "matrix", evaluator.samples(node, now), now, now)
    value = evaluator.at(node, now)
    if isinstance(value, float):
        return QueryResult(query, "scalar", (Series((), ((now, value),)),), now, now)
    series = tuple(Series(labels, ((now, v),)) for labels, v in sorted(value.items()))
    return QueryResult(query, "vector", series, now, now)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
    ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
_FOLD: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum, "min": min, "max": max, "count": lambda v: float(len(v)),
    "avg": lambda v: math.fsum(v) / len(v),
}  # fmt: skip


class _Evaluator:
    """Evaluates nodes; keeps which series a selector means, and what counters have counted."""

    def __init__(self, main: Monitoring) -> None:
        self._main = main
        self._lines: dict[Selector, list[Line]] = {}
        self._sums: dict[tuple[Labels, float], list[float]] = {}

    def at(self, node: Node, time: float) -> Value:
        """Return the value of a node at a time."""
        match node:
            case Number(value):
                return value
            case Selector():
                return self._select(node, time)
            case Rate(function, of):
                scale = of.window_s if function == "increase" else 1.0
                return {_nameless(line.labels): line.value(time) * scale for line in self.lines(of)}
            case Aggregate():
                return self._fold(node, time)
            case Binary(symbol, left, right):
                return _join(symbol, self.at(left, time), self.at(right, time))

    def lines(self, selector: Selector) -> list[Line]:
        """Return the series that a selector means."""
        if selector not in self._lines:
            every = METRICS[selector.name].lines(self._main)
            self._lines[selector] = [line for line in every if _matches(line.labels, selector)]
        return self._lines[selector]

    def samples(self, selector: Selector, now: float) -> tuple[Series, ...]:
        """Return what was scraped in the window before now, as `metric[5m]` answers."""
        bare = Selector(selector.name, selector.matchers)
        first = math.floor((now - selector.window_s) / 15) + 1
        times = [15.0 * n for n in range(first, math.floor(now / 15) + 1)]
        alive = [t for t in times if not down(self._main.world.opened, t)][-1000:]
        vectors = [(t, self._select(bare, t)) for t in alive]
        return tuple(
            Series(line.labels, tuple((t, vector[line.labels]) for t, vector in vectors))
            for line in self.lines(bare)
        )

    def _select(self, selector: Selector, time: float) -> Vector:
        if selector.window_s:
            raise refuse("a range such as [5m] goes inside rate, irate or increase")
        counter = METRICS[selector.name].counter
        return {
            line.labels: self._counted(line, time) if counter else line.value(time)
            for line in self.lines(selector)
        }

    def _counted(self, line: Line, time: float) -> float:
        """Return what a counter stands at; it begins anew every six hours, as after a deploy."""
        block = math.floor((time - self._main.world.opened) / _BLOCK_S)
        begin = self._main.world.opened + block * _BLOCK_S
        sums = self._sums.setdefault((line.labels, begin), [0.0])
        whole, rest = divmod(time - begin, _GRID_S)
        while len(sums) <= whole:
            sums.append(sums[-1] + line.value(begin + len(sums) * _GRID_S) * _GRID_S)
        return sums[int(whole)] + line.value(begin + (whole + 1) * _GRID_S) * rest

    def _fold(self, node: Aggregate, time: float) -> Vector:
        value = self.at(node.of, time)
        if isinstance(value, float):
            raise refuse(f"{node.function} needs series, not a number")
        groups: dict[Labels, list[float]] = {}
        for labels, number in value.items():
            kept = tuple(
                (k, v) for k, v in labels
                if k != "__name__" and ((k in node.labels) is not node.without)
            )  # fmt: skip
            groups.setdefault(kept, []).append(number)
        return {labels: _FOLD[node.function](numbers) for labels, numbers in groups.items()}


def _nameless(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")


def _matches(labels: Labels, selector: Selector) -> bool:
    have = dict(labels)
    for name, symbol, wanted in selector.matchers:
        got = have.get(name, "")
        same = bool(re.fullmatch(wanted, got)) if "~" in symbol else got == wanted
        if same is symbol.startswith("!"):
            return False
    return True


def _join(symbol: str, left: Value, right: Value) -> Value:
    if isinstance(left, float) and isinstance(right, float):
        return _calculate(symbol, left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        others = {_nameless(labels): value for labels, value in right.items()}
        pairs = [(k, v, others[_nameless(k)]) for k, v in left.items() if _nameless(k) in others]
    elif isinstance(left, dict):
        pairs = [(k, v, right) for k, v in left.items() if isinstance(right, float)]
    else:
        pairs = [(k, left, v) for k, v in right.items()] if isinstance(right, dict) else []
    if compare := _COMPARE.get(symbol):
        swapped = isinstance(left, float)
        return {k: (b if swapped else a) for k, a, b in pairs if compare(a, b)}
    return {_nameless(k): _calculate(symbol, a, b) for k, a, b in pairs}


def _calculate(symbol: str, left: float, right: float) -> float:
    if symbol in _COMPARE:
        raise refuse("two numbers cannot be compared without bool")
    if symbol == "/":
        if right == 0:
            return math.nan if left == 0 else math.copysign(math.inf, left)
        return left / right
    return _ARITHMETIC[symbol](left, right)
