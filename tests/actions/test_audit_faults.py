"""Whatever is wrong with the file is told in a line that says where and what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from audit_of_tests import action, whole
from scripted_writer import WHO, NumberWriter, scale

from fleetui.actions.audit.chain import verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.store import Store
from fleetui.actions.door import Door
from fleetui.actions.policy import Policy
from fleetui.actions.ports import JournalError
from fleetui.core.change import Phase, Progress


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[AuditJournal]:
    made = AuditJournal(path, busy_s=0.1)
    yield made
    await made.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, where that is allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("needs to be allowed to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def written(journal: AuditJournal, name: str = "a1") -> str:
    """Try to write an action down, and return what is wrong."""
    with pytest.raises(JournalError) as error:
        await whole(journal, action(name))
    assert "\n" not in str(error.value)
    return str(error.value)


async def test_a_full_disk(small_disk: Path) -> None:
    path = small_disk / "audit.db"
    journal = AuditJournal(path)
    await whole(journal, action("before"))
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(b"x" * (free.f_bavail * free.f_bsize))
    told = ""
    for number in range(200):
        # What still fits into the log is written; then it is refused.
        try:
            await journal.intend(action(f"a{number}"))
        except JournalError as error:
            told = str(error)
            break
    assert told == f"the audit {path} cannot be written: the disk is full: make room on it"
    # It can still be read, by the board and by people.
    assert (await journal.entries(0))[0].action.id == "before"
    # Nothing is done without a record.
    writer = NumberWriter()
    door = Door([writer], Policy(), journal, WHO)
    request = door.begin(await door.propose([scale("3")]))
    await request.wait()
    assert request.runs[0].progress == Progress(Phase.FAILED, f"not sent: {told}")
    assert writer.calls == []
    # With room it goes on where it was.
    (small_disk / "ballast").unlink()
    await whole(journal, action("after"))
    await journal.close()
    assert verify(Store(path)).broken is None


async def test_a_disk_that_was_full_from_the_first(small_disk: Path) -> None:
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(b"x" * (free.f_bavail * free.f_bsize))
    path = small_disk / "audit.db"
    journal = AuditJournal(path)
    assert await journal.entries(0) == ()
    assert "the disk is full" in await written(journal)
    await journal.close()


async def test_a_file_that_may_not_grow(journal: AuditJournal, path: Path) -> None:
    await whole(journal, action())
    connection = journal._store._connection
    assert connection is not None
    await journal._run(lambda: connection.execute("PRAGMA max_page_count = 1"))
    told = ""
    for number in range(100):
        try:
            await journal.intend(action(f"b{number}"))
        except JournalError as error:
            told = str(error)
            break
    assert told == f"the audit {path} cannot be written: the disk is full: make room on it"
    assert len(await journal.entries(0)) == number + 1


async def test_a_read_only_disk(small_disk: Path) -> None:
    path = small_disk / "audit.db"
    first = AuditJournal(path)
    await whole(first, action())
    await first.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    told = await written(AuditJournal(path), "a2")
    assert told.startswith(f"the audit {path} ")
    assert told.endswith(f"make {small_disk} writable, or name another folder in FLEETUI_STATE_DIR")
    # `fleetui audit` reads it as it is.
    assert verify(Store(path, reading=True)).records == 4
    fresh = AuditJournal(small_disk / "state" / "audit.db")
    assert await fresh.entries(0) == ()
    assert "Read-only file system: make" in await written(fresh)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o500)
    told = await written(AuditJournal(folder / "audit.db"))
    assert "Permission denied: make" in told


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "audit.db"
    journal = AuditJournal(path)
    assert await journal.entries(0) == ()
    assert await written(journal) == (
        f"the audit {path} cannot be written: its folder is a file: name another folder in"
        " FLEETUI_STATE_DIR"
    )


async def test_a_file_that_is_no_database(journal: AuditJournal, path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    told = f"the audit {path} is damaged: file is not a database: keep it (mv {path} {path}.damaged), and a new one is begun"  # noqa: E501
    assert await written(journal) == told
    with pytest.raises(JournalError, match="is damaged"):
        await journal.entries(0)
    # What it says to do helps, without a new start.
    shutil.move(path, f"{path}.damaged")
    await whole(journal, action())


async def test_a_file_with_torn_pages(journal: AuditJournal, path: Path) -> None:
    for number in range(30):
        await whole(journal, action(f"a{number}"))
    await journal.close()
    raw = bytearray(path.read_bytes())
    for page in range(1, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 2048] = b"\xff" * 2048
    path.write_bytes(raw)
    again = AuditJournal(path)
    assert "is damaged: database disk image is malformed: keep it (mv " in await written(again)
    await again.close()


async def test_a_table_that_is_gone(journal: AuditJournal, path: Path) -> None:
    await whole(journal, action())
    await journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE record")
    connection.close()
    again = AuditJournal(path)
    assert "is damaged: no such table: record: keep it" in await written(again)
    await again.close()


async def test_one_of_a_newer_version(journal: AuditJournal, path: Path) -> None:
    await whole(journal, action())
    await journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    again = AuditJournal(path)
    assert await written(again, "a2") == (
        f"the audit {path} is of a newer fleetui (schema 2, this one knows 1): update fleetui"
    )


@pytest.mark.parametrize("statement", ["CREATE TABLE t (x)", "PRAGMA user_version = 1"])
async def test_another_program_s_database(
    journal: AuditJournal, path: Path, statement: str
) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    before = path.read_bytes()
    assert await written(journal) == (
        f"{path} is no audit of fleetui: move it away, and a new one is begun"
    )
    assert path.read_bytes() == before


async def test_one_that_is_locked_for_too_long(journal: AuditJournal, path: Path) -> None:
    await whole(journal, action())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await written(journal, "a2") == (
        f"the audit {path} is locked by another process for 0.1 s: try again,"
        f" or see which it is: fuser {path}"
    )
    # Reading goes on.
    assert len(await journal.entries(0)) == 1
    other.execute("ROLLBACK")
    other.close()
    await whole(journal, action("a2"))


async def test_a_record_that_cannot_be_read_hides_no_other(
    journal: AuditJournal, path: Path
) -> None:
    await whole(journal, action("a"))
    await journal.intend(action("b"))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE record SET body = '{' WHERE action = 'a'")
    connection.close()
    assert [e.action.id for e in await journal.entries(0)] == ["b"]
    # The chain goes on from what is there, and says so when it is asked.
    await journal.note(action("b"), Progress(Phase.DONE))
    broken = verify(Store(path)).broken
    assert broken is not None
    assert broken.seq == 1
