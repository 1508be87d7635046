"""Which lines become one entry, which are kept, in which order, and which are wanted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.logs.bookmark import Bookmark
from fleetui.core.logs.line import Level, LogLine, RawLine
from fleetui.core.logs.match import Wanted
from fleetui.core.logs.store import LogStore, Ordered
from fleetui.core.ref import Ref

A, B = (Ref("docker", "x", "container", name, name) for name in "ab")
PYTHON = [
    "2026-01-02 03:04:05,1 ERROR boom", "Traceback (most recent call last):",
    '  File "a.py", line 3', "    x()", "KeyError: 'X'", "",
    "During handling of the above exception, another exception occurred:", "",
    "Traceback (most recent call last):", '  File "b.py", line 4', "ValueError: y",
]  # fmt: skip
JAVA = [
    "java.lang.RuntimeException: bad",
    "    at com.x.Y(Y.java:1)",
    "Caused by: java.io.IOException: z",
    "    ... 3 more",
]
NODE = ["Error: foo", "    at x (a.js:1)", "    at y {", "  code: 'E'", "}"]
GO = [
    "panic: oh",
    "",
    "goroutine 1 [running]:",
    "main.main()",
    "    /app/main.go:12 +0x1d",
    "exit status 2",
]


def raw(texts: list[str], source: Ref = A, start: int = 1) -> list[RawLine]:
    return [RawLine(at, source, text) for at, text in enumerate(texts, start)]


@pytest.mark.parametrize("trace", [PYTHON, JAVA, NODE, GO])
def test_a_stack_trace_is_one_entry(trace: list[str]) -> None:
    store = LogStore()
    store.add(raw(["INFO before", *trace, "INFO after", '{"msg":"json"}']))
    assert [line.text for line in store.lines.tail()] == [
        "INFO before", trace[0], "INFO after", '{"msg":"json"}',
    ]  # fmt: skip
    assert store.lines[1].more == trace[1:]
    assert store.seen == len(trace) + 3


def test_traces_of_two_sources_do_not_mix() -> None:
    store = LogStore()
    mixed = [line for pair in zip(raw(JAVA), raw(PYTHON, B), strict=False) for line in pair]
    store.add(mixed)
    assert [line.source for line in store.lines.tail()] == [A, B]
    assert store.lines[0].more == JAVA[1:]


def test_what_is_dropped_is_counted_and_the_bound_holds() -> None:
    store = LogStore(most_lines=100)
    for start in range(0, 1000, 50):
        store.add(raw([f"line {n}" for n in range(start, start + 50)], start=start + 1))
    assert len(store.lines) == 100
    assert (store.seen, store.dropped) == (1000, 900)
    assert store.lines[0].text == "line 900"
    small = LogStore(most_bytes=10_000)
    small.add(raw(["x" * 1000] * 100))
    assert small.bytes <= 10_000
    assert small.dropped + len(small.lines) == 100


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(1, 40), max_size=12).map(sorted), max_size=8))
def test_sources_are_merged_by_time(batches: list[list[int]]) -> None:
    ordered = Ordered()
    for batch in batches:
        ordered.add([LogLine(at, A, str(at)) for at in batch])
    times = [line.at for line in ordered.tail()]
    assert times == sorted(at for batch in batches for at in batch)
    assert all(ordered.index(line) == n for n, line in enumerate(ordered.tail()))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 8), min_size=1, max_size=30), st.integers(0, 30), st.integers(0, 3))
def test_a_stream_goes_on_without_loss_or_doubles(times: list[int], cut: int, early: int) -> None:
    lines = raw([str(n) for n in range(len(times))])
    lines = [line._replace(at=at) for line, at in zip(lines, sorted(times), strict=True)]
    mark = Bookmark()
    cut = min(cut, len(lines))
    mark.see(lines[:cut])
    mark.reopened()
    again = [line for line in lines if line.at >= mark.at - early]
    found, gap = mark.fresh(again)
    assert lines[:cut] + found == lines
    assert not gap


def test_a_place_that_is_gone_is_a_certain_gap() -> None:
    mark = Bookmark()
    mark.see(raw(["a", "b"]))
    mark.reopened()
    found, gap = mark.fresh(raw(["x"], start=9))
    assert gap
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "level", "shown"),
    [
        ("", Level.NONE, "1 2 3 4"),
        ("", Level.WARN, "2 4"),
        ("status:502", Level.NONE, "2"),
        ("status>=200", Level.NONE, "1 2"),
        ("!status:502", Level.NONE, "1 3 4"),
        ("DISK", Level.NONE, "4"),
        ('"is full"', Level.NONE, "4"),
        ("level:err", Level.NONE, "2 4"),
        ("source:b", Level.NONE, "3 4"),
        ("http://x", Level.NONE, "3"),
        ("needle", Level.NONE, "4"),
    ],
)
def test_filters(text: str, level: Level, shown: str) -> None:
    lines = [
        LogLine(1, A, '{"level":"info","msg":"ok","status":200}'),
        LogLine(2, A, '{"level":"error","msg":"bad","status":502}'),
        LogLine(3, B, "plain http://x"),
        LogLine(4, B, "ERROR disk is full"),
    ]
    lines[3].more = ["    at needle"]
    test = Wanted(level, text).test()
    assert " ".join(str(line.at) for line in lines if test(line)) == shown


@pytest.mark.parametrize(
    "text",
    [
        '{"level":"error","msg":"x"}',
        '{"level":30,"msg":"x"}',
        '{"msg":"\\"level\\":\\"error\\"","level":"info"}',
        "time=2026-01-02T03:04:05Z level=warning msg=x",
        "level=debug msg=x",
        "ERROR x",
        "plain",
        "{broken",
        '{"level": "warn"}',
        '{"a":{"level":"info"},"level":"error"}',
        "2026-01-02 03:04:05 INFO sublevel=9",
    ],
)
def test_the_quick_level_is_the_level(text: str) -> None:
    quick, slow = LogLine(1, A, text), LogLine(1, A, text)
    assert quick.quick_level() == slow.parsed.level


def test_a_comparison_with_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' is no number"):
        Wanted(text="status>x").test()


def test_a_trace_is_followed_through_all_sources() -> None:
    lines = [
        LogLine(1, A, '{"msg":"m","trace_id":"abc12345"}'),
        LogLine(2, B, "x trace_id=abc12345"),
        LogLine(3, B, "no"),
    ]
    test = Wanted(trace="abc12345").test()
    assert [test(line) for line in lines] == [True, True, False]


def test_lines_of_a_trace_stay_with_their_own_container() -> None:
    store = LogStore()
    lines = [
        RawLine(1, A, "Traceback (most recent call last):", container="app"),
        RawLine(2, A, "level=info msg=ok", container="proxy"),
        RawLine(3, A, '  File "x.py", line 1', container="app"),
        RawLine(4, A, "  two", container="proxy"),
        RawLine(5, A, "KeyError: 'x'", container="app"),
    ]
    store.add(lines)
    assert [(one.container, one.more) for one in store.lines.tail()] == [
        ("app", ['  File "x.py", line 1', "KeyError: 'x'"]),
        ("proxy", ["  two"]),
    ]


def test_a_filter_may_name_the_container() -> None:
    wanted = Wanted(text="container:prox").test()
    assert wanted(LogLine(1, A, "x", container="proxy"))
    assert not wanted(LogLine(1, A, "x", container="app"))
    assert wanted(LogLine(1, A, '{"msg":"m","container":"proxy"}'))
