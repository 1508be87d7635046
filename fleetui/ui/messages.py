"""Every note that the footer showed, with its time, for whoever looked away."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import field

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass

LIMIT = 500


@dataclass(slots=True)
class Message:
    """One note: when it was said, what, and what it means."""

    at: float
    text: str
    meaning: str = "accent"
    read: bool = False
    times: int = 1


@dataclass(slots=True)
class Messages:
    """The notes of one run; the oldest leave when there are more than `LIMIT`."""

    _kept: deque[Message] = field(default_factory=lambda: deque(maxlen=LIMIT))
    _shown: list[Message] = field(default_factory=list)
    """What the footer says now."""

    def begin(self, notes: Iterable[str], now: float) -> None:
        """Keep what was said at start, a line each."""
        self._shown = [self.add(text, "accent", now) for text in notes]

    def add(self, text: str, meaning: str, now: float) -> Message:
        """Keep a note; the same one said again is counted and not kept twice."""
        text = clean(text, 1000)
        last = self._kept[-1] if self._kept else None
        if last is not None and (last.text, last.meaning) == (text, meaning):
            last.at, last.read = now, False
            last.times += 1
        else:
            last = Message(now, text, meaning)
            self._kept.append(last)
        self._shown = [last]
        return last

    def answered(self, width: int) -> None:
        """Take what the footer said as read: a key was pressed, and it stood there whole."""
        said = " · ".join(message.text for message in self._shown)
        if len(said) < width:
            for message in self._shown:
                message.read = True
        self._shown = []

    def seen(self) -> None:
        """Take all of them as read: the page was opened."""
        for message in self._kept:
            message.read = True

    @property
    def unread(self) -> int:
        """How many left the footer before a key was pressed, or did not fit into it."""
        return sum(not message.read for message in self._kept)

    def __iter__(self) -> Iterator[Message]:
        """Yield the newest first."""
        return reversed(self._kept)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)
