"""The edges of the protocol that carries a port: frames in pieces, errors, and the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from fleetui.core.errors import Conflict, ProviderError, Unreachable
from fleetui.providers.kubernetes.writer.forwarding import websocket
from fleetui.providers.kubernetes.writer.forwarding.stream import PodStream, told
from fleetui.providers.kubernetes.writer.forwarding.websocket import WebSocket, masked

BINARY, CLOSE, PING, PONG = 2, 8, 9, 10


class Wire:
    """A connection whose server sends what the test gives it, in pieces of any size."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.written: list[bytes] = []
        self.closed = False

    def sends(self, data: bytes, piece: int = 1 << 20) -> None:
        for at in range(0, len(data), piece):
            self.pieces.put_nowait(data[at : at + piece])

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        came = await self.pieces.get()
        if isinstance(came, Exception):
            raise came
        return came

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.written.append(buffer)

    async def aclose(self) -> None:
        self.closed = True
        self.pieces.put_nowait(OSError("closed"))


def frame(data: bytes, opcode: int = BINARY, *, last: bool = True) -> bytes:
    """Return a frame as a server sends it."""
    size = len(data)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes([(0x80 if last else 0) | opcode]) + length + data


def unmasked(sent: bytes) -> tuple[int, bytes]:
    """Return the opcode and payload of a frame that a client sent."""
    assert sent[1] & 0x80, "a client masks what it sends"
    at = {126: 4, 127: 10}.get(sent[1] & 0x7F, 2)
    mask, body = sent[at : at + 4], sent[at + 4 :]
    return sent[0] & 0x0F, bytes(byte ^ mask[n % 4] for n, byte in enumerate(body))


BEGUN = frame(b"\x00\x90\x1f") + frame(b"\x01\x90\x1f")


@asynccontextmanager
async def streaming(wire: Wire) -> AsyncIterator[tuple[PodStream, list[ProviderError]]]:
    failures: list[ProviderError] = []
    stream = PodStream("web-1", 8080, WebSocket(wire), AsyncExitStack(), failures.append)
    try:
        yield stream, failures
    finally:
        await stream.close()


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1 << 20])
async def test_frames_come_in_pieces_of_any_size(piece: int) -> None:
    wire, large = Wire(), bytes(range(256)) * 300
    async with streaming(wire) as (stream, failures):
        wire.sends(BEGUN + frame(b"\x00hello") + frame(b"\x00" + large), piece)
        wire.sends(frame(b"\x00a", last=False) + frame(b"bc", 0) + frame(b"\x03\xe8", CLOSE), piece)
        got = [await stream.receive() for _ in range(4)]
        assert got == [b"hello", large, b"abc", b""]
        assert failures == []


async def test_what_is_sent_is_masked_and_on_the_channel_of_data() -> None:
    wire = Wire()
    async with streaming(wire) as (stream, _):
        for size in (0, 1, 125, 126, 65_535, 70_000):
            await stream.send(b"x" * size)
            assert unmasked(wire.written[-1]) == (BINARY, b"\x00" + b"x" * size)
    assert unmasked(wire.written[-1]) == (CLOSE, b"\x03\xe8")
    assert len({masked(BINARY, b"same") for _ in range(8)}) > 1


async def test_a_ping_is_answered_while_it_is_read() -> None:
    wire = Wire()
    async with streaming(wire) as (stream, _):
        wire.sends(BEGUN + frame(b"are you there", PING) + frame(b"\x00yes"))
        assert await stream.receive() == b"yes"
        assert unmasked(wire.written[-1]) == (PONG, b"are you there")


async def test_a_refused_port_is_told_in_words_and_clean() -> None:
    wire = Wire()
    said = (
        b"error forwarding port 8080 to pod x, uid : dial tcp4: connect: connection refused\x1b]0;"
    )
    async with streaming(wire) as (stream, failures):
        wire.sends(BEGUN + frame(b"\x01" + said) + frame(b"\x03\xe8", CLOSE))
        with pytest.raises(Conflict, match="nothing in it listens on port 8080"):
            await stream.receive()
        assert len(failures) == 1
    other = told(b"error forwarding port 80 to pod a/b, uid u: no \x1b[31msocat\x07 there", 80)
    assert other.what == "port 80 cannot be reached in it: no [31msocat there"
    hidden = told(b"error: Authorization: Bearer abcdefghijklmnop0123456789", 80).what
    assert "abcdefghijklmnop" not in hidden


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (b"", "broke off"), (OSError("reset"), "broke off"),
        (frame(b"\x03\xf3down", CLOSE), "the server closed it: down"),
        (bytes([0x82, 0x80]), "no websocket"),
        (bytes([0x82, 0x7F]) + (1 << 40).to_bytes(8, "big"), "more at once"),
    ],
)  # fmt: skip
async def test_a_connection_that_breaks_off_is_no_end(end: bytes | Exception, why: str) -> None:
    wire = Wire()
    async with streaming(wire) as (stream, failures):
        wire.sends(BEGUN + frame(b"\x00half"))
        wire.pieces.put_nowait(end)
        assert await stream.receive() == b"half"
        with pytest.raises(Unreachable, match=why):
            await stream.receive()
        assert [type(one) for one in failures] == [Unreachable]


async def test_pieces_of_one_message_are_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "LARGEST", 1000)
    wire = Wire()
    async with streaming(wire) as (stream, _):
        wire.sends(frame(b"\x00" + b"x" * 800, last=False) + frame(b"x" * 800, 0))
        with pytest.raises(Unreachable, match="more at once"):
            await stream.receive()


async def test_a_pod_that_is_gone_ends_what_waits_for_it() -> None:
    wire = Wire()
    stack = AsyncExitStack()
    stack.push_async_callback(wire.aclose)
    stream = PodStream("web-1", 8080, WebSocket(wire), stack, lambda _error: None)
    waiting = asyncio.create_task(stream.receive())
    await asyncio.sleep(0)
    await stream.lose("the pod is gone")
    with pytest.raises(Conflict, match="the pod is gone"):
        await waiting
    await stream.close()


async def test_now_and_then_it_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PING_S", 0.01)
    wire = Wire()
    async with streaming(wire) as (stream, _):
        reading = asyncio.create_task(stream.receive())
        while len(wire.written) < 3:
            await asyncio.sleep(0.005)
        assert {unmasked(sent) for sent in wire.written} == {(PING, b"")}
        wire.sends(frame(b"", PONG) + BEGUN + frame(b"\x00x"))
        assert await reading == b"x"
