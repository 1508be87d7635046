"""Finds by name among screens, actions, themes and every thing that is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from operator import itemgetter

from fleetui.core.cells import GLYPHS, STATE_TONES, short_provider
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event, Resource, is_wrong
from fleetui.core.snapshot import Snapshot

BEST = 20
SLICE = 1_000
"""How many entries are looked at before keys may come between."""
_BREAKS = "\n /-_.:"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that can be found: what it is called, what it is, and what Enter does."""

    kind: str
    """`screen`, `action`, `theme` or `object`."""
    name: str
    detail: str = ""
    """What is read beside the name, and found by as well."""
    key: str = ""
    """How its key is written, where it has one."""
    target: str = ""
    """A screen, an action or a theme, by its name."""
    row: Resource | None = None
    glyph: str = ""
    tone: str = "text"
    rank: int = 0
    """Which comes first among those that match alike; the least does."""

    @property
    def text(self) -> str:
        """What is searched, in small letters: the name, and what stands beside it."""
        return f"{self.name}\n{self.detail}".lower()


def entries_of(snapshots: Iterable[Snapshot]) -> Iterator[Entry]:
    """Yield every thing that any source has told of, once; what has happened is no thing."""
    met = set()
    for snapshot in snapshots:
        for row in snapshot.rows:
            if isinstance(row, Event) or row.ref in met:
                continue
            met.add(row.ref)
            ref = row.ref
            yield Entry(
                "object",
                ref.short,
                f"{short_provider(ref.provider)} {ref.scope}",
                row=row,
                glyph=GLYPHS[row.state],
                tone=STATE_TONES[row.state].value,
                rank=3 if is_wrong(row) else 4,
            )


@dataclass(frozen=True, slots=True)
class Found:
    """The best of what matches, and how many do."""

    entries: tuple[Entry, ...]
    matching: int
    total: int


class Search:
    """One search: it goes through the entries in slices, so that a key never waits for it."""

    def __init__(self, words: str, entries: Sequence[tuple[str, Entry]], total: int) -> None:
        self.words = words
        self.kept: list[tuple[str, Entry]] = []
        """What matches, for a search that narrows this one."""
        self._entries = entries
        self._total = total
        self._scored: list[tuple[tuple[int, int, int, str], Entry]] = []
        self._scorers = [_Scorer(word) for word in words.lower().split()]
        self.done = False

    def steps(self) -> Iterator[None]:
        """Look at a slice a step."""
        scorers, kept, scored = self._scorers, self.kept, self._scored
        for start in range(0, len(self._entries), SLICE):
            for pair in self._entries[start : start + SLICE]:
                text, entry = pair
                score = 0
                for scorer in scorers:
                    got = scorer.score(text)
                    if got < 0:
                        break
                    score += got
                else:
                    kept.append(pair)
                    scored.append(((score, entry.rank, len(text), text), entry))
            yield
        self.done = True

    def found(self) -> Found:
        """Return the best of what was looked at so far."""
        best = nsmallest(BEST, self._scored, key=itemgetter(0))
        return Found(tuple(entry for _score, entry in best), len(self._scored), self._total)

    def narrowed(self, words: str) -> bool:
        """Say whether a search for `words` finds nothing that this one did not keep."""
        return self.done and words.startswith(self.words)


class _Scorer:
    """How well one word is found in a text: 0 is best, -1 not at all."""

    def __init__(self, word: str) -> None:
        self._word = word
        # Each letter of the name in its order, whatever is between. Possessive: it never looks
        # twice, so that no name can make it slow.
        parts = [f"[^{re.escape(char)}\\n]*+{re.escape(char)}" for char in word]
        self._scattered = re.compile("".join(parts)).match

    def score(self, text: str) -> int:
        word = self._word
        at = text.find(word)
        if at == 0:
            return 0
        if at > 0:
            if text[at - 1] in _BREAKS:
                return 1
            # A later place may be the beginning of a word.
            return 1 if any(f"{brk}{word}" in text for brk in _BREAKS) else 2
        return 8 if len(word) > 1 and self._scattered(text) else -1
