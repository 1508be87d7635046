"""What could be done to a pod, a workload, a service or a node now, and why not."""

from __future__ import annotations

from functools import cache, lru_cache

from fleetui.core.objects import Capability

LEAVING = "it is being deleted"
_DONE = frozenset({"Complete", "Failed"})


@cache
def of_pod(
    *, leaving: bool, over: bool, up: bool, begun: bool, kept: bool
) -> tuple[Capability, ...]:
    """`kept`: something makes a new one in its place. `begun`: a container of it ever ran."""
    gone = LEAVING if leaving else ""
    alone = gone or ("" if kept else "nothing would make a new one: it has no owner")
    down = "" if up else "it is over" if over else "no container is running"
    return (
        _one("restart", alone or ("it is over" if over else "")),
        _one("logs", "" if begun else "its container has not begun"),
        _one("exec", down),
        _one("debug", gone or ("it is over" if over else "")),
        _one("resize", gone or ("it is over" if over else "")),
        _one("forward", down),
        _one("remove", gone),
        _one("edit", ""),
        _one("describe", ""),
    )


@lru_cache(maxsize=1024)
def of_unit(
    kind: str, *, leaving: bool, paused: bool, scaler: str, state: str
) -> tuple[Capability, ...]:
    """`kind` as in refs; `scaler` is what owns the number; `state` is a Job's condition."""
    gone = LEAVING if leaving else ""
    if kind == "cronjob":
        return (
            _one("suspend", gone or ("it is suspended" if paused else "")),
            _one("resume", gone or ("" if paused else "it is not suspended")),
            _one("trigger", gone),
            _one("scale", "its schedule makes Jobs, and these have the number"),
            _one("logs", ""), _one("remove", gone), _one("edit", ""), _one("describe", ""),
        )  # fmt: skip
    if kind == "job":
        over = f"it is over: {state.lower()}" if state in _DONE else ""
        return (
            _one("suspend", gone or over or ("it is suspended" if paused else "")),
            _one("resume", gone or over or ("" if paused else "it is not suspended")),
            _one("scale", gone or over), _one("restart", "a Job runs once: trigger its CronJob"),
            _one("forward", gone or over), _one("logs", ""), _one("remove", gone), _one("edit", ""),
            _one("describe", ""),
        )  # fmt: skip
    fixed = "it runs one pod on each node that it is meant for" if kind == "ds" else ""
    owned = f"{scaler} owns the number: change its bounds, min=2 max=9" if scaler else ""
    bare = "a ReplicaSet does not replace its pods: remove them" if kind == "rs" else ""
    still = "its rollout is paused: resume it first" if paused else ""
    found = [
        _one("scale", gone or fixed) if gone or fixed else Capability("scale", True, owned),
        _one("restart", gone or bare or still),
        _one("redeploy", gone or bare or still),
        _one("rollback", gone or (f"a {kind} keeps no earlier revision" if bare else still)),
        _one("resize", gone or bare),
        _one("forward", gone),
    ]
    if kind == "deploy":
        found.append(_one("pause", gone or ("it is paused" if paused else "")))
        found.append(_one("unpause", gone or ("" if paused else "it is not paused")))
    # What is being deleted may be held by a finalizer, which an edit takes away.
    rest = _one("logs", ""), _one("remove", gone), _one("edit", ""), _one("describe", "")
    return (*found, *rest)


@cache
def of_service(*, leaving: bool, forward: str, logs: str) -> tuple[Capability, ...]:
    """`forward` and `logs` say why there is nothing to forward to or to read."""
    return (
        _one("forward", forward), _one("logs", logs),
        _one("remove", LEAVING if leaving else ""), _one("edit", ""), _one("describe", ""),
    )  # fmt: skip


@cache
def of_node(*, cordoned: bool) -> tuple[Capability, ...]:
    """`cordoned`: it takes no new pods."""
    return (
        _one("cordon", "it is cordoned" if cordoned else ""),
        _one("uncordon", "" if cordoned else "it is not cordoned"),
        _one("drain", ""),
        _one("edit", ""),
        _one("describe", ""),
    )


def _one(name: str, reason: str) -> Capability:
    return Capability(name, not reason, reason)
