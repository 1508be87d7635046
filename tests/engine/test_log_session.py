"""Logs of several things at once: what is delivered when streams break, end and wait."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence

from fleetui.core.errors import NotFound, ProviderError, Unreachable
from fleetui.core.logs.line import NOTE, LogQuery, RawLine
from fleetui.core.objects import CapacityUnit, Container, Link, Service
from fleetui.core.ref import Ref
from fleetui.engine.logs import MOST_SOURCES, SLICE_S, Condition, LogSession, sources_of

A, B = (Ref("docker", "x", "container", name, name) for name in "ab")


class Logs:
    """A provider whose streams are scripted: lists of lines, each ended by an error or by None."""

    name, scope = "docker", "x"

    def __init__(self, *streams: tuple[list[RawLine], ProviderError | None]) -> None:
        self.streams = list(streams)
        self.asked: list[LogQuery] = []

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        self.asked.append(query)
        if not self.streams:
            await asyncio.Event().wait()
        lines, error = self.streams.pop(0)
        for line in lines:
            yield (line._replace(source=ref),)
        if error is not None:
            raise error


def lines(*ats: int) -> list[RawLine]:
    return [RawLine(at, A, f"line {at}") for at in ats]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(180):
        while not condition():
            await asyncio.sleep(0.001)


def session(provider: object, got: list[RawLine], **more: object) -> LogSession:
    query = more.pop("query", LogQuery(follow=True))
    rng = random.Random()
    rng.uniform = lambda a, b: a  # type: ignore[method-assign]
    return LogSession([provider], query, got.extend, rng=rng, **more)  # type: ignore[arg-type, list-item]


async def test_a_broken_stream_goes_on_without_loss_or_doubles() -> None:
    lost = Unreachable("the connection broke off")
    provider = Logs((lines(1, 2, 2), lost), ([], lost), (lines(2, 2, 3), None))
    got: list[RawLine] = []
    opened = session(provider, got)
    opened.want([A])
    await until(lambda: got and got[-1].at == 3 and got[-1].stream != NOTE)
    assert [line.text for line in got if line.stream != NOTE] == [
        "line 1",
        "line 2",
        "line 2",
        "line 3",
    ]
    notes = [line.text for line in got if line.stream == NOTE]
    assert notes == ["lost: docker/x: the connection broke off", "connected again"]
    assert provider.asked[2].since_ns == 2
    opened.close()


async def test_a_gap_is_marked_where_it_is_certain() -> None:
    provider = Logs((lines(1, 2), Unreachable("broke")), (lines(8, 9), None))
    got: list[RawLine] = []
    opened = session(provider, got)
    opened.want([A])
    await until(lambda: got and got[-1].at == 9)
    notes = [line.text for line in got if line.stream == NOTE]
    assert any("gap" in text for text in notes)
    opened.close()


async def test_what_is_gone_ends_and_says_so() -> None:
    got: list[RawLine] = []
    opened = session(Logs((lines(1), NotFound("no such container"))), got)
    opened.want([A])
    await opened.wait()
    assert opened.conditions[A] is Condition.GONE
    assert got[-1].text == "gone: docker/x: no such container"


async def test_what_was_never_there_has_failed() -> None:
    got: list[RawLine] = []
    opened = session(Logs(([], NotFound("no such container"))), got)
    opened.want([A])
    await opened.wait()
    assert opened.conditions[A] is Condition.FAILED
    assert [line.text for line in got] == ["docker/x: no such container"]


async def test_a_member_that_joins_says_so() -> None:
    got: list[RawLine] = []
    opened = session(Logs((lines(1), None), (lines(5), None)), got)
    opened.want([A])
    await until(lambda: opened.conditions[A] is Condition.ENDED)
    opened.want([A, B])
    await until(lambda: opened.conditions[B] is Condition.ENDED)
    assert [(line.source, line.at, line.text) for line in got] == [
        (A, 1, "line 1"),
        (B, 5, "joined: its log is followed too"),
        (B, 5, "line 5"),
    ]
    opened.close()


async def test_of_too_many_it_says_which_are_not_followed() -> None:
    refs = [Ref("docker", "x", "container", f"web-{n}", f"web-{n}") for n in range(200)]
    got: list[RawLine] = []
    opened = session(Logs(), got)
    for _ in range(3):
        opened.want(refs)
    assert len(opened.conditions) == MOST_SOURCES
    assert opened.left_out == tuple(refs[MOST_SOURCES:])
    assert [line.text for line in got] == [
        "not followed: web-60, web-61, web-62 and 137 more; 60 logs are open at most"
    ]
    opened.close()


async def test_those_left_out_get_the_places_that_become_free() -> None:
    refs = [Ref("docker", "x", "container", f"web-{n}", f"web-{n}") for n in range(61)]
    gone = NotFound("no such container")
    opened = session(Logs((lines(1), gone)), [])
    opened.want(refs)
    assert opened.left_out == (refs[60],)
    await until(lambda: opened.conditions[refs[0]] is Condition.GONE)
    await until(opened._tasks[refs[0]].done)
    opened.want(refs)
    assert not opened.left_out
    assert refs[60] in opened.conditions
    opened.close()


async def test_a_slow_taker_gets_less_at_a_time_and_all_of_it() -> None:
    many = [RawLine(at, A, "x") for at in range(1, 3001)]

    class Whole(Logs):
        async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
            self.asked.append(query)
            yield tuple(many)

    sizes: list[int] = []
    got: list[RawLine] = []

    def slowly(batch: Sequence[RawLine]) -> None:
        sizes.append(len(batch))
        got.extend(batch)
        end = time.perf_counter() + len(batch) * 50e-6
        while time.perf_counter() < end:
            pass

    opened = LogSession([Whole()], LogQuery(), slowly)  # type: ignore[list-item]
    opened.want([A])
    await opened.wait()
    assert got == many
    assert sizes[-2] <= SLICE_S / 50e-6


async def test_while_it_is_held_nothing_is_delivered_and_nothing_lost() -> None:
    got: list[RawLine] = []
    opened = session(Logs((lines(*range(1, 50)), None)), got, query=LogQuery(), stay=False)
    opened.hold(on=True)
    opened.want([A])
    for _ in range(20):
        await asyncio.sleep(0)
    assert not got
    opened.hold(on=False)
    await opened.wait()
    assert len(got) == 49
    assert opened.conditions[A] is Condition.ENDED


async def test_a_kind_without_logs_says_so() -> None:
    got: list[RawLine] = []
    opened = session(object.__new__(Logs), got)
    stranger = Ref("aws", "prod", "instance", "i", "i")
    opened.want([stranger])
    await opened.wait()
    assert got[0].text == "aws/prod: a instance keeps no log here"


def test_a_units_log_is_its_members() -> None:
    rows = {ref: Container(ref=ref) for ref in (A, B)}
    unit = CapacityUnit(
        ref=Ref("docker", "x", "compose", "u", "shop/web"),
        links=(Link("has", A), Link("has", B), Link("uses", Ref("docker", "x", "image", "i", "i"))),
    )
    service = Service(
        ref=Ref("docker", "x", "svc", "s", "web"), links=(Link("routes_to", unit.ref),)
    )
    known = {**rows, unit.ref: unit}
    assert sources_of(unit, known.get) == (A, B)
    assert sources_of(service, known.get) == (A, B)
    assert sources_of(rows[A], known.get) == (A,)


async def test_secrets_are_taken_out_of_lines_over_deliveries_unless_asked_not_to() -> None:
    key = ("-----BEGIN PRIVATE KEY-----", "MIIEow" * 10, "token=hunter2hunter2", "as ever")
    written = [RawLine(n, A, text) for n, text in enumerate(key, 1)]
    for hide in (True, False):
        got: list[RawLine] = []
        opened = session(Logs((written, None)), got, query=LogQuery(), hide=hide)
        opened.want([A])
        await opened.wait()
        texts = [line.text for line in got if line.stream != NOTE]
        assert texts == (["***", "***", "token=***", "as ever"] if hide else list(key))
