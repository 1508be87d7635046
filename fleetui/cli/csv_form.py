"""An object as one flat record: its JSON form without the fields that are lists of objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from fleetui.core.cells import port_text
from fleetui.core.json_form import PAIRS, item
from fleetui.core.objects import Port, Resource

_LEFT_OUT = ("links", "capabilities")


def header(cls: type[Resource]) -> list[str]:
    """Return the names of the fields, the common ones first."""
    common = ["ref", "provider", "scope", "kind", "name", "uid"]
    return common + [f.name for f in fields(cls) if f.name not in {"ref", *_LEFT_OUT}]


def record(thing: Resource) -> list[Any]:
    """Return the values of `header`: ISO times, bytes, shares; nothing where it is not known."""
    form = item(thing)
    for f in fields(thing):
        value = getattr(thing, f.name)
        if f.name in PAIRS:
            # As the JSON form has them: without what looks like a secret.
            value = tuple(form[f.name].items())
        if isinstance(value, tuple) and f.name not in _LEFT_OUT:
            form[f.name] = " ".join(_words(value))
        elif isinstance(value, bool):
            form[f.name] = "true" if value else "false"
    return [form[name] for name in header(type(thing))]


def _words(values: Iterable[Any]) -> Iterable[str]:
    """Ports as `80→8080`, pairs as `key=value`, others as they are."""
    for value in values:
        if isinstance(value, Port):
            yield port_text(value)
        elif isinstance(value, tuple):
            yield "=".join(str(part) for part in value)
        else:
            yield str(value)
