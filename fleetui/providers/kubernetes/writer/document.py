"""The document of an object as a person edits it, and what an edit makes of it. Pure."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

from fleetui import yaml_form
from fleetui.core.change import Ask
from fleetui.core.clean import clean
from fleetui.core.errors import Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import masked, redact
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes.writer.api import Raw
from fleetui.providers.kubernetes.writer.changes import differences
from fleetui.providers.kubernetes.writer.deed import digest
from fleetui.providers.kubernetes.writer.target import Target

TEMPLATE, REPLICAS = "spec.template", "spec.replicas"
# What the server keeps for itself.
_NOT_SHOWN = ("managedFields", "selfLink")
_ITS_OWN = (
    *_NOT_SHOWN, "resourceVersion", "generation", "uid", "creationTimestamp", "deletionTimestamp",
    "deletionGracePeriodSeconds",
)  # fmt: skip
_BESIDE = frozenset({"apiVersion", "kind", "status"})
# Annotations that controllers write while a rollout goes on.
_OF_CONTROLLERS = ("deployment.kubernetes.io/", "deprecated.daemonset.template.generation")
_LONGEST = 8_000
_TOLD = 4
"""So many changes of others are named."""
_FIXED = (
    ("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"),
    ("metadata", "uid"),
)  # fmt: skip


def written(raw: Raw) -> str:
    """Return an object as YAML for an editor: without its status and what the server notes."""
    first = {name: raw[name] for name in ("apiVersion", "kind") if name in raw}
    meta = {k: v for k, v in (raw.get("metadata") or {}).items() if k not in _NOT_SHOWN}
    rest = {k: v for k, v in raw.items() if k not in {*_BESIDE, "metadata"}}
    return yaml_form.editable({**first, "metadata": meta, **rest})


def read(text: str) -> Raw:
    """Return the object that a person wrote. Raises Invalid with the line and the column."""
    try:
        found = yaml_form.parse(text)
    except yaml_form.Mistake as mistake:
        raise Invalid(f"the document cannot be read: {clean(str(mistake), 400)}") from None
    for name in ("metadata", "spec"):
        if not isinstance(found.get(name, {}), dict):
            raise Invalid(f"the document cannot be taken: its {name} is no object")
    return found


def meant(raw: Raw) -> Raw:
    """Return what of an object can be edited."""
    meta = {k: v for k, v in (raw.get("metadata") or {}).items() if k not in _ITS_OWN}
    notes = meta.get("annotations")
    if isinstance(notes, dict):
        meta["annotations"] = {k: v for k, v in notes.items() if not k.startswith(_OF_CONTROLLERS)}
    return {**{k: v for k, v in raw.items() if k not in {*_BESIDE, "metadata"}}, "metadata": meta}


def another(raw: Raw, wanted: Raw) -> str:
    """Return why a document is none of this object; empty where it is."""
    for names in _FIXED:
        now, then = dig(raw, *names), dig(wanted, *names)
        if now and then is not None and then != now:
            text = f"{names[-1]} is {clean(str(now), 253)}"
            return f"its {text} and cannot become {clean(str(then), 253)}"
    return ""


def patch_of(before: Any, after: Any) -> Raw:
    """Return the merge patch (RFC 7386) that makes one object of another."""
    found: Raw = {}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if name not in after:
            found[name] = None
        elif isinstance(old, dict) and isinstance(new, dict):
            if inner := patch_of(old, new):
                found[name] = inner
        elif name not in before or json.dumps(old) != json.dumps(new):
            found[name] = new
    return found


def patched(raw: Raw, patch: Raw) -> Raw:
    """Return what a merge patch makes of an object."""
    made = copy.deepcopy(raw)
    _merge(made, patch)
    return made


def _merge(into: Raw, patch: Raw) -> None:
    for name, value in patch.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict):
            if not isinstance(into.get(name), dict):
                into[name] = {}
            _merge(into[name], value)
        else:
            into[name] = copy.deepcopy(value)


def parts(raw: Raw) -> Raw:
    """Return the pieces of an object that are told apart: `labels`, `spec.template`, …"""
    found: Raw = {}
    for name, value in meant(raw).items():
        if name == "metadata":
            found |= value
        elif name == "spec" and isinstance(value, dict):
            found |= {f"spec.{inner}": piece for inner, piece in value.items()}
        else:
            found[name] = value
    return {name: value for name, value in found.items() if value not in (None, {}, [])}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person's document changes of an object."""

    patch: Raw
    refused: str = ""
    said: str = ""
    """What others have changed meanwhile, and what stays so."""


def drafted(target: Target, ask: Ask) -> Draft:
    """Return what an ask changes of what is there now. Raises Invalid.

    A document that was made of an earlier one changes only what its person changed; where that
    is what others have changed meanwhile, too, it is refused.
    """
    if fields := ask.value("fields"):
        return Draft(_fields(fields))
    if ask.document is None:
        raise Invalid("the document that was edited is not here any more", hint="edit it again")
    wanted = read(ask.document.text)
    why = another(target.raw, wanted)
    if not ask.document.origin:
        version = dig(wanted, "metadata", "resourceVersion")
        if not why and version is not None and str(version) != target.version:
            why = ("it has changed since this document was read: take resourceVersion out of it "
                   "to put it over what is there now")  # fmt: skip
        return Draft(patch_of(meant(target.raw), meant(wanted)), why)
    origin = read(ask.document.origin)
    others, mine = moved(origin, target.raw), moved(origin, wanted)
    told = "; ".join(
        f"{one.name} {one.before} → {one.after}"
        for one in differences(meant(origin), meant(target.raw), whole=True)[:_TOLD]
    )
    if both := others & mine:
        why = why or f"its {spoken(both)} changed while you edited it: {told}"
    said = f"changed while you edited it, and left so: {told}" if others and not both else ""
    return Draft(patch_of(meant(origin), meant(wanted)), why, said)


def _fields(text: str) -> Raw:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid("what is to be put back cannot be read")
    return found


def moved(one: Raw, other: Raw) -> set[str]:
    """Return the names of the pieces in which two objects differ."""
    old, new = parts(one), parts(other)
    return {name for name in {**old, **new} if digest(old.get(name)) != digest(new.get(name))}


def digests(target: Target, names: Iterable[str]) -> dict[str, str]:
    """Return a short name for what each of these pieces is now."""
    found = parts(target.raw)
    return {name: digest(found.get(name)) for name in sorted(names)}


def spoken(names: Iterable[str]) -> str:
    """Return pieces by names as people say them: `replicas, template`."""
    return ", ".join(clean(name.removeprefix("spec."), 80) for name in sorted(names))


def way_back(before: Raw, after: Raw) -> str:
    """Return the patch back as JSON, where it may be kept: small, and nothing secret in it."""
    back = patch_of(meant(after), meant(before))
    text = json.dumps(back)
    kept = len(text) <= _LONGEST and masked(back) == back and redact(text) == text
    return text if kept else ""
