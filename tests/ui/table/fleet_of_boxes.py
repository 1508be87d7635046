"""Rows and columns for the table's tests."""

from __future__ import annotations

from typing import Any

from rich.style import Style

from fleetui.core.columns import Cell, Column, Look, Tone, Unit
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import State

STYLES = {
    name: Style(color=colour, bgcolor="#101010")
    for name, colour in {
        "text": "#c0c0c0",
        "normal": "#c0c0c1",
        "muted": "#808080",
        "warn": "#e0b050",
        "critical": "#f07070",
        "accent": "#70b0e0",
        "stale": "#9090b0",
        "changed": "#f1f4f7",
        "production": "#e080d0",
        "line": "#404040",
        "ok": "#90b090",
        **{f"series{n}": f"#00{n}0{n}0" for n in range(1, 7)},
    }.items()
} | {"cursor": Style(bgcolor="#203040")}


def ref(name: str, uid: str = "", scope: str = "host") -> Ref:
    return Ref("docker", scope, "container", uid or name, name)


def box(name: str, **facts: Any) -> Container:
    uid, scope = facts.pop("uid", ""), facts.pop("scope", "host")
    return Container(ref=ref(name, uid, scope), **{"state": State.RUNNING, **facts})


def column(name: str, **more: Any) -> Column:
    """A column that writes an attribute as it is."""

    def value(thing: Any) -> Any:
        return getattr(thing, name)

    def cell(thing: Any, _look: Look) -> Cell:
        return Cell(str(value(thing)), more.get("tone", Tone.NORMAL))

    facts = {key: fact for key, fact in more.items() if key != "tone"}
    return Column(name, name.upper(), value, cell, **facts)


NAME = column("name", priority=1, min_width=6)
CPU = column("cpu", unit=Unit.SHARE, right=True, priority=2)
WHY = column("reason", priority=3, grow=True, max_width=200)
AGE = Column(
    "age",
    "AGE",
    lambda thing: thing.created,
    lambda thing, look: Cell(f"{look.now - (thing.created or 0):.0f}s", Tone.MUTED),
    Unit.TIME,
    True,
    4,
)
COLUMNS = (NAME, CPU, WHY, AGE)
