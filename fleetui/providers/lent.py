"""The terminal that is lent to a command in a thing: raw while it runs, and put back after."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import tty
from collections.abc import Iterator

# So often is looked whether the terminal has another size, or a channel has room again.
TICK_S = 0.2
NOT_RUNNABLE, NOT_THERE = 126, 127
PIPE_CLOSED = 141
"""What a shell says of a program whose reader has left."""


class OutputClosed(Exception):
    """Whoever read what we write has left: `| head` has seen enough."""


def write_all(fd: int, data: bytes) -> None:
    """Write to a file descriptor until all is gone. Raises OutputClosed."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            select.select([], [fd], [], TICK_S)
        except BrokenPipeError:
            raise OutputClosed from None


@contextlib.contextmanager
def raw_mode(fd: int, *, wanted: bool) -> Iterator[None]:
    """Pass every key on as it is, and put the terminal back after."""
    if not wanted or not os.isatty(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        yield
    finally:
        # It may be gone: its window was closed.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSAFLUSH, before)


def size_of(fd: int) -> tuple[int, int] | None:
    """Return a terminal's (rows, columns), None where it is none."""
    try:
        found = os.get_terminal_size(fd)
    except OSError:
        return None
    return (found.lines, found.columns) if found.lines and found.columns else None


def typed(fd: int) -> bytes:
    """Return what was typed; a terminal that was closed has come to its end."""
    try:
        return os.read(fd, 32 * 1024)
    except OSError:
        return b""
