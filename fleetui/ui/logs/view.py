"""What the log view knows: the entries, those that are shown, and where the person is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fleetui.core.logs.line import Level, LogLine, RawLine
from fleetui.core.logs.match import Test, Wanted
from fleetui.core.logs.store import LogStore, Ordered

_SLICE = 1500


class LogView:
    """No widget: all of it can be tested without a terminal."""

    def __init__(self, store: LogStore | None = None) -> None:
        self.store = store or LogStore()
        self.shown = Ordered()
        self.wanted = Wanted()
        self.cursor: LogLine | None = None
        self.follow = True
        self.paused = False
        self.waiting = 0
        """Lines that came since the pause began."""
        self.needle = ""
        self.unfolded: set[LogLine] = set()
        self._test: Test | None = None
        self._held: list[LogLine] = []
        self._late: list[LogLine] | None = None
        self._round = 0

    def take(self, lines: Sequence[RawLine]) -> None:
        """Take in lines that came."""
        new = self.store.add(lines)
        if self.paused:
            self.waiting += len(lines)
            self._held += new
            return
        self._show(new)

    def _show(self, new: list[LogLine]) -> None:
        if self._late is not None:
            self._late += new
        test = self._test
        if test is not None:
            new = [line for line in new if test(line)]
        self.shown.add(new)
        if self.shown.drop_gone():
            self.unfolded = {line for line in self.unfolded if not line.dropped}
        if self.follow or self.cursor is None or self.cursor.dropped:
            self._stand()

    def _stand(self) -> None:
        count = len(self.shown)
        if not count:
            self.cursor = None
        elif self.follow or self.cursor is None:
            self.cursor = self.shown[count - 1]
        else:
            self.cursor = self.shown[min(self.index, count - 1)]

    @property
    def index(self) -> int:
        """Where the cursor is among those shown."""
        return self.shown.index(self.cursor) if self.cursor is not None else 0

    def go(self, index: int) -> None:
        """Put the cursor on another entry; only from the last one it follows."""
        count = len(self.shown)
        if count:
            index = max(0, min(index, count - 1))
            self.cursor = self.shown[index]
            self.follow = self.follow and index == count - 1

    def last(self) -> None:
        """Go to the newest, and stay with it."""
        self.follow = True
        self._stand()

    def pause(self, *, on: bool) -> None:
        """Let lines wait, or show those that did."""
        self.paused = on
        if not on:
            held, self._held, self.waiting = self._held, [], 0
            # Each part came in order, all of them together need not have.
            held.sort(key=lambda line: line.at)
            self._show([line for line in held if not line.dropped])

    def want(self, wanted: Wanted) -> Iterator[None]:
        """Show other entries: work through all of them in slices. Raises ValueError at once."""
        test = None if wanted.everything else wanted.test()
        self.wanted, self._test = wanted, test
        self._round += 1
        return self._narrow(test, self._round)

    def _narrow(self, test: Test | None, turn: int) -> Iterator[None]:
        there = list(self.store.lines.tail())
        if self.paused:
            held = set(self._held)
            there = [line for line in there if line not in held]
        shown, self._late = Ordered(), []
        for start in range(0, len(there), _SLICE):
            part = there[start : start + _SLICE]
            shown.items += part if test is None else [line for line in part if test(line)]
            yield
            if turn != self._round:
                return
        late, self._late = self._late or [], None
        shown.add([line for line in late if test is None or test(line)])
        shown.drop_gone()
        before = self.cursor
        self.shown = shown
        if before is not None and not self.follow and len(shown):
            self.cursor = before
            at = min(self.index, len(shown) - 1)
            self.cursor = shown[at]
        else:
            self._stand()

    def leave_out_less(self) -> Wanted | None:
        """Return what is wanted one step back: without the trace, the filter, the level."""
        wanted = self.wanted
        if wanted.trace:
            return replace(wanted, trace="")
        if wanted.text:
            return replace(wanted, text="")
        return replace(wanted, level=Level.NONE) if wanted.level else None

    def find(self, step: int, *, here: bool = False) -> bool:
        """Move to the next entry that holds what is searched for; round the end and on."""
        low, count = self.needle.casefold(), len(self.shown)
        if not low or not count:
            return False
        at = self.index
        for way in range(0 if here else 1, count + 1):
            line = self.shown[(at + step * way) % count]
            if low in line.text.casefold() or any(low in t.casefold() for t in line.more or ()):
                self.follow = False
                self.cursor = line
                return True
        return False

    def toggle(self) -> bool:
        """Unfold the entry under the cursor, or fold it; False where there is nothing more."""
        line = self.cursor
        if line is None or not (line.more or line.fields):
            return False
        self.unfolded ^= {line}
        self.follow = False
        return True
