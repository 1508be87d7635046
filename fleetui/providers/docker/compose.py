"""Compose services as capacity units: pure functions from the containers that carry its labels.

Compose leaves no wanted number on an engine, so the wanted are the containers that nobody
stopped: all that run, start, restart or are paused, and those that failed. One that was
stopped, or ended well as a one-shot job does, is not wanted, and a service of nothing but
such ones is stopped, which is no failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import CapacityUnit, Container, Link
from fleetui.core.state import STATE_RANK, Health, State
from fleetui.providers.docker import capabilities
from fleetui.providers.docker.answers import Summary
from fleetui.providers.docker.containers import (
    ONE_OFF,
    PROJECT,
    SERVICE,
    Scene,
    short_id,
    unit_ref,
)

_CONFIG_HASH = "com.docker.compose.config-hash"
# Where the project's files are is what the compose command needs to be told.
_OF_THE_PROJECT = frozenset({PROJECT, SERVICE, f"{PROJECT}.working_dir", f"{PROJECT}.config_files"})
WhyNot = Callable[[Mapping[str, str]], str]
_UP = frozenset({"running", "paused", "restarting"})
NOT_WANTED = frozenset({State.STOPPED, State.STOPPING, State.DELETED})
"""The states of members that somebody stopped, or that ended well."""


@dataclass(frozen=True, slots=True)
class Member:
    """A container of a service, as listed and as a row."""

    summary: Summary
    row: Container

    @property
    def revision(self) -> tuple[str, str]:
        """What differs after a redeploy: the image, and the digest of its configuration."""
        labels = self.summary.labels or {}
        return self.summary.image_id or "", labels.get(_CONFIG_HASH, "")

    @property
    def ready(self) -> bool:
        """Whether it runs, and its check agrees where it has one."""
        good = self.row.health in {Health.HEALTHY, Health.NONE}
        return self.row.state is State.RUNNING and good


def units_of(
    members: Iterable[Member], scene: Scene, why_not: WhyNot = lambda _labels: ""
) -> tuple[CapacityUnit, ...]:
    """Return a unit for each compose service that has containers, `run` ones left out.

    `why_not` says of a container's labels why compose cannot be used for its project.
    """
    groups: dict[tuple[str, str], list[Member]] = {}
    for member in members:
        labels = member.summary.labels or {}
        project, service = labels.get(PROJECT), labels.get(SERVICE)
        if project and service and labels.get(ONE_OFF, "").lower() != "true":
            groups.setdefault((project, service), []).append(member)
    return tuple(_unit(*key, groups[key], scene, why_not) for key in sorted(groups))


def _unit(
    project: str, service: str, members: list[Member], scene: Scene, why_not: WhyNot
) -> CapacityUnit:
    members.sort(key=lambda m: (m.row.created or 0.0, m.row.ref))
    wanted = [m for m in members if m.row.state not in NOT_WANTED]
    ready = sum(m.ready for m in wanted)
    running = sum(m.row.state is State.RUNNING for m in wanted)
    failed = sum(m.row.state in {State.FAILED, State.DEGRADED} for m in wanted)
    newest = members[-1]
    return CapacityUnit(
        ref=unit_ref(project, service, scene.scope),
        state=_state(members, wanted, ready),
        native_state=_native(members),
        health=_health(wanted),
        reason=_reason(wanted, ready) if wanted else _why_stopped(members),
        labels=tuple(pair for pair in newest.row.labels if pair[0] in _OF_THE_PROJECT),
        created=members[0].row.created,
        observed_at=scene.now,
        links=_links(members),
        capabilities=capabilities.of_unit(
            any(m.summary.state in _UP for m in members),
            any(m.summary.state not in _UP for m in members),
            why_not(newest.summary.labels or {}),
        ),
        desired=len(wanted),
        running=running,
        ready=ready,
        pending=len(wanted) - running - failed - sum(m.row.state is State.PAUSED for m in wanted),
        revision=clean(short_id(newest.summary.image_id or "")) or clean(newest.revision[1][:12]),
        rollout=_rollout(wanted),
        stateful=any(m.type == "volume" for m in newest.summary.mounts or ()),
    )


def _state(members: Sequence[Member], wanted: Sequence[Member], ready: int) -> State:
    states = {m.row.state for m in wanted}
    if not wanted:
        going = any(m.row.state is State.STOPPING for m in members)
        return State.STOPPING if going else State.STOPPED
    if states == {State.PAUSED}:
        return State.PAUSED
    if ready == len(wanted):
        return State.RUNNING
    if ready:
        return State.DEGRADED
    if states & {State.FAILED, State.DEGRADED, State.UNKNOWN}:
        return State.FAILED
    starting = all(m.row.state is State.PENDING or m.row.health is Health.STARTING for m in wanted)
    return State.PENDING if starting else State.DEGRADED


def _health(wanted: Sequence[Member]) -> Health:
    """Return the worst of the members' checks."""
    found = {m.row.health for m in wanted}
    for health in (Health.UNHEALTHY, Health.STARTING, Health.HEALTHY):
        if health in found:
            return health
    return Health.NONE


def _reason(wanted: Sequence[Member], ready: int) -> str:
    """Say what is wrong with the worst member, and how many others are not ready."""
    if ready == len(wanted):
        return ""
    bad = sorted((m for m in wanted if not m.ready), key=lambda m: STATE_RANK[m.row.state])
    worst = bad[0].row
    why = worst.reason or (
        "check still starting" if worst.health is Health.STARTING else worst.state
    )
    more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    return f"{worst.name}: {why}{more}"


def _why_stopped(members: Sequence[Member]) -> str:
    """Say how the members ended that somebody, or the engine, has stopped."""
    reasons = {m.row.reason.partition(",")[0] for m in members if m.row.reason}
    return f"stopped: {', '.join(sorted(reasons))}" if reasons else ""


def _rollout(wanted: Sequence[Member]) -> str:
    """Say how many members run what the newest one runs, while they differ."""
    revisions = Counter(m.revision for m in wanted)
    if len(revisions) < 2:
        return ""
    return f"{revisions[wanted[-1].revision]} of {len(wanted)} on the newest"


def _native(members: Sequence[Member]) -> str:
    """Return the counts as `docker compose ls` writes them: `exited(1), running(2)`."""
    words = Counter(clean(m.summary.state or "unknown", 40).lower() for m in members)
    return ", ".join(f"{word}({count})" for word, count in sorted(words.items()))


def _links(members: Sequence[Member]) -> tuple[Link, ...]:
    """Return the members, and what they use, once each."""
    has = [Link("has", m.row.ref) for m in members]
    uses = dict.fromkeys(link for m in members for link in m.row.links if link.relation == "uses")
    return (*has, *uses)
