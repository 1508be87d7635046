"""Reads one object whose form is odd: what cannot be read in it is left out."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from fleetui.core.clean import clean
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.providers.kubernetes.shapes.base import Thing

_T = TypeVar("_T", bound=Thing)
_MOST = 20
_WHERE = lazy_pattern(r"`(?:key in )?\$?([^`]*)`$")
_STEP = lazy_pattern(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class Spoiled(Exception):
    """An object that cannot be read: its name, as far as that can be told, and why."""

    def __init__(self, name: str, why: str, resource_version: str = "") -> None:
        super().__init__(clean(f"{name or 'one without a name'} cannot be read: {why}", 400))
        self.resource_version = resource_version


@cache
def _decoder(struct: type[Thing]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(struct)


def decoded(struct: type[_T], data: bytes) -> _T:
    """Read one object. Raises Spoiled; a JSON text that was cut off is msgspec.DecodeError."""
    try:
        found: _T = _decoder(struct).decode(data)
    except msgspec.ValidationError:
        return _mended(struct, msgspec.json.decode(data))
    return found


def _mended(struct: type[_T], document: Any) -> _T:
    """Leave out the field that an error names, and try again."""
    why = ""
    for _ in range(_MOST):
        try:
            return msgspec.convert(document, struct)
        except msgspec.ValidationError as error:
            why = str(error)
            if not _without(document, why):
                break
    meta = document.get("metadata") if isinstance(document, dict) else None
    meta = meta if isinstance(meta, dict) else {}
    name = "/".join(str(meta[k]) for k in ("namespace", "name") if meta.get(k))
    raise Spoiled(name, why, str(meta.get("resourceVersion", "")))


def _without(document: Any, why: str) -> bool:
    """Take out what the error's path leads to; of a map or a list of maps, all that it names."""
    found = _WHERE.search(why)
    steps = _STEP.findall(found[1]) if found else []
    place, parents = document, []
    for name, index in steps:
        if index == "...":
            # Some value of this map: the error does not say which, so the map goes.
            break
        key: Any = name or int(index)
        parents.append((place, key))
        try:
            place = place[key]
        except (KeyError, IndexError, TypeError):
            break
    # An object's identity is what it stands for: without it there is no object.
    if not parents or (parents[-1][1] in {"metadata", "name", "uid"} and len(parents) <= 2):
        return False
    holder, key = parents[-1]
    if isinstance(holder, list):
        if not isinstance(key, int) or key >= len(holder):
            return False
        del holder[key]
        return True
    return isinstance(holder, dict) and holder.pop(key, holder) is not holder
