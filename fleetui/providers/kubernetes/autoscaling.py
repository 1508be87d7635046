"""Who owns a workload's number: its autoscaler, what it goes by, and why it does not act."""

from __future__ import annotations

import msgspec

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.secrets import redact
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.base import Condition, Thing
from fleetui.providers.kubernetes.shapes.scaling import Goal, Measured, Metric

_KINDS = {"deployments": "Deployment", "statefulsets": "StatefulSet", "replicasets": "ReplicaSet"}


@dataclass(frozen=True, slots=True)
class Scaling:
    """An autoscaler's word on a workload; empty where it has none."""

    text: str = ""
    """`HPA cpu 85/70 %`."""
    owner: str = ""
    """What is told of why the number cannot be set by hand."""
    why: str = ""
    """Why it does not do what it is there for."""
    low: int | None = None
    high: int | None = None


def scaling_of(scene: Scene, resource: str, thing: Thing) -> Scaling:
    """Return what scales a workload by itself."""
    kind = _KINDS.get(resource)
    if kind is None:
        return Scaling()
    key = (thing.metadata.namespace, kind, thing.metadata.name)
    found = scene.group("hpas of", key)
    hpa: shapes.Autoscaler | None = next(iter(found.values()), None)
    if hpa is None or hpa.spec is None:
        return Scaling()
    pairs = metrics_of(hpa)
    shown = ", ".join(f"{name} {now}" for name, now in pairs[:2]) or "without metrics"
    more = f" +{len(pairs) - 2}" if len(pairs) > 2 else ""
    why = _why(hpa)
    if len(found) > 1:
        names = ", ".join(sorted(clean(one.metadata.name, 80) for one in found.values()))
        why = f"{len(found)} autoscalers fight over it: {names}"
    return Scaling(
        text=clean(f"HPA {shown}{more}", 120),
        owner=clean(f"the autoscaler {hpa.metadata.name}", 200),
        why=why,
        low=1 if hpa.spec.min_replicas is None else hpa.spec.min_replicas,
        high=hpa.spec.max_replicas,
    )


def conditions_of(hpa: shapes.Autoscaler) -> list[Condition]:
    """Return an autoscaler's conditions; v1 keeps them in an annotation."""
    found = hpa.status.conditions if hpa.status else None
    notes = hpa.metadata.annotations
    if not found and notes is not None and notes.conditions:
        try:
            return msgspec.json.decode(notes.conditions, type=list[Condition])
        except msgspec.DecodeError:
            return []
    return found or []


def _why(hpa: shapes.Autoscaler) -> str:
    told = {one.type: one for one in conditions_of(hpa)}
    for name in ("AbleToScale", "ScalingActive"):
        one = told.get(name)
        if one is not None and one.status == "False" and one.reason != "ScalingDisabled":
            words = one.message or one.reason or "no reason is given"
            return redact(clean(f"autoscaler does not act: {words}", 300))
    limited = told.get("ScalingLimited")
    if limited is not None and limited.status == "True" and limited.reason == "TooManyReplicas":
        most = hpa.spec.max_replicas if hpa.spec else None
        return f"autoscaler wants more than its maximum of {most}"
    return ""


def metrics_of(hpa: shapes.Autoscaler) -> list[tuple[str, str]]:
    """Return what an autoscaler goes by, each with `now/goal`: `("cpu", "85/70 %")`."""
    spec, status, notes = hpa.spec, hpa.status, hpa.metadata.annotations
    if spec is None:
        return []
    wanted = list(spec.metrics or ())
    current = list((status.current_metrics if status else None) or ())
    found: list[tuple[str, str]] = []
    if spec.target_cpu is not None:
        now = status.current_cpu if status else None
        found.append(("cpu", f"{'?' if now is None else now}/{spec.target_cpu} %"))
    if notes is not None and not wanted:
        wanted, current = _annotated(notes.targets), _annotated(notes.metrics)
    at = {_name(one): _measured(one) for one in current}
    for metric in wanted:
        name, measured = _name(metric), _measured(metric)
        if measured is not None:
            now_one = at.get(name)
            found.append((name, _of(measured, now_one)))
    return found


def _annotated(text: str | None) -> list[Metric]:
    try:
        return msgspec.json.decode(text, type=list[Metric]) if text else []
    except msgspec.DecodeError:
        return []


def _measured(one: Metric) -> Measured | None:
    return one.resource or one.container_resource or one.pods or one.object or one.external


def _name(one: Metric) -> str:
    measured = _measured(one)
    if measured is None:
        return ""
    own = measured.name or (measured.metric.name if measured.metric else None) or "metric"
    return clean(f"{measured.container}:{own}" if measured.container else own, 60)


def _of(wanted: Measured, now: Measured | None) -> str:
    goal = wanted.target or Goal(
        average_utilization=wanted.target_average_utilization,
        average_value=wanted.target_average_value,
    )
    at = (now.current if now else None) or Goal(
        average_utilization=now.current_average_utilization if now else None,
        average_value=now.current_average_value if now else None,
    )
    if goal.average_utilization is not None:
        share = "?" if at.average_utilization is None else str(at.average_utilization)
        return f"{share}/{goal.average_utilization} %"
    each = goal.average_value is not None
    limit = quantity(_text(goal.average_value if each else goal.value))
    value = quantity(_text(at.average_value if each else at.value))
    write = humanise.size if (wanted.name or "") == "memory" else humanise.number
    return f"{'?' if value is None else write(value)}/{write(limit)}"


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
