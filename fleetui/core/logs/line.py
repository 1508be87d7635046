"""A line of a log: as it arrives, and as it is kept with all that belongs to it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.logs.parse import Parsed, parse
from fleetui.core.logs.words import level_of
from fleetui.core.ref import Ref

# As JSON and logfmt name it; an escaped name inside a string is no match.
_NAMED = lazy_pattern(r'(?:"level": ?"?|(?<=[ ])level=|^level=)([A-Za-z]+|\d{1,2})(?=[",} ]|$)')
NOTE = "note"
"""The stream of lines that are our own words: a gap, an end, a new start."""


class Level(IntEnum):
    """How grave a line is, as numbered by bunyan and pino; NONE where it does not say."""

    NONE = 0
    TRACE = 10
    DEBUG = 20
    INFO = 30
    WARN = 40
    ERROR = 50
    FATAL = 60

    @property
    def word(self) -> str:
        """The word for it, empty where there is none."""
        return self.name.lower() if self else ""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which part of a log is wanted. Times always come with the lines."""

    since: float | None = None
    """Unix seconds; None: from the beginning."""
    tail: int | None = None
    """At most so many of the last lines of each source; None: all."""
    follow: bool = False
    """Whether to go on with what is written from now on."""
    previous: bool = False
    """The run before this one, where the back end keeps it."""
    container: str = ""
    """Only this one of a pod's containers, of whatever sort; empty: those that have something to
    say."""
    since_ns: int = 0
    """The same as `since` to the nanosecond, for going on where a stream broke off."""


class RawLine(NamedTuple):
    """A line as it arrives: `text` is clean, `at` is in nanoseconds since 1970, 0 if unknown."""

    at: int
    source: Ref
    text: str
    stream: str = "stdout"
    container: str = ""
    """Who in the source has written it, where several do."""


class LogLine:
    """An entry: a line, and those that follow it because they belong to it.

    What its text means is worked out when it is first asked for: most lines are never seen.
    """

    __slots__ = ("_parsed", "at", "container", "dropped", "more", "source", "stream", "text")

    def __init__(
        self, at: int, source: Ref, text: str, stream: str = "stdout", container: str = ""
    ) -> None:
        self.at = at
        self.source = source
        self.text = text
        self.stream = stream
        self.container = container
        self.more: list[str] | None = None
        """The lines of a stack trace, or None."""
        self.dropped = False
        """Whether the store has let it go."""
        self._parsed: Parsed | None = None

    @property
    def parsed(self) -> Parsed:
        """What the text means."""
        if self._parsed is None:
            self._parsed = parse(self.text)
        return self._parsed

    @property
    def level(self) -> Level:
        """How grave it is."""
        return Level(self.parsed.level)

    def quick_level(self) -> int:
        """Return the level without reading all of the line, where it is named just once.

        A level filter looks at every line of a busy log, and few of them are ever shown.
        """
        if self._parsed is None and len(found := _NAMED.findall(self.text)) == 1:
            word = found[0]
            return level_of(int(word) if word.isdigit() else word)
        return self.parsed.level

    @property
    def message(self) -> str:
        """What it says, without time, level and fields."""
        return self.parsed.message

    @property
    def fields(self) -> dict[str, str]:
        """What it says besides, by name."""
        return self.parsed.fields

    @property
    def trace(self) -> str:
        """The trace or request that it belongs to, or nothing."""
        return self.parsed.trace

    @property
    def time(self) -> float | None:
        """When it was written, in Unix seconds: as the back end says, else as the line does."""
        return self.at / 1e9 if self.at else self.parsed.time

    @property
    def is_note(self) -> bool:
        """Whether these are our own words."""
        return self.stream == NOTE
