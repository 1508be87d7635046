"""An engine's log bytes become lines, however they are cut and whatever they hold."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.logs.scrub import KEPT
from fleetui.core.ref import Ref
from fleetui.providers.docker.framing import Framed, Terminal, nanoseconds
from fleetui.providers.docker.logs import Facts, ending, facts_of, parameters

REF = Ref("docker", "x", "container", "1", "web")
STAMP = "2026-01-02T03:04:05.123456789Z"
AT = 1_767_323_045_123_456_789


def frame(text: bytes, kind: int = 1, stamp: str = STAMP) -> bytes:
    payload = stamp.encode() + b" " + text
    return struct.pack(">BxxxI", kind, len(payload)) + payload


def texts(lines: list[RawLine]) -> list[str]:
    return [line.text for line in lines]


def fed(decoder: Framed | Terminal, data: bytes, size: int) -> list[RawLine]:
    lines: list[RawLine] = []
    for at in range(0, len(data), size):
        lines += decoder.feed(data[at : at + size])
    return lines + decoder.end()


@given(st.integers(1, 70))
@settings(max_examples=40, deadline=None)
def test_frames_cut_anywhere_are_put_together(size: int) -> None:
    data = frame("größe ✓\n".encode()) + frame(b"oops\n", 2) + frame(b"\n")
    lines = fed(Framed(REF), data, size)
    assert [(line.text, line.stream, line.at) for line in lines] == [
        ("größe ✓", "stdout", AT), ("oops", "stderr", AT), ("", "stdout", AT),
    ]  # fmt: skip


@given(st.integers(1, 70))
@settings(max_examples=40, deadline=None)
def test_a_terminals_lines_cut_anywhere_are_put_together(size: int) -> None:
    data = "".join(f"{STAMP} {text}\r\n" for text in ("größe ✓", "", "10 %\r20 %")).encode()
    lines = fed(Terminal(REF), data, size)
    assert texts(lines) == ["größe ✓", "", "20 %"]
    assert {line.at for line in lines} == {AT}


def test_parts_of_a_long_line_are_one_line_without_the_times_between() -> None:
    part, stamp = b"x" * 16384, f"{STAMP} ".encode()
    framed = fed(Framed(REF), frame(part[:9000]) + frame(b"end\n"), 1000)
    assert texts(framed) == ["x" * 9000 + "end"]
    tty = fed(Terminal(REF), stamp + part + stamp + b"end\r\n", 1000)
    assert len(tty) == 1
    assert STAMP not in tty[0].text
    assert tty[0].text.endswith("… +3 more")


@pytest.mark.parametrize("kind", [Framed, Terminal])
def test_a_line_of_many_megabytes_is_bounded_and_counted(kind: type) -> None:
    stamp = f"{STAMP} ".encode()
    decoder, count = kind(REF), 640
    lines: list[RawLine] = []
    for _ in range(count):
        part = b"y" * 16384
        lines += decoder.feed(frame(part) if kind is Framed else (b"" if _ else stamp) + part)
        holder = decoder if kind is Framed else decoder._cutter
        assert len(holder._buffer) < 300_000
    lines += decoder.feed(frame(b"\n") if kind is Framed else b"\r\n")
    assert len(lines) == 1
    assert len(lines[0].text) < KEPT + 40
    assert lines[0].text.endswith(f"… +{count * 16384 - KEPT:,} more") or kind is Terminal
    after = decoder.feed(frame(b"after\n") if kind is Framed else stamp + b"after\r\n")
    assert texts(after) == ["after"]


def test_one_frame_of_megabytes_is_skipped_through() -> None:
    lines = fed(Framed(REF), frame(b"z" * 5_000_000 + b"\n") + frame(b"after\n"), 65536)
    assert texts(lines)[1] == "after"
    assert len(lines[0].text) < KEPT + 40


@given(st.binary(max_size=300), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_binary_rubbish_never_fails_and_is_clean(data: bytes, size: int) -> None:
    for decoder in (Framed(REF), Terminal(REF)):
        for line in fed(decoder, data, size):
            assert "\x1b" not in line.text
            assert "\x00" not in line.text


def test_what_has_no_headers_is_shown_as_it_is() -> None:
    assert texts(fed(Framed(REF), b"hello there\nyou\n", 5)) == ["hello there", "you"]


def test_times_are_read_to_the_nanosecond() -> None:
    assert nanoseconds(STAMP.encode()) == AT
    assert nanoseconds(b"nonsense") == 0


def test_what_is_asked_for() -> None:
    facts = Facts(False, "running", AT, 0, "json-file")
    assert parameters(LogQuery(tail=5, follow=True), facts)["tail"] == 5
    assert parameters(LogQuery(since_ns=AT), facts)["since"] == "1767323045.123456789"
    before = parameters(LogQuery(previous=True, follow=True), facts)
    assert before["follow"] == 0
    assert before["until"] == "1767323045.123456788"
    assert facts_of({"Config": {"Tty": True}, "State": None}).tty
    assert not facts_of("nonsense").goes_on


@pytest.mark.parametrize(
    ("last", "at"),
    [(0, 1_000), (900, 1_000), (1_000, 1_001), (5_000, 5_001)],
)
def test_the_end_comes_after_the_last_line(last: int, at: int) -> None:
    over = replace(facts_of({"State": {"Status": "exited", "ExitCode": 137}}), finished=1_000)
    ended = ending(REF, over, last)
    assert (ended.at, ended.text) == (at, "exited, exit 137, at 1970-01-01T00:00:00Z")
