"""Events as rows: those that tell the same of the pods of one workload are one."""

from __future__ import annotations

from fleetui.core import objects
from fleetui.core.clean import clean
from fleetui.core.objects import Capability, Link
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact
from fleetui.core.state import Severity, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.scene import OF_KIND, PROVIDER, REF_KINDS, Scene, story_of
from fleetui.providers.kubernetes.shapes.workloads import Reference

# A warning of these is more than that: something is lost, or has been given up.
_GRAVE = frozenset((
    "OOMKilling", "SystemOOM", "NodeNotReady", "BackoffLimitExceeded", "Evicted",
    "DeadlineExceeded", "ProgressDeadlineExceeded", "FailedKillPod", "Rebooted",
))  # fmt: skip
_STATES = {
    Severity.INFO: State.RUNNING, Severity.WARNING: State.DEGRADED,
    Severity.CRITICAL: State.FAILED,
}  # fmt: skip
_DESCRIBE = (Capability("describe", True),)
_BY_NAME = frozenset({"Node"})


def event_row(scene: Scene, event: shapes.Event) -> objects.Event:
    """Return the row of an event and of those like it: the newest's words, and how many."""
    same: list[shapes.Event] = list(scene.group("events like", story_of(event)).values()) or [event]
    newest = max(same, key=lambda one: (when(one), one.uid))
    about = subject_of(scene, newest.involved_object)
    subjects = {one.involved_object.uid or "" for one in same if one.involved_object is not None}
    others = len(subjects) - 1
    severity = severity_of(newest)
    message = f"{newest.reason or 'event'}: {newest.message or ''}".removesuffix(": ")
    links: list[Link] = []
    if about is not None:
        links.append(Link("about", about))
        unit = scene.home(about.uid)
        if unit is not None:
            # It is told of the workload, too: that will outlive the pod.
            links.append(Link("part_of", unit))
    # What goes on like it on other pods is said first: the message may be long.
    more = f"on {others + 1} pods, the last: " if others > 0 else ""
    return objects.Event(
        ref=scene.ref("events", event),
        state=_STATES[severity],
        native_state=clean(newest.type or "", 40),
        reason="",
        created=min(filter(None, map(first, same)), default=None),
        observed_at=scene.now,
        links=tuple(links),
        capabilities=_DESCRIBE,
        time=when(newest),
        severity=severity,
        message=redact(clean(f"{more}{message}", 1000)),
        subject=str(about) if about is not None else "",
        count=sum(map(times, same)),
    )


def severity_of(event: shapes.Event) -> Severity:
    """Return how loud an event is."""
    if event.type != "Warning":
        return Severity.INFO
    return Severity.CRITICAL if event.reason in _GRAVE else Severity.WARNING


def when(event: shapes.Event) -> float:
    """Return when it was last seen."""
    series = event.series.last_observed_time if event.series else None
    told = series or event.last_timestamp or event.event_time or event.first_timestamp
    return time_of(told) or time_of(event.metadata.creation_timestamp) or 0.0


def first(event: shapes.Event) -> float | None:
    """Return when it was first seen."""
    return time_of(event.first_timestamp or event.event_time or event.metadata.creation_timestamp)


def times(event: shapes.Event) -> int:
    """Return how often it was seen."""
    series = event.series.count if event.series else None
    return max(1, series or event.count or 1)


def subject_of(scene: Scene, about: Reference | None) -> Ref | None:
    """Return the ref of what an event is about."""
    if about is None or not about.kind:
        return None
    name = clean(about.name or "", 253)
    if about.kind in _BY_NAME:
        return scene.node_ref(about.name or "")
    kind = REF_KINDS.get(OF_KIND.get(about.kind, ""), clean(about.kind.lower(), 60))
    place = scene.place(about.namespace or "")
    return Ref(PROVIDER, place, kind, clean(about.uid or name, 253), name)
