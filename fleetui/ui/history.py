"""The commands that were typed, kept over runs: bounded, and nothing that looks secret."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

LIMIT = 200
_LONGEST = 500
# A person may paste anything; what looks like a credential is not written to a file.
_SECRET = re.compile(
    r"://[^/\s]*:[^/\s]*@|(?i:password|passwd|secret|token|bearer|api_?key|authorization)"
)


def load(path: Path | None) -> list[str]:
    """Return the commands of earlier runs, the newest last; none where they cannot be read."""
    if path is None:
        return []
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(LIMIT * (_LONGEST + 1) * 2)
    except OSError:
        return []
    return [line for line in text.splitlines() if _fit(line)][-LIMIT:]


def save(path: Path | None, line: str) -> None:
    """Write a command behind those of earlier runs; a folder that takes nothing is no failure."""
    if path is None or not _fit(line):
        return
    lines = with_line(load(path), line)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()


def with_line(lines: list[str], line: str) -> list[str]:
    """Return the commands with one more; the same one earlier is forgotten."""
    return [*(old for old in lines if old != line), line][-LIMIT:]


def _fit(line: str) -> bool:
    """Say whether a line may be kept."""
    plain = line.strip() and line.isprintable() and len(line) <= _LONGEST
    return bool(plain) and not _SECRET.search(line)
