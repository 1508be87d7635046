"""A fleet in which every text is an attack on the terminal, and what an app sends to one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from board_fleet import START, Fleet
from still_engine import Still
from textual._compositor import CompositorUpdate

from fleetui.core.description import Description, description, row, section
from fleetui.core.errors import Unreachable
from fleetui.core.logs.line import LogQuery, RawLine
from fleetui.core.objects import (
    Alert,
    Capability,
    CapacityUnit,
    Container,
    Event,
    Image,
    Instance,
    Link,
    Network,
    Resource,
    Service,
    Target,
    Volume,
)
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.core.state import Health, Severity, State
from fleetui.ui.app import FleetApp

MARKUP = "[red]x[/red][@click=app.quit]q[/][/]"
EVIL = (
    f"evil{MARKUP}\x1b]52;c;cm0gLXJm\x07\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\\x1b[2J\x1b]0;t\x07"
    f"\x9b31m\x90q\x9c\x00\x08\r\n\x7f\u202etxt\u2066\u200b\u061c"
)
LONG = EVIL + "w" * 20_000
# All that an app may send: colours, places, and no hyperlink.
_ALLOWED = re.compile(r"\x1b\[[0-9;]*[mH]")


def bad(text: str) -> list[str]:
    """Return the characters of a text that no terminal may get as they are."""
    return [c for c in _ALLOWED.sub("", text) if not c.isprintable() and c != "\n"]


def ref(kind: str, name: str) -> Ref:
    return Ref("docker", "evil", kind, f"{name}-{kind}", name)


def things() -> dict[str, list[Resource]]:
    """Return rows of every kind whose every text is hostile."""
    boxes = [ref("container", f"{n}{EVIL}") for n in range(3)] + [ref("container", LONG)]
    common = {
        "state": State.FAILED, "native_state": EVIL, "reason": EVIL, "created": START - 60,
        "labels": ((EVIL, EVIL), ("note", LONG)), "health": Health.UNHEALTHY,
        "capabilities": (Capability(EVIL, False, EVIL),),
    }  # fmt: skip
    members = tuple(Link("has", one) for one in boxes)
    listed: dict[str, list[Resource]] = {
        "containers": [
            Container(ref=one, image=EVIL, command=EVIL, project=EVIL, node=EVIL, **common)  # type: ignore[arg-type]
            for one in boxes
        ],
        "capacity": [
            CapacityUnit(ref=ref("compose", EVIL), revision=EVIL, autoscaler=EVIL, rollout=EVIL,
                         links=members, desired=4, ready=0, **common),  # type: ignore[arg-type]
        ],
        "services": [
            Service(ref=ref("svc", EVIL), type=EVIL, address=EVIL, selector=((EVIL, EVIL),),
                    links=members, **common),  # type: ignore[arg-type]
        ],
        "compute": [
            Instance(ref=ref("host", EVIL), size=EVIL, zone=EVIL, address=EVIL, image=EVIL,
                     **common),  # type: ignore[arg-type]
        ],
        "images": [Image(ref=ref("image", EVIL), tags=(EVIL, LONG), **common)],  # type: ignore[arg-type]
        "volumes": [Volume(ref=ref("volume", EVIL), driver=EVIL, mountpoint=EVIL, **common)],  # type: ignore[arg-type]
        "networks": [Network(ref=ref("network", EVIL), driver=EVIL, subnets=(EVIL,), **common)],  # type: ignore[arg-type]
        "alerts": [
            Alert(ref=ref("alert", EVIL), severity=Severity.CRITICAL, summary=EVIL,
                  expression=EVIL, **common),  # type: ignore[arg-type]
        ],
        "targets": [Target(ref=ref("target", EVIL), job=EVIL, url=EVIL, **common)],  # type: ignore[arg-type]
        "events": [
            Event(ref=ref("event", f"{n}{EVIL}"), time=START - n, severity=Severity.WARNING,
                  message=EVIL, subject=str(boxes[n]), links=(Link("about", boxes[n]),), **common)  # type: ignore[arg-type]
            for n in range(3)
        ],
    }  # fmt: skip
    return listed


class Evil:
    """A back end that describes and logs in hostile words only."""

    name, scope = "docker", "evil"

    def sources(self) -> tuple[()]:
        return ()

    async def describe(self, ref: Ref) -> Description:
        told = [section(EVIL, [row(EVIL, EVIL, LONG)]), section("environment", [row(EVIL, EVIL)])]
        return description(
            told, {"Env": [EVIL], EVIL: {"deep": [EVIL, LONG, None]}, "name": str(ref)}
        )

    async def logs(self, ref: Ref, query: LogQuery) -> AsyncIterator[tuple[RawLine, ...]]:
        texts = [EVIL, LONG, f'{{"level":"error","msg":"{MARKUP}","{MARKUP}":"\\u001b]52;c;x"}}',
                 f"Traceback (most recent call last):\n{EVIL}", "password=hunter2",
                 MARKUP]  # fmt: skip
        yield tuple(RawLine(int(START + n) * 10**9, ref, text) for n, text in enumerate(texts))


class HostileFleet(Fleet):
    """The hostile rows, one source of each kind, and one source that fails in hostile words."""

    def __init__(self) -> None:
        self.now = START
        self.still = Still((Evil(),), lambda: self.now)  # type: ignore[arg-type]
        fault = Unreachable(EVIL, where=EVIL, hint=EVIL).fault()
        for kind, rows in things().items():
            key = SourceKey("docker", "evil", kind)
            self.still.extra.append(key)
            failing = fault if kind in {"services", "images"} else None
            since = START - 9 if failing else None
            self.still.put(
                Snapshot(key, 1, tuple(rows), fetched_at=START - 2, fault=failing,
                         failing_since=since, warnings=(EVIL,))
            )  # fmt: skip


def watched(app: FleetApp) -> list[str]:
    """Return a list that fills with what the app would send to its terminal."""
    sent: list[str] = []
    display = app._display

    def told(screen: object, renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            sent.append(renderable.render_segments(app.console))
        display(screen, renderable)  # type: ignore[arg-type]

    app._display = told  # type: ignore[method-assign,assignment]
    return sent
