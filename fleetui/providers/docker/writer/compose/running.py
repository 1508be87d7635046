"""Runs one program to its end: no shell, no terminal, bounded in time and in what it says."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact

MOST_OUTPUT = 8 * 1024**2
KEPT_LINES = 200
_LINE = 400
# Sequences for a terminal go whole, so that no half of one stays in a word.
_COLOURS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_LOOK_S = 0.2
_CHUNK = 64 * 1024
# A program that is asked to end may have to tell the engine; then it is killed.
_GRACE_S = 5.0
# What it started may keep its pipes open after it has ended.
_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Program:
    """What is run, and where."""

    argv: Sequence[str]
    folder: str
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    output: bytes
    """What it wrote, where that was asked for."""
    said: tuple[str, ...]
    """The last lines of the rest, safe to show."""
    late: bool = False
    stopped: bool = False


class _Lines:
    """Puts lines together from pieces, and keeps the last of them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.kept: deque[str] = deque(maxlen=KEPT_LINES)
        self._tell = tell
        self._rest = b""

    def add(self, piece: bytes) -> None:
        *lines, rest = (self._rest + piece).replace(b"\r", b"\n").split(b"\n")
        # One without an end is cut, not gathered for ever.
        self._rest = rest[-_CHUNK:]
        for line in lines:
            self._take(line)

    def end(self) -> None:
        self._take(self._rest)
        self._rest = b""

    def _take(self, line: bytes) -> None:
        text = _COLOURS.sub("", line.decode("utf-8", "replace"))
        text = redact(clean(text, _LINE)).strip()
        if text:
            self.kept.append(text)
            self._tell(text)


def run(
    program: Program,
    timeout_s: float,
    *,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda _line: None,
    output: bool = False,
) -> Outcome:
    """Run it. `output`: keep what it writes; else that is told line by line, as its errors are.

    Raises Invalid where it cannot be run, or writes more than can be meant. Ends all that it
    started when it is late or stopped.
    """
    try:
        process = subprocess.Popen(
            list(program.argv),
            cwd=program.folder,
            env=dict(program.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Invalid(
            f"cannot run {clean(program.argv[0], 200)}: {clean(str(error), 200)}"
        ) from error
    lines, wrote = _Lines(tell), bytearray()
    end = time.monotonic() + timeout_s
    late = halted = False
    with selectors.DefaultSelector() as open_pipes, process:
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None  # noqa: S101  both are pipes
            open_pipes.register(pipe.fileno(), selectors.EVENT_READ, data=pipe is process.stdout)
        try:
            over: float | None = None
            while open_pipes.get_map():
                now = time.monotonic()
                late, halted = now >= end, stopped()
                if late or halted or (over is not None and now >= over):
                    break
                if over is None and process.poll() is not None:
                    over = now + _AFTER_S
                for key, _events in open_pipes.select(_LOOK_S):
                    piece = os.read(key.fd, _CHUNK)
                    if not piece:
                        open_pipes.unregister(key.fd)
                    elif not (output and key.data):
                        lines.add(piece)
                    else:
                        wrote += piece
                        if len(wrote) > MOST_OUTPUT:
                            raise Invalid(f"{clean(program.argv[0], 200)} wrote too much")
        finally:
            _end(process)
    lines.end()
    return Outcome(process.returncode, bytes(wrote), tuple(lines.kept), late, halted)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a program that has ended; end one that has not, with all that it started."""
    if process.poll() is not None:
        return
    with suppress(subprocess.TimeoutExpired):
        # It closes its pipes before it ends.
        process.wait(_LOOK_S)
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
            break
    # Whoever did not listen while its parent ended.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
