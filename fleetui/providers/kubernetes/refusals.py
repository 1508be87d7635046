"""Why a server does not take an object: which field, in words, and nothing of its value's inside.

What is wrong with a template is told by a server with all of the template, its variables among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fleetui.core.lazy_pattern import lazy_pattern

_MOST = 4
_VALUE = lazy_pattern(r"^(Invalid|Unsupported|Duplicate|Forbidden|Required)( value)?: ")
# A value that is an object is written as Go or as JSON writes it.
_DUMP = lazy_pattern(r"^(?:[\w.*&\[\]]*\{|\[|map\[)")
_ENDS = ("}: ", "]: ", '}": ', '"}: ')


def of(details: Mapping[str, Any] | None) -> str:
    """Return what a refusal's causes say; empty where it has none."""
    causes = (details or {}).get("causes")
    found = list(dict.fromkeys(_told(causes if isinstance(causes, list) else [])))
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(found[:_MOST]) + more


def _told(causes: list[Any]) -> Iterator[str]:
    for one in causes:
        if not isinstance(one, Mapping):
            continue
        field, message = str(one.get("field") or ""), str(one.get("message") or "")
        if not message:
            continue
        yield f"{field}: {plain(message)}" if field and field != "<nil>" else plain(message)


def plain(message: str) -> str:
    """Return a cause without the object that it is about."""
    begins = _VALUE.match(message)
    rest = message[begins.end() :] if begins else message
    if begins and _DUMP.match(rest.lstrip('"')):
        for end in _ENDS:
            _head, found, tail = rest.rpartition(end)
            if found:
                return tail.strip()
        return "its value is not taken"
    # Behind the first line stands what differs, with all that is in it.
    return message.partition("\n")[0].strip()
