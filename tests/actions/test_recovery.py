"""The program is killed at every step; the next start ends what it left, and sends nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import file_world
import pytest
from file_world import FileGate, FileWriter
from scripted_writer import WHO, MemoryJournal, NumberWriter, door_of, scale

from fleetui.actions.action import Action
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.process import Process
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import JournalError, Reading
from fleetui.core.change import Phase, Progress
from fleetui.core.objects import Rollout

# step → how the action must stand after the next start, and how often web was scaled.
ENDS: dict[str, tuple[Phase | None, int]] = {
    "before the intent": (None, 0),
    "after the intent": (Phase.FAILED, 0),
    "before sending": (Phase.FAILED, 0),
    "after sending": (Phase.DONE, 1),
    "while it rolls": (Phase.DONE, 1),
    "while it holds": (Phase.DONE, 1),
    "after the outcome": (Phase.DONE, 1),
    "before taking back": (Phase.ROLLED_BACK, 2),
    "while taking back": (Phase.ROLLED_BACK, 2),
}


def killed(folder: Path, step: str) -> None:
    """Run the program until it kills itself."""
    support = Path(file_world.__file__)
    ended = subprocess.run(
        [sys.executable, str(support), str(folder), step],
        env={**os.environ, "PYTHONPATH": f"{support.parent}:{Path.cwd()}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, (ended.stdout, ended.stderr)


async def settled(door: Door) -> None:
    """Wait until nothing is under way any more."""
    async with asyncio.timeout(4000):
        while any(not Phase(row.phase).ended for row in door.book.rows()):
            await asyncio.sleep(1)
        # A row is told before its outcome is on disk.
        while any(not run.settled for run in door._recovery._mine.values()):
            await asyncio.sleep(1)


def first_row(door: Door) -> Rollout:
    return min(door.book.rows(), key=lambda row: row.ref.uid)


def test_every_step_has_its_end() -> None:
    assert set(ENDS) == set(file_world.STEPS)


@pytest.mark.parametrize("step", ENDS)
async def test_killed_and_started_again(tmp_path: Path, step: str) -> None:
    killed(tmp_path, step)
    wanted, sent = ENDS[step]
    for start in (1, 2):
        writer = FileWriter(tmp_path)
        journal = AuditJournal(tmp_path / "audit.db")
        door = Door([writer], Policy(), journal, WHO, gatekeeper=FileGate(writer))
        left = await door.pick_up()
        await settled(door)
        await door.close()
        await journal.close()
        assert len(writer.sent()) == sent
        assert verify(Store(tmp_path / "audit.db")).broken is None
        if wanted is None:
            assert (door.book.rows(), left) == ((), ())
            continue
        assert Phase(first_row(door).phase) is wanted
        # The second start finds nothing that is open.
        closed = start == 2 or step == "after the outcome"
        assert bool(left) is not closed
    if step == "after the intent":
        assert first_row(door).reason == "was not sent: the program ended"
    if step == "before sending":
        assert first_row(door).reason == "not done: desired is as it was"
    if step == "while taking back":
        assert first_row(door).reason == "gate: 3, at most 1"
        assert writer.desired["web"] == 2


GHOST = replace(Process.this(), pid=2**22 + 1, started="1")
"""A process that never was."""


@pytest.fixture
async def journals(tmp_path: Path) -> AsyncIterator[tuple[AuditJournal, AuditJournal]]:
    """Two processes' journals of one file: the first's process has ended, as the second sees."""
    two = AuditJournal(tmp_path / "a.db", here=GHOST), AuditJournal(tmp_path / "a.db")
    yield two
    for one in two:
        await one.close()


async def left_in(journal: AuditJournal, phase: Phase, **more: object) -> Action:
    """Write down an action that has come as far as this."""
    ask = scale("5")
    plan = replace(await NumberWriter().plan(ask), **more)  # type: ignore[arg-type]
    action = Action(id="a1", request="r", at=1.0, who=WHO, plan=plan)
    await journal.intend(action, phase)
    return action


def door_on(journal: AuditJournal, *writers: NumberWriter) -> Door:
    return Door(writers, Policy(), journal, WHO)


async def test_two_that_start_at_once_do_not_both_follow_it(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, first = journals
    await left_in(dead, Phase.SENDING)
    other = replace(Process.this(), uid=4711)
    second = AuditJournal(first._store._path, here=other)
    (entry,) = await first.entries(0)
    assert not entry.alive
    found = await asyncio.gather(first.claim(entry.action), second.claim(entry.action))
    assert sorted(found) == [False, True]
    (entry,) = await second.entries(0)
    assert (entry.alive, entry.progress.phase) == (True, Phase.SENDING)
    await second.close()


async def test_what_a_living_process_does_is_shown_and_refreshed(
    journals: tuple[AuditJournal, AuditJournal], tmp_path: Path
) -> None:
    living, here = AuditJournal(tmp_path / "a.db", here=replace(Process.this(), uid=1)), journals[1]
    action = await left_in(living, Phase.SENDING)
    writer = NumberWriter()
    door = door_on(here, writer)
    assert await door.pick_up() == ()
    assert door.book.rows()[0].phase == "sending"
    await living.note(action, Progress(Phase.ROLLING, "2 of 5"), Reading(True, 0.5, "0.5 %"))
    async with asyncio.timeout(60):
        while door.book.rows()[0].phase != "rolling":
            await asyncio.sleep(1)
    row = door.book.rows()[0]
    assert (row.reason, row.gate, row.who) == ("2 of 5", "0.5 %", "ana@bastion from 10.0.0.7")
    await living.note(action, Progress(Phase.DONE))
    async with asyncio.timeout(60):
        while door.book.rows()[0].phase != "done":
            await asyncio.sleep(1)
    assert writer.calls == []
    await door.close()
    await living.close()


async def test_what_ends_beside_us_is_followed_without_a_new_start(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, here = journals
    writer = NumberWriter()
    door = door_on(here, writer)
    assert await door.pick_up() == ()
    await left_in(dead, Phase.ROLLING)
    writer.desired["web"] = 5
    async with asyncio.timeout(100):
        while [row.phase for row in door.book.rows()] != ["done"]:
            await asyncio.sleep(1)
    assert writer.sent() == []
    await door.close()


async def test_what_cannot_be_asked_after_stays_open_and_is_shown_as_unknown(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, here = journals
    await left_in(dead, Phase.ROLLING)
    door = door_on(here)
    (left,) = await door.pick_up()
    (row,) = door.book.rows()
    assert (row.phase, row.reason) == ("unknown", "aws/prod is not configured to be changed now")
    await door.close()
    again = door_on(here, writer := NumberWriter())
    writer.desired["web"] = 5
    assert [entry.action for entry in await again.pick_up()] == [left.action]
    await settled(again)
    assert again.book.rows()[0].phase == "done"
    await again.close()


async def test_what_cannot_be_taken_over_now_is_unknown_until_it_can(
    journals: tuple[AuditJournal, AuditJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, here = journals
    await left_in(dead, Phase.ROLLING)

    async def full(action: Action) -> bool:
        raise JournalError("the disk is full")

    writer = NumberWriter()
    writer.desired["web"] = 5
    door = door_on(here, writer)
    with monkeypatch.context() as patched:
        patched.setattr(here, "claim", full)
        assert len(await door.pick_up()) == 1
        (row,) = door.book.rows()
        assert (row.phase, writer.calls) == ("unknown", [])
        assert row.reason == "left by a process that ended: the disk is full"
    async with asyncio.timeout(100):
        while door.book.rows()[0].phase != "done":
            await asyncio.sleep(1)
    await door.close()


async def test_what_held_a_secret_is_unknown_and_is_not_taken_back(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, here = journals
    await left_in(dead, Phase.SENDING, memo=(("token", "hunter2"),))
    writer = NumberWriter()
    door = door_on(here, writer)
    await door.pick_up()
    (row,) = door.book.rows()
    assert (row.phase, writer.calls) == ("unknown", [])
    assert row.reason == "it held a secret, which is not kept: look yourself what came of it"
    await door.close()
    assert [e.progress.phase for e in await here.entries(0)] == [Phase.UNKNOWN]


async def test_those_whose_turn_never_came_are_in_the_audit_too(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, here = journals
    writer = NumberWriter(stuck="no room")
    first = door_on(dead, writer)
    first.begin(await first.propose([scale("3", name) for name in ("web", "api", "db")]))
    await asyncio.sleep(5)
    await first.close()
    writer.stuck = ""
    second = door_on(here, writer)
    assert len(await second.pick_up()) == 3
    await settled(second)
    found = {row.subject: (row.phase, row.reason) for row in second.book.rows()}
    assert found["aws/prod/asg/web"][0] == "done"
    unsent = ("failed", "was not sent: the program ended")
    assert found["aws/prod/asg/api"] == found["aws/prod/asg/db"] == unsent
    assert writer.sent() == ["web"]
    await second.close()


async def test_an_undo_is_chosen_from_what_another_process_did(
    journals: tuple[AuditJournal, AuditJournal],
) -> None:
    dead, here = journals
    writer = NumberWriter()
    first = Door([writer], Policy(), dead, WHO)
    request = first.begin(await first.propose([scale("5")]))
    await request.wait()
    second = door_on(here, writer)
    last = await second.last_reversible()
    assert last is not None
    proposal = await second.propose_undo(last.action)
    request = second.begin(proposal)
    await request.wait()
    assert writer.desired["web"] == 2
    # Taken back once: a third process finds the undo, not what it undid.
    third = door_on(here, writer)
    again = await third.last_reversible()
    assert again is not None
    assert again.action.undoes == last.action.id


async def test_an_undo_that_was_not_sent_took_nothing_back() -> None:
    journal = MemoryJournal()
    writer = NumberWriter()
    door = door_of(writer, journal=journal)
    request = door.begin(await door.propose([scale("5")]))
    await request.wait()
    done = request.runs[0].action
    undo = door.begin(await door.propose_undo(done))
    undo.cancel()
    await undo.wait()
    assert undo.runs[0].progress.phase is Phase.CANCELLED
    last = await door.last_reversible()
    assert last is not None
    assert last.action == done
