"""What a target of a change was like when it was planned, and what of that has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.errors import Conflict
from fleetui.core.ref import Ref


def seen_text(fields: Mapping[str, Any]) -> str:
    """Return what a target was like, so that it can be compared field by field."""
    return json.dumps(fields, sort_keys=True)


def compare(ref: Ref, before: str, now: Mapping[str, Any]) -> None:
    """Raise Conflict that names what has changed since `before`."""
    known: dict[str, Any] = json.loads(before)
    moved = [
        f"{name} was {_said(known.get(name))} and is {_said(now.get(name))}"
        for name in sorted(known.keys() | now.keys())
        if known.get(name) != now.get(name)
    ]
    if moved:
        raise Conflict(
            f"{ref.short} has changed meanwhile: {'; '.join(moved)}", hint="look again, plan anew"
        )


def _said(value: Any) -> str:
    return "none" if value is None or value == "" else clean(str(value), 80)
