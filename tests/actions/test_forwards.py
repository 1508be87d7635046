"""A port here that leads somewhere: its record, its healing, its end, and who may open it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from scripted_writer import MemoryJournal, NumberWriter, door_of, unit

from fleetui.actions.action import Who
from fleetui.actions.door import Door
from fleetui.actions.forwarding import carrying, forward
from fleetui.actions.forwarding.forward import Forwarding
from fleetui.actions.forwarding.way_in import way_in
from fleetui.actions.policy import Policy
from fleetui.actions.ports import JournalError
from fleetui.actions.proposal import Proposal, Refused
from fleetui.core.change import Ask, Phase, Plan, Verb
from fleetui.core.errors import Conflict, Denied, NotFound, ProviderError, Unreachable
from fleetui.core.kinds import FORWARDS
from fleetui.core.objects import Forward
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers import forwarding
from fleetui.providers.base import Removed, Upserted
from fleetui.providers.forwarding import There

KEY = SourceKey("fleetui", "forwards", FORWARDS)


class Echo:
    """A stream that sends back what it gets, until the test says otherwise."""

    def __init__(self, member: str) -> None:
        self.member = member
        self.came: asyncio.Queue[bytes | ProviderError] = asyncio.Queue(8)
        self.closed = False

    async def receive(self) -> bytes:
        data = await self.came.get()
        if isinstance(data, ProviderError):
            raise data
        return data

    async def send(self, data: bytes) -> None:
        await self.came.put(b"" if data == b"bye" else data)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Way:
    """A tunnel to whom the test says."""

    member: str = "web-1"
    trouble: ProviderError | None = None
    streams: list[Echo] = field(default_factory=list)
    looks: int = 0
    closed: bool = False

    async def look(self) -> None:
        self.looks += 1
        if self.trouble is not None:
            raise self.trouble

    async def open(self) -> Echo:
        await self.look()
        self.streams.append(Echo(self.member))
        return self.streams[-1]

    async def close(self) -> None:
        self.closed = True


@dataclass
class ForwardingWriter(NumberWriter):
    way: Way = field(default_factory=Way)

    def verbs(self, kind: str) -> frozenset[Verb]:
        return super().verbs(kind) | {Verb.FORWARD}

    async def plan(self, ask: Ask) -> Plan:
        if ask.verb is not Verb.FORWARD:
            return await super().plan(ask)
        return forwarding.plan(ask, There(80, "http"), "web-1", memo=(("word", "pod"),))

    def tunnel(self, plan: Plan) -> Way:
        return self.way


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("WAIT_S", 1.0), ("RETRY_S", 0.01), ("LOOK_S", 0.02),
                          ("LOOK_AGAIN_S", 0.02)):  # fmt: skip
        monkeypatch.setattr(forward, name, seconds)


async def proposed(door: Door, *values: tuple[str, str]) -> Proposal:
    return await door.propose([Ask(Verb.FORWARD, unit(), (("port", "80"), *values))])


@asynccontextmanager
async def opened(
    writer: ForwardingWriter, journal: MemoryJournal | None = None
) -> AsyncIterator[tuple[Door, Forwarding]]:
    door = door_of(writer, journal=journal or MemoryJournal())
    (one,) = await door.forward(await proposed(door))
    try:
        yield door, one
    finally:
        await door.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_bytes_go_both_ways_and_the_row_counts_them() -> None:
    writer, journal = ForwardingWriter(), MemoryJournal()
    async with opened(writer, journal) as (door, one):
        assert one.line == f"http://127.0.0.1:{one.local} → asg/web:80 (pod web-1)"
        ends = [await asyncio.open_connection("127.0.0.1", one.local) for _ in range(3)]
        for number, (reader, sink) in enumerate(ends):
            sink.write(b"hello %d" % number)
            assert await reader.read(100) == b"hello %d" % number
        row = one.row()
        assert (row.connections, row.total, row.sent, row.received) == (3, 3, 21, 21)
        assert (row.state, row.native_state, row.member) == (State.RUNNING, "open", "web-1")
        assert (row.local, row.to) == (f"127.0.0.1:{one.local}", "asg/web:80")
        ends[0][1].write(b"bye")
        assert await ends[0][0].read() == b""
        await until(lambda: one.row().connections == 2)
        assert journal.phases == [("web", Phase.SENDING), ("web", Phase.ROLLING)]
        assert door.book.under_way(unit()) is None, "a forward is no change of its target"
    assert journal.phases[-1][1] is Phase.DONE
    (entry,) = journal.written.values()
    assert entry.progress.reason.startswith("closed: 3 connections, ")
    assert writer.way.closed
    assert all(one.closed for one in writer.way.streams)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", one.local)


async def test_a_large_answer_waits_for_a_slow_reader() -> None:
    writer = ForwardingWriter()
    async with opened(writer) as (_, one):
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local, limit=4096)
        await until(lambda: writer.way.streams)
        stream, piece, fed = writer.way.streams[0], b"x" * 65_536, 0

        async def feed() -> None:
            nonlocal fed
            while fed < 400:
                await stream.came.put(piece)
                fed += 1

        feeding = asyncio.create_task(feed())
        await asyncio.sleep(0.3)
        # Sockets and buffers have taken what they take; the rest waits at its source.
        assert fed < 300
        got = 0
        while got < 400 * len(piece):
            got += len(await reader.read(1 << 20))
        await feeding
        sink.close()


async def test_a_connection_waits_until_somebody_answers() -> None:
    writer, said = ForwardingWriter(), []
    async with opened(writer) as (_, one):
        one.told = lambda _one, text, _meaning: said.append(text)
        writer.way.trouble = NotFound("no ready pod is behind it: 0 of 2")
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"patient")
        await until(lambda: one.row().native_state == "healing")
        row = one.row()
        assert (row.state, row.reason) == (State.DEGRADED, "no ready pod is behind it: 0 of 2")
        writer.way.trouble, writer.way.member = None, "web-2"
        assert await reader.read(100) == b"patient"
        assert one.row().reason == "healed: pod web-2 answers now, in place of web-1"
        assert said == [
            "healing: no ready pod is behind it: 0 of 2",
            "healed: pod web-2 answers now, in place of web-1",
        ]
        sink.close()


async def test_one_that_nobody_answers_is_closed_and_the_port_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "WAIT_S", 0.05)
    writer = ForwardingWriter()
    async with opened(writer) as (_, one):
        for trouble in (Unreachable("connection refused"), Denied("not allowed")):
            writer.way.trouble = trouble
            reader, _ = await asyncio.open_connection("127.0.0.1", one.local)
            with pytest.raises(ConnectionError):
                await reader.readexactly(1)
            assert one.row().reason == trouble.what
        writer.way.trouble = None
        # Without a connection, too: it is looked now and then.
        await until(lambda: one.row().state is State.RUNNING)
        assert one.row().reason == "healed: pod web-1 answers now"


async def test_what_breaks_off_in_the_middle_is_no_end_for_the_client() -> None:
    writer = ForwardingWriter()
    async with opened(writer) as (_, one):
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"half")
        assert await reader.read(100) == b"half"
        await writer.way.streams[0].came.put(Conflict("nothing in it listens on port 80"))
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        await until(lambda: one.row().native_state == "broke off")
        assert one.row().reason == "pod web-1: nothing in it listens on port 80"
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"again")
        assert await reader.read(100) == b"again"
        sink.write(b"bye")
        await reader.read()
        await until(lambda: one.row().state is State.RUNNING)


async def test_who_has_sent_all_may_still_read_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = ForwardingWriter()
    async with opened(writer) as (_, one):
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write(b"all")
        assert await reader.read(100) == b"all"
        sink.write_eof()
        await until(lambda: one.row().connections == 0)
        await writer.way.streams[0].came.put(b"late")
        assert await reader.read(100) == b"late"
        monkeypatch.setattr(carrying, "LINGER_S", 0.01)
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        sink.write_eof()
        assert await reader.read(100) == b""


async def test_the_end_of_an_answer_reaches_one_who_is_still_sending() -> None:
    writer = ForwardingWriter()
    async with opened(writer) as (_, one):
        reader, sink = await asyncio.open_connection("127.0.0.1", one.local)
        await until(lambda: writer.way.streams)
        sink.write(b"x" * 1_000_000)
        await writer.way.streams[0].came.put(b"too large")
        await writer.way.streams[0].came.put(b"")
        got = await reader.read()
        assert b"too large" in got
        sink.close()


async def test_a_port_that_is_taken_opens_nothing_and_says_what_to_do() -> None:
    writer, journal = ForwardingWriter(), MemoryJournal()
    door = door_of(writer, journal=journal)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        failed = (await proposed(door, ("local", port))).failed[0][1]
        assert failed.code == "conflict"
        assert f"127.0.0.1:{port} is taken" in failed.what
        assert "0:80 for any free one" in failed.hint
    good = await proposed(door, ("local", port))
    with socket.socket() as other:
        # Taken between the plan and the opening.
        other.bind(("127.0.0.1", int(port)))
        other.listen()
        with pytest.raises(Conflict, match="is taken"):
            await door.forward(good)
    assert len(door.forwards) == 0
    assert journal.phases[-1][1] is Phase.FAILED
    await door.close()


async def test_of_several_ports_all_are_opened_or_none() -> None:
    journal = MemoryJournal()
    door = door_of(ForwardingWriter(), journal=journal)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    asks = [Ask(Verb.FORWARD, unit(), (("port", "80"), ("local", port)))] * 2
    proposal = await door.propose(asks)
    assert proposal.verdict.allowed
    with pytest.raises(Conflict):
        await door.forward(proposal)
    assert len(door.forwards) == 0
    assert {phase for _, phase in journal.phases} >= {Phase.DONE, Phase.FAILED}
    await door.close()


async def test_without_a_record_nothing_is_opened() -> None:
    journal = MemoryJournal()
    door = door_of(ForwardingWriter(), journal=journal)
    proposal = await proposed(door)
    journal.full = True
    with pytest.raises(JournalError, match="disk full"):
        await door.forward(proposal)
    assert len(door.forwards) == 0
    await door.close()


async def test_rules_hold_for_it_as_for_a_shell() -> None:
    writer = ForwardingWriter()
    door = door_of(writer, policy=Policy(protect=(("*/web", "config.toml:3"),)))
    with pytest.raises(Refused, match="is protected"):
        await door.forward(await proposed(door))
    door = door_of(writer, policy=Policy(production=frozenset({("aws", "prod")})))
    proposal = await proposed(door)
    assert proposal.verdict.word == "web"
    with pytest.raises(Refused, match="type web"):
        await door.forward(proposal)
    several = [Ask(Verb.FORWARD, unit(), (("port", "80"),))] * 2
    assert (await door.propose(several)).verdict.word == "web", "two ports of one are one target"
    assert len(door.forwards) == 0
    assert writer.way.looks == 0


async def test_an_address_that_others_reach_is_typed_for() -> None:
    door = door_of(ForwardingWriter(), policy=Policy())
    proposal = await proposed(door, ("address", "0.0.0.0"))
    (plan,) = proposal.plans
    assert plan.cautions[0].grave
    assert "whoever reaches 0.0.0.0:" in plan.cautions[0].text
    assert proposal.verdict.word == "web"
    assert (await proposed(door)).verdict.word == ""
    bad = (await proposed(door, ("address", "203.0.113.9"))).failed[0][1]
    assert bad.what == "203.0.113.9 is no address of this machine"


async def test_rows_are_told_as_they_come_change_and_go() -> None:
    writer = ForwardingWriter()
    async with opened(writer) as (door, one):
        watch = door.forwards.watch(KEY)
        assert watch is not None
        async with asyncio.timeout(20):
            assert await anext(watch) == Upserted((one.row(),))
            _, sink = await asyncio.open_connection("127.0.0.1", one.local)
            change = await anext(watch)
            assert isinstance(change, Upserted)
            (row,) = change.rows
            assert isinstance(row, Forward)
            assert row.total == 1
            sink.close()
            described = await door.forwards.describe(one.row().ref)
            assert "port 80 of aws/prod/asg/web" in str(described.sections)
            assert await door.cancel(one.action.id)
            while not isinstance(change, Removed):
                change = await anext(watch)
            assert change.refs == (one.row().ref,)
        with pytest.raises(NotFound):
            await door.forwards.describe(one.row().ref)


async def test_over_ssh_it_is_said_how_to_get_there() -> None:
    async with opened(ForwardingWriter()) as (_, one):
        me = Who("ana", "bastion", "10.0.0.7")
        port = one.local
        environ = {"SSH_CONNECTION": "10.0.0.7 51234 10.0.0.1 22"}
        assert way_in([one], me, environ) == f"ssh -L {port}:127.0.0.1:{port} ana@10.0.0.1"
        assert way_in([one], me, {}).endswith(" ana@bastion")
        whole = Who("ana", "bastion.example", "10.0.0.7")
        assert way_in([one], whole, environ).endswith(" ana@bastion.example")
        assert way_in([one], Who("ana", "bastion"), {}) == ""
        both = f"ssh -L {port}:127.0.0.1:{port} -L {port}:127.0.0.1:{port} ana@"
        assert way_in([one, one], me, {}).startswith(both)
