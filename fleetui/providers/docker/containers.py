"""Containers as rows: pure functions from a list's entry and, once known, its details."""

from __future__ import annotations

from dataclasses import field

from fleetui.core.clean import clean, clean_pairs
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Container, Link, Port
from fleetui.core.ref import Ref
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.docker import answers, capabilities
from fleetui.providers.docker.answers import Summary
from fleetui.providers.docker.details import Detail
from fleetui.providers.docker.status import Said, health_of, said
from fleetui.providers.docker.times import time_of

PROVIDER = "docker"
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"
# What a shell or the engine makes of SIGINT, SIGKILL and SIGTERM.
_SIGNALS = {130: "interrupted", 137: "killed", 143: "terminated"}
_RECENT_S = 600.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rows of one answer share."""

    scope: str
    now: float
    """Our own time of the answer."""
    server_now: float
    image_names: dict[str, str] = field(default_factory=dict)
    network_ids: dict[str, str] = field(default_factory=dict)
    ahead_s: float = 0.0
    """By how much the engine's clock is ahead of ours, where that is worth correcting."""

    def ours(self, time: float | None) -> float | None:
        """Return a time of the engine's clock as ours would have had it."""
        return None if time is None else time - self.ahead_s


def container_of(
    summary: Summary, detail: Detail | None, scene: Scene, since: float | None = None
) -> Container:
    """Return one container's row. `since` is when it started or ended as far as a list tells."""
    word = (summary.state or "").lower()
    text = said(summary.status or "")
    state, health, reason = judge(word, _health(summary, text), text, detail, scene.server_now)
    labels = summary.labels or {}
    up = word in {"running", "paused"}
    return Container(
        ref=ref_of(summary, scene.scope),
        state=state,
        native_state=clean(summary.status or word),
        health=health,
        reason=reason,
        labels=clean_pairs(labels),
        created=scene.ours(time_of(summary.created)),
        observed_at=scene.now,
        links=_links(summary, scene),
        capabilities=capabilities.of_container(word, detail.log_driver if detail else ""),
        image=clean(_image_name(summary)),
        command=redact(clean(summary.command or "", 400)),
        ports=ports_of(summary.ports or []),
        project=clean(labels.get(PROJECT, "")),
        memory_limit=detail.memory_limit if detail else None,
        restarts=detail.restarts if detail else None,
        exit_code=None if up else text.exit_code if detail is None else _code(detail, word),
        started=scene.ours(detail.started if detail else since) if up else None,
        finished=None if up else scene.ours(detail.finished if detail else since),
    )


def ref_of(summary: Summary, scope: str) -> Ref:
    """Return a container's identity; one without a name goes by its short id."""
    return Ref(PROVIDER, scope, "container", clean(summary.id), name_of(summary))


def name_of(summary: Summary) -> str:
    """Return a container's own name: links give it others, with a second slash in them."""
    names = [name.removeprefix("/") for name in summary.names or () if name]
    own = [name for name in names if "/" not in name] or names
    return clean(own[0]) if own else clean(summary.id[:12])


def _health(summary: Summary, text: Said) -> Health:
    if summary.health and summary.health.status:
        return health_of(summary.health.status)
    return text.health


def judge(
    word: str, health: Health, text: Said, detail: Detail | None, now: float
) -> tuple[State, Health, str]:
    """Return the state, the health and the reason of a container.

    Dead comes before restarting, then paused, then running. A check's word counts only while
    it runs: pausing makes it fail.
    """
    if word == "running":
        return State.RUNNING, health, _running_reason(health, detail, now)
    if word == "paused":
        return State.PAUSED, Health.NONE, ""
    if word == "restarting":
        return State.DEGRADED, Health.NONE, _restarting_reason(text, detail)
    if word in {"exited", "stopped"}:
        return *_ended(text, detail), _ended_reason(text, detail)
    if word == "dead":
        return State.FAILED, Health.NONE, "dead: the engine could not remove it"
    if word in {"created", "configured", "initialized"}:
        if detail and detail.error:
            return State.FAILED, Health.NONE, f"could not start: {detail.error}"
        return State.PENDING, Health.NONE, "created, not started"
    if word in {"removing", "stopping"}:
        return State.STOPPING, Health.NONE, ""
    return State.UNKNOWN, Health.NONE, f"in a state that is not known here: {clean(word, 40)!r}"


def _running_reason(health: Health, detail: Detail | None, now: float) -> str:
    if health is Health.UNHEALTHY:
        output = detail.check_output if detail else ""
        return f"check fails: {output}" if output else "check fails"
    if detail and detail.restarts and detail.started and now - detail.started < _RECENT_S:
        return f"restarted {_times(detail.restarts)}"
    return ""


