"""A log entry as lines of text or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.cli.output import paint
from fleetui.cli.write import json_text
from fleetui.core.clean import clean
from fleetui.core.humanise import iso
from fleetui.core.logs.line import Level, LogLine
from fleetui.core.ref import Ref

_NAMES = ("\x1b[36m", "\x1b[35m", "\x1b[34m", "\x1b[32m", "\x1b[33m", "\x1b[96m", "\x1b[95m")
_TONES = {
    Level.WARN: "warn",
    Level.ERROR: "critical",
    Level.FATAL: "critical",
    Level.DEBUG: "muted",
}


class TextForm:
    """Text as it was written; the source before it where there are several."""

    def __init__(
        self, *, colours: bool, timestamps: bool, names: bool, containers: bool = True
    ) -> None:
        """`containers`: tell who has written a line in a pod of several."""
        self._containers = containers
        self._colours = colours
        self._timestamps = timestamps
        self._names = names
        self._known: dict[tuple[Ref | None, str], str] = {}

    def lines(self, entry: LogLine) -> Iterator[str]:
        """Yield the lines of an entry."""
        head = self._head(entry)
        tone = _TONES.get(entry.level, "") if self._colours else ""
        for text in (entry.text, *(entry.more or ())):
            # Lines come clean; what a back end let through must not reach a terminal either.
            yield head + paint(clean(text, len(text) + 1), tone, colours=self._colours)

    def _head(self, entry: LogLine) -> str:
        time = f"{iso(entry.time) or '-'} " if self._timestamps else ""
        # Where one container is asked for, all lines are of it.
        inside = entry.container if self._containers else ""
        if not self._names and not inside:
            return time
        key = (entry.source if self._names else None, inside)
        name = self._known.get(key)
        if name is None:
            words = (entry.source.name if self._names else "", inside)
            name = f"{clean(' '.join(filter(None, words)))} | "
            if self._colours:
                name = f"{_NAMES[len(self._known) % len(_NAMES)]}{name}\x1b[0m"
            self._known[key] = name
        return name + time


class JsonForm:
    """One object a line."""

    def lines(self, entry: LogLine) -> Iterator[str]:
        """Yield the one line of an entry."""
        parsed = entry.parsed
        yield json_text(
            {
                "time": iso(entry.time),
                "ref": str(entry.source),
                "container": entry.container or None,
                "stream": entry.stream,
                "level": entry.level.word or None,
                "message": parsed.message,
                "trace": parsed.trace or None,
                "fields": parsed.fields,
                "text": "\n".join((entry.text, *(entry.more or ()))),
            },
            indent=None,
        )
