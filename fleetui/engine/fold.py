"""Keeps events in bounded memory: a storm of the same becomes one that counts the others."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import field, replace

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Event
from fleetui.core.ref import Ref

NEWEST = 3
"""So many of one story keep a row of their own; what is older becomes one row."""
STORM_GAP_S = 900.0
"""What is further apart than this is no storm: each keeps its own time."""
# How often it happened by now is what the count says; it makes no story of its own.
_OFTEN = re.compile(r"\b(?:once|\d+ times)\b")
_MOST_TOLD = 5_000
Key = tuple[Ref | str, str]


@dataclass(slots=True)
class _Story:
    """The same thing happening to the same again and again."""

    recent: list[tuple[float, Ref]] = field(default_factory=list)
    """Those with a row of their own that may still be folded, the oldest first."""
    folded: Ref | None = None
    """The row that counts those before them."""


class Folding:
    """Events by ref, no more than `kept` of them."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._events: dict[Ref, Event] = {}
        self._stories: dict[Key, _Story] = {}

    def __iter__(self) -> Iterator[Event]:
        """Yield the events in the order in which they came."""
        return iter(self._events.values())

    def add(self, event: Event) -> None:
        """Take in an event; one told again replaces the former, one counted already is nothing."""
        known, key = self._events.get(event.ref), story_of(event)
        story = None if key is None else self._stories.setdefault(key, _Story())
        if story is not None and story.folded is not None:
            head = self._events[story.folded]
            if event.ref == story.folded or (known is None and event.time <= head.time):
                return
        if known is not None:
            del self._events[event.ref]
        self._events[event.ref] = event
        if story is not None and known is None:
            insort(story.recent, (event.time, event.ref))
            if len(story.recent) > NEWEST:
                self._fold(story)
        while len(self._events) > self._kept:
            self._forget(next(iter(self._events.values())))

    def _fold(self, story: _Story) -> None:
        """Let the oldest row of a story be counted by the one before it, where that is near."""
        ref = story.recent.pop(0)[1]
        head = self._events.get(story.folded) if story.folded is not None else None
        oldest = self._events[ref]
        if head is None or oldest.time - head.time > STORM_GAP_S:
            story.folded = ref
            return
        # It moves to the end: what still goes on is not forgotten first.
        del self._events[ref], self._events[head.ref]
        self._events[head.ref] = replace(
            head, time=oldest.time, message=oldest.message, observed_at=oldest.observed_at,
            created=head.time if head.created is None else head.created,
            count=head.count + oldest.count,
        )  # fmt: skip

    def _forget(self, event: Event) -> None:
        del self._events[event.ref]
        key = story_of(event)
        story = None if key is None else self._stories.get(key)
        if key is None or story is None:
            return
        if story.folded == event.ref:
            story.folded = None
        story.recent = [one for one in story.recent if one[1] != event.ref]
        if not story.recent and story.folded is None:
            del self._stories[key]


def story_of(event: Event) -> Key | None:
    """Return what an event has in common with its like; None for one that is like no other."""
    message = event.message
    if not message:
        return None
    if "once" in message or " times" in message:
        message = _OFTEN.sub("", message)
    about = next((link.ref for link in event.links if link.relation == "about"), event.subject)
    return (about, message) if about else None


def fresh(told: Iterable[Event], known: Iterable[Event]) -> tuple[Event, ...]:
    """Return what of `told` is not among `known`, nor counted there, folded in its turn."""
    told = sorted(told, key=lambda event: event.time)
    if not told:
        return ()
    refs, counted = set(), dict[Key | None, float]()
    for event in known:
        refs.add(event.ref)
        if event.count > 1:
            key = story_of(event)
            counted[key] = max(event.time, counted.get(key, event.time))
    folding = Folding(_MOST_TOLD)
    for event in told:
        after = counted.get(story_of(event))
        if event.ref not in refs and (after is None or event.time > after):
            folding.add(event)
    return tuple(folding)