def _restarting_reason(text: Said, detail: Detail | None) -> str:
    code = f"exits {text.exit_code}" if text.exit_code is not None else "ends"
    if detail and detail.oom:
        code = "out of memory"
    often = f", restarted {_times(detail.restarts)}" if detail and detail.restarts else ""
    return f"{code}{often}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _code(detail: Detail, word: str) -> int | None:
    """Return the exit code of one that ended; a container that never ran has none."""
    failed = word == "created" and detail.error
    return detail.exit_code if word in {"exited", "restarting", "dead"} or failed else None


def _ended(text: Said, detail: Detail | None) -> tuple[State, Health]:
    """Say whether an ended container failed.

    The codes of a signal mean that somebody stopped it: `docker stop` ends in 143, or 137
    where the program does not listen, and a policy would have started again what was killed
    by anything else, after a crash of the engine itself too: what has a policy and stands still
    was stopped by a person, or has an error. What has none and was killed from outside reads
    137 as well, and nothing tells it from a stop; what the engine finds dead when it comes back
    reads 255. Only memory tells apart, and that takes an inspection.
    """
    code = text.exit_code
    calm = code == 0 or code in _SIGNALS or code is None
    if detail and (detail.oom or detail.error):
        calm = False
    return State.STOPPED if calm else State.FAILED, Health.NONE


def _ended_reason(text: Said, detail: Detail | None) -> str:
    ago = f", {text.ago} ago" if text.ago else ""
    code = text.exit_code
    if detail and detail.oom:
        return f"out of memory, exited {code}{ago}"
    if detail and detail.error:
        return f"exited {code}{ago}: {detail.error}"
    if not code:
        return ""
    word = _SIGNALS.get(code)
    return f"{word} ({code}){ago}" if word else f"exited {code}{ago}"


def _image_name(summary: Summary) -> str:
    """Return the image's name; one that lost its name to a newer one goes by its short id."""
    image = summary.image or summary.image_id or ""
    return short_id(image) if image.startswith("sha256:") else image


def short_id(full: str) -> str:
    """Return an id as the Docker client prints it."""
    return full.removeprefix("sha256:")[:12]


def ports_of(ports: list[answers.Port]) -> tuple[Port, ...]:
    """Return every port once; one bound to all IPv4 and all IPv6 addresses is one."""
    found: dict[tuple[int, int | None, str, str], Port] = {}
    for one in ports:
        address = clean(one.ip or "")
        public, protocol = one.public_port or None, clean(one.type or "tcp")
        everywhere = "0.0.0.0" if address in {"::", ""} and public else address  # noqa: S104
        key = (one.private_port, public, protocol, everywhere)
        if key not in found or address == everywhere:
            found[key] = Port(one.private_port, public, protocol, address)
    return tuple(found[key] for key in sorted(found, key=_port_order))


def _port_order(key: tuple[int, int | None, str, str]) -> tuple[int, int, str, str]:
    private, public, protocol, address = key
    return private, public or 0, protocol, address


def _links(summary: Summary, scene: Scene) -> tuple[Link, ...]:
    """Return what a container belongs to and uses."""
    links: list[Link] = []
    labels, scope = summary.labels or {}, scene.scope
    project, service = labels.get(PROJECT), labels.get(SERVICE)
    if project and service and labels.get(ONE_OFF, "").lower() != "true":
        links.append(Link("part_of", unit_ref(project, service, scope)))
    if summary.image_id:
        name = scene.image_names.get(summary.image_id) or clean(_image_name(summary))
        links.append(Link("uses", Ref(PROVIDER, scope, "image", clean(summary.image_id), name)))
    used = [
        volume_ref(m.name, scope) for m in summary.mounts or () if m.type == "volume" and m.name
    ]
    for name, uid in attachments(summary, scene.network_ids):
        used.append(Ref(PROVIDER, scope, "network", clean(uid), clean(name)))
    return (*links, *(Link("uses", ref) for ref in used))


def attachments(summary: Summary, known: dict[str, str]) -> list[tuple[str, str]]:
    """Return (name, id) of each network; a stopped container may know only the name."""
    networks = (summary.network_settings and summary.network_settings.networks) or {}
    found = []
    for name, place in networks.items():
        uid = (place.network_id if place else None) or known.get(name, "")
        if uid:
            found.append((name, uid))
    return found


def unit_ref(project: str, service: str, scope: str) -> Ref:
    """Return the identity of a compose service."""
    name = clean(f"{project}/{service}")
    return Ref(PROVIDER, scope, "compose", name, name)


def volume_ref(name: str, scope: str) -> Ref:
    """Return the identity of a volume, which has no id but its name."""
    return Ref(PROVIDER, scope, "volume", clean(name), clean(name))
