"""Pods, and the template that a workload makes them from."""

from __future__ import annotations

from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Row, Section, row, section
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.budgets import budgets_of, words_of
from fleetui.providers.kubernetes.requests import Wanted, requested
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.shapes.pods import PodSpec
from fleetui.providers.kubernetes.telling import containers
from fleetui.providers.kubernetes.telling.document import (
    conditions,
    flag,
    items,
    notes,
    owners,
    pairs,
    text,
    time,
    written,
)


def pod(raw: Any, thing: shapes.Pod, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a pod."""
    now, spec, status = scene.now, dig(raw, "spec"), dig(raw, "status")
    verdict = scene.verdict(thing)
    restarts = None
    if verdict.restarts:
        last = f", the last {humanise.duration(now - verdict.restarted)} ago" if (
            verdict.restarted is not None) else ""  # fmt: skip
        restarts = row("restarts", Cell(f"{verdict.restarts}{last}", Tone.WARN))
    used = _usage(scene, thing)
    by = scene.measured_by.get("podmetrics", "")
    return [
        section("state", (
            restarts,
            row("started", time(status, now, "startTime")),
            row("asked to go", time(raw, now, "metadata", "deletionTimestamp")),
            row("told", text(status, "message")),
            row("node", text(spec, "nodeName") or Cell("none yet", Tone.MUTED)),
            row("to be on", text(status, "nominatedNodeName")),
            row("restart policy", text(spec, "restartPolicy")),
            row("priority", text(spec, "priorityClassName"), text(spec, "priority")),
            row("made by", *_chain(thing, scene)) or owners(raw),
        )),
        _limits(thing.spec, text(status, "qosClass"), used, by),
        containers.containers(spec, status, now, {name: line for name, (line, *_) in used.items()}),
        containers.checks(spec),
        section("network", (
            row("addresses", *(text(one, "ip") for one in items(status, "podIPs"))),
            row("node's address", text(status, "hostIP")),
            row("ports", *containers.ports(spec)),
            row("host's network", flag(spec, "hostNetwork")),
            row("host name", text(spec, "hostname")),
        )),
        containers.mounts(spec),
        containers.environment(spec),
        containers.commands(spec),
        _images(status),
        _placing(spec),
        conditions(raw, now),
        section("budgets", budgets(scene, thing.metadata.namespace, thing.metadata.labels)),
        notes(raw),
    ]  # fmt: skip


def template(spec: Any, thing: PodSpec | None) -> list[Section | None]:
    """Return what a page tells of the pods that a workload makes."""
    return [
        _limits(thing, "", {}),
        containers.containers(spec, None, 0.0, {}),
        containers.checks(spec),
        section("network", (
            row("ports", *containers.ports(spec)),
            row("host's network", flag(spec, "hostNetwork")),
        )),
        containers.mounts(spec),
        containers.environment(spec),
        containers.commands(spec),
        _placing(spec),
    ]  # fmt: skip


def _chain(thing: shapes.Pod, scene: Scene) -> list[str]:
    """Return its unit, and the ReplicaSet between the two."""
    found = [
        f"{one.kind.lower()}/{clean(one.name, 253)}"
        for one in thing.metadata.owner_references or ()
    ]
    unit = scene.unit_of(thing)
    if unit is not None and unit.kind == "deploy":
        found.append(f"of {unit.short}")
    return found


def _usage(scene: Scene, thing: shapes.Pod) -> dict[str, tuple[str, float, float]]:
    """Return what each container uses, in words and in cores and bytes, where it is measured."""
    meta = thing.metadata
    measured: shapes.PodMetrics | None = scene.find("podmetrics", meta.namespace, meta.name)
    found = {}
    for one in (measured.containers if measured else None) or ():
        usage = one.usage or {}
        cpu, memory = quantity(usage.get("cpu")) or 0.0, quantity(usage.get("memory")) or 0.0
        words = f"uses {cpu:.3g} cores, {humanise.size(memory)}"
        found[one.name] = words, cpu, memory
    return found


def _limits(
    spec: PodSpec | None, qos: str, used: dict[str, tuple[str, float, float]], by: str = ""
) -> Section | None:
    asked, most = requested(spec), requested(spec, limits=True)
    cpu = sum(cpu for _, cpu, _ in used.values()) if used else None
    memory = sum(memory for *_, memory in used.values()) if used else None
    return section("limits", (
        row("quality of service", qos, _qos(qos)),
        _amount("cpu", asked, most, cpu),
        _amount("memory", asked, most, memory),
        row("measured by", by if used else ""),
        *(
            row(clean(name, 100), f"asks for {written(name, value)}")
            for name, value in sorted(asked.items())
            if name not in {"cpu", "memory"}
        ),
    ))  # fmt: skip


_QOS = {
    "BestEffort": "the first to go where memory runs out",
    "Burstable": "may use more than it asks for, and may lose it again",
    "Guaranteed": "the last to go: it asks for all that it may use",
}


def _qos(name: str) -> Cell | None:
    words = _QOS.get(name)
    return Cell(words, Tone.MUTED) if words else None


def _amount(name: str, asked: Wanted, most: Wanted, used: float | None) -> Row | None:
    """Return what a pod asks for, may use, and uses, of cores or of bytes."""
    want, limit = asked.get(name), most.get(name)
    lines: list[Cell] = []
    if used is not None:
        of = limit or want
        whole = "may" if limit else "asks for"
        share = f", {humanise.percent(used / of)} of what it {whole}" if of else ""
        near = bool(limit) and used >= 0.9 * (limit or 1)
        words = f"{used:.3g} cores" if name == "cpu" else humanise.size(used)
        lines.append(Cell(f"uses {words}{share}", Tone.WARN if near else Tone.NORMAL))
    lines.append(Cell(f"asks for {written(name, want)}" if want else "asks for none", Tone.NORMAL))
    lines.append(
        Cell(f"may use {written(name, limit)}") if limit else Cell("may use any", Tone.MUTED)
    )
    return row(name, *lines) if want or limit or used is not None else None


def _images(status: Any) -> Section | None:
    return section(
        "image",
        (
            row(text(one, "name") or "–", text(one, "image"), text(one, "imageID"))
            for part in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
            for one in items(status, part)
        ),
    )


def _placing(spec: Any) -> Section | None:
    """Return what decides on which node a pod may run."""
    tolerated = [
        " ".join(
            filter(
                None,
                (
                    text(one, "key") or "everything",
                    f"= {text(one, 'value')}" if text(one, "value") else "",
                    text(one, "effect"),
                    f"for {text(one, 'tolerationSeconds')}s"
                    if text(one, "tolerationSeconds")
                    else "",
                ),
            )
        )
        for one in items(spec, "tolerations")
    ]
    affinity = dig(spec, "affinity")
    kinds = [clean(str(name), 60) for name in affinity] if isinstance(affinity, dict) else []
    spread = [
        f"at most {text(one, 'maxSkew')} apart over {text(one, 'topologyKey')}"
        for one in items(spec, "topologySpreadConstraints")
    ]
    return section("placing", (
        row("only on", *(clean(f"{k}={v}", 300) for k, v in pairs(spec, "nodeSelector"))),
        row("affinity", *kinds),
        row("spread", *spread),
        row("tolerates", *tolerated),
        row("scheduler", text(spec, "schedulerName") if text(spec, "schedulerName") not in {
            "", "default-scheduler"} else ""),
        row("account", text(spec, "serviceAccountName")),
    ))  # fmt: skip


def budgets(scene: Scene, namespace: str, labels: dict[str, str] | None) -> list[Row | None]:
    """Return the disruption budgets that hold for pods with these labels."""
    return [
        row(
            clean(one.metadata.name, 253),
            *(Cell(line, tone) for line, tone in words_of(one)),
        )
        for one in budgets_of(scene, namespace, labels)
    ]
