"""What could be done to a container, an image, a volume or a compose service now."""

from __future__ import annotations

from functools import cache

from fleetui.core.objects import Capability

_UP = frozenset({"running", "paused", "restarting"})


@cache
def of_container(state: str, log_driver: str) -> tuple[Capability, ...]:
    """Return what an engine lets be done to a container in this state of its own words."""
    up = state in _UP
    gone = {"removing": "it is being removed", "dead": "it is dead: it can only be removed"}
    blocked = gone.get(state, "")
    paused = "it is paused: unpause it first" if state == "paused" else ""
    down = blocked or ("" if up else "it is not running")
    waiting = "it is between two restarts" if state == "restarting" else ""
    return (
        _capability("start", blocked or paused or ("it is running" if up else "")),
        _capability("stop", down),
        _capability("restart", blocked),
        _capability("pause", down or waiting or ("it is paused" if paused else "")),
        _capability("unpause", blocked or ("" if paused else "it is not paused")),
        _capability("exec", down or paused or waiting),
        _capability("logs", _no_logs(log_driver)),
        _capability("resize", blocked),
        _capability("rename", blocked),
        _capability("kill", down or waiting),
        _capability("redeploy", blocked or paused or _down_first(up)),
        _capability("rollback", blocked or paused or _down_first(up)),
        _capability("remove", gone["removing"] if state == "removing" else _up_first(up)),
        _capability("describe", ""),
    )


def _no_logs(driver: str) -> str:
    return "its log driver is none: nothing is kept" if driver == "none" else ""


def _down_first(up: bool) -> str:
    return "" if up else "it is not running: start it first"


def _up_first(up: bool) -> str:
    return "it is running: stop it first" if up else ""


@cache
def of_unit(any_up: bool, any_down: bool, no_compose: str) -> tuple[Capability, ...]:
    """Return what can be done to a compose service: by its containers, and by compose.

    `no_compose`: why that cannot be used for it.
    """
    down = "" if any_up else "none of its containers is running"
    up = "" if any_down else "all of its containers are running"
    return (
        _capability("start", up),
        _capability("stop", down),
        _capability("restart", down),
        _capability("scale", no_compose),
        _capability("redeploy", no_compose or down),
        _capability("rollback", no_compose or down),
        _capability("logs", ""),
        _capability("describe", ""),
    )


@cache
def of_thing(used_by: int, built_in: bool = False) -> tuple[Capability, ...]:
    """Return what can be done to a volume or a network, and to an image too."""
    used = f"{used_by} container{'' if used_by == 1 else 's'} use{'s' if used_by == 1 else ''} it"
    reason = "it is the engine's own" if built_in else used if used_by else ""
    return (
        _capability("remove", reason),
        _capability("prune", ""),
        _capability("describe", ""),
    )


@cache
def of_image(used_by: int, tagged: bool) -> tuple[Capability, ...]:
    """Return what can be done to an image."""
    nameless = "" if tagged else "it has no tag that a registry could know"
    return (*of_thing(used_by), _capability("pull", nameless))


def _capability(name: str, reason: str) -> Capability:
    return Capability(name, not reason, reason)
