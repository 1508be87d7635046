"""A command inside of a thing: its record, its exit code, and its end when it is left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from scripted_writer import MemoryJournal, NumberWriter, door_of, unit

from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import JournalError
from fleetui.actions.proposal import Proposal, Refused
from fleetui.core.change import INSIDE, Ask, Phase, Plan, Verb
from fleetui.core.errors import Invalid, Left, Unreachable
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey


@dataclass
class ShellWriter(NumberWriter):
    """Numbers in which a command does what the test says."""

    does: Callable[[], int] = lambda: 0
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def verbs(self, kind: str) -> frozenset[Verb]:
        return super().verbs(kind) | INSIDE

    async def plan(self, ask: Ask) -> Plan:
        return Plan(ask=ask) if ask.verb in INSIDE else await super().plan(ask)

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> Command:
        return Command(self, tuple(argv))

    def debugger(self, plan: Plan, argv: Sequence[str], *, tty: bool) -> Command:
        return Command(self, ("debugger", *argv))

    def tethered(self, plan: Plan) -> bool:
        return plan.ask.verb is Verb.RESTART


@dataclass
class Command:
    writer: ShellWriter
    argv: tuple[str, ...]

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        self.writer.ran.append(self.argv)
        return self.writer.does()


async def proposed(door: Door) -> Proposal:
    return await door.propose([Ask(Verb.EXEC, unit(), (("command", "ls"),))])


async def phase(door: Door) -> tuple[str, str]:
    batch = await door.book.fetch(SourceKey("fleetui", "actions", "rollouts"))
    (row,) = batch.rows
    return row.native_state, row.reason


async def test_its_intent_is_written_before_it_runs_and_its_code_after() -> None:
    journal = MemoryJournal()
    seen: list[list[Phase]] = []
    writer = ShellWriter(does=lambda: seen.append([p for _, p in journal.phases]) or 3)
    door = door_of(writer, journal=journal)
    assert await door.enter(await proposed(door), ["ls", "-l"], tty=False, reason="why") == 3
    assert writer.ran == [("ls", "-l")]
    assert seen == [[Phase.SENDING]]
    assert [p for _, p in journal.phases] == [Phase.SENDING, Phase.DONE]
    assert await phase(door) == ("done", "exit code 3")
    (entry,) = journal.written.values()
    assert entry.action.reason == "why"


async def test_a_debugger_is_written_down_as_the_change_that_it_is() -> None:
    journal = MemoryJournal()
    writer = ShellWriter()
    door = door_of(writer, journal=journal)
    proposal = await door.propose([Ask(Verb.DEBUG, unit())])
    assert await door.enter(proposal, ["sh"], tty=True) == 0
    assert writer.ran == [("debugger", "sh")]
    (entry,) = journal.written.values()
    assert entry.action.plan.ask.verb is Verb.DEBUG


async def test_without_a_record_it_does_not_run() -> None:
    journal = MemoryJournal()
    journal.full = True
    writer = ShellWriter()
    door = door_of(writer, journal=journal)
    with pytest.raises(JournalError):
        await door.enter(await proposed(door), ["ls"], tty=False)
    assert writer.ran == []


async def test_production_wants_its_name() -> None:
    writer = ShellWriter()
    door = door_of(writer, policy=Policy(production=frozenset({("aws", "prod")})))
    proposal = await proposed(door)
    with pytest.raises(Refused):
        await door.enter(proposal, ["ls"], tty=False)
    assert writer.ran == []
    assert await door.enter(proposal, ["ls"], tty=False, typed="web") == 0


async def test_only_an_exec_of_what_runs_commands_is_entered() -> None:
    door = door_of(ShellWriter())
    scale = await door.propose([Ask(Verb.RESTART, unit())])
    with pytest.raises(Refused, match="runs no commands"):
        await door.enter(scale, ["ls"], tty=False)


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (Invalid("it is stopped"), ("failed", "not done: it is stopped")),
        (Unreachable("broke off"), ("unknown", "it may run on: broke off")),
        (Left("it is added", Phase.CANCELLED), ("cancelled", "it is added")),
        (Left("it runs on", Phase.DONE), ("done", "it runs on")),
        (OSError("odd"), ("unknown", "it may run on: OSError, see the log file")),
    ],
)
async def test_what_could_not_be_run_is_told_and_raised(
    error: Exception, ended: tuple[str, str]
) -> None:
    def fail() -> int:
        raise error

    door = door_of(ShellWriter(does=fail))
    with pytest.raises(type(error)):
        await door.enter(await proposed(door), ["ls"], tty=False)
    assert await phase(door) == ended


async def test_one_that_is_left_may_run_on() -> None:
    began, over = threading.Event(), threading.Event()

    def wait() -> int:
        began.set()
        over.wait(30)
        return 0

    journal = MemoryJournal()
    door = door_of(ShellWriter(does=wait), journal=journal)
    task = asyncio.create_task(door.enter(await proposed(door), ["sleep"], tty=False))
    await asyncio.to_thread(began.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    over.set()
    assert [p for _, p in journal.phases] == [Phase.SENDING, Phase.UNKNOWN]


async def test_what_is_done_from_here_is_known_before() -> None:
    door = door_of(ShellWriter())
    restart = await door.propose([Ask(Verb.RESTART, unit())])
    assert [door.tethered(plan) for plan in restart.plans] == [True]
    plain = door_of(NumberWriter())
    assert [plain.tethered(plan) for plan in restart.plans] == [False]
