"""What lines of the usual loggers mean, and that nothing can make the parser fail."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.clean import clean
from fleetui.core.logs.line import Level
from fleetui.core.logs.parse import parse
from fleetui.core.logs.scrub import KEPT, scrub

LINES = [
    # winston, pino, zap, structlog, bunyan
    ('{"level":"error","message":"boom","timestamp":"2026-01-02T03:04:05.5Z"}', "error", "boom"),
    ('{"level":30,"time":1767323045500,"msg":"hi","req":{"id":"abc"}}', "info", "hi"),
    ('{"level":"warn","ts":1767323045.5,"caller":"a.go:1","msg":"slow"}', "warn", "slow"),
    ('{"event":"x","level":"critical","timestamp":"2026-01-02T03:04:05.5Z"}', "fatal", "x"),
    ('{"name":"a","level":50,"msg":"m","time":"2026-01-02T03:04:05.5Z","v":0}', "error", "m"),
    # logrus, slog
    ('time="2026-01-02T03:04:05.5Z" level=warning msg="a b" k=v', "warn", "a b"),
    ("time=2026-01-02T03:04:05.5Z level=INFO+2 msg=hello n=3", "info", "hello"),
    # plain
    ("2026-01-02 03:04:05,500 - app - ERROR - Boom", "error", "app - ERROR - Boom"),
    ("2026-01-02T03:04:05.5Z [warn] disk", "warn", "disk"),
]


@pytest.mark.parametrize(("text", "level", "message"), LINES)
def test_usual_loggers_are_read(text: str, level: str, message: str) -> None:
    found = parse(text)
    assert Level(found.level).word == level
    assert found.message == message
    assert found.time == 1767323045.5


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("INFO:     started", "info"),
        ("I0102 03:04:05.678901       1 main.go:12] started", "info"),
        ("panic: nil map", "fatal"),
        ("Traceback (most recent call last):", "error"),
        ("KeyError: 'X'", "error"),
        ("an error is only a word here", ""),
        ("GET /info 200", ""),
    ],
)
def test_a_level_is_seen_only_where_one_is_meant(text: str, level: str) -> None:
    assert Level(parse(text).level).word == level


def test_fields_are_flat_and_traces_are_found() -> None:
    found = parse('{"msg":"m","req":{"id":"r-1","headers":{"a":[1,2]}},"traceId":"abc123"}')
    assert found.fields == {"req.id": "r-1", "req.headers.a": "[1, 2]", "traceId": "abc123"}
    assert found.trace == "abc123"
    assert parse("x trace_id=ab12cd34 y").trace == "ab12cd34"
    assert parse('{"msg":"m","traceparent":"00-aa11-bb-01"}').trace == "aa11"


def test_escapes_in_json_are_no_way_in() -> None:
    found = parse(json.dumps({"msg": "\x1b[31mred\u202e", "\x1b]0;t\x07k": "\x9b2J"}))
    assert found.message == "red"
    assert found.fields == {"k": ""}


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_nothing_makes_it_fail(text: str) -> None:
    found = parse(scrub(text))
    assert clean(found.message, 10**9) == found.message
    assert all(clean(v.replace("\n", "")) == v.replace("\n", "") for v in found.fields.values())


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.floats(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_no_json_makes_it_fail(value: object) -> None:
    found = parse(scrub(json.dumps({"msg": value, "level": value, "time": value})))
    assert clean(found.message, 10**9) == found.message


def test_a_deep_json_is_a_plain_line() -> None:
    assert parse('{"a":' * 5000).fields == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07", "click"),
        ("\x1b]52;c;cm0gLXJmIC8=\x07x", "x"),
        ("\x9b2Jx\x85", "x"),
        ("10 %\r50 %\r100 %\r", "100 %"),
        ("\tat x", "    at x"),
        ("a\x00b\u202ec", "abc"),
        ("\x1bP+q\x1b\\y", "y"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_lines_are_scrubbed(text: str, shown: str) -> None:
    assert scrub(text) == shown


def test_a_long_line_is_cut_and_counted() -> None:
    found = scrub("x" * 1_000_000, more=500)
    assert len(found) < KEPT + 40
    assert found.endswith(f"… +{1_000_000 - KEPT + 500:,} more")
