"""What the log view asks for in its prompt, and what is made of the answers."""

from __future__ import annotations

from dataclasses import replace

from fleetui.core.filter import duration
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.logs.line import LogQuery

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
CONTAINER = Asked("container", "container", "Tab completes; empty shows all")
SAVE = Asked("save", "save to", "Tab completes; what the filter leaves is written")


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
