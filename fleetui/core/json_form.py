"""The one documented JSON form of every object and snapshot.

Times become ISO 8601 UTC, NaN and infinities become strings as Prometheus writes them,
pairs become objects. Labels and texts that look like secrets are hidden in it, as they are on
the screen. The form is pinned by a test: scripts stand on it.
"""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints

from fleetui.core.humanise import iso
from fleetui.core.objects import Link, Resource, Time
from fleetui.core.query import QueryResult
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact, shown
from fleetui.core.snapshot import Snapshot

Json = dict[str, Any]
PAIRS = frozenset({"labels", "selector"})
"""The fields that hold pairs of a name and a text."""


_time_fields: dict[type[Resource], frozenset[str]] = {}


def time_fields(cls: type[Resource]) -> frozenset[str]:
    """Return the fields of `cls` that hold a time."""
    if cls not in _time_fields:
        hints = get_type_hints(cls, include_extras=True).items()
        _time_fields[cls] = frozenset(n for n, h in hints if h is Time or Time in get_args(h))
    return _time_fields[cls]


def item(thing: Resource) -> Json:
    """Return one object in its JSON form: the common words first, then its kind's own."""
    times = time_fields(type(thing))
    form: Json = {
        "ref": str(thing.ref),
        "provider": thing.ref.provider,
        "scope": thing.ref.scope,
        "kind": thing.ref.kind,
        "name": thing.ref.name,
        "uid": thing.ref.uid,
    }
    for f in fields(thing):
        if f.name == "ref":
            continue
        value = getattr(thing, f.name)
        if f.name in times:
            form[f.name] = iso(value)
        elif f.name == "capabilities":
            form[f.name] = {c.name: {"allowed": c.allowed, "reason": c.reason} for c in value}
        elif f.name in PAIRS:
            form[f.name] = {name: shown(name, text) for name, text in value}
        else:
            form[f.name] = redact(value) if type(value) is str else plain(value)
    return form


def plain(value: Any) -> Any:
    """Return a field's value as what JSON knows."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")
    if isinstance(value, Ref):
        return str(value)
    if isinstance(value, Link):
        return {"relation": value.relation, "ref": str(value.ref)}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return value


def source(snapshot: Snapshot, now: float) -> Json:
    """Return where a part of the items came from and how fresh it is."""
    age = snapshot.age(now)
    return {
        "provider": snapshot.key.provider,
        "scope": snapshot.key.scope,
        "fetched_at": iso(snapshot.fetched_at),
        "age_s": None if age is None else round(age, 3),
        "stale": snapshot.stale,
        "error": None if snapshot.fault is None else plain(snapshot.fault),
        "parts": [
            {"scope": p.scope, "fetched_at": iso(p.fetched_at), "error": plain(p.fault)}
            for p in snapshot.parts
        ],
        "warnings": list(snapshot.warnings),
    }


def listing(kind: str, rows: list[Resource], sources: list[Snapshot], now: float) -> Json:
    """Return what `fleetui get KIND -o json` prints."""
    return {
        "kind": kind,
        "items": [item(row) for row in rows],
        "sources": [source(s, now) for s in sources],
    }


def answer(result: QueryResult) -> Json:
    """Return what `fleetui query -o json` prints: series with [ISO time, value] points."""
    return {
        "expr": result.query.expr,
        "type": result.kind,
        "start": iso(result.start),
        "end": iso(result.end),
        "step_s": result.step,
        "text": result.text,
        "warnings": list(result.warnings),
        "series": [
            {"labels": dict(s.labels), "points": [[iso(t), plain(v)] for t, v in s.points]}
            for s in result.series
        ],
    }
