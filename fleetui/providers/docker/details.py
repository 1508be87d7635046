"""What only an inspection tells of a container, and for how long that stays true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.secrets import redact
from fleetui.providers.docker.answers import Inspected, Summary, one
from fleetui.providers.docker.status import Said, health_of
from fleetui.providers.docker.times import time_of


@dataclass(frozen=True, slots=True)
class Detail:
    """The exact times, the count of restarts and the reasons of one container."""

    state: str
    started: float | None = None
    finished: float | None = None
    restarts: int | None = None
    exit_code: int | None = None
    oom: bool = False
    error: str = ""
    health: str = ""
    check_output: str = ""
    """The last line that an unhealthy container's check wrote."""
    policy: str = ""
    memory_limit: int | None = None
    log_driver: str = ""


def detail_of(raw: Any) -> Detail:
    """Return the details in an inspection's answer. Raises Invalid."""
    found = one(raw, Inspected)
    state, host = found.state, found.host_config
    health = state.health
    return Detail(
        state=(state.status or "").lower(),
        started=time_of(state.started_at),
        finished=time_of(state.finished_at),
        restarts=found.restart_count,
        exit_code=state.exit_code,
        oom=bool(state.oom_killed),
        error=_without_layers(clean(state.error or "", 400)),
        health=(health.status or "").lower() if health else "",
        check_output=_last_line(health.log[-1].output if health and health.log else None),
        policy=(host.restart_policy.name or "") if host and host.restart_policy else "",
        memory_limit=(host.memory or None) if host else None,
        log_driver=clean((host.log_config.type or "") if host and host.log_config else ""),
    )


# Each layer between the engine and the program puts its own words before the reason.
_LAYERS = lazy_pattern(
    r"^(?:(?:failed to create (?:shim task|task for container)|OCI runtime create failed"
    r"|runc create failed|unable to start container process): )+"
)


def _without_layers(error: str) -> str:
    return _LAYERS.sub("", error).removesuffix(": unknown")


def _last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return redact(clean(lines[-1].strip(), 200)) if lines else ""


def still_true(detail: Detail, state: str, said: Said, now: float) -> bool:
    """Say whether what a list tells now agrees with what an inspection told once.

    `now` is the engine's time. A restart between two lists shows in the times or the code.
    """
    if detail.state != state:
        return False
    if state in {"running", "paused"}:
        unhealthy = said.health is not health_of(detail.health) and state == "running"
        return said.fits(detail.started, now) and not unhealthy
    if state in {"exited", "restarting"}:
        code = said.exit_code is None or said.exit_code == detail.exit_code
        return code and said.fits(detail.finished, now)
    return True


# What a person wants to know the reason of comes first.
_URGENCY = {"exited": 0, "restarting": 0, "dead": 0, "created": 1, "running": 2, "paused": 2}


def by_urgency(wanted: Iterable[tuple[Summary, Said]]) -> list[str]:
    """Return the ids in the order in which they are worth inspecting."""

    def urgency(pair: tuple[Summary, Said]) -> int:
        summary, said = pair
        if said.exit_code == 0:
            return 3
        return _URGENCY.get(summary.state or "", 3)

    return [summary.id for summary, _ in sorted(wanted, key=urgency)]
