"""What a container touches and who else owns it: the facts and cautions of a plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fleetui.core import humanise
from fleetui.core.change import Caution
from fleetui.core.clean import clean
from fleetui.core.secrets import redact
from fleetui.providers.docker.containers import PROJECT, SERVICE, short_id
from fleetui.providers.docker.times import time_of
from fleetui.providers.docker.writer import looking
from fleetui.providers.docker.writer.deed import Raw
from fleetui.providers.docker.writer.values import policy_text
from fleetui.providers.documents import dig

Facts = list[tuple[str, str]]
_MOST = 8
# Who else makes containers, by the labels that they write on them.
_OWNERS = {
    "com.docker.swarm.service.name": "a swarm service",
    "io.kubernetes.pod.name": "a pod",
    "com.amazonaws.ecs.task-arn": "an ECS task",
}


def some(names: Sequence[str], most: int = _MOST) -> str:
    """Return names as one text, the first of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def unit_of(raw: Raw) -> str:
    """Return the compose service that owns it: `shop/web`; empty where none does."""
    labels = dig(raw, "Config", "Labels")
    project, service = dig(labels, PROJECT), dig(labels, SERVICE)
    return clean(f"{project}/{service}", 200) if project and service else ""


def policy_of(raw: Raw) -> str:
    """Return its restart policy."""
    found = dig(raw, "HostConfig", "RestartPolicy")
    return policy_text(str(dig(found, "Name") or "no"), int(dig(found, "MaximumRetryCount") or 0))


def vanishes(raw: Raw) -> bool:
    """Whether it is removed as soon as it stops."""
    return dig(raw, "HostConfig", "AutoRemove") is True


def ports_of(raw: Raw) -> list[str]:
    """Return the ports that it is asked to publish: `8080 → 80/tcp`."""
    found = dig(raw, "HostConfig", "PortBindings")
    texts = []
    for port, places in found.items() if isinstance(found, dict) else ():
        for place in places or ():
            address, public = str(dig(place, "HostIp") or ""), str(dig(place, "HostPort") or "any")
            texts.append(f"{address}{':' if address else ''}{public} → {port}")
    return [clean(one, 100) for one in texts]


def volumes_of(raw: Raw) -> list[tuple[str, bool]]:
    """Return its volumes, each with whether it is anonymous."""
    found = dig(raw, "Mounts")
    named = [m for m in found if dig(m, "Type") == "volume"] if isinstance(found, list) else []
    names = sorted((is_anonymous(name := str(dig(m, "Name"))), name) for m in named)
    return [(clean(name, 200), anonymous) for anonymous, name in names]


def is_anonymous(name: str) -> bool:
    """Whether a volume's name is one that the engine made up."""
    return len(name) == 64 and all(c in "0123456789abcdef" for c in name)


def facts_of(raw: Raw, now: float, sharing: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """Return what it stands on, and what stands on it."""
    networks = dig(raw, "NetworkSettings", "Networks")
    started = time_of(looking.started_of(raw))
    volumes = [short_id(name) if anonymous else name for name, anonymous in volumes_of(raw)]
    found: Facts = [
        ("belongs to", f"compose service {unit_of(raw)}" if unit_of(raw) else ""),
        ("image", redact(clean(str(dig(raw, "Config", "Image") or ""), 300))),
        ("up for", humanise.duration(now - started) if started and looking.is_up(raw) else ""),
        ("health", clean(str(dig(raw, "State", "Health", "Status") or ""), 40)),
        ("ports", some(ports_of(raw))),
        ("networks", some([clean(str(n), 200) for n in networks or ()])),
        ("volumes", some(volumes)),
        ("restart policy", policy_of(raw)),
        ("its network is used by", some(list(sharing))),
    ]
    return tuple((name, text) for name, text in found if text)


def sharing_of(raw: Raw, entries: Iterable[Raw]) -> list[str]:
    """Return who lives in the network of a container: they lose it with it."""
    modes = {f"container:{raw['Id']}", f"container:{looking.name_of(raw)}"}
    return sorted(
        looking.name_in(one)
        for one in entries
        if str(dig(one, "HostConfig", "NetworkMode")) in modes
    )


def of_stopping(raw: Raw, sharing: Sequence[str], *, for_good: bool) -> list[Caution]:
    """Return what to know before a container goes down, `for_good` or for a moment."""
    found = []
    if vanishes(raw):
        text = "it vanishes when it stops (auto-remove), with what it wrote and its log"
        found.append(Caution(text, grave=True))
    if sharing:
        found.append(Caution(f"{some(sharing)} lose their network with it", grave=True))
    if for_good and policy_of(raw) == "always":
        found.append(
            Caution("its restart policy is always: it comes back when the engine restarts")
        )
    return found


def of_owner(raw: Raw, what: str) -> list[Caution]:
    """Return that compose owns it, and what becomes of the change then."""
    if unit := unit_of(raw):
        return [Caution(f"compose owns it ({unit}): {what}")]
    labels = dig(raw, "Config", "Labels")
    return [
        Caution(f"it belongs to {word} ({clean(str(dig(labels, label)), 200)}), which may make it "
                f"anew as it was")
        for label, word in _OWNERS.items()
        if dig(labels, label)
    ]  # fmt: skip
