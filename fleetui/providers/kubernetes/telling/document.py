"""Reads documents of any form: what is not as it should be is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.describe import when
from fleetui.core.description import Row, Section, row, section
from fleetui.core.secrets import redact, shown
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.amounts import quantity, time_of

MOST = 200
_ANNOTATION = 300
_HELD = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})


def text(raw: Any, *names: str) -> str:
    """Return a word or a number as text that may be shown."""
    found = dig(raw, *names)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return redact(clean(str(found), 1000))


def items(raw: Any, *names: str) -> list[Any]:
    """Return a list, no longer than a page holds."""
    found = dig(raw, *names)
    return found[:MOST] if isinstance(found, list) else []


def pairs(raw: Any, *names: str) -> list[tuple[str, str]]:
    """Return a map of words in order of their names."""
    found = dig(raw, *names)
    if not isinstance(found, Mapping):
        return []
    return sorted((str(k), str(v if v is not None else "")) for k, v in found.items())[:MOST]


def time(raw: Any, now: float, *names: str) -> Cell | None:
    """Return a moment as its time and its age."""
    found = dig(raw, *names)
    at = time_of(found) if isinstance(found, str) else None
    return None if at is None else when(at, now)


def flag(raw: Any, *names: str) -> str:
    """Return `yes` where something is switched on."""
    return "yes" if dig(raw, *names) is True else ""


def amount(name: str, value: Any) -> str:
    """Return a quantity as people read it: cores, bytes, or a count."""
    found = quantity(value if isinstance(value, str | int | float) else None)
    if found is None:
        return clean(str(value), 60)
    return written(name, found)


def written(name: str, value: float) -> str:
    """Return an amount of a resource with its unit."""
    if "memory" in name or "storage" in name or name.startswith("hugepages-"):
        return humanise.size(value)
    if name == "cpu" or name.endswith(".cpu"):
        return f"{value:g} {'core' if value == 1 else 'cores'}"
    return f"{value:g}"


def conditions(raw: Any, now: float, good: frozenset[str] = frozenset()) -> Section | None:
    """Return what is said of a thing. Most are well when True; `good` are those when False."""
    rows: list[Row | None] = []
    for one in items(raw, "status", "conditions"):
        name, status = text(one, "type"), text(one, "status")
        well = (status == "False") == (name in good or name.endswith("Pressure"))
        why = ": ".join(filter(None, (text(one, "reason"), text(one, "message"))))
        tone = Tone.NORMAL if well and status != "Unknown" else Tone.WARN
        words = Cell(f"{status}{f', {why}' if why else ''}", tone)
        rows.append(row(name or "–", words, time(one, now, "lastTransitionTime")))
    return section("conditions", rows)


def notes(raw: Any) -> Section | None:
    """Return annotations: those that are whole documents only by their size."""
    rows = []
    for name, value in pairs(raw, "metadata", "annotations"):
        shown_value: Cell | str
        if name in _HELD or len(value) > _ANNOTATION:
            shown_value = Cell(f"{humanise.size(len(value))}, not shown", Tone.MUTED)
        else:
            shown_value = shown(name, value) or Cell("–", Tone.MUTED)
        rows.append(row(clean(name, 200) or "–", shown_value))
    return section("annotations", rows)


def owners(raw: Any) -> Row | None:
    """Return who made a thing."""
    found = [
        f"{text(one, 'kind').lower()}/{text(one, 'name')}"
        for one in items(raw, "metadata", "ownerReferences")
    ]
    return row("made by", *found)


def finalizers(raw: Any) -> Row | None:
    """Return what must be done before a thing can go."""
    return row("held by", *(clean(str(one), 200) for one in items(raw, "metadata", "finalizers")))
