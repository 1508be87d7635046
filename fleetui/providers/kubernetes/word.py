"""The word that `kubectl get pods` shows for a pod, found as its printer finds it."""

from __future__ import annotations

from msgspec import Struct

from fleetui.providers.kubernetes.shapes.pods import (
    ContainerSpec,
    ContainerStatus,
    Pod,
    PodSpec,
    PodStatus,
    Terminated,
)


class Counted(Struct, gc=False):
    """What kubectl counts while it looks for its word."""

    word: str
    ready: int = 0
    total: int = 0
    restarts: int = 0
    restarted: str = ""
    guilty: ContainerStatus | None = None
    """The container that the word is of."""


def counted(pod: Pod, spec: PodSpec, status: PodStatus) -> Counted:
    """Follow the way that kubectl's printer goes to its word, so that both say the same."""
    count = Counted(status.reason or status.phase or "Unknown", total=len(spec.containers or ()))
    for condition in status.conditions or ():
        if condition.type == "PodScheduled" and condition.reason == "SchedulingGated":
            count.word = "SchedulingGated"
    initialising = False
    sidecars = 0, ""
    if spec.init_containers:
        initialising, sidecars = _count_init(count, spec.init_containers, status)
    if not initialising or is_true(status, "Initialized"):
        # Restarts of init containers that are over are history.
        count.restarts, count.restarted = sidecars
        _count_main(count, status)
    if pod.metadata.deletion_timestamp:
        if status.reason == "NodeLost":
            count.word = "Unknown"
        elif status.phase not in {"Succeeded", "Failed"}:
            count.word = "Terminating"
    return count


def _count_init(
    count: Counted, wanted: list[ContainerSpec], status: PodStatus
) -> tuple[bool, tuple[int, str]]:
    """Look at init containers in their order; say whether they are at it, and what sidecars did."""
    sidecars = frozenset(one.name for one in wanted if one.restart_policy == "Always")
    count.total += len(sidecars)
    restarts, restarted = 0, ""
    for number, one in enumerate(status.init_container_statuses or ()):
        _add_restarts(count, one)
        if one.name in sidecars:
            restarts += one.restart_count or 0
            restarted = max(restarted, _last_end(one))
        ended = one.state.terminated if one.state else None
        waiting = one.state.waiting if one.state else None
        if ended is not None and ended.exit_code == 0:
            continue
        if one.name in sidecars and one.started:
            count.ready += bool(one.ready)
            continue
        count.guilty = one
        if ended is not None:
            count.word = f"Init:{_end_word(ended)}"
        elif waiting is not None and waiting.reason and waiting.reason != "PodInitializing":
            count.word = f"Init:{waiting.reason}"
        else:
            count.word = f"Init:{number}/{len(wanted)}"
        return True, (restarts, restarted)
    return False, (restarts, restarted)


def _count_main(count: Counted, status: PodStatus) -> None:
    running = False
    for one in reversed(status.container_statuses or ()):
        _add_restarts(count, one)
        state = one.state
        if state is None:
            continue
        if state.waiting is not None and state.waiting.reason:
            count.word, count.guilty = state.waiting.reason, one
        elif state.terminated is not None:
            count.word, count.guilty = _end_word(state.terminated), one
        elif one.ready and state.running is not None:
            running = True
            count.ready += 1
    if count.word == "Completed" and running:
        count.word = "Running" if is_true(status, "Ready") else "NotReady"


def _add_restarts(count: Counted, one: ContainerStatus) -> None:
    if one.restart_count:
        count.restarts += one.restart_count
        count.restarted = max(count.restarted, _last_end(one))


def _last_end(one: ContainerStatus) -> str:
    last = one.last_state.terminated if one.last_state else None
    return (last.finished_at or "") if last else ""


def _end_word(ended: Terminated) -> str:
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def is_true(status: PodStatus, name: str) -> bool:
    """Whether a pod's condition of this name holds."""
    for one in status.conditions or ():
        if one.type == name:
            return one.status == "True"
    return False
