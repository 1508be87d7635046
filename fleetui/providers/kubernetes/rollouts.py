"""How far a rollout is, and whether it has failed."""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.members import condition_of
from fleetui.providers.kubernetes.scene import Scene

YOUNG_S = 120.0
"""So long after it was made a workload is expected to have pods that are not ready."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """A rollout, or that there is none."""

    text: str = ""
    """What is under way, with how far it is; empty when it is done."""
    revision: str = ""
    failed: str = ""
    """Why it does not go on: the server has given up on it."""
    paused: bool = False
    word: str = ""
    """The server's own."""
    young: bool = False


def rolling_of(
    scene: Scene,
    thing: shapes.Deployment | shapes.StatefulSet | shapes.DaemonSet | shapes.ReplicaSet,
) -> Rolling:
    """Return how the rollout of a workload is."""
    created = time_of(thing.metadata.creation_timestamp)
    young = created is not None and scene.now - created < YOUNG_S
    if young and created is not None:
        scene.later(created + YOUNG_S, "capacity", thing.uid)
    if isinstance(thing, shapes.Deployment):
        return _deployment(scene, thing, young=young)
    if isinstance(thing, shapes.StatefulSet):
        return _stateful(scene, thing, young=young)
    if isinstance(thing, shapes.DaemonSet):
        return _daemon(thing, young=young)
    notes = thing.metadata.annotations
    return Rolling(revision=clean(notes.revision or "", 40) if notes else "", young=young)


def is_unseen(thing: shapes.Deployment | shapes.StatefulSet | shapes.DaemonSet) -> bool:
    """Whether the controller has not yet looked at the last change: its status is an old one."""
    seen = thing.status.observed_generation if thing.status is not None else None
    return (seen or 0) < (thing.metadata.generation or 0)


def _deployment(scene: Scene, thing: shapes.Deployment, *, young: bool) -> Rolling:
    spec, status, notes = thing.spec, thing.status, thing.metadata.annotations
    revision = clean(notes.revision or "", 40) if notes else ""
    paused = bool(spec and spec.paused)
    wanted = 1 if spec is None or spec.replicas is None else spec.replicas
    updated = (status.updated_replicas if status else None) or 0
    total = (status.replicas if status else None) or 0
    available = (status.available_replicas if status else None) or 0
    if is_unseen(thing):
        # The status is that of before: nothing in it may be taken for the change's end.
        text = "the change has not been taken up yet"
        return Rolling(text, revision, paused=paused, young=young)
    progress = condition_of(thing, "Progressing")
    failed = ""
    if progress is not None and progress.status == "False" and not paused:
        told = progress.message if progress.reason != "ProgressDeadlineExceeded" else ""
        how = f"{updated}/{wanted} updated, {available} available"
        failed = f"rollout stuck at {how}: {progress.reason or 'no progress'}"
        failed = redact(clean(f"{failed}{f', {told}' if told else ''}", 300))
    text = ""
    way = _way(scene, thing, revision)
    if updated < wanted:
        text = f"{way}, {updated}/{wanted} updated"
    elif total > updated:
        text = f"{way}, {total - updated} old to go"
    elif available < updated:
        # Pods that came or fell ill without a change of the template are no rollout.
        rolling = progress is None or progress.reason != "NewReplicaSetAvailable"
        text = f"{way}, {available}/{wanted} available" if rolling else ""
    if text and paused:
        text = f"paused, {updated}/{wanted} updated"
    if text and updated < wanted and _is_scaling(scene, thing):
        text = f"scaling to {wanted}, {total}/{wanted} there"
    word = (progress.reason or "") if progress is not None else ""
    return Rolling(text, revision, failed, paused, word, young=young)


def _way(scene: Scene, thing: shapes.Deployment, revision: str) -> str:
    """`rolling 86 → 87`: from the newest revision that still has pods."""
    older = 0
    for made in scene.group("replicasets of", thing.uid).values():
        notes = made.metadata.annotations
        number = notes.revision if notes else None
        there = (made.status.replicas if made.status else None) or 0
        if number and number.isdecimal() and number != revision and there:
            older = max(older, int(number))
    return f"rolling {older} → {revision}" if older and revision else "rolling"


def _is_scaling(scene: Scene, thing: shapes.Deployment) -> bool:
    """Whether only one ReplicaSet has or wants pods: then they are more, and not others."""
    active = 0
    for made in scene.group("replicasets of", thing.uid).values():
        wanted = (made.spec.replicas if made.spec else None) or 0
        there = (made.status.replicas if made.status else None) or 0
        active += bool(wanted or there)
    progress = condition_of(thing, "Progressing")
    settled = progress is not None and progress.reason == "NewReplicaSetAvailable"
    return active == 1 and settled


def _stateful(scene: Scene, thing: shapes.StatefulSet, *, young: bool) -> Rolling:
    spec, status = thing.spec, thing.status
    revision = _numbered(scene, thing, status.update_revision if status else None)
    if is_unseen(thing):
        return Rolling("the change has not been taken up yet", revision, young=young)
    wanted = 1 if spec is None or spec.replicas is None else spec.replicas
    if status is None or not status.update_revision:
        return Rolling("", revision, young=young)
    strategy = spec.update_strategy if spec else None
    by_hand = strategy is not None and strategy.type == "OnDelete"
    rule = strategy.rolling_update if strategy else None
    goal = max(0, wanted - ((rule.partition if rule else None) or 0))
    updated = status.updated_replicas or 0
    if status.current_revision == status.update_revision:
        # All is of one revision; after a finished rollout the server does not count `updated`.
        return Rolling("", revision, young=young)
    if by_hand:
        if updated >= wanted:
            # Its status never says that this is done: nothing but `updated` tells.
            return Rolling("", revision, young=young)
        text = f"{updated}/{wanted} updated: each is replaced when it is deleted"
        return Rolling(text, revision, young=young)
    if updated < goal:
        way = f"rolling {_numbered(scene, thing, status.current_revision)} → {revision}"
        return Rolling(f"{way}, {updated}/{goal} updated", revision, young=young)
    if goal < wanted:
        # It holds here until somebody lowers the partition: it is no rollout under way.
        return Rolling("", f"{revision} on {updated}/{wanted}", young=young)
    return Rolling(f"rolling, {updated}/{goal} updated", revision, young=young)


def _numbered(scene: Scene, thing: shapes.StatefulSet, name: str | None) -> str:
    """Return a revision as its number where that is known, else by its hash."""
    if not name:
        return ""
    found = scene.find("revisions", thing.metadata.namespace, name)
    if found is not None and found.revision:
        return str(found.revision)
    return clean(name.removeprefix(f"{thing.metadata.name}-"), 40)


def _daemon(thing: shapes.DaemonSet, *, young: bool) -> Rolling:
    status, notes = thing.status, thing.metadata.annotations
    revision = clean(notes.generation or "", 40) if notes else ""
    if is_unseen(thing):
        return Rolling("the change has not been taken up yet", revision, young=young)
    if status is None:
        return Rolling("", revision, young=young)
    wanted = status.desired_number_scheduled or 0
    updated = status.updated_number_scheduled or 0
    if updated < wanted:
        strategy = thing.spec.update_strategy if thing.spec is not None else None
        by_hand = strategy is not None and strategy.type == "OnDelete"
        lead = "each is replaced when it is deleted" if by_hand else "rolling"
        return Rolling(f"{lead}, {updated}/{wanted} updated", revision, young=young)
    return Rolling("", revision, young=young)
