"""The clock on the wall is set, an hour or a day either way, while a change is under way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from scripted_writer import WHO, NumberWriter, ScriptedGate, scale

from fleetui.actions.action import GateSpec
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import Reading
from fleetui.core.change import Phase

DAY = 86_400.0
GATE = GateSpec("errors", max=1, hold_s=10, place="--gate")


class Wall:
    """A clock that goes with the loop's, and can be set."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> float:
        return 1_700_000_000.0 + self._loop.time() + self.ahead


class Setting(ScriptedGate):
    """Is well, and sets the clock when it is read for the n-th time."""

    def __init__(self, wall: Wall, at: int, by: float) -> None:
        super().__init__(0.0)
        self._wall, self._at, self._by = wall, at, by
        self.reads = 0

    async def read(self, gate: GateSpec) -> Reading:
        self.reads += 1
        if self.reads == self._at:
            self._wall.ahead += self._by
        return await super().read(gate)


@pytest.mark.parametrize("by", [DAY, -DAY, 3600.0, -3600.0])
@pytest.mark.parametrize("at", [3, 6], ids=["while it rolls", "while it holds"])
async def test_a_gate_holds_for_as_long_as_it_should(tmp_path: Path, by: float, at: int) -> None:
    wall, writer = Wall(), NumberWriter()
    gate = Setting(wall, at, by)
    journal = AuditJournal(tmp_path / "audit.db", now=wall)
    door = Door([writer], Policy(), journal, WHO, gatekeeper=gate, now=wall)
    loop = asyncio.get_running_loop()
    began = loop.time()
    request = door.begin(await door.propose([scale("4")], gate=GATE))
    await request.wait()
    assert wall.ahead == by
    assert request.runs[0].progress.phase is Phase.DONE
    assert request.runs[0].progress.reason.startswith("gate held for 10s")
    assert 10 <= loop.time() - began < 60
    assert writer.sent() == ["web"]
    await door.close()
    # It is in the audit as ever, with no time that is none; undo finds it, too.
    again = Door([writer], Policy(), journal, WHO, now=wall)
    last = await again.last_reversible()
    assert last is not None
    assert last.action == request.runs[0].action
    (outcome,) = Store(tmp_path / "audit.db", reading=True).find("WHERE kind = 'outcome'")
    assert 0 <= outcome.form["data"]["duration_s"] < 60
    assert verify(Store(tmp_path / "audit.db")).broken is None
    await again.close()
    await journal.close()


@pytest.mark.parametrize("by", [DAY, -DAY])
async def test_how_long_it_may_take_is_not_told_by_it(tmp_path: Path, by: float) -> None:
    wall = Wall()
    journal = AuditJournal(tmp_path / "audit.db", now=wall)
    door = Door(
        [NumberWriter(stuck="no room")], Policy(), journal, WHO, now=wall, timeout_s=60.0
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    began = loop.time()
    request = door.begin(await door.propose([scale("4")]))
    await asyncio.sleep(10)
    wall.ahead = by
    await request.wait()
    assert request.runs[0].progress.phase is Phase.TIMED_OUT
    assert 60 <= loop.time() - began < 70
    (row,) = door.book.rows()
    assert row.ended is not None
    await door.close()
    await journal.close()


@pytest.mark.parametrize("by", [DAY, -DAY])
async def test_what_an_ended_process_left_is_found_though_the_clock_was_set(
    tmp_path: Path, by: float
) -> None:
    wall, writer = Wall(), NumberWriter(stuck="no room")
    journal = AuditJournal(tmp_path / "audit.db", now=wall)
    door = Door([writer], Policy(), journal, WHO, now=wall)
    door.begin(await door.propose([scale("4")]))
    await asyncio.sleep(10)
    await door.close()
    wall.ahead = by
    (entry,) = await journal.entries(wall())
    assert entry.progress.phase is Phase.ROLLING
    await journal.close()
