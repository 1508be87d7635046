"""What the log view asks for in its prompt, and what is made of the answers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from fleetui.core.filter import duration
from fleetui.core.humanise import iso
from fleetui.core.logs.line import LogLine, LogQuery

DEFAULT_TAIL = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: which it is, its label and how to answer it."""

    name: str
    label: str
    hint: str


SEARCH = Asked("search", "/", "Enter stays there, n and N go on; Esc takes it back")
FILTER = Asked(
    "filter", "&", "words, field:value, status>=500, level:error, !term; empty shows all"
)
OPEN = Asked("open", "from", "10m or 2h: since then · 500: so many lines · all")
SAVE = Asked("save", "save to", "a new file; what the filter leaves is written")


def query_of(text: str, query: LogQuery, now: float) -> LogQuery:
    """Return the query that was asked for in words. Raises ValueError."""
    word = text.strip().lower()
    if word == "all":
        return replace(query, since=None, tail=None)
    if word.isascii() and word.isdigit():
        return replace(query, since=None, tail=int(word))
    seconds = duration(word)
    if not seconds:
        raise ValueError(f"{text!r}: try 10m, 500 or all")
    return replace(query, since=now - seconds, tail=None)


def file_name(name: str) -> str:
    """Return where a log would be saved."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".-") or "log"
    return f"~/{safe}-{time.strftime('%Y%m%d-%H%M%S')}.log"


def write(path: str, entries: Iterable[LogLine], *, names: bool) -> tuple[Path, int]:
    """Write entries to a new file, for its owner alone; return it and how many lines it has.

    Raises OSError; FileExistsError where there is one already.
    """
    target = Path(path).expanduser()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    count = 0
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
        for entry in entries:
            head = f"{iso(entry.time) or '-'} " + (f"{entry.source.name} " if names else "")
            for text in (entry.text, *(entry.more or ())):
                file.write(f"{head}{text}\n")
                count += 1
    return target, count


def saved(path: str, entries: Iterable[LogLine], *, names: bool) -> tuple[str, str]:
    """Write entries to a new file; return what is said of it and what that means."""
    try:
        target, count = write(path, entries, names=names)
    except FileExistsError:
        return f"{path} is there already: choose another name", "warn"
    except OSError as error:
        return f"not saved to {path}: {error.strerror}", "warn"
    return f"{count:,} lines are in {target}", "accent"
