"""Writes to stdout and stderr: safe for a terminal, plain in a pipe, quiet when it breaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from fleetui.core.clean import clean

_RESET = "\x1b[0m"
# What a tone means in the sixteen colours that every terminal has.
SGR: dict[str, str] = {
    "ok": "\x1b[32m",
    "warn": "\x1b[33m",
    "critical": "\x1b[31m",
    "muted": "\x1b[2m",
    "accent": "\x1b[36m",
    "stale": "\x1b[2m",
    "production": "\x1b[35m",
}


class CannotWrite(Exception):
    """Stdout takes nothing: a full disk, or it is closed."""


def emit(lines: Iterable[str]) -> None:
    """Write lines to stdout and flush them.

    Raises BrokenPipeError when nobody reads, CannotWrite when they cannot be written.
    """
    out = sys.stdout
    if out is None:
        raise CannotWrite("standard output is closed")
    try:
        _write(lines, out)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise CannotWrite(getattr(error, "strerror", None) or "it is closed") from None


def _write(lines: Iterable[str], out: TextIO) -> None:
    encoding = (out.encoding or "utf-8").lower().replace("-", "")
    for line in lines:
        text = line if encoding == "utf8" else _fit(line, out)
        out.write(text + "\n")
    out.flush()


def tell(*lines: str) -> None:
    """Write lines to stderr, the first after the program's name; never fails."""
    for number, line in enumerate(lines):
        say(f"{'' if number else 'fleetui: '}{clean(line)}")


def say(line: str) -> None:
    """Write one line to stderr as it is; a stderr that is closed is no failure."""
    draw(f"{line}\n")


def draw(text: str) -> None:
    """Write to stderr as it is, without ending the line; one that is closed is no failure."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(_fit(text, sys.stderr))
        sys.stderr.flush()
    except (OSError, ValueError):
        # Where nobody can be told, going on is all that is left.
        return


def is_tty(stream: TextIO | None) -> bool:
    """Whether a person looks at this stream; a closed one is looked at by nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def coloured(stream: TextIO | None) -> bool:
    """Whether colours belong on this stream: a terminal that knows them, without NO_COLOR."""
    dumb = os.environ.get("TERM", "") in {"", "dumb"}
    return is_tty(stream) and not dumb and not os.environ.get("NO_COLOR")


def paint(text: str, tone: str, *, colours: bool) -> str:
    """Return `text` in the colour of `tone`."""
    start = SGR.get(tone) if colours else None
    return f"{start}{text}{_RESET}" if start else text


def silence() -> None:
    """Point stdout nowhere, so that no flush at exit complains of a broken pipe."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        # No such descriptor: then nothing will be flushed to it either.
        return


def _fit(text: str, stream: TextIO) -> str:
    """Replace what the stream's encoding cannot write."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
