"""Describes objects from the API's own documents: pure functions, whatever those hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Description, Section, description, row, section
from fleetui.core.objects import Event
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.happenings import event_row
from fleetui.providers.kubernetes.members import pods_of
from fleetui.providers.kubernetes.mending import Spoiled
from fleetui.providers.kubernetes.resources import OF_REF, RESOURCES, single
from fleetui.providers.kubernetes.scene import WORKLOADS, Scene, story_of
from fleetui.providers.kubernetes.shapes.base import Thing
from fleetui.providers.kubernetes.telling.document import (
    conditions,
    finalizers,
    notes,
    owners,
    pairs,
    text,
    time,
)
from fleetui.providers.kubernetes.telling.machines import node
from fleetui.providers.kubernetes.telling.masking import LARGE, pruned, safe
from fleetui.providers.kubernetes.telling.network import ingress, service
from fleetui.providers.kubernetes.telling.pods import pod
from fleetui.providers.kubernetes.telling.workloads import cronjob, job, workload

_Told = Callable[[Any, Any, Scene], list[Section | None]]
_PAGES: dict[str, _Told] = {
    "pod": pod, "svc": service, "ing": ingress, "node": node, "job": job, "cronjob": cronjob,
    "deploy": workload, "sts": workload, "ds": workload, "rs": workload,
}  # fmt: skip
_MOST_EVENTS = 100


def described(kind: str, raw_json: bytes, scene: Scene) -> Description:
    """Return one object by sections and its raw document, secrets masked in both.

    `kind` is the ref's: `pod`, `deploy`, `svc`. What others tell of it is taken from the
    scene. Raises msgspec.DecodeError where the bytes are no JSON.
    """
    raw = msgspec.json.decode(raw_json)
    if len(raw_json) > LARGE:
        raw = pruned(raw)
    page = _PAGES.get(kind)
    sections: list[Section | None] = []
    events: list[Event] = []
    resource = OF_REF.get(kind, "")
    try:
        thing = single(RESOURCES[resource], raw_json) if resource else None
    except Spoiled as error:
        # Its page is poorer, and what can be read of it is still there.
        sections.append(section("state", (row("odd", Cell(str(error), Tone.WARN)),)))
        thing = None
    if page is not None and thing is not None:
        sections += page(raw, thing, scene)
        events = _events(scene, resource, thing)
    else:
        sections += _any(kind, raw, scene)
    sections.append(section("going", (finalizers(raw),)))
    return description(sections, safe(raw), events)


def _events(scene: Scene, resource: str, thing: Thing) -> list[Event]:
    """Return what is told of an object and of its members, each story once."""
    uids = [thing.metadata.name if resource == "nodes" else thing.uid, thing.uid]
    if resource in WORKLOADS:
        uids += scene.group("replicasets of", thing.uid)
        uids += scene.group("jobs of", thing.uid)
        uids += [one.uid for one in pods_of(scene, resource, thing)]
    found: dict[tuple[str, ...], shapes.Event] = {}
    for uid in dict.fromkeys(uids):
        for event in scene.group("events of", uid).values():
            found.setdefault(story_of(event), event)
            if len(found) >= _MOST_EVENTS:
                break
    return [event_row(scene, event) for event in found.values()]


def _any(kind: str, raw: Any, scene: Scene) -> list[Section | None]:
    """Return what can be told of any object, such as an event, a Secret or a ConfigMap."""
    now = scene.now
    data = [
        row(name, Cell(f"hidden, {len(value):,} characters", Tone.MUTED))
        for part in ("data", "stringData", "binaryData")
        for name, value in pairs(raw, part)
    ]
    about = dig(raw, "involvedObject")
    return [
        section("state", (
            row("kind", text(raw, "kind") or kind),
            row("type", text(raw, "type")),
            row("reason", text(raw, "reason")),
            row("message", text(raw, "message")),
            row("about", "/".join(filter(None, (
                text(about, "kind").lower(), text(about, "namespace"), text(about, "name"))))),
            row("part", text(about, "fieldPath")),
            row("times", text(raw, "count") or text(raw, "series", "count")),
            row("first", time(raw, now, "firstTimestamp") or time(raw, now, "eventTime")),
            row("last", time(raw, now, "lastTimestamp")
                or time(raw, now, "series", "lastObservedTime")),
            row("told by", text(raw, "source", "component") or text(raw, "reportingComponent"),
                text(raw, "source", "host")),
            row("created", time(raw, now, "metadata", "creationTimestamp")),
            owners(raw),
        )),
        section("values", data),
        conditions(raw, now),
        notes(raw),
    ]  # fmt: skip
