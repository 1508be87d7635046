"""Drives the real program in a pseudo-terminal and prints goal beside figure.

It asserts nothing: figures depend on the machine, ratios much less.
`python -m tests.bench logs keys` measures only those.
"""

from __future__ import annotations

import signal
import statistics
import sys
from collections.abc import Callable, Iterator

from tests.bench import kube, logs
from tests.bench.finding import keystrokes
from tests.bench.palette import palette
from tests.bench.terminal import Terminal

_PYTHON = sys.executable
_STARTS = 7
_KEYS = 60
_IDLE_S = 20.0


def main() -> None:
    """Print a line for each goal; with words, only of those measures that they name."""
    measures = {
        "start": _start, "keys": _keys, "filter": _filter, "palette": palette,
        "describe": _describe, "changes": _changes, "idle": _idle, "logs": logs.measure,
        "kubernetes": kube.measure,
    }  # fmt: skip
    wanted = sys.argv[1:] or list(measures)
    if unknown := [word for word in wanted if word not in measures]:
        sys.exit(f"no such measure: {', '.join(unknown)}; there are {', '.join(measures)}")
    # The thread that stamps what arrives must not wait for the one that draws it.
    sys.setswitchinterval(0.0002)
    print(f"{'what':<52}{'goal':>12}{'figure':>12}")
    for name in wanted:
        for what, goal, figure in measures[name]():
            print(f"{what:<52}{goal:>12}{figure:>12}", flush=True)


def _start() -> Iterator[tuple[str, str, str]]:
    """Start both in turn, so that both see the same weather; the first pair only warms up."""
    frames, rows, empties = [], [], []
    for run in range(_STARTS + 1):
        empty = _first([_PYTHON, "-m", "tests.bench.empty_app"], "ready-to-look")
        frame = _first([_PYTHON, "-m", "fleetui", "--demo"], "capacity")
        row = _first([_PYTHON, "-m", "fleetui", "--demo"], "▌")
        if run:
            empties.append(empty)
            frames.append(frame)
            rows.append(row)
    base = statistics.median(empties)
    frame, row = statistics.median(frames), statistics.median(rows)
    yield "empty Textual app, first frame", "", f"{base * 1000:.0f} ms"
    yield "fleetui --demo, first content frame / empty app", "≤ 1.3", f"{frame / base:.2f}"
    yield "fleetui --demo, first rows / empty app", "", f"{row / base:.2f}"


def _first(command: list[str], text: str) -> float:
    terminal = Terminal(command)
    try:
        return terminal.pump(lambda: terminal.shows(text), 20) - terminal.started_at
    finally:
        terminal.close()


def _keys() -> Iterator[tuple[str, str, str]]:
    for count, goal in ((10_000, "≤ 20 ms"), (50_000, "≤ 60 ms")):
        terminal = _board(count, "churn")
        try:
            terminal.collect(3)
            took = sorted(_press(terminal, n) for n in range(_KEYS))
            memory = terminal.memory()
        finally:
            terminal.close()
        what = f"key to paint p95, {count:,} rows refreshed each second"
        yield what, goal, f"{took[int(len(took) * 0.95)] * 1000:.1f} ms"
        yield "  its median", "", f"{statistics.median(took) * 1000:.1f} ms"
        if count == 10_000:
            yield "resident memory, 10,000 rows", "≤ 150 MB", f"{memory / 1e6:.0f} MB"


def _press(terminal: Terminal, number: int) -> float:
    """Move the cursor by one line and return how long its mark took to follow."""
    before = terminal.cursor_line()
    key = b"j" if number // 20 % 2 == 0 else b"k"
    at = terminal.send(key)
    took = terminal.pump(_moved(terminal, before), 10) - at
    # An odd pause, so that presses fall on every part of the second.
    terminal.collect(0.137)
    return took


def _moved(terminal: Terminal, before: int) -> Callable[[], bool]:
    return lambda: terminal.cursor_line() not in {before, -1}


def _describe() -> Iterator[tuple[str, str, str]]:
    """Open the page of a row and go back, over a fleet whose back end has nothing to add."""
    terminal = _board(10_000, "still")
    took = []
    try:
        terminal.collect(3)
        for _ in range(20):
            at = terminal.send(b"d")
            took.append(terminal.pump(lambda: terminal.shows("identity"), 10) - at)
            terminal.collect(0.137)
            terminal.send(b"\x1b")
            terminal.pump(lambda: terminal.shows("READY"), 10)
            terminal.collect(0.2)
    finally:
        terminal.close()
    took.sort()
    yield "describe from what is known, p95", "≤ 100 ms", f"{took[18] * 1000:.1f} ms"
    yield "  its median", "", f"{statistics.median(took) * 1000:.1f} ms"


def _filter() -> Iterator[tuple[str, str, str]]:
    terminal = _board(50_000, "still")
    try:
        yield from keystrokes(50_000, terminal)
    finally:
        terminal.close()


def _changes() -> Iterator[tuple[str, str, str]]:
    terminal = _board(10_000, "still")
    try:
        terminal.collect(3)
        counts = []
        for _ in range(5):
            # Just after the clock has ticked there is most of a second without any other paint.
            terminal.pump(lambda: True, 5)
            terminal.collect(0.1)
            terminal.signal(signal.SIGUSR1)
            counts.append(terminal.collect(0.6))
            terminal.collect(2)
    finally:
        terminal.close()
    yield "bytes for one changed cell", "≤ 400", f"{statistics.median(counts):.0f}"


def _idle() -> Iterator[tuple[str, str, str]]:
    for name, command in (
        ("still fleet of 10,000", [_PYTHON, "-m", "tests.bench.board", "10000", "still"]),
        ("the demo fleet", [_PYTHON, "-m", "fleetui", "--demo"]),
    ):
        terminal = Terminal(command)
        try:
            terminal.pump(lambda: terminal.cursor_line() >= 0, 30)  # noqa: B023  called here
            terminal.collect(5)
            cpu = terminal.cpu_s()
            sent = terminal.collect(_IDLE_S)
            cpu = terminal.cpu_s() - cpu
        finally:
            terminal.close()
        bound = name.startswith("still")
        goal = "≤ 200" if bound else ""
        yield f"idle bytes a second, {name}", goal, f"{sent / _IDLE_S:.0f}"
        yield f"idle CPU, {name}", "≤ 2 %" if bound else "", f"{cpu / _IDLE_S * 100:.1f} %"


def _board(count: int, pace: str) -> Terminal:
    terminal = Terminal([_PYTHON, "-m", "tests.bench.board", str(count), pace])
    terminal.pump(lambda: terminal.cursor_line() >= 0, 60)
    return terminal


if __name__ == "__main__":
    main()
