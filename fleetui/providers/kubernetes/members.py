"""The pods of a workload: how many run, and what is wrong with those that do not."""

from __future__ import annotations

from collections.abc import Iterator

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Link
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.base import Condition, Thing
from fleetui.providers.kubernetes.verdict import Verdict, is_over

WRONG = frozenset({State.FAILED, State.DEGRADED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Members:
    """The pods of a workload as they are now."""

    links: tuple[Link, ...]
    known: int
    """Pods that are not over and not leaving."""
    running: int
    wrong: int
    reason: str
    """`2 of 5 pods: CrashLoopBackOff, exit 1`, and why more cannot be made; else empty."""
    unmade: bool = False
    """Whether pods cannot even be made."""
    slow: str = ""
    """What those wait for that are not there yet, and need not be wrong."""

    def whole(self, there: int) -> bool:
        """Whether these are all that the workload's own status counts."""
        return self.known >= there


def pods_of(scene: Scene, resource: str, thing: Thing) -> Iterator[shapes.Pod]:
    """Yield the pods of a workload: its own, those of its ReplicaSets, those of its Jobs."""
    if resource == "deployments":
        for made in scene.group("replicasets of", thing.uid):
            yield from scene.group("pods of", made).values()
    elif resource == "cronjobs":
        for made in scene.group("jobs of", thing.uid):
            yield from scene.group("pods of", made).values()
    else:
        yield from scene.group("pods of", thing.uid).values()


def members_of(scene: Scene, resource: str, thing: Thing) -> Members:
    """Look at the pods of a workload."""
    links: list[Link] = []
    known = running = 0
    bad: list[tuple[shapes.Pod, Verdict]] = []
    slow: list[tuple[shapes.Pod, Verdict]] = []
    for pod in pods_of(scene, resource, thing):
        verdict = scene.verdict(pod)
        over = is_over(pod)
        leaving = pod.metadata.deletion_timestamp
        if not leaving:
            links.append(scene.member(pod))
        if over or leaving:
            continue
        known += 1
        running += verdict.up
        if verdict.state in WRONG or verdict.health is Health.UNHEALTHY:
            bad.append((pod, verdict))
        elif verdict.reason:
            slow.append((pod, verdict))
    unmade = _unmade(scene, resource, thing)
    reason = "; ".join(filter(None, (unmade, _reason(bad, known))))
    return Members(
        tuple(links), known, running, len(bad), reason, bool(unmade), _reason(slow, known)
    )


def _reason(bad: list[tuple[shapes.Pod, Verdict]], known: int) -> str:
    """Return what most of the bad ones suffer from."""
    if not bad:
        return ""
    kinds: dict[str, int] = {}
    for _, verdict in bad:
        word = verdict.short or verdict.word
        kinds[word] = kinds.get(word, 0) + 1
    most = sorted(kinds.items(), key=lambda one: -one[1])
    if len(bad) == 1:
        # One pod's own words say more than what it has in common with others.
        return f"1 of {known} pods: {bad[0][1].reason or most[0][0]}"
    parts = [f"{count} of {known} pods: {word}" for word, count in most[:2]]
    more = len(most) - 2
    return "; ".join(parts) + (f"; and {more} more reasons" if more > 0 else "")


def _unmade(scene: Scene, resource: str, thing: Thing) -> str:
    """Return why its pods cannot even be made: a quota, an admission hook, no service account."""
    failure = condition_of(thing, "ReplicaFailure")
    if failure is None and resource == "deployments":
        for made in scene.group("replicasets of", thing.uid).values():
            failure = failure or condition_of(made, "ReplicaFailure")
    if failure is not None and failure.status == "True":
        return unmade_words(failure.reason or "", failure.message or "")
    if resource in {"statefulsets", "daemonsets", "jobs"}:
        return _told(scene, thing)
    return ""


def _told(scene: Scene, thing: Thing) -> str:
    """Return what events say: these workloads have no condition for it."""
    events = scene.group("events of", thing.uid).values()
    failed = [one for one in events if one.reason == "FailedCreate"]
    made = [one for one in events if one.reason == "SuccessfulCreate"]
    newest = max((_time(one) for one in made), default=0.0)
    last = max(failed, key=_time, default=None)
    # What was made since says that it is over; so does an hour.
    if last is None or _time(last) <= newest or scene.now - _time(last) > 3600:
        return ""
    return unmade_words(last.reason, last.message or "")


def _time(event: shapes.Event) -> float:
    series = event.series.last_observed_time if event.series else None
    return time_of(series or event.last_timestamp or event.event_time) or 0.0


def unmade_words(reason: str, message: str) -> str:
    """Return why pods cannot be made, without the name of the pod that was tried."""
    _, cut, rest = message.partition(" is forbidden: ")
    what = rest if cut else message
    return redact(clean(f"cannot make pods: {what or reason}", 300))


def condition_of(thing: object, name: str) -> Condition | None:
    """Return what a thing's condition of this name says."""
    status = getattr(thing, "status", None)
    found = getattr(status, "conditions", None) or ()
    return next((one for one in found if one.type == name), None)
