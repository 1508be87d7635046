"""What is different between two templates of pods, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetui.core.change import Difference
from fleetui.core.clean import clean
from fleetui.core.secrets import is_secret_name, redact
from fleetui.providers.kubernetes.writer.api import Raw

RESTARTED = "kubectl.kubernetes.io/restartedAt"
MOST = 40
NONE = "none"
_WIDE = 160
# What lists are told apart by: their entries have names of one of these fields.
_NAMES = ("name", "mountPath", "containerPort", "key", "topologyKey")
_HIDDEN = "(hidden)"


def differences(before: Raw, after: Raw) -> tuple[Difference, ...]:
    """Return every field that differs, secrets hidden, the first of many."""
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    names.sort(key=lambda name: (not name.endswith("image"), name))
    found = [
        Difference(_words(name), _value(name, old.get(name)), _value(name, new.get(name)))
        for name in names[:MOST]
    ]
    if len(names) > MOST:
        found.append(Difference(f"{len(names) - MOST} more fields", "as they are", "others"))
    return tuple(found)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{_named(inner, place)}]")
    elif value is not None:
        yield path, value


def _named(entry: Any, place: int) -> str:
    if isinstance(entry, dict):
        for name in _NAMES:
            if entry.get(name):
                return str(entry[name])
    return str(place)


def _words(path: str) -> str:
    """Return a field's name as a person says it: `main: image`, `main: env LEVEL`."""
    text = path.removeprefix("spec.")
    if text == f"metadata.annotations.{RESTARTED}":
        return "restarted at"
    for kind in ("containers[", "initContainers["):
        if text.startswith(kind):
            name, _, rest = text.removeprefix(kind).partition("]")
            rest = rest.lstrip(".")
            if rest.startswith("env[") and rest.endswith("].value"):
                rest = f"env {rest[4:-7]}"
            text = f"{name}: {rest}"
    return clean(text.replace("metadata.annotations.", "annotation ").replace(
        "metadata.labels.", "label "), 120)  # fmt: skip


def _value(path: str, value: Any) -> str:
    if value is None:
        return NONE if not path.endswith(RESTARTED) else "never"
    if any(is_secret_name(part) for part in _parts(path)):
        return _HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    return redact(clean(str(value), _WIDE)) or '""'


def _parts(path: str) -> Iterator[str]:
    """Yield the names in a path that may tell of a secret."""
    if "env[" in path and path.endswith("].value"):
        yield path.rpartition("env[")[2].removesuffix("].value")
    elif "annotations." in path:
        yield path.rpartition("annotations.")[2]
