"""How a pod is: the word that `kubectl get pods` shows for it, and why it is not well."""

from __future__ import annotations

from msgspec import Struct

from fleetui.core.clean import clean
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes.amounts import time_of
from fleetui.providers.kubernetes.shapes.pods import (
    ContainerSpec,
    ContainerStatus,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    Terminated,
)
from fleetui.providers.kubernetes.word import Counted, counted, is_true

STARTING_S = 60.0
"""So long after its start a pod that is not ready is starting; later it is not well."""
STEADY_S = 300.0
"""The longest that a kubelet waits between restarts: who runs for longer is over it."""
SLOW_S = 600.0
"""So long the containers of a pod may take to begin before somebody should look."""
_OFTEN = 3
NEVER = float("inf")
# A container that waits for one of these waits for nothing wrong.
_PATIENT = frozenset({"ContainerCreating", "PodInitializing", ""})
_BACK_OFF = lazy_pattern(r"back-off (\S+) restarting")
_NO_SPEC, _NO_STATUS = PodSpec(), PodStatus()
_WORDS = 300


class Verdict(Struct, frozen=True, gc=False):
    """How a pod is."""

    word: str
    """kubectl's own: `CrashLoopBackOff`, `Init:1/2`, `Running`."""
    state: State
    health: Health
    reason: str
    ready: int
    total: int
    restarts: int
    restarted: float | None
    """When a container of it was last restarted."""
    exit_code: int | None
    started: float | None
    finished: float | None
    up: bool
    """Whether a container of it runs."""
    until: float = NEVER
    """When time alone will have changed it."""
    short: str = ""
    """The reason without what differs between the pods of one unit."""


def judge(pod: Pod, now: float) -> Verdict:
    """Return how a pod is at `now`, unix seconds by the server's clock."""
    spec, status = pod.spec or _NO_SPEC, pod.status or _NO_STATUS
    sound = _sound(pod, spec, status, now)
    if sound is not None:
        return sound
    count = counted(pod, spec, status)
    statuses = status.container_statuses or ()
    up = any(one.state is not None and one.state.running is not None for one in statuses)
    state, health, reason, until = _state(pod, spec, status, count, now, up=up)
    ended = _ended(count, statuses)
    last = time_of(count.restarted)
    short = _short(count, reason)
    again = _again(count, ended, last, now) if health is Health.HEALTHY else ""
    if again and last is not None:
        state, health, until = State.DEGRADED, Health.UNHEALTHY, last + STEADY_S
        reason, short = f"restarted {count.restarts} times, the last: {again}", f"restarts: {again}"
    begun = [
        one.state.running.started_at or ""
        for one in statuses
        if one.state is not None and one.state.running is not None
    ]
    over = status.phase in {"Succeeded", "Failed"}
    return Verdict(
        word=clean(count.word, 80) or "Unknown",
        state=state,
        health=health,
        reason=reason,
        ready=count.ready,
        total=count.total,
        restarts=count.restarts,
        restarted=last,
        exit_code=ended.exit_code if ended else None,
        started=time_of(max(begun)) if begun else time_of(status.start_time) if over else None,
        finished=time_of(ended.finished_at) if ended and not up else None,
        up=up,
        until=until,
        short=short,
    )


def _again(count: Counted, ended: Terminated | None, last: float | None, now: float) -> str:
    """Return how a pod ended that runs just now, between one crash and the next."""
    if ended is None or not ended.exit_code or count.restarts < _OFTEN:
        return ""
    recent = last is not None and now < last + STEADY_S
    return redact(clean(_end_words(ended, ""), _WORDS)) if recent else ""


def _sound(pod: Pod, spec: PodSpec, status: PodStatus, now: float) -> Verdict | None:
    """Return the verdict on a plain pod that runs well, as most do; None on any other."""
    statuses = status.container_statuses
    if (
        status.phase != "Running"
        or status.reason
        or spec.init_containers
        or not statuses
        or pod.metadata.deletion_timestamp
        or len(statuses) != len(spec.containers or ())
        or not is_true(status, "Ready")
    ):
        return None
    begun = restarted = ""
    restarts = 0
    ended: Terminated | None = None
    for one in statuses:
        state = one.state
        if not one.ready or state is None or state.running is None:
            return None
        begun = max(begun, state.running.started_at or "")
        last = one.last_state.terminated if one.last_state is not None else None
        if one.restart_count:
            restarts += one.restart_count
            if last is not None:
                restarted = max(restarted, last.finished_at or "")
        if last is not None and (
            ended is None or (last.finished_at or "") > (ended.finished_at or "")
        ):
            ended = last
    back = time_of(restarted)
    if restarts >= _OFTEN and back is not None and now < back + STEADY_S:
        return None
    return Verdict(
        "Running",
        State.RUNNING,
        Health.HEALTHY,
        "",
        len(statuses),
        len(statuses),
        restarts,
        back,
        ended.exit_code if ended is not None else None,
        time_of(begun),
        None,
        True,
    )


