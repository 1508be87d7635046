"""Why a service has no ready endpoint, or too few, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from fleetui.core.clean import clean
from fleetui.core.secrets import redact
from fleetui.core.state import Health, State
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.endpoints import Behind
from fleetui.providers.kubernetes.labels import Pairs, chosen
from fleetui.providers.kubernetes.members import condition_of, unmade_words
from fleetui.providers.kubernetes.scene import REF_KINDS, Scene, controller
from fleetui.providers.kubernetes.shapes.network import ServicePort
from fleetui.providers.kubernetes.verdict import Verdict, is_over

_Found = tuple[State, str]
_WORDS = 300


def why_not(scene: Scene, service: shapes.Service, found: Behind) -> _Found:
    """Return how a service is and why; an empty reason where traffic goes to all behind it."""
    spec, space = service.spec, service.metadata.namespace
    selector = (spec.selector if spec else None) or {}
    if found.total and found.lost and scene.knows("pods", space):
        some = len(found.lost) < len((spec.ports if spec else None) or ())
        return State.DEGRADED if some else State.FAILED, _ports(scene, service, selector, found)
    if found.ready and found.ready >= found.total:
        return State.RUNNING, ""
    if not selector:
        if found.total:
            state = State.DEGRADED if found.ready else State.FAILED
            return state, f"{found.ready}/{found.total} ready"
        return State.DEGRADED, "it has no selector, and nobody has given it endpoints"
    if found.total:
        return _unready(scene, space, selector, found)
    if not scene.knows("pods", space):
        return State.FAILED, "no endpoints"
    return _nothing(scene, service, selector)


def _unready(scene: Scene, space: str, selector: dict[str, str], found: Behind) -> _Found:
    pods = scene.tables["pods"]
    known = [pods[uid] for uid in found.unready if uid in pods]
    verdicts = [scene.verdict(pod) for pod in known or _chosen(scene, space, selector)]
    whole = len(known) == found.total - found.ready
    lead = f"{found.ready}/{found.total} ready"
    state = State.DEGRADED if found.ready else State.FAILED
    if whole and _passes(verdicts):
        if found.ready:
            # A step of a rollout: those that are there serve.
            return State.RUNNING, ""
        state = State.PENDING
    why = Counter(one.short or one.reason for one in verdicts if one.reason)
    if not why:
        return state, lead
    # One pod's own words say more than what it has in common with others.
    word = verdicts[0].reason if len(verdicts) == 1 else why.most_common(1)[0][0]
    return state, clean(f"{lead}: {word.removeprefix('not ready: ')}", _WORDS)


def _passes(verdicts: list[Verdict]) -> bool:
    """Whether all of these pods only start or end, as some do at each step of a rollout."""
    passing = {State.PENDING, State.RUNNING, State.STOPPING}
    return all(one.health is not Health.UNHEALTHY and one.state in passing for one in verdicts)


def _chosen(scene: Scene, space: str, selector: dict[str, str]) -> Iterable[shapes.Pod]:
    # There are few sets of labels, however many pods there are.
    if not any(chosen(selector, dict(pairs)) for pairs in scene.labels.get(space, ())):
        return
    for pod in scene.group("pods in", space).values():
        if chosen(selector, pod.metadata.labels):
            yield pod


def _nothing(scene: Scene, service: shapes.Service, selector: dict[str, str]) -> _Found:
    """Nothing is behind it: are there pods that it means, and what is it with them?"""
    space = service.metadata.namespace
    meant = list(_chosen(scene, space, selector))
    if not meant:
        unit = _without_pods(scene, space, selector)
        return unit or (State.FAILED, redact(clean(_nearly(scene, space, selector), _WORDS)))
    leaving = [pod for pod in meant if pod.metadata.deletion_timestamp]
    over = [pod for pod in meant if is_over(pod)]
    alive = [pod for pod in meant if pod not in leaving and pod not in over]
    if not alive:
        many = len(meant) > 1
        who = f"the {len(meant)} pods" if many else "the only pod"
        be, has = ("are", "have") if many else ("is", "has")
        what = f"{be} being deleted" if leaving else f"{has} ended"
        return State.FAILED, f"no endpoints: {who} of its selector {what}"
    verdicts = [scene.verdict(pod) for pod in alive]
    reasons = Counter(one.short or one.reason for one in verdicts if one.reason)
    if reasons:
        word, count = reasons.most_common(1)[0]
        state = State.PENDING if _passes(verdicts) else State.FAILED
        return state, clean(f"no endpoints: {count} of {len(alive)} pods: {word}", _WORDS)
    lost = [one for one in _named(service) if not _names_port(alive, one)]
    if lost:
        return State.FAILED, _port_words(alive, lost[0])
    if any(pod.status is None or not pod.status.pod_ip for pod in alive):
        return State.PENDING, "no endpoints: its pods have no address yet"
    return State.PENDING, "no endpoints yet: they have not been worked out"


def _without_pods(scene: Scene, space: str, selector: dict[str, str]) -> _Found | None:
    """Return what is told of a workload whose pods it would mean, were there any."""
    zero = ""
    for resource in ("replicasets", "statefulsets"):
        for made in scene.group(f"{resource} in", space).values():
            template = made.spec.template.metadata if made.spec and made.spec.template else None
            if template is None or not chosen(selector, template.labels):
                continue
            owner = controller(made)
            kind = "deploy" if owner else REF_KINDS[resource]
            name = clean(f"{kind}/{owner.name if owner else made.metadata.name}", 253)
            if made.spec.replicas != 0:
                failure = condition_of(made, "ReplicaFailure")
                told = unmade_words(failure.reason or "", failure.message or "") if failure else ""
                why = told or "it has no pods yet"
                return State.FAILED, clean(f"no endpoints: {name}: {why}", _WORDS)
            zero = zero or f"no endpoints: {name} is scaled to 0"
    return (State.STOPPED, zero) if zero else None


def _nearly(scene: Scene, space: str, selector: dict[str, str]) -> str:
    """Tell which labels nearly match: the one that is missing or differs, or is spelt otherwise."""
    wanted = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
    lead = f"no pod matches its selector {wanted}"
    labels = scene.labels.get(space)
    if not labels:
        return f"{lead}: there is no pod in its namespace"
    best, best_score, count = {}, 0, 0  # type: dict[str, str], int, int
    for pairs, number in labels.items():
        own = dict(pairs)
        score = sum(own.get(name) == value for name, value in selector.items())
        if (score, number) > (best_score, count):
            best, best_score, count = own, score, number
    if best_score:
        parts = []
        for name, value in sorted(selector.items()):
            if name not in best:
                parts.append(f"lack the label {name}")
            elif best[name] != value:
                parts.append(f'have {name}="{best[name]}"')
        who = "1 pod nearly does" if count == 1 else f"{count} pods nearly do"
        return f"{lead}; {who}, but {_both(parts, one=count == 1)}"
    return f"{lead}{_spelt(selector, labels)}"


def _both(parts: list[str], *, one: bool) -> str:
    if one:
        parts = [p.replace("lack", "lacks", 1).replace("have", "has", 1) for p in parts]
    return " and ".join(parts[:3])


def _spelt(selector: dict[str, str], labels: Mapping[Pairs, int]) -> str:
    """Return what is spelt nearly like what the selector wants."""
    values: dict[str, Counter[str]] = {}
    for pairs, number in labels.items():
        for name, value in pairs:
            values.setdefault(name, Counter())[value] += number
    for name, value in sorted(selector.items()):
        close = get_close_matches(value, values.get(name, ()), 1, 0.6)
        if close:
            count = values[name][close[0]]
            return f"; {count} {'pod has' if count == 1 else 'pods have'} {name}={close[0]}"
        key = get_close_matches(name, values, 1, 0.6)
        if name not in values and key and value in values[key[0]]:
            return f"; there is {key[0]}={value}"
    return ""


def _named(service: shapes.Service) -> list[ServicePort]:
    """Return the ports that lead to a port by its name."""
    ports = service.spec.ports if service.spec is not None else None
    return [one for one in ports or () if isinstance(one.target_port, str) and one.target_port]


def _ports(scene: Scene, service: shapes.Service, selector: dict[str, str], found: Behind) -> str:
    pods = list(_chosen(scene, service.metadata.namespace, selector))
    for one in _named(service):
        if (one.name or "") in found.lost:
            return _port_words(pods, one)
    names = ", ".join(clean(name, 63) or "its port" for name in found.lost)
    return clean(f"no endpoint serves {names}", _WORDS)


def _container_ports(pods: Iterable[shapes.Pod]) -> list[tuple[str, int]]:
    found: dict[tuple[str, int], None] = {}
    for pod in pods:
        for one in (pod.spec.containers if pod.spec else None) or ():
            for port in one.ports or ():
                found[port.name or "", port.container_port] = None
        if len(found) > 50:
            break
    return list(found)


def _names_port(pods: list[shapes.Pod], one: ServicePort) -> bool:
    return any(name == one.target_port for name, _ in _container_ports(pods))


def _port_words(pods: Iterable[shapes.Pod], one: ServicePort) -> str:
    """Say that a port's target is named by no container, and what they name."""
    ports = _container_ports(pods)
    named = [f"{name or 'unnamed'} ({number})" for name, number in ports[:4]]
    has = f"they have {', '.join(named)}" if named else "they name no ports"
    own = f"port {one.name or one.port}"
    target = f'"{one.target_port}"'
    return clean(
        f"{own} leads nowhere: no container of its pods has a port named {target}; {has}", _WORDS
    )
