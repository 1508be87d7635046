"""Writes what is shown to a file, and completes the file's name."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fleetui.core.clean import clean
from fleetui.core.humanise import iso
from fleetui.core.logs.line import LogLine

_MOST_NAMES = 2000
"""Names of a folder that completion looks at."""


def file_name(name: str) -> str:
    """Return where a log would be saved."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip(".-") or "log"
    return f"~/{safe}-{time.strftime('%Y%m%d-%H%M%S')}.log"


def complete(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the path as far as it is certain, and the names that it may go on with."""
    folder, slash, begun = text.rpartition("/")
    if not slash and begun == "~":
        return "~/", ()
    place = _path(f"{folder}/" if slash else ".")
    names = []
    with suppress(OSError), os.scandir(place) as found:
        for nth, entry in enumerate(found):
            if nth >= _MOST_NAMES:
                break
            # A name with control characters could be shown, but not typed.
            if entry.name.startswith(begun) and (begun or entry.name[:1] != "."):
                name = f"{entry.name}/" if entry.is_dir() else entry.name
                names += [name] if name == clean(name) else []
    names.sort()
    common = _common(names[0], names[-1]) if names else begun
    return f"{folder}{slash}{common}", tuple(names)


def write(
    path: str, entries: Iterable[LogLine], *, names: bool, over: bool = False
) -> tuple[Path, int]:
    """Write entries to a file for its owner alone; return it and how many lines it has.

    A file that is there is replaced as a whole, and only with `over`. Nothing is left of one
    that could not be finished. Raises OSError; FileExistsError where it may not write over.
    """
    target = _path(path)
    there = target.exists()
    if there and not target.is_file():
        raise OSError(errno.EINVAL, "it is a folder" if target.is_dir() else "it is no file")
    over = over and there
    place = target.with_name(f".{target.name}.{os.getpid()}") if over else target
    count = 0
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            for entry in entries:
                head = f"{iso(entry.time) or '-'} " + (f"{entry.source.name} " if names else "")
                head += f"{entry.container} " if entry.container else ""
                for text in (entry.text, *(entry.more or ())):
                    file.write(f"{head}{text}\n")
                    count += 1
        if over:
            place.replace(target)
    except OSError:
        place.unlink(missing_ok=True)
        raise
    return target, count


def _common(one: str, other: str) -> str:
    """Return what two names, and so all that are sorted between them, begin with."""
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise FileNotFoundError(2, str(error)) from None


def failed(error: OSError) -> str:
    """Say in a line why a file could not be written."""
    return f"not saved: {(error.strerror or str(error)).lower()}"