def is_over(pod: Pod) -> bool:
    """Whether a pod has ended for good, well or not."""
    return pod.status is not None and pod.status.phase in {"Succeeded", "Failed"}


def condition(status: PodStatus, name: str) -> PodCondition | None:
    """Return what a pod's condition of this name says."""
    return next((one for one in status.conditions or () if one.type == name), None)


_Found = tuple[State, Health, str, float]


def _state(
    pod: Pod, spec: PodSpec, status: PodStatus, count: Counted, now: float, *, up: bool
) -> _Found:
    word = count.word
    if pod.metadata.deletion_timestamp:
        if word == "Unknown":
            return State.UNKNOWN, Health.NONE, "its node is lost", NEVER
        if word == "Terminating":
            return _leaving(pod, now)
    if status.phase == "Succeeded":
        return State.STOPPED, Health.NONE, "", NEVER
    if status.phase == "Failed":
        return State.FAILED, Health.UNHEALTHY, _failed(status, count, spec), NEVER
    if status.phase == "Unknown":
        return State.UNKNOWN, Health.NONE, _said("its node does not tell", status.message), NEVER
    guilty = _guilt(count)
    if guilty:
        # What else of it still serves makes it half a pod, and not none.
        state = State.DEGRADED if count.ready else State.FAILED
        return state, Health.UNHEALTHY, guilty_words(count, spec), NEVER
    if not up:
        return _pending(spec, status, count, now)
    if is_true(status, "Ready") or (not status.conditions and count.ready == count.total):
        return State.RUNNING, Health.HEALTHY, "", NEVER
    return _unready(spec, status, count, now)


def _leaving(pod: Pod, now: float) -> _Found:
    due = time_of(pod.metadata.deletion_timestamp)
    if due is None or now <= due + 30:
        return State.STOPPING, Health.NONE, "", NEVER if due is None else due + 30
    held = ", ".join(clean(one, 80) for one in pod.metadata.finalizers or ())
    why = f"held by the finalizer {held}" if held else "its node has not confirmed that it ended"
    return State.STOPPING, Health.UNHEALTHY, f"should have been gone by now: {why}", NEVER


def _guilt(count: Counted) -> bool:
    """Whether a container waits for or ended with something that is wrong."""
    one = count.guilty
    if one is None or one.state is None:
        return False
    if one.state.waiting is not None:
        return (one.state.waiting.reason or "") not in _PATIENT
    ended = one.state.terminated
    return ended is not None and (ended.exit_code != 0 or bool(ended.signal))


def _failed(status: PodStatus, count: Counted, spec: PodSpec) -> str:
    if status.reason or status.message:
        return _said(status.reason or "failed", status.message)
    return guilty_words(count, spec) or "failed"


def guilty_words(count: Counted, spec: PodSpec) -> str:
    """Return what is wrong with the container that the word is of."""
    one = count.guilty
    if one is None or one.state is None:
        return ""
    word = count.word.removeprefix("Init:")
    waiting, ended = one.state.waiting, one.state.terminated
    last = one.last_state.terminated if one.last_state else None
    parts: list[str] = []
    if waiting is not None:
        off = _BACK_OFF.match(waiting.message or "")
        if last is not None:
            parts.append(_end_words(last, word))
        if off is not None:
            parts.append(f"back-off {off[1]}")
        elif waiting.message:
            parts.append(waiting.message)
    elif ended is not None:
        parts.append(_end_words(ended, word))
    whose = ""
    if count.word.startswith("Init:"):
        whose = f"init container {one.name}: "
    elif len(spec.containers or ()) > 1:
        whose = f"{one.name}: "
    told = ", ".join(filter(None, parts))
    if told and word.startswith(("ExitCode:", "Signal:")):
        return redact(clean(f"{whose}{told}", _WORDS))
    return redact(clean(f"{whose}{word}{f': {told}' if told else ''}", _WORDS))


def _end_words(ended: Terminated, word: str) -> str:
    """`exit 1`, with why where its reason says more than the word does, and its last words."""
    exit_words = f"signal {ended.signal}" if ended.signal else f"exit {ended.exit_code}"
    named = ended.reason if ended.reason not in {None, "Error", "Completed", word} else ""
    said = (ended.message or "").strip().rsplit("\n", 1)[-1]
    return ", ".join(filter(None, (named, exit_words, said)))


