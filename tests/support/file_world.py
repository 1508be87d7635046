"""A world in a file, so that it outlives the process that changes it, and a program that dies.

    python file_world.py FOLDER STEP

scales `web` from 2 to 5 through the door and kills itself with SIGKILL at STEP.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from scripted_writer import WHO, NumberWriter, scale

from fleetui.actions.action import Action, GateSpec
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Reading
from fleetui.core.change import Phase, Plan, Progress
from fleetui.providers.writing import Tell

GATE = GateSpec("errors", max=1.0, hold_s=0.05)
STEPS = (
    "before the intent", "after the intent", "before sending", "after sending", "while it rolls",
    "while it holds", "after the outcome", "before taking back", "while taking back",
)  # fmt: skip


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class FileWriter(NumberWriter):
    """Keeps its numbers and what was sent in a file; dies where it is told."""

    def __init__(self, folder: Path, step: str = "") -> None:
        super().__init__()
        self._file = folder / "world.json"
        self._step = step
        if self._file.exists():
            kept = json.loads(self._file.read_text())
            self.desired, self.running = kept["desired"], kept["running"]
            self.calls = [tuple(call) for call in kept["sent"]]

    def keep(self) -> None:
        form = {"desired": self.desired, "running": self.running,
                "sent": [call for call in self.calls if call[0] == "carry_out"]}  # fmt: skip
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(form))
        new.replace(self._file)

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        taking_back = plan.ask.value("count") == "2"
        if self._step == "before sending":
            die()
        progress = await super().carry_out(plan, tell)
        self.keep()
        if self._step == "after sending" or (taking_back and self._step == "while taking back"):
            die()
        return progress

    async def progress(self, plan: Plan) -> Progress:
        progress = await super().progress(plan)
        self.keep()
        if self._step == "while it rolls":
            die()
        return progress


class DyingJournal(AuditJournal):
    """Dies before or after what it writes."""

    step = ""
    intents = 0

    async def intend(self, action: Action, phase: Phase = Phase.SENDING) -> None:
        self.intents += 1
        first = "before the intent" if self.intents == 1 else "before taking back"
        if self.step == first:
            die()
        await super().intend(action, phase)
        if self.step == "after the intent":
            die()

    async def note(
        self, action: Action, progress: Progress, reading: Reading | None = None
    ) -> None:
        await super().note(action, progress, reading)
        if self.step == "after the outcome" and progress.phase.ended:
            die()


class FileGate:
    """Holds before; goes bad once the unit is larger, if it shall be taken back."""

    def __init__(self, writer: NumberWriter, step: str = "") -> None:
        self._writer = writer
        self._step = step

    async def read(self, gate: GateSpec) -> Reading:
        grown = self._writer.running.get("web", 2) > 2
        if self._step == "while it holds" and self._writer.running.get("web") == 5:
            die()
        value = 3.0 if grown and gate.roll_back else 0.0
        return Reading(gate.holds(value), value, f"{value:g}, at most 1")


async def change(folder: Path, step: str) -> None:
    writer = FileWriter(folder, step)
    writer.keep()
    journal = DyingJournal(folder / "audit.db")
    journal.step = step
    door = Door([writer], Policy(), journal, WHO, gatekeeper=FileGate(writer, step))
    door._tools = replace(door._tools, every_s=0.01)
    gate = replace(GATE, roll_back="taking back" in step)
    request = door.begin(await door.propose([scale("5")], gate=gate), reason="sale")
    await request.wait()
    print(request.runs[0].progress, flush=True)


if __name__ == "__main__":
    asyncio.run(change(Path(sys.argv[1]), sys.argv[2]))
