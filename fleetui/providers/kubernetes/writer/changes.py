"""What is different between two templates of pods, or two whole objects, field by field. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from fleetui.core.change import Difference
from fleetui.core.clean import clean
from fleetui.core.commands import HIDDEN
from fleetui.core.secrets import is_secret_name, masked, redact
from fleetui.providers.kubernetes.writer.api import Raw

RESTARTED = "kubectl.kubernetes.io/restartedAt"
MOST = 40
NONE = "none"
_WIDE = 160
# What lists are told apart by: their entries have names of one of these fields.
_NAMES = ("name", "mountPath", "containerPort", "key", "topologyKey")


_COMMAND = re.compile(r"\.(?:args|command)\[\d+\]$")
# In a whole object, where the template of its pods begins.
_TEMPLATES = ("spec.jobTemplate.spec.template.", "spec.template.")
_OWN = {"spec.replicas": "pods"}
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def differences(before: Raw, after: Raw, *, whole: bool = False) -> tuple[Difference, ...]:
    """Return every field that differs, secrets hidden, the first of many.

    `whole`: these are objects, and not templates of their pods.
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    names.sort(key=lambda name: (not name.endswith("image"), name))
    hidden: tuple[Raw, Raw] = {}, {}
    if any(_COMMAND.search(name) for name in names):
        # Whether a word of a command is a secret, the word before it tells.
        hidden = dict(_flat(masked(before))), dict(_flat(masked(after)))

    def said(name: str, values: Raw, safe: Raw) -> str:
        return _value(name, (safe if _COMMAND.search(name) else values).get(name))

    found = [
        Difference(_words(name, whole=whole), said(name, old, hidden[0]),
                   said(name, new, hidden[1]))
        for name in names[:MOST]
    ]  # fmt: skip
    if whole and not names and _text(before) != _text(after):
        found.append(Difference("order of a list", "as it is", "another"))
    if len(names) > MOST:
        found.append(Difference(f"{len(names) - MOST} more fields", "as they are", "others"))
    return tuple(found)


def _text(value: Raw) -> str:
    return json.dumps(value, sort_keys=True)


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


def _words(path: str, *, whole: bool = False) -> str:
    """Return a field's name as a person says it: `main: image`, `main: env LEVEL`."""
    if whole and (begins := next((one for one in _TEMPLATES if path.startswith(one)), "")):
        path = path.removeprefix(begins)
    elif whole and path in _OWN:
        return _OWN[path]
    elif whole and path.startswith(("metadata.labels", "metadata.annotations")):
        return f"own {_words(path)}"
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
        return HIDDEN
    if path.endswith(_APPLIED):
        return f"{len(str(value)):,} characters"
    if isinstance(value, bool):
        return "true" if value else "false"
    return redact(clean(str(value), _WIDE)) or '""'


def _parts(path: str) -> Iterator[str]:
    """Yield the names in a path that may tell of a secret."""
    if "env[" in path and path.endswith("].value"):
        yield path.rpartition("env[")[2].removesuffix("].value")
    elif "annotations." in path:
        yield path.rpartition("annotations.")[2]
