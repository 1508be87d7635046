"""The bytes of a command: taken apart, passed on, and looked at for the engine's own words."""

from __future__ import annotations

import os
import socket

import pytest

from fleetui.providers.docker.writer import shell
from fleetui.providers.docker.writer.terminal import Ends, Split
from fleetui.providers.lent import OutputClosed, write_all


def frame(kind: int, data: bytes) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize("step", [1, 3, 8, 1000])
def test_two_outputs_however_they_are_cut(step: int) -> None:
    data = frame(1, b"out") + frame(2, b"err") + frame(1, b"") + frame(1, b" more")
    got: dict[str, bytes] = {"out": b"", "err": b""}

    def out(part: bytes) -> None:
        got["out"] += part

    def error(part: bytes) -> None:
        got["err"] += part

    split = Split(out, error)
    for at in range(0, len(data), step):
        split.feed(data[at : at + step])
    assert got == {"out": b"out more", "err": b"err"}


def test_what_may_be_the_engines_own_word() -> None:
    failed = b"OCI runtime exec failed: exec failed: no such file"
    assert shell._may_be_failure(failed)
    assert shell._may_be_failure(failed[:5])
    assert shell._may_be_failure(frame(1, failed))
    assert not shell._may_be_failure(b"hello")
    assert not shell._may_be_failure(frame(1, b"hello"))
    assert not shell._may_be_failure(failed + b"x" * 5000)


def test_both_ways_at_once() -> None:
    ours, theirs = socket.socketpair()
    ends = Ends(ours)
    data = os.urandom(1_000_000)
    ends.queue(data)
    assert ends.full
    ends.half_close()
    theirs.setblocking(False)
    got = b""
    while len(got) < len(data):
        ends.wait([])
        ends.send()
        assert ends.receive() == b""
        while part := _there(theirs):
            got += part
    assert got == data
    theirs.sendall(b"end")
    theirs.close()
    assert ends.receive() == b"end"
    assert ends.receive() is None
    ours.close()


def _there(one: socket.socket) -> bytes:
    try:
        return one.recv(65536)
    except BlockingIOError:
        return b""


def test_a_reader_that_left() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with pytest.raises(OutputClosed):
        write_all(writes, b"more")
    os.close(writes)
