"""A back end of numbers in a file, as a provider and as a writer: every process sees the same."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fleetui.core.amounts import count_of
from fleetui.core.change import Ask, Caution, Difference, Phase, Plan, Progress, Undo, Verb
from fleetui.core.errors import Conflict, Invalid, NotFound, Unreachable
from fleetui.core.objects import CapacityUnit
from fleetui.core.ref import Ref
from fleetui.core.settings import setting
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Backend, Batch, Report, SourceSpec
from fleetui.providers.writing import Tell, WriterHalf

NAME = "numbers"


@dataclass(frozen=True, slots=True)
class NumberSettings:
    path: str = setting("", "the file")


class World:
    """`{"units": {name: {"desired", "running"}}, "sent": [...], "slow", "tethered", …}`."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def read(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.path.read_text())
        return data

    def write(self, data: dict[str, Any]) -> None:
        # Another process may read it at any time.
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(data))
        new.replace(self.path)


class Numbers:
    name = NAME

    def __init__(self, scope: str, settings: NumberSettings) -> None:
        self.scope = scope
        self.world = World(settings.path)

    def sources(self) -> tuple[SourceSpec, ...]:
        return (SourceSpec(SourceKey(NAME, self.scope, "capacity"), interval_s=5.0),)

    async def fetch(self, key: SourceKey) -> Batch:
        data = self.world.read()
        if data.get("down"):
            raise Unreachable("no route to host", where=f"{NAME}/{self.scope}")
        return Batch(tuple(
            CapacityUnit(
                ref=_ref(self.scope, name), state=State.RUNNING,
                desired=one["desired"], running=one["running"],
            )
            for name, one in data["units"].items()
        ))  # fmt: skip

    async def check(self) -> Report:
        return Report(NAME, self.scope, reachable=True)

    async def close(self) -> None:
        return


def _ref(scope: str, name: str) -> Ref:
    return Ref(NAME, scope, "pool", f"uid-{name}", name)


class NumberWriter:
    """Sends by writing the file; a `slow` world stays on its way."""

    name = NAME

    def __init__(self, scope: str, settings: NumberSettings) -> None:
        self.scope = scope
        self.world = World(settings.path)

    def verbs(self, kind: str) -> frozenset[Verb]:
        return frozenset({Verb.SCALE, Verb.REMOVE, Verb.EXEC}) if kind == "pool" else frozenset()

    async def plan(self, ask: Ask) -> Plan:
        unit = self.world.read()["units"].get(ask.ref.name)
        if unit is None:
            raise NotFound(f"{ask.ref.short} is not there any more", where=f"{NAME}/{self.scope}")
        if ask.verb is Verb.EXEC:
            return Plan(ask=ask)
        if ask.verb is Verb.REMOVE:
            cautions = (Caution("its data is lost for good", grave=True),)
            return Plan(ask=ask, cautions=cautions, seen=str(unit["desired"]))
        before = unit["desired"]
        after = count_of(ask.value("count"), before)
        if after == 13:
            raise Invalid("13 is not done here", where=f"{NAME}/{self.scope}")
        moved = (Difference("desired", str(before), str(after)),) if after != before else ()
        return Plan(
            ask=replace(ask, values=(("count", str(after)),)),
            differences=moved,
            steps=(f"set it to {after}",),
            undo=Undo(f"scale back to {before}",
                      Ask(Verb.SCALE, ask.ref, (("count", str(before)),))),
            refused="above its maximum of 50: raise that first" if after > 50 else "",
            amount=after - before,
            seen=str(before),
        )  # fmt: skip

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        data = self.world.read()
        name = plan.ref.name
        if str(data["units"][name]["desired"]) != plan.seen:
            raise Conflict("it has changed meanwhile")
        data["sent"].append(f"{plan.ask.verb} {name} {plan.ask.value('count')}".strip())
        if plan.ask.verb is Verb.REMOVE:
            del data["units"][name]
        else:
            data["units"][name]["desired"] = int(plan.ask.value("count"))
        self.world.write(data)
        return await self.progress(plan)

    async def progress(self, plan: Plan) -> Progress:
        data = self.world.read()
        unit = data["units"].get(plan.ref.name)
        if unit is None or plan.ask.verb is Verb.REMOVE:
            return Progress(Phase.DONE if unit is None else Phase.FAILED)
        if data.get("unknown"):
            return Progress(Phase.UNKNOWN, "nobody knows")
        if data.get("bad"):
            return Progress(Phase.FAILED, "no room for it", unit["running"], None, unit["desired"])
        if not data.get("slow"):
            unit["running"] = unit["desired"]
        self.world.write(data)
        done = unit["running"] == unit["desired"]
        phase = Phase.DONE if done else Phase.ROLLING
        return Progress(phase, "", unit["running"], unit["running"], unit["desired"])

    async def halt(self, plan: Plan) -> Progress:
        raise Invalid("it is past stopping")

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> Echo:
        return Echo(self.world, argv)

    def tethered(self, plan: Plan) -> bool:
        return bool(self.world.read().get("tethered"))

    async def close(self) -> None:
        return


class Echo:
    """Writes its words, and ends with the number of them, or as it is told."""

    def __init__(self, world: World, argv: Sequence[str]) -> None:
        self._world = world
        self._argv = argv

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        data = self._world.read()
        data["sent"].append(f"exec {' '.join(self._argv)}")
        self._world.write(data)
        if self._argv[0] == "away":
            raise Unreachable("the connection broke off", where=NAME)
        os.write(stdout, f"{'|'.join(self._argv)}\n".encode())
        return len(self._argv)


BACKEND = Backend(NAME, NumberSettings, Numbers, frozenset({"capacity"}))
WRITER = WriterHalf(NAME, NumberWriter)
