"""Whatever is changed in the audit is found."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_of_tests import action, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleetui.actions.audit.chain import Broken, Chain, verify
from fleetui.actions.audit.journal import AuditJournal
from fleetui.actions.audit.process import Process
from fleetui.actions.audit.record import Kind, Record, fault, make
from fleetui.actions.audit.store import Store
from fleetui.actions.ports import JournalError

COLUMNS = ("at", "kind", "action", "body", "hash")
HERE = Process(1, "2", "host")


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an audit of three actions: twelve records."""
    path = tmp_path_factory.mktemp("chain") / "audit.db"

    async def write() -> None:
        journal = AuditJournal(path)
        for name in "abc":
            await whole(journal, action(name))
        await journal.close()

    asyncio.run(write())
    return path


def checked(path: Path) -> Chain:
    store = Store(path, reading=True)
    try:
        return verify(store)
    finally:
        store.close()


def records(path: Path) -> list[Record]:
    store = Store(path, reading=True)
    try:
        return list(store.walk())
    finally:
        store.close()


def changed(audit: Path, folder: Path, *statements: str) -> Chain:
    """Verify a copy in which somebody has done this."""
    path = folder / "copy.db"
    shutil.copy(audit, path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("DROP TRIGGER no_delete")
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return checked(path)


def test_one_that_is_whole(audit: Path) -> None:
    assert checked(audit) == Chain(12, records(audit)[-1].hash)
    assert checked(audit.with_name("none.db")) == Chain(0)


def test_each_record_holds_the_hash_of_the_one_before(audit: Path) -> None:
    found = records(audit)
    assert [r.form["before"] for r in found] == ["0" * 64, *(r.hash for r in found[:-1])]
    assert [r.seq for r in found] == list(range(1, 13))
    assert [r.kind for r in found[:4]] == ["intent", "note", "note", "outcome"]


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["UPDATE record SET body = replace(body, 'ana', 'bob') WHERE seq = 5"],
         (5, "its content is not what was written: the hash differs")),
        ([("UPDATE record SET hash = substr(hash, 2) || iif(hash LIKE '0%', '1', '0')"
           " WHERE seq = 3")],
         (3, "its content is not what was written: the hash differs")),
        (["UPDATE record SET at = at + 1 WHERE seq = 2"],
         (2, "its column at is not what was written")),
        (["UPDATE record SET action = 'c' WHERE seq = 6"],
         (6, "its column action is not what was written")),
        (["DELETE FROM record WHERE seq = 4"], (5, "record 4 is missing")),
        (["DELETE FROM record WHERE seq = 1"], (2, "record 1 is missing")),
        (["DELETE FROM record WHERE seq > 10"],
         (11, "it is missing, and all after it up to 12")),
        (["DELETE FROM record"], (1, "it is missing, and all after it up to 12")),
        (["UPDATE record SET seq = 99 WHERE seq = 12"], (99, "record 12 is missing")),
        ([("INSERT INTO record SELECT 13, at, 'note', action, body, hash FROM record"
           " WHERE seq = 12")], (13, "its column seq is not what was written")),
        (["UPDATE record SET seq = -1 WHERE seq = 3", "UPDATE record SET seq = 3 WHERE seq = 2",
          "UPDATE record SET seq = 2 WHERE seq = -1"],
         (2, "its column seq is not what was written")),
    ],
)  # fmt: skip
def test_what_somebody_has_done_is_found_where_it_was_done(
    audit: Path, tmp_path: Path, statements: list[str], broken: tuple[int, str]
) -> None:
    found = changed(audit, tmp_path, *statements).broken
    assert found is not None
    assert (found.seq, found.why) == broken


def test_a_record_made_anew_with_its_hash_does_not_fit_the_next(
    audit: Path, tmp_path: Path
) -> None:
    found = records(audit)
    form = found[4].form
    data = {**form["data"], "reason": "I was told to"}
    forged = make(found[3], Kind.INTENT, found[4].action, found[4].at, HERE, data)
    statement = f"UPDATE record SET body = '{forged.body}', hash = '{forged.hash}' WHERE seq = 5"  # noqa: S608
    broken = changed(audit, tmp_path, statement).broken
    assert broken == Broken(6, "it does not follow the record before it", found[5].at)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_one_bit_of_any_field_is_found(audit: Path, data: st.DataObject) -> None:
    found = records(audit)
    number = data.draw(st.integers(0, len(found) - 1))
    column = data.draw(st.sampled_from(COLUMNS))
    record = found[number]
    before = getattr(record, column)
    if column == "at":
        after: object = before + data.draw(st.sampled_from([2.0**-10, -(2.0**-10), 1.0]))
    else:
        raw = bytearray(before.encode())
        bit = data.draw(st.integers(0, len(raw) * 8 - 1))
        raw[bit // 8] ^= 1 << bit % 8
        after = raw.decode("utf-8", "surrogateescape")
    forged = Record(**{name: getattr(record, name) for name in ("seq", *COLUMNS)} | {column: after})
    last = found[number - 1] if number else None
    assert fault(record, last) == ""
    assert fault(forged, last) != ""


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_any_one_bit_of_the_file_is_found_or_changes_no_record(
    audit: Path, tmp_path: Path, data: st.DataObject
) -> None:
    raw = bytearray(audit.read_bytes())
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    path = tmp_path / "bit.db"
    path.write_bytes(raw)
    try:
        chain = checked(path)
        same = chain.broken is None and records(path) == records(audit)
    except JournalError:
        return
    assert chain.broken is not None or same


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=8),
            st.integers() | st.text(max_size=20) | st.none() | st.booleans(),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_whatever_is_written_fits_together(forms: list[dict[str, object]]) -> None:
    last: Record | None = None
    for form in forms:
        record = make(last, Kind.NOTE, "a", 1.5, HERE, form)
        assert fault(record, last) == ""
        assert record.form["data"] == form
        last = record


def test_sqlite_s_own_check_is_asked_too(audit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound: Callable[[Store], str] = lambda _self: "row 3 missing from index record_action"  # noqa: E731
    monkeypatch.setattr(Store, "sound", sound)
    broken = checked(audit).broken
    assert broken == Broken(13, "the file is damaged: row 3 missing from index record_action")
