"""A document that may be shown whole: its secrets masked, its references kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.commands import HIDDEN
from fleetui.core.secrets import masked

_DEPTH = 40
LARGE = 500_000
"""Bytes from which on a document is too large to be shown whole."""
_MOST = 50
# These are named like secrets, and only say where one is.
_REFERENCES = frozenset((
    "secretKeyRef", "secretRef", "secretName", "secret", "imagePullSecrets", "secrets",
    "serviceAccountToken", "automountServiceAccountToken", "configMapKeyRef", "configMapRef",
    "secretNamespace", "nodePublishSecretRef",
))  # fmt: skip
# What a reference consists of; whatever else stands in one stays hidden.
_PARTS = frozenset((
    "name", "key", "optional", "secretName", "path", "defaultMode", "mode", "items", "namespace",
    "expirationSeconds", "audience", "kind", "apiVersion", "readOnly",
))  # fmt: skip
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LONG = 4096
_VALUES = "data", "stringData", "binaryData"


def safe(raw: Any) -> Any:
    """Return a copy of an object that may be shown.

    The values of a Secret or a ConfigMap and of an environment's variables are hidden; what
    they are taken from is not.
    """
    if not isinstance(raw, Mapping):
        return masked(raw)
    document = dict(raw)
    held = {name: document.pop(name) for name in _VALUES if name in document}
    meta = document.get("metadata")
    if isinstance(meta, Mapping):
        document["metadata"] = _meta(meta)
    found = masked(document)
    if isinstance(found, dict):
        _restore(document, found, 0)
        found.update((name, _hidden(values)) for name, values in held.items())
    return found


def pruned(raw: Any, depth: int = 0) -> Any:
    """Return a very large object with the beginning of each list only.

    To mask all of a document of megabytes would hold up the screen for a second.
    """
    if depth > _DEPTH:
        return raw
    if isinstance(raw, Mapping):
        return {name: pruned(value, depth + 1) for name, value in raw.items()}
    if isinstance(raw, list):
        more = len(raw) - _MOST
        kept = [pruned(one, depth + 1) for one in raw[:_MOST]]
        return [*kept, f"… and {more} more"] if more > 0 else kept
    return raw


def _meta(meta: Mapping[Any, Any]) -> dict[Any, Any]:
    kept = {name: value for name, value in meta.items() if name != "managedFields"}
    notes = kept.get("annotations")
    if isinstance(notes, Mapping):
        # The whole object again, as text in which no secret can be told from other words.
        kept["annotations"] = {
            name: f"{humanise.size(len(value))}, not shown"
            if isinstance(value, str) and (name == _APPLIED or len(value) > _LONG)
            else value
            for name, value in notes.items()
        }
    return kept


def _hidden(values: Any) -> Any:
    """Return the names of a Secret's or a ConfigMap's values, and how large each is."""
    if not isinstance(values, Mapping):
        return None if values is None else HIDDEN
    return {clean(str(name), 253): f"{HIDDEN} ({_size(value)})" for name, value in values.items()}


def _size(value: Any) -> str:
    return humanise.size(len(value)) if isinstance(value, str) else "0 B"


def _restore(raw: Any, found: Any, depth: int) -> None:
    """Put references back that were hidden for their names."""
    if depth > _DEPTH:
        return
    if isinstance(raw, Mapping) and isinstance(found, dict):
        for name, value in raw.items():
            key = clean(str(name), 400)
            if name in _REFERENCES:
                found[key] = _reference(value)
            elif name == "env" and isinstance(value, list):
                found[key] = [_variable(one) for one in value]
            elif key in found:
                _restore(value, found[key], depth + 1)
    elif isinstance(raw, list) and isinstance(found, list) and len(raw) == len(found):
        for one, other in zip(raw, found, strict=True):
            _restore(one, other, depth + 1)


def _variable(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return HIDDEN
    name = clean(str(one.get("name", "")), 400)
    source = one.get("valueFrom")
    if not isinstance(source, Mapping):
        return {"name": name, "value": HIDDEN}
    return {"name": name, "valueFrom": {str(k): _field(v) for k, v in source.items()}}


def _field(source: Any) -> Any:
    if isinstance(source, Mapping) and not _PARTS.issuperset(source):
        # Of the object's own fields, and of its limits: plain words, no secrets.
        return masked(source)
    return _reference(source)


def _reference(value: Any, depth: int = 0) -> Any:
    if depth > 5:
        return HIDDEN
    if isinstance(value, Mapping):
        return {
            clean(str(name), 253): _reference(part, depth + 1) if name in _PARTS else HIDDEN
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_reference(one, depth + 1) for one in value]
    return clean(value, 253) if isinstance(value, str) else value
