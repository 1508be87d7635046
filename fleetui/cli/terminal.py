"""Manners toward the terminal: what the board needs of it, and how it is given back."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from io import FileIO, TextIOWrapper
from types import FrameType
from typing import Any, TextIO

from fleetui.cli.exits import Exit, Interrupted, Stop
from fleetui.cli.output import is_tty

_GRACE_S = 2.0
"""How long the board may take to end by itself after a signal."""
# Out of the alternate screen, cursor shown, mouse and paste modes off, keys and colours plain.
_PLAIN = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l\x1b[?2004l"
    b"\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"
)
_INSTEAD = "get capacity"


def require(*, demo: bool = False) -> None:
    """Refuse a terminal that cannot show the board, and say what else works. Raises Stop."""
    problem = ""
    mend = ""
    if not is_tty(sys.stdin):
        problem = "the board needs a terminal, and standard input is none"
    elif not is_tty(sys.stdout):
        problem = "the board needs a terminal, and standard output is none"
    elif os.environ.get("TERM", "") in {"", "dumb", "unknown"}:
        named = os.environ.get("TERM") or "nothing"
        problem = f"the board needs a terminal that can draw, and TERM says {named}"
    elif _encoding() != "utf8":
        problem = f"the board needs a UTF-8 locale, and this one is {_named(_encoding())}"
        mend = "set LC_ALL=C.UTF-8, or "
    if problem:
        words = f"fleetui{' --demo' if demo else ''} {_INSTEAD}"
        raise Stop(Exit.USAGE, f"{problem}: {mend}try {words}")


def _named(encoding: str) -> str:
    """Return what people call an encoding: the C locale's own name of its one is in no manual."""
    return "ASCII" if encoding.startswith("ansi_x3.4") else encoding or "unknown"


def _encoding() -> str:
    """Return the encoding of the locale, `utf8` for every way to write it."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    with contextlib.suppress(ImportError, AttributeError):
        import locale

        locale.setlocale(locale.LC_CTYPE, "")
        encoding = locale.nl_langinfo(locale.CODESET).lower().replace("-", "")
    return encoding


@contextlib.contextmanager
def given_back() -> Iterator[None]:
    """Give the terminal back as it was on every way out: return, exception or signal.

    SIGTERM and SIGHUP raise Interrupted where the board has not taken them over; a board
    that has not ended two seconds later is ended without being asked.
    """
    restore = _restorer()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def on_signal(number: int, _frame: FrameType | None) -> None:
        def end() -> None:
            restore()
            os._exit(128 + number)

        last = threading.Timer(_GRACE_S, end)
        last.daemon = True
        last.start()
        raise Interrupted(number)

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, on_signal)
    try:
        yield
    finally:
        restore()
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


def _restorer() -> Callable[[], None]:
    import termios

    try:
        descriptor = sys.stdin.fileno()
        attributes: list[Any] = termios.tcgetattr(descriptor)
        screen = sys.stdout.fileno()
    except (OSError, ValueError, termios.error):
        return lambda: None

    def restore() -> None:
        # A terminal that is gone cannot be given back.
        with contextlib.suppress(OSError, termios.error):
            os.write(screen, _PLAIN)
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, attributes)

    return restore


@contextlib.contextmanager
def stderr_to_log() -> Iterator[None]:
    """Send descriptor 2 to the log, so that nothing an SDK or a C library writes is drawn.

    Textual draws on `sys.__stderr__`: that becomes the terminal that stdout is. A thread
    reads the pipe, so that a library that writes much can never block on it.
    """
    if sys.stderr is None or sys.__stderr__ is None:
        yield
        return
    names = ("stderr", "__stderr__")
    before: dict[str, TextIO | None] = {name: getattr(sys, name) for name in names}
    sys.stderr.flush()
    kept = os.dup(2)
    reader, writer = os.pipe()
    screen = _writing(os.dup(sys.stdout.fileno()))
    os.dup2(writer, 2)
    os.close(writer)
    stray = _writing(os.dup(2))
    sys.__stderr__, sys.stderr = screen, stray  # type: ignore[misc]
    thread = threading.Thread(target=_drain, args=(reader,), name="stderr", daemon=True)
    thread.start()
    try:
        yield
    finally:
        for name in names:
            setattr(sys, name, before[name])
        for stream in (stray, screen):
            with contextlib.suppress(OSError, ValueError):
                stream.close()
        os.dup2(kept, 2)
        os.close(kept)
        # A child that lives on holds the pipe open: then the rest of it is not waited for.
        thread.join(0.2)


def _writing(descriptor: int) -> TextIOWrapper:
    return TextIOWrapper(
        FileIO(descriptor, "w"), encoding="utf-8", errors="replace", write_through=True
    )


def _drain(reader: int) -> None:
    log = logging.getLogger("fleetui.stderr")
    with os.fdopen(reader, "rb") as pipe:
        while line := pipe.readline(8192):
            if text := line.decode("utf-8", "replace").strip():
                log.warning("%s", text)