def _pending(spec: PodSpec, status: PodStatus, count: Counted, now: float) -> _Found:
    if count.word == "SchedulingGated":
        gates = ", ".join(clean(one.name, 80) for one in spec.scheduling_gates or ())
        reason = f"waits for {f'the gate {gates}' if gates else 'its scheduling gates'}"
        return State.PENDING, Health.NONE, reason, NEVER
    placed = condition(status, "PodScheduled")
    if placed is not None and placed.status == "False":
        reason = _said(placed.reason or "not scheduled", placed.message)
        return State.PENDING, Health.UNHEALTHY, reason, NEVER
    if count.word.startswith("Init:") and count.guilty is not None:
        return State.PENDING, Health.STARTING, f"init container {count.guilty.name} runs", NEVER
    begun = time_of(status.start_time)
    if begun is None:
        return State.PENDING, Health.NONE, "", NEVER
    if now < begun + SLOW_S:
        return State.PENDING, Health.NONE, "", begun + SLOW_S
    return State.PENDING, Health.UNHEALTHY, "its containers do not begin", NEVER


def _unready(spec: PodSpec, status: PodStatus, count: Counted, now: float) -> _Found:
    waiting = [one for one in status.container_statuses or () if not one.ready]
    names = {one.name: one for one in spec.containers or ()}
    if spec.init_containers:
        sidecars = {one.name: one for one in spec.init_containers if one.restart_policy == "Always"}
        names |= sidecars
        inits = status.init_container_statuses or ()
        waiting += [one for one in inits if one.name in sidecars and not one.ready]
    slow = [
        one
        for one in waiting
        if one.started is False and one.name in names and names[one.name].startup_probe is not None
    ]
    if slow:
        reason = f"starting: {_whose(slow, names)}the startup check has not passed"
        return State.RUNNING, Health.STARTING, clean(reason, _WORDS), NEVER
    over = [one.name for one in waiting if one.state is not None and one.state.terminated]
    if over:
        reason = clean(f"not ready: {', '.join(over[:3])} has ended, the rest runs on", _WORDS)
        return State.DEGRADED, Health.UNHEALTHY, reason, NEVER
    gates = [
        one.condition_type
        for one in spec.readiness_gates or ()
        if not is_true(status, one.condition_type)
    ]
    if not waiting and gates:
        reason = f"not ready: the readiness gate {', '.join(gates)} is not true"
    else:
        reason = f"not ready: {_checks(waiting, names)}"
    reason = clean(reason, _WORDS)
    begun = max(
        (
            time_of(one.state.running.started_at) or 0.0
            for one in waiting
            if one.state is not None and one.state.running is not None
        ),
        default=time_of(status.start_time) or 0.0,
    )
    grown = begun + STARTING_S
    if now < grown and not count.restarts:
        return State.RUNNING, Health.STARTING, reason, grown
    return State.DEGRADED, Health.UNHEALTHY, reason, NEVER


def _whose(waiting: list[ContainerStatus], names: dict[str, ContainerSpec]) -> str:
    return f"{', '.join(one.name for one in waiting[:3])}: " if len(names) > 1 else ""


def _checks(waiting: list[ContainerStatus], names: dict[str, ContainerSpec]) -> str:
    """Return which readiness checks fail, as far as their form is known."""
    whose = _whose(waiting, names)
    for one in waiting:
        spec = names.get(one.name)
        probe = spec.readiness_probe if spec else None
        if probe is None:
            continue
        if probe.http_get is not None:
            path = probe.http_get.path or "/"
            return f"{whose}readiness GET {path} on port {probe.http_get.port} fails"
        if probe.tcp_socket is not None:
            return f"{whose}readiness: port {probe.tcp_socket.port} takes no connection"
        if probe.grpc is not None:
            return f"{whose}readiness by gRPC on port {probe.grpc.port} fails"
        return f"{whose}its readiness command fails"
    return f"{whose}readiness fails" if waiting else "its node is not ready"


def _said(word: str, message: str | None) -> str:
    return redact(clean(f"{word}: {message}" if message else word, _WORDS))


def _ended(count: Counted, statuses: list[ContainerStatus] | tuple[()]) -> Terminated | None:
    """Return the last end of the container that matters: the guilty one, else any."""
    ends: list[Terminated] = []
    for one in [count.guilty] if count.guilty else statuses:
        for state in (one.state, one.last_state):
            if state is not None and state.terminated is not None:
                ends.append(state.terminated)
                break
    return max(ends, key=lambda end: end.finished_at or "", default=None)


def _short(count: Counted, reason: str) -> str:
    """`CrashLoopBackOff, exit 1`: what the pods of one unit have in common."""
    if not reason:
        return ""
    one = count.guilty
    if one is None or one.state is None:
        return reason
    last = one.state.terminated or (one.last_state.terminated if one.last_state else None)
    word = count.word
    if last is None:
        return word
    return f"{word}, {'OOMKilled, ' if last.reason == 'OOMKilled' != word else ''}" + (
        f"signal {last.signal}" if last.signal else f"exit {last.exit_code}"
    )
