"""What an answer of Prometheus means for a gate: whatever is not surely well is no pass."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

import pytest

from fleetui.actions.action import GateSpec
from fleetui.actions.gate_words import GateMistake, gate_of
from fleetui.actions.gatekeeper import QueryGatekeeper
from fleetui.core.errors import AuthExpired, Invalid, ProviderError, Unreachable
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Report, SourceSpec

NOW = 1_700_000_000.0
GATE = GateSpec("errors", max=0.01)


class Answers:
    """A Prometheus that answers with what it is given: a result, an exception, a function."""

    name = "prometheus"

    def __init__(self, answer: Any = None, scope: str = "main") -> None:
        self.scope = scope
        self.answer = answer
        self.asked: list[Query] = []

    async def query(self, query: Query) -> QueryResult:
        self.asked.append(query)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, QueryResult):
            return self.answer
        result: QueryResult = await self.answer()
        return result

    def sources(self) -> tuple[SourceSpec, ...]:
        return ()

    async def fetch(self, key: SourceKey) -> Batch:
        raise AssertionError(key)

    async def check(self) -> Report:
        raise AssertionError

    async def close(self) -> None:
        return


def series(value: float, at: float = NOW, **labels: str) -> Series:
    return Series(tuple(sorted(labels.items())), ((at, value),))


def vector(*found: Series, kind: str = "vector") -> QueryResult:
    return QueryResult(Query("errors"), kind, found)


async def read(answer: Any, gate: GateSpec = GATE) -> tuple[bool, float | None, str]:
    source = Answers(answer)
    reading = await QueryGatekeeper([source], now=lambda: NOW).read(gate)
    assert [(q.expr, q.range_s) for q in source.asked] == [(gate.expr, 0.0)]
    assert reading.at == NOW
    return reading.holds, reading.value, reading.text


BOTH = GateSpec("errors", max=5, min=1)


@pytest.mark.parametrize(
    ("gate", "value", "holds", "text"),
    [
        (GATE, 0.004, True, "0.004 ≤ 0.01"),
        (GATE, 0.01, True, "0.01 ≤ 0.01"),
        (GATE, 0.038, False, "0.038 > 0.01"),
        (GATE, math.inf, False, "inf > 0.01"),
        (GATE, -math.inf, True, "-inf ≤ 0.01"),
        (GateSpec("e", min=2), 2, True, "2 ≥ 2"),
        (GateSpec("e", min=2), 1, False, "1 < 2"),
        (BOTH, 0, False, "0 < 1"),
        (BOTH, 6, False, "6 > 5"),
        (BOTH, 2, True, "2 ≥ 1"),
        (BOTH, 5, True, "5 ≤ 5"),
    ],
)
async def test_a_value_is_told_beside_its_bound(
    gate: GateSpec, value: float, holds: bool, text: str
) -> None:
    assert await read(vector(series(value)), gate) == (holds, value, text)


async def test_a_scalar_is_a_value_too() -> None:
    assert await read(vector(series(0.5), kind="scalar")) == (False, 0.5, "0.5 > 0.01")


async def test_of_several_the_worst_counts_and_is_named() -> None:
    found = vector(
        series(0.001, app="web"), series(0.2, app="api", zone="b"), series(0.1, app="db")
    )
    assert await read(found) == (
        False, 0.2, '0.2 > 0.01 (app="api", zone="b"; the worst of 3)',
    )  # fmt: skip
    well = await read(vector(series(0.001, app="web"), series(0.002, app="api")))
    assert well == (True, 0.002, '0.002 ≤ 0.01 (app="api"; the worst of 2)')


async def test_below_a_minimum_the_lowest_is_the_worst() -> None:
    gate = GateSpec("up", min=1)
    found = await read(vector(series(1, job="a"), series(0, job="b")), gate)
    assert found == (False, 0, '0 < 1 (job="b"; the worst of 2)')


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (vector(), "prometheus/main: no data: nothing matches the expression. A comparison"),
        (vector(Series((), ())), "prometheus/main: no data"),
        (vector(series(math.nan)), "prometheus/main: no number (NaN)"),
        (
            vector(series(0.001, app="web"), series(math.nan, app="api")),
            'prometheus/main: no number (NaN) (app="api"; the worst of 2)',
        ),
        (vector(series(0.001, at=NOW - 301)), "prometheus/main: its answer is of 5m 1s ago"),
        (vector(kind="string"), "prometheus/main: the expression gives text, not a number"),
        (vector(series(0.001), kind="matrix"), "prometheus/main: the expression gives a range"),
        (
            Unreachable("connection refused", where="prometheus/main", hint="is it running?"),
            "prometheus/main: connection refused · is it running?",
        ),
        (AuthExpired("401"), "prometheus/main: 401"),
        (Invalid("parse error: x"), "prometheus/main: parse error: x"),
        (KeyError("x"), "prometheus/main: KeyError, see the log file"),
    ],
)
async def test_what_is_not_surely_well_has_no_value_and_is_no_pass(answer: Any, text: str) -> None:
    holds, value, told = await read(answer)
    assert (holds, value) == (False, None)
    assert told.startswith(text)


async def test_one_that_is_bad_is_bad_whatever_others_do_not_tell() -> None:
    found = await read(vector(series(math.nan, app="web"), series(0.3, app="api")))
    assert found[:2] == (False, 0.3)


async def test_a_server_that_hangs_is_waited_for_a_while_only() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert await read(loop.create_future) == (
        False, None, "prometheus/main: no answer within 5 s",
    )  # fmt: skip
    assert loop.time() - before == pytest.approx(5)


@pytest.mark.parametrize(
    ("scopes", "named", "text"),
    [
        ([], "", "no Prometheus is configured to read it"),
        (["a", "b"], "", "several could be asked, and the gate names none: there is a, b"),
        (["a"], "b", 'no Prometheus is called "b": there is a'),
        ([], "b", 'no Prometheus is called "b": there is none'),
    ],
)
async def test_whom_to_ask_must_be_sure(scopes: list[str], named: str, text: str) -> None:
    sources = [Answers(ProviderError("asked"), scope) for scope in scopes]
    reading = await QueryGatekeeper(sources).read(GateSpec("e", max=1, source=named))
    assert (reading.holds, reading.value, reading.text) == (False, None, text)
    assert not any(source.asked for source in sources)


async def test_the_one_that_is_named_is_asked() -> None:
    sources = [Answers(vector(series(2)), "a"), Answers(vector(series(0)), "b")]
    keeper = QueryGatekeeper(sources, now=lambda: NOW)
    assert (await keeper.read(GateSpec("e", max=1, source="b"))).holds
    assert [len(source.asked) for source in sources] == [0, 1]


# As it is typed.


def test_the_words_of_a_gate() -> None:
    assert gate_of(None) is None
    assert gate_of(" up ", low="1") == GateSpec("up", None, 1.0, 120.0, False, "--gate")
    whole = gate_of("e", high="1%", low="-2", hold="1h30m", roll_back=True, source="main")
    assert whole == GateSpec("e", 0.01, -2.0, 5400.0, True, "--gate", "main")
    assert gate_of("e", high="1e-3", hold="90") == GateSpec("e", 0.001, None, 90.0, False, "--gate")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: gate_of(None, high="1"), "--gate-max belongs to --gate 'EXPR', which is not"),
        (lambda: gate_of(None, hold="2m"), "--gate-for belongs to --gate"),
        (lambda: gate_of(None, roll_back=True), "--gate-rollback belongs to --gate"),
        (lambda: gate_of("  ", high="1"), "--gate is empty"),
        (lambda: gate_of("up"), "--gate needs --gate-max or --gate-min"),
        (lambda: gate_of("up", high="much"), "--gate-max 'much' is not a number such as 0.01"),
        (lambda: gate_of("up", high="nan"), "--gate-max 'nan' is not a number"),
        (lambda: gate_of("up", low="inf"), "--gate-min 'inf' is not a number"),
        (lambda: gate_of("up", low="1_0"), "--gate-min '1_0' is not a number"),
        (lambda: gate_of("up", high="1", low="2"), "--gate-min 2 is more than --gate-max 1"),
        (lambda: gate_of("up", high="1", hold="soon"), "--gate-for 'soon' is not a length of time"),
        (lambda: gate_of("up", high="1", hold="-5"), "--gate-for '-5' is not a length of time"),
        (lambda: gate_of("up", high="1", hold="25h"), "--gate-for '25h' is longer than a day"),
    ],
)
def test_words_that_make_no_gate(make: Callable[[], object], told: str) -> None:
    with pytest.raises(GateMistake) as wrong:
        make()
    assert str(wrong.value).startswith(told)
