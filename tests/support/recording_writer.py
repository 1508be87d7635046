"""A writing half that says of what was asked of it; being imported is what gives it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.ref import Ref
from fleetui.providers.writing import Tell, WriterHalf

CALLS: list[str] = []


@dataclass
class RecordingWriter:
    scope: str
    settings: Any = None
    name: str = "docker"
    made: list[str] = field(default_factory=list)

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset(Verb)

    async def plan(self, ask: Ask) -> Plan:
        CALLS.append("plan")
        return Plan(ask=ask)

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        CALLS.append("carry_out")
        return Progress(Phase.DONE)

    async def progress(self, plan: Plan) -> Progress:
        return Progress(Phase.DONE)

    async def halt(self, plan: Plan) -> Progress:
        CALLS.append("halt")
        return Progress(Phase.CANCELLED)

    def command(self, ref: Ref, argv: list[str], *, tty: bool) -> object:
        CALLS.append("command")
        raise AssertionError(argv)

    async def close(self) -> None:
        return


WRITER = WriterHalf("docker", RecordingWriter)
