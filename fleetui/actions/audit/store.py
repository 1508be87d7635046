"""The file: SQLite that only grows, written by one thread of each process. Blocking."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from fleetui.actions.audit.record import Record
from fleetui.actions.ports import JournalError

T = TypeVar("T")
SCHEMA = 1
APPLICATION = 0x666C7561
"""`flua`: says what the file is to whoever finds it."""
BUSY_S = 5.0
_RETRY_S = 0.02
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_COLUMNS = "seq, at, kind, action, body, hash"
_TABLES = """
CREATE TABLE record (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  action TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX record_action ON record (action, seq);
CREATE INDEX record_intent ON record (at) WHERE kind = 'intent';
CREATE UNIQUE INDEX one_intent ON record (action) WHERE kind = 'intent';
CREATE UNIQUE INDEX one_outcome ON record (action) WHERE kind = 'outcome';
CREATE TRIGGER no_update BEFORE UPDATE ON record
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON record
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""


class Store:
    """Appends records and finds them again. Belongs to one thread; opened when it is needed.

    `path` None keeps it in memory; `reading` never writes, not even a lock. Everything raises
    JournalError.
    """

    def __init__(self, path: Path | None, *, busy_s: float = BUSY_S, reading: bool = False) -> None:
        self._path = path
        self._busy_s = busy_s
        self._reading = reading
        self._connection: sqlite3.Connection | None = None
        self._inode = (0, 0)

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return "memory" if self._path is None else str(self._path)

    def exists(self) -> bool:
        """Whether anything was ever written."""
        if self._path is None:
            return self._connection is not None
        try:
            return self._path.stat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._explained(error) from error

    def append(self, make: Callable[[Record | None], Record | None]) -> Record | None:
        """Write the record that `make` returns of the last one, and return it once on disk.

        No other process writes between the two. `make` may look into the store; where it
        returns None nothing is written.
        """
        with self._explaining():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                made = make(self.last())
                if made is not None:
                    connection.execute(
                        f"INSERT INTO record ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
                        (made.seq, made.at, made.kind, made.action, made.body, made.hash),
                    )
                connection.execute("COMMIT")
            except BaseException:
                # Where looking into it failed, it is closed already, and so rolled back.
                with suppress(sqlite3.Error):
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                raise
            return made

    def last(self) -> Record | None:
        """Return the newest record of all."""
        return next(iter(self.find("ORDER BY seq DESC LIMIT 1")), None)

    def find(self, clauses: str, values: Sequence[Any] = ()) -> list[Record]:
        """Return the records that SQL `clauses` name; none where nothing was ever written."""
        with self._explaining():
            if self._connection is None and not self.exists():
                return []
            statement = f"SELECT {_COLUMNS} FROM record {clauses}"  # noqa: S608  ours alone
            return [Record(*row) for row in self._open().execute(statement, values)]

    def walk(self, size: int = 500) -> Iterator[Record]:
        """Go through all records in their order, a few at a time."""
        after = -(2**63)
        while found := self.find("WHERE seq > ? ORDER BY seq LIMIT ?", (after, size)):
            yield from found
            after = found[-1].seq

    def highest(self) -> int:
        """Return the highest number that was ever given to a record, 0 for none."""
        with self._explaining():
            if self._connection is None and not self.exists():
                return 0
            query = "SELECT seq FROM sqlite_sequence WHERE name = 'record'"
            row = self._open().execute(query).fetchone()
            return int(row[0]) if row else 0

    def sound(self) -> str:
        """Say what SQLite finds wrong with the file as a whole; empty where nothing is."""
        with self._explaining():
            if self._connection is None and not self.exists():
                return ""
            row = self._open().execute("PRAGMA integrity_check(1)").fetchone()
            return "" if row[0] == "ok" else str(row[0])

    def version(self) -> int:
        """Return a number that changes when another process has written."""
        with self._explaining():
            return int(self._open().execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the file. It is opened again when it is needed."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    # Opening.

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._path is not None:
            # Moved away or removed: what is written to it now would be found by nobody.
            found = self._path.stat() if self._path.exists() else None
            if found is None or (found.st_dev, found.st_ino) != self._inode:
                self.close()
        if self._connection is None:
            self._connection = self._to_read() if self._reading else self._to_write()
        return self._connection

    def _to_write(self) -> sqlite3.Connection:
        if self._path is not None:
            _create(self._path)
        connection = self._connected(":memory:" if self._path is None else self._uri("rw"))
        try:
            # Before anything else: SQLite would fill another program's file as it is told.
            if self._schema(connection) == 0:
                self._patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchone())
                self._fill(connection)
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _to_read(self) -> sqlite3.Connection:
        """Open it where nothing can be written, too: there it does not change either."""
        connection = self._connected(self._uri("ro"))
        try:
            schema = self._schema(connection)
        except sqlite3.OperationalError as error:
            connection.close()
            unwritable = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
            if error.sqlite_errorcode & 0xFF not in unwritable:
                raise
            connection = self._connected(self._uri("ro") + "&immutable=1")
            schema = self._schema(connection)
        if schema == 0:
            # Who made the file was killed before the first record.
            connection.close()
            connection = self._connected(":memory:")
            self._fill(connection)
        return connection

    def _connected(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(name, timeout=self._busy_s, isolation_level=None, uri=True)
        # Damaged text is told as what it is, by the hash over it.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        if self._path is not None:
            found = self._path.stat()
            self._inode = (found.st_dev, found.st_ino)
        return connection

    def _uri(self, mode: str) -> str:
        return f"{(self._path or Path()).absolute().as_uri()}?mode={mode}"

    def _schema(self, connection: sqlite3.Connection) -> int:
        """Return the version of the tables, 0 where there are none yet."""
        # All of one moment: another process may be about to fill it.
        connection.execute("BEGIN")
        try:
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            application = int(connection.execute("PRAGMA application_id").fetchone()[0])
            tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except UnicodeDecodeError:
            # SQLite names what is damaged, and the name is damaged, too.
            raise sqlite3.DatabaseError("malformed database schema") from None
        connection.execute("COMMIT")
        if application != APPLICATION and (schema or application or tables):
            raise JournalError(
                f"{self.place} is no audit of fleetui: move it away, and a new one is begun"
            )
        if schema > SCHEMA:
            raise JournalError(
                f"the audit {self.place} is of a newer fleetui (schema {schema}, this one knows"
                f" {SCHEMA}): update fleetui"
            )
        return schema

    def _fill(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been first.
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _statements(_TABLES):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            raise

    def _patiently(self, do: Callable[[], T]) -> T:
        """Try again while the file is busy: SQLite itself does not wait to change its mode."""
        end = time.monotonic() + self._busy_s
        while True:
            try:
                return do()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                    raise
            time.sleep(_RETRY_S)

    # What a person reads.

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, OverflowError) as error:
            # Begin anew next time: a full disk has room again, a damaged file is moved away.
            self.close()
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> JournalError:
        folder = "its folder" if self._path is None else str(self._path.parent)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        full = "cannot be written: the disk is full: make room on it"
        elsewhere = f"make {folder} writable, or name another folder in FLEETUI_STATE_DIR"
        text = {
            sqlite3.SQLITE_FULL: full,
            sqlite3.SQLITE_READONLY: f"cannot be written: it is read-only: {elsewhere}",
            sqlite3.SQLITE_PERM: f"cannot be written: it is not allowed: {elsewhere}",
            sqlite3.SQLITE_CANTOPEN: f"cannot be opened: {elsewhere}",
            sqlite3.SQLITE_BUSY: f"is locked by another process for {self._busy_s:g} s: try again,"
            f" or see which it is: fuser {self.place}",
            sqlite3.SQLITE_IOERR: f"cannot be written: {error}: see whether the disk of {folder}"
            " is full or broken",
        }.get(code)
        if isinstance(error, OSError):
            reason = f"{error.strerror or error}: {elsewhere}"
            text = full if error.errno == errno.ENOSPC else f"cannot be written: {reason}"
            if isinstance(error, FileExistsError | NotADirectoryError):
                text = "cannot be written: its folder is a file: name another folder in"
                text += " FLEETUI_STATE_DIR"
        gone = code == sqlite3.SQLITE_ERROR and "no such" in str(error)
        if text is None and (gone or code in _DAMAGED):
            keep = f"mv {self.place} {self.place}.damaged"
            text = f"is damaged: {error}: keep it ({keep}), and a new one is begun"
        return JournalError(f"the audit {self.place} {text or f'failed: {error}'}")


def _create(path: Path) -> None:
    """Make the folder and the file for their owner alone, and see that both are on disk."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would end the transaction."""
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part
            part = ""
