"""A column: how one fact of an object is sorted, filtered and written in a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from typing import Any

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref


class Tone(StrEnum):
    """What a cell means; themes give the meaning a colour."""

    NORMAL = "normal"
    OK = "ok"
    WARN = "warn"
    CRITICAL = "critical"
    MUTED = "muted"
    ACCENT = "accent"
    STALE = "stale"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text without markup, and its tone."""

    text: str
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Look:
    """What a cell may know besides its object: the time, and what was measured of late."""

    now: float
    trend: Callable[[Ref], tuple[float, ...]] = lambda _ref: ()
    production: frozenset[tuple[str, str]] = frozenset()
    """(provider, scope) pairs that are production."""
    under_way: Callable[[Ref], tuple[str, str] | None] = lambda _ref: None
    """What is being done to a thing by fleetui: a verb, and how far it is in words."""


class Unit(StrEnum):
    """What a column's value is measured in, so that a filter can read `2GiB`, `2h`, `80`."""

    TEXT = "text"
    COUNT = "count"
    BYTES = "bytes"
    SHARE = "share"
    """A share of one; people write it in percent."""
    TIME = "time"
    """Unix seconds; people write its age."""
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `value` is what is sorted and filtered by: text, a number, or None (always last).
    `priority` 1 leaves last when the width runs out. `grow` takes what width is left.
    """

    name: str
    title: str
    value: Callable[[Any], Any]
    cell: Callable[[Any, Look], Cell] = field(repr=False)
    unit: Unit = Unit.TEXT
    right: bool = False
    priority: int = 5
    min_width: int = 4
    max_width: int = 30
    grow: bool = False
    doc: str = ""
    words: Callable[[Any], str] | None = field(default=None, repr=False)
    """What a filter reads, where `value` is only an order."""
    enough: int = 0
    """So many cells of it say something, however long it is; 0: it wants most of its width."""


def sort_key(column: Column) -> Callable[[Resource], tuple[int, Any]]:
    """Return a key for `sorted` under which objects without a value come last."""
    value = column.value

    def key(thing: Resource) -> tuple[int, Any]:
        got = value(thing)
        return (1, 0) if got is None or got == "" else (0, got)

    return key
