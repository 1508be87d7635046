"""Nodes: what they have, what is asked of them, and what they run."""

from __future__ import annotations

from typing import Any

from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.columns import Cell, Tone
from fleetui.core.description import Row, Section, row, section
from fleetui.providers.documents import dig
from fleetui.providers.kubernetes import shapes
from fleetui.providers.kubernetes.amounts import quantity
from fleetui.providers.kubernetes.machines import skew_of, skew_words
from fleetui.providers.kubernetes.requests import requested_of
from fleetui.providers.kubernetes.scene import Scene
from fleetui.providers.kubernetes.telling.document import (
    conditions,
    flag,
    items,
    notes,
    text,
    written,
)
from fleetui.providers.kubernetes.usage import node_usage

_GOOD = frozenset({"NetworkUnavailable"})
_INFO = {
    "osImage": "system", "kernelVersion": "kernel", "containerRuntimeVersion": "runtime",
    "architecture": "made for",
}  # fmt: skip
_WAYS = {"InternalIP": "inside", "ExternalIP": "outside", "Hostname": "host name"}
_FULL = 0.9


def node(raw: Any, thing: shapes.Node, scene: Scene) -> list[Section | None]:
    """Return what a page tells of a node."""
    info = dig(raw, "status", "nodeInfo")
    return [
        section("state", (
            row("cordoned", flag(raw, "spec", "unschedulable"), tone=Tone.WARN),
            row("kubelet", text(info, "kubeletVersion"), _skew(scene, thing)),
            *(row(title, text(info, name)) for name, title in _INFO.items()),
            row("provider's id", text(raw, "spec", "providerID")),
        )),
        section("limits", _room(thing, scene)),
        section("network", (
            *(row(_WAYS.get(text(one, "type"), text(one, "type")) or "–", text(one, "address"))
              for one in items(raw, "status", "addresses")),
            row("of its pods", *(clean(str(one), 60) for one in items(raw, "spec", "podCIDRs"))),
        )),
        section("keeps off", (
            row(text(one, "key") or "–", " ".join(
                filter(None, (text(one, "value"), text(one, "effect")))))
            for one in items(raw, "spec", "taints")
        )),
        conditions(raw, scene.now, _GOOD),
        notes(raw),
    ]  # fmt: skip


def _skew(scene: Scene, thing: shapes.Node) -> Cell | None:
    status = thing.status
    if status is None or status.node_info is None or not scene.version:
        return None
    wrong = skew_words(scene.version, status)
    if wrong:
        return Cell(wrong, Tone.WARN)
    skew = skew_of(scene.version, status.node_info.kubelet_version or "")
    if not skew:
        return Cell(f"as the server, {clean(scene.version, 60)}", Tone.MUTED)
    minor = "minor version" if skew == 1 else "minor versions"
    return Cell(f"{skew} {minor} behind the server's {clean(scene.version, 60)}", Tone.MUTED)


def _room(thing: shapes.Node, scene: Scene) -> list[Row | None]:
    """Return each resource: what pods may have of it, what they ask for, and what is used."""
    status = thing.status
    room = (status.allocatable if status else None) or (status.capacity if status else None) or {}
    # Where not all pods are known, their sum would be a lie.
    known = ("pods", "") in scene.loaded
    asked = requested_of(scene.group("pods on", thing.metadata.name).values()) if known else {}
    usage = node_usage(scene, thing.metadata.name)
    used = {"cpu": usage.cpu, "memory": usage.memory} if usage is not None else {}
    rows: list[Row | None] = []
    for name, text_of in sorted(room.items(), key=lambda one: _ORDER.get(one[0], one[0])):
        most = quantity(text_of)
        if most is None or (not most and name.startswith("hugepages-")):
            continue
        rows.append(row(
            clean(name, 100), f"{written(name, most)} for pods",
            _of(name, "asked for", asked.get(name, 0.0) if known else None, most),
            _of(name, "used", used.get(name), most),
        ))  # fmt: skip
    if usage is not None:
        rows.append(row("measured by", scene.measured_by.get("nodemetrics", "")))
    return rows


_ORDER = {"cpu": " 0", "memory": " 1", "pods": " 2"}


def _of(name: str, word: str, amount: float | None, most: float) -> Cell | None:
    if amount is None or (not amount and name not in _ORDER):
        return None
    share = amount / most if most else 0.0
    words = written(name, round(amount, 3)) if name == "cpu" else written(name, amount)
    tone = Tone.WARN if share >= _FULL else Tone.NORMAL
    return Cell(f"{words} {word}, {humanise.percent(share)}", tone)
