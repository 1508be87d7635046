"""Keeps entries in the order of their times, within a bound, and counts what it lets go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from operator import attrgetter

from fleetui.core.logs.fold import Folder
from fleetui.core.logs.line import LogLine, RawLine
from fleetui.core.ref import Ref

MOST_LINES = 100_000
MOST_BYTES = 64 * 2**20
_OVERHEAD = 200
"""What an entry takes in memory beside its text."""
_AT = attrgetter("at")


class Ordered:
    """Entries by time. Those with the same time stay in the order in which they came."""

    __slots__ = ("_start", "items")

    def __init__(self) -> None:
        self.items: list[LogLine] = []
        self._start = 0

    def __len__(self) -> int:
        return len(self.items) - self._start

    def __getitem__(self, index: int) -> LogLine:
        return self.items[self._start + index]

    def tail(self) -> Sequence[LogLine]:
        """Return all of them, the oldest first."""
        return self.items[self._start :] if self._start else self.items

    def add(self, new: list[LogLine]) -> None:
        """Take in entries that are in order among themselves."""
        items = self.items
        if not new:
            return
        if not len(self) or new[0].at >= items[-1].at:
            items += new
            return
        # Both parts are in order: sorting them is one merge.
        low = self._place(new[0].at)
        tail = items[low:] + new
        tail.sort(key=_AT)
        items[low:] = tail

    def _place(self, at: int) -> int:
        low, high = self._start, len(self.items)
        while low < high:
            middle = (low + high) // 2
            if self.items[middle].at <= at:
                low = middle + 1
            else:
                high = middle
        return low

    def index(self, line: LogLine) -> int:
        """Return where an entry is, or where it would be."""
        at = self._place(line.at) - 1
        while at >= self._start and self.items[at].at == line.at:
            if self.items[at] is line:
                return at - self._start
            at -= 1
        return max(0, at + 1 - self._start)

    def pop(self) -> LogLine:
        """Take the oldest out."""
        line = self.items[self._start]
        self._start += 1
        if self._start > 4096 and self._start * 2 > len(self.items):
            del self.items[: self._start]
            self._start = 0
        return line

    def drop_gone(self) -> int:
        """Take out the oldest that the store has let go; return how many."""
        count = 0
        while len(self) and self.items[self._start].dropped:
            self.pop()
            count += 1
        return count


class LogStore:
    """All entries of the sources that are open. Not for several threads."""

    def __init__(self, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES) -> None:
        self.lines = Ordered()
        self.seen = 0
        """Lines that arrived, those of stack traces too."""
        self.dropped = 0
        """Lines that were let go because there was no more room."""
        self.bytes = 0
        self.most_lines, self.most_bytes = most_lines, most_bytes
        self._kept = 0
        self._folders: dict[tuple[Ref, str], tuple[Folder, LogLine | None]] = {}

    @property
    def full(self) -> bool:
        """Whether taking in more means letting go of some."""
        return self._kept >= self.most_lines * 0.95 or self.bytes >= self.most_bytes * 0.95

    def add(self, raw: Iterable[RawLine]) -> list[LogLine]:
        """Take in lines of one source; return the entries that are new, in order."""
        new: list[LogLine] = []
        folder, last, source, inside = Folder(), None, None, ""
        for at, ref, text, stream, container in raw:
            if ref is not source or container != inside:
                if source is not None:
                    self._folders[source, inside] = (folder, last)
                folder, last = self._folders.get((ref, container)) or (Folder(), None)
                source, inside = ref, container
            self.seen += 1
            self._kept += 1
            self.bytes += len(text) + _OVERHEAD
            if (
                stream != "note"
                and folder.continues(text)
                and last is not None
                and not last.dropped
            ):
                if last.more is None:
                    last.more = []
                last.more.append(text)
            else:
                line = LogLine(at or (last.at if last else 0), ref, text, stream, container)
                new.append(line)
                if stream != "note":
                    last = line
        if source is not None:
            self._folders[source, inside] = (folder, last)
        if any(a.at > b.at for a, b in pairwise(new)):
            new.sort(key=_AT)
        self.lines.add(new)
        self._let_go()
        return new

    def _let_go(self) -> None:
        while self._kept > self.most_lines or self.bytes > self.most_bytes:
            line = self.lines.pop()
            line.dropped = True
            parts = 1 + len(line.more or ())
            self._kept -= parts
            self.dropped += parts
            self.bytes -= len(line.text) + sum(map(len, line.more or ())) + _OVERHEAD * parts
            if not len(self.lines):
                return


Predicate = Callable[[LogLine], bool]
