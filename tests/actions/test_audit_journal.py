"""What is written comes back, for its owner alone, without a secret, whatever is killed."""

from __future__ import annotations

import asyncio
import math
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import audit_of_tests
import pytest
from audit_of_tests import action, whole

from fleetui.actions.action import GateSpec
from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import UNSEEN_S, AuditJournal
from fleetui.actions.audit.process import Process
from fleetui.actions.audit.store import Store
from fleetui.actions.ports import JournalError, Reading
from fleetui.core.change import Ask, Caution, Difference, Phase, Progress, Undo, Verb

MakeJournal = Callable[..., AuditJournal]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit.db"


@pytest.fixture
async def journal_of(path: Path) -> AsyncIterator[MakeJournal]:
    """Make journals of the one file, each as another process where it is told so."""
    made: list[AuditJournal] = []

    def make(**more: object) -> AuditJournal:
        made.append(AuditJournal(path, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_nothing_is_opened_before_it_is_needed(journal_of: MakeJournal, path: Path) -> None:
    journal = journal_of()
    assert await journal.entries(0) == ()
    assert not path.parent.exists()


async def test_the_folder_and_the_files_are_the_owner_s_alone(
    journal_of: MakeJournal, path: Path
) -> None:
    before = os.umask(0)
    try:
        await journal_of().intend(action())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    files = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert files == dict.fromkeys(("audit.db", "audit.db-wal", "audit.db-shm"), 0o600)


async def test_it_waits_for_the_disk_and_never_on_the_loop_s_thread(
    journal_of: MakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    open_ = Store._open

    def seen(self: Store) -> sqlite3.Connection:
        threads.add(threading.get_ident())
        return open_(self)

    monkeypatch.setattr(Store, "_open", seen)
    journal = journal_of()
    await whole(journal, action())
    await journal.entries(0)
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    connection = journal._store._connection
    found = await journal._run(
        lambda: [connection.execute(f"PRAGMA {p}").fetchone()[0]  # type: ignore[union-attr]
                 for p in ("journal_mode", "synchronous")]
    )  # fmt: skip
    assert found == ["wal", 2]


async def test_what_is_written_comes_back(journal_of: MakeJournal) -> None:
    gate = GateSpec("sum(errors)", max=1.0, hold_s=30.0, roll_back=True, place="config.toml:41")
    plan = replace(
        action().plan,
        facts=(("behind it", "elb/web"),), cautions=(Caution("it is stateful", grave=True),),
        steps=("set desired to 5",), permission="asg:Set (yes)", memo=(("a", "1"), ("b", "2")),
    )  # fmt: skip
    one = action(plan=plan, gate=gate, undoes="a0")
    journal = journal_of()
    await journal.intend(one, Phase.WAITING)
    (entry,) = await journal_of().entries(0)
    assert (entry.action, entry.progress) == (one, Progress(Phase.WAITING))
    assert (entry.alive, entry.whole) == (True, True)
    rolling = Progress(Phase.ROLLING, "3 of 5", 3, 2, 5)
    await journal.note(one, rolling, Reading(True, 0.2, "0.2 %", 5.0))
    (entry,) = await journal.entries(0)
    assert (entry.progress, entry.gate) == (rolling, "0.2 %")


async def test_what_is_under_way_is_told_whatever_its_age(journal_of: MakeJournal) -> None:
    clock = [1000.0]
    journal = journal_of(now=lambda: clock[0])
    await journal.intend(action("old and open"))
    await whole(journal, action("old and done"))
    clock[0] = 9000.0
    await whole(journal, action("new"))
    assert [e.action.id for e in await journal.entries(5000.0)] == ["old and open", "new"]
    assert [e.action.id for e in await journal.entries(0)] == [
        "old and open", "old and done", "new",
    ]  # fmt: skip


async def test_a_clock_that_goes_back_changes_no_order(journal_of: MakeJournal, path: Path) -> None:
    clock = [9000.0]
    journal = journal_of(now=lambda: clock[0])
    await whole(journal, action("first"))
    clock[0] = 1000.0
    await whole(journal, action("second"))
    assert [e.action.id for e in await journal.entries(0)] == ["first", "second"]
    assert verify(Store(path, reading=True)).broken is None


async def test_how_long_it_took_is_measured_from_the_sending(
    journal_of: MakeJournal, path: Path
) -> None:
    clock = [1000.0]
    first = journal_of(now=lambda: clock[0])
    await first.intend(action("a"), Phase.WAITING)
    clock[0] = 1500.0
    await first.note(action("a"), Progress(Phase.SENDING))
    # Another process ends it: only the clock on the wall is left to it.
    clock[0] = 1520.0
    await journal_of(now=lambda: clock[0]).note(action("a"), Progress(Phase.DONE))
    await first.intend(action("b"), Phase.WAITING)
    await first.note(action("b"), Progress(Phase.CANCELLED, "not sent"))
    await first.intend(action("c"))
    await first.note(action("c"), Progress(Phase.DONE))
    store = Store(path, reading=True)
    took = [r.form["data"]["duration_s"] for r in store.find("WHERE kind = 'outcome'")]
    assert took[:2] == [20.0, None]
    assert 0 <= took[2] < 60


async def test_nothing_is_sent_twice_under_one_id(journal_of: MakeJournal) -> None:
    journal = journal_of()
    await whole(journal, action())
    with pytest.raises(JournalError, match="has an intent of a1 already"):
        await journal.intend(action())
    with pytest.raises(JournalError, match="has an outcome of a1 already"):
        await journal.note(action(), Progress(Phase.FAILED))
    with pytest.raises(JournalError, match="has no intent of ghost"):
        await journal.note(action("ghost"), Progress(Phase.DONE))


async def test_records_can_be_neither_changed_nor_taken_out(
    journal_of: MakeJournal, path: Path
) -> None:
    await whole(journal_of(), action())
    with sqlite3.connect(path) as connection:
        for statement in ("UPDATE record SET kind = 'note'", "DELETE FROM record WHERE seq = 4"):
            with pytest.raises(sqlite3.IntegrityError, match="the audit is append-only"):
                connection.execute(statement)
    connection.close()


async def test_no_secret_reaches_the_file(journal_of: MakeJournal, path: Path) -> None:
    ref = action().plan.ref
    secret = "hunter2hunter2"
    key = "AKIAABCDEFGHIJKLMNOP"
    ask = Ask(Verb.EXEC, ref, (
        ("password", secret),
        ("command", f"mysql --password {secret} -h db"),
        ("argv", f'["curl", "--token", "{secret}"]'),
        ("image", f"https://me:{secret}@registry/web:2"),
        ("env", f'{{"env": ["DB={secret}"]}}'),
        ("count", "5"),
    ))  # fmt: skip
    plan = replace(
        action().plan, ask=ask,
        differences=(Difference("api_key", secret, key), Difference("count", "2", "5")),
        facts=(("header", f"Authorization: Bearer {secret}"), ("db_password", secret)),
        cautions=(Caution(f"it holds token={secret}"),), steps=(f"login --secret {secret}",),
        permission=f"signed with {key}", refused=f"password: {secret}",
        undo=Undo(f"with token={secret}", replace(ask, verb=Verb.SCALE)),
        seen=f"pwd={secret}", memo=(("token", secret), ("inner", f'{{"password": "{secret}"}}')),
    )  # fmt: skip
    gate = GateSpec(f'up{{api_key="{secret}"}}', max=1.0, place=f"token={secret}")
    one = action(plan=plan, gate=gate, reason=f"with password={secret}\n")
    journal = journal_of()
    await journal.intend(one)
    rolling = Progress(Phase.ROLLING, f"Cookie: {secret}")
    await journal.note(one, rolling, Reading(False, math.nan, f"https://a:{secret}@x/ says no"))
    await journal.note(one, Progress(Phase.FAILED, f"denied: {key}"))
    (entry,) = await journal.entries(0)
    assert not entry.whole
    assert entry.action.plan.ask.value("count") == "5"
    assert entry.action.plan.ask.value("command") == "mysql --password *** -h db"
    assert entry.action.plan.differences[0] == Difference("api_key", "***", "***")
    await journal.close()
    raw = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert b"mysql --password ***" in raw
    assert secret.encode() not in raw
    assert key.encode() not in raw


async def test_control_characters_come_no_further(journal_of: MakeJournal, path: Path) -> None:
    journal = journal_of()
    plan = replace(action().plan, memo=(("odd", "\x1b[2J\ud800"),))
    await journal.intend(action(plan=plan, reason="a\x1b[31mb\nc"))
    (entry,) = await journal.entries(0)
    assert entry.action.reason == "a[31mb c"
    assert entry.action.plan.memo == plan.memo
    await journal.close()
    assert b"\x1b[" not in path.read_bytes()


HERE = Process.this()


@pytest.mark.parametrize(
    ("owner", "alive"),
    [
        (HERE, True),
        (replace(HERE, uid=7), True),
        (replace(HERE, started="1"), False),
        (replace(HERE, pid=2**22 + 1), False),
        (replace(HERE, boot="before the machine was started anew"), False),
        (replace(HERE, boot="b", host="another machine"), None),
        (replace(HERE, space="pid:[1]"), None),
    ],
)
async def test_whether_its_process_lives(
    journal_of: MakeJournal, owner: Process, alive: bool | None
) -> None:
    assert owner.lives(HERE) is alive
    clock = [1000.0]
    await journal_of(here=owner, now=lambda: clock[0]).intend(action())
    reader = journal_of(now=lambda: clock[0])
    (entry,) = await reader.entries(0)
    assert entry.alive is (alive is not False)
    # What cannot be seen from here is not waited for for ever.
    clock[0] += UNSEEN_S + 1
    (entry,) = await reader.entries(0)
    assert entry.alive is (alive is True)
    assert await reader.claim(entry.action) is (alive is not True)


def test_a_process_that_waits_to_be_buried_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    from fleetui.actions.audit.process import _started

    seen = replace(HERE, pid=child.pid, started=_started(child.pid))
    assert seen.lives(HERE) is True
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert seen.lives(HERE) is False
    child.communicate()


def writing(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """Start a process that writes actions down."""
    support = Path(audit_of_tests.__file__)
    return subprocess.Popen(
        [sys.executable, str(support), str(path), name, str(count)],
        env={**os.environ, "PYTHONPATH": f"{support.parent}:{Path.cwd()}"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_that_write_at_once_make_one_chain(path: Path) -> None:
    writers = [writing(path, name, 25) for name in "abc"]
    assert [writer.communicate()[0].count("\n") for writer in writers] == [100, 100, 100]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    chain = verify(Store(path, reading=True))
    assert (chain.records, chain.broken) == (300, None)


def test_killed_at_any_moment_it_leaves_a_whole_chain_with_all_that_was_promised(
    path: Path,
) -> None:
    chance = random.Random(7)
    promised = 0
    for turn in range(8):
        child = writing(path, f"k{turn}-", 10_000)
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 120)):
            assert child.stdout.readline()
            promised += 1
        child.kill()
        # What it said before it died is on disk, too.
        promised += child.communicate()[0].count("\n")
        chain = verify(Store(path, reading=turn % 2 == 0))
        assert chain.broken is None
        assert promised <= chain.records <= promised + turn + 1


@pytest.mark.parametrize("mode", ["delete", "wal"])
async def test_a_file_that_was_made_and_never_filled_is_filled(
    journal_of: MakeJournal, path: Path, mode: str
) -> None:
    path.parent.mkdir()
    path.touch()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.close()
    assert verify(Store(path, reading=True)).records == 0
    assert await journal_of().entries(0) == ()
    await whole(journal_of(), action())
    assert verify(Store(path, reading=True)).records == 4


async def test_a_year_of_use_stays_small(journal_of: MakeJournal, path: Path) -> None:
    journal = journal_of()
    for number in range(100):
        await whole(journal, action(f"a{number}"))
    await journal.close()
    # Forty changes on each working day are ten thousand a year.
    assert path.stat().st_size / 100 * 10_000 < 50 * 2**20


async def test_a_file_that_was_moved_away_is_begun_anew(
    journal_of: MakeJournal, path: Path
) -> None:
    journal = journal_of()
    await whole(journal, action("a"))
    for one in list(path.parent.iterdir()):
        one.rename(one.with_name(one.name.replace("audit", "old")))
    await whole(journal, action("b"))
    assert [e.action.id for e in await journal.entries(0)] == ["b"]
    await journal.close()
    assert verify(Store(path)).records == 4
    assert verify(Store(path.with_name("old.db"))).records == 4


async def test_one_kept_in_memory_leaves_no_file(tmp_path: Path) -> None:
    journal = AuditJournal(None)
    assert await journal.entries(0) == ()
    await whole(journal, action())
    assert [e.action.id for e in await journal.entries(0)] == ["a1"]
    await journal.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(JournalError, match="the audit memory is closed"):
        await journal.intend(action("b"))


async def test_closing_lets_what_was_given_be_written(journal_of: MakeJournal, path: Path) -> None:
    journal = journal_of()
    writes = [asyncio.create_task(journal.intend(action(f"a{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    await journal.close()
    await asyncio.gather(*writes)
    assert verify(Store(path)).records == 20
