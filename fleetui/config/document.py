"""Reads a TOML file, and says where in it a problem is."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any

from fleetui.config import locate
from fleetui.config.problems import ConfigErrors, Problem
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern

_LARGEST = 1_000_000
_WHERE = lazy_pattern(r" \(at line (\d+), column (\d+)\)$")


@dataclass(slots=True)
class Document:
    """A file's tables, its text, and the problems found in it so far."""

    path: Path
    data: dict[str, Any]
    text: str
    mistrust: str = ""
    """Why commands that this file names must not be run; empty when they may."""
    problems: list[Problem] = field(default_factory=list)
    _lines: dict[locate.Path, int] = field(default_factory=dict, init=False, repr=False)

    def line(self, *at: str | int) -> int:
        """Return the line of a key, or of the nearest table that holds it."""
        # Of most files nobody asks: to find the lines takes as long as to read the values.
        if not self._lines:
            # tomllib may just about have got through what is nested too deep for this.
            with suppress(RecursionError):
                self._lines = locate.locate(self.text)
        return locate.line_of(self._lines, at)

    def add(self, at: locate.Path, message: str) -> None:
        """Note a problem at a key."""
        self.problems.append(Problem(self.path, self.line(*at), dotted(at), message))

    def finish(self) -> None:
        """Raise ConfigErrors when any problem was noted."""
        if self.problems:
            raise ConfigErrors(self.problems)


def dotted(at: locate.Path) -> str:
    """Return `docker.local.host`, with `[0]` for the items of a list."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at)
    return text.removeprefix(".")


def read(path: Path) -> Document:
    """Read and parse one file. Raises ConfigErrors."""
    text, mistrust = _text(path)
    try:
        return Document(path, tomllib.loads(text), text, mistrust)
    except RecursionError:
        raise ConfigErrors([Problem(path, 0, "", "nested too deep")]) from None
    except ValueError as error:
        raise ConfigErrors([_syntax(path, text, str(error))]) from None


def _text(path: Path) -> tuple[str, str]:
    """Return the file's text, and why its commands must not be run."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigErrors([Problem(path, 0, "", f"cannot be read: {reason}")]) from None
    if len(raw) > _LARGEST:
        raise ConfigErrors([Problem(path, 0, "", "larger than 1 MB: this is no such file")])
    try:
        return raw.decode("utf-8-sig"), _mistrust(status)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigErrors([Problem(path, line, "", "not UTF-8 text")]) from None


def _mistrust(status: os.stat_result) -> str:
    """Say why a file's commands could be another person's."""
    if not stat.S_ISREG(status.st_mode):
        return ""
    if status.st_mode & stat.S_IWOTH:
        return "everybody may write this file: chmod o-w"
    if status.st_uid not in {os.getuid(), 0}:
        return f"this file belongs to another user (uid {status.st_uid})"
    return ""


def _syntax(path: Path, text: str, message: str) -> Problem:
    """Return what tomllib said, with its line."""
    found = _WHERE.search(message)
    line = int(found[1]) if found else 0
    if message.endswith("(at end of document)"):
        line = text.count("\n") + (not text.endswith("\n"))
    what = re.sub(r" \(at [^)]*\)$", "", message)
    place = f" (column {found[2]})" if found else ""
    return Problem(path, line, "", f"not TOML: {what[:1].lower()}{what[1:]}{place}")
