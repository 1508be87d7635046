"""The journal that the door writes: on disk before it goes on, and never on the loop's thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from fleetui.actions.action import Action
from fleetui.actions.audit import form
from fleetui.actions.audit.process import Process, process
from fleetui.actions.audit.record import Kind, Record, make
from fleetui.actions.audit.store import BUSY_S, Store
from fleetui.actions.ports import Entry, JournalError, Reading
from fleetui.core.change import Phase, Progress
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.threads import DaemonPool

T = TypeVar("T")
log = logging.getLogger(__name__)
UNSEEN_S = 7200.0
"""How long a process that cannot be seen from here is taken to live after its last record."""
_CLOSE_S = 2.0


@dataclass(frozen=True, slots=True)
class _One:
    """An action as its records tell it."""

    action: Action
    whole: bool
    begun: float
    progress: Progress
    at: float
    owner: Process
    gate: str

    @staticmethod
    def of(intent: Record, last: Record, known: _One | None) -> _One:
        """Read it. Raises KeyError, TypeError or ValueError where it is damaged."""
        end = last.form
        action, whole = (known.action, known.whole) if known else (None, False)
        if action is None:
            data = intent.form["data"]
            action, whole = form.action(intent.action, data), bool(data["whole"])
        progress = form.progress(end["data"])
        owner = process(end["process"])
        gate = (end["data"].get("reading") or {}).get("text", "")
        return _One(action, whole, intent.at, progress, last.at, owner, gate)


@dataclass(frozen=True, slots=True)
class _Past:
    """What was read, and of which state of the file it is."""

    version: tuple[int, int]
    since: float
    found: tuple[_One, ...]
    """The oldest first."""


class AuditJournal:
    """Keeps the audit in one SQLite file. Nothing is opened before it is needed."""

    def __init__(
        self,
        path: Path | None,
        *,
        now: Callable[[], float] = time.time,
        here: Process | None = None,
        busy_s: float = BUSY_S,
    ) -> None:
        """`path` None keeps it in memory, for a fleet that is not real either."""
        self._store = Store(path, busy_s=busy_s)
        self._now = now
        self._here = here or Process.this()
        self._pool = DaemonPool(1, "audit")
        self._closed = False
        # These belong to the pool's thread.
        self._sent: dict[str, float] = {}
        self._written = 0
        self._past: _Past | None = None

    async def intend(self, action: Action, phase: Phase = Phase.SENDING) -> None:
        """Write down that this will be sent now, or, as WAITING, once SENDING is noted."""
        await self._run(self._intend, action, phase)

    async def note(
        self, action: Action, progress: Progress, reading: Reading | None = None
    ) -> None:
        """Write down how far it has come; an ended phase closes it for good."""
        await self._run(self._note, action, progress, reading)

    async def claim(self, action: Action) -> bool:
        """Take over what an ended process left; False where another has, or it has ended."""
        return await self._run(self._claim, action)

    async def entries(self, since: float) -> tuple[Entry, ...]:
        """Return the actions that are under way, whatever their age, and those begun since."""
        return await self._run(self._entries, since)

    async def close(self) -> None:
        """Let what was given be written, for two seconds at most, and let go of the file."""
        if self._closed:
            return
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self._pool.run(self._store.close)
        self._pool.shutdown(wait=False)

    async def _run(self, do: Callable[..., T], *values: Any) -> T:
        if self._closed:
            raise JournalError(f"the audit {self._store.place} is closed")
        try:
            return await self._pool.run(do, *values)
        except (KeyError, TypeError, ValueError) as error:
            raise JournalError(
                f"the audit {self._store.place} has a record that cannot be read ({error!r}):"
                " see fleetui audit --verify"
            ) from error

    # In the pool's thread.

    def _write(
        self, kind: Kind, action_id: str, data: dict[str, Any], last: Record | None
    ) -> Record:
        return make(last, kind, action_id, self._now(), self._here, data)

    def _intend(self, action: Action, phase: Phase) -> None:
        data = form.of_action(action, phase)

        def intent(last: Record | None) -> Record:
            if self._last_of(action.id) is not None:
                raise JournalError(f"the audit has an intent of {action.id} already")
            return self._write(Kind.INTENT, action.id, data, last)

        self._store.append(intent)
        self._written += 1
        if phase is Phase.SENDING:
            self._sent[action.id] = time.monotonic()

    def _note(self, action: Action, progress: Progress, reading: Reading | None) -> None:
        data = form.of_progress(progress, reading)
        kind = Kind.OUTCOME if progress.phase.ended else Kind.NOTE

        def note(last: Record | None) -> Record:
            before = self._last_of(action.id)
            if before is None:
                raise JournalError(f"the audit has no intent of {action.id}")
            if before.kind == Kind.OUTCOME:
                raise JournalError(f"the audit has an outcome of {action.id} already")
            if kind is Kind.OUTCOME:
                data["duration_s"] = self._duration(action.id)
            return self._write(kind, action.id, data, last)

        self._store.append(note)
        self._written += 1
        if progress.phase is Phase.SENDING:
            self._sent.setdefault(action.id, time.monotonic())
        if kind is Kind.OUTCOME:
            self._sent.pop(action.id, None)

    def _claim(self, action: Action) -> bool:
        def note(last: Record | None) -> Record | None:
            before = self._last_of(action.id)
            if before is None or before.kind == Kind.OUTCOME:
                return None
            written = before.form
            if self._alive(process(written["process"]), before.at):
                return None
            progress = form.progress(written["data"])
            data = {**form.of_progress(progress, None), "taken_over": True}
            return self._write(Kind.NOTE, action.id, data, last)

        claimed = self._store.append(note) is not None
        self._written += 1
        return claimed

    def _last_of(self, action_id: str) -> Record | None:
        found = self._store.find("WHERE action = ? ORDER BY seq DESC LIMIT 1", (action_id,))
        return found[0] if found else None

    def _duration(self, action_id: str) -> float | None:
        """Return the seconds from the sending until now; None where it was never sent."""
        if action_id in self._sent:
            return round(time.monotonic() - self._sent[action_id], 3)
        for record in self._store.find("WHERE action = ? ORDER BY seq", (action_id,)):
            if record.form["data"]["phase"] != Phase.WAITING:
                # Another process sent it: only the clock on the wall is left, which may go back.
                return round(max(0.0, self._now() - record.at), 3)
        return None

    def _alive(self, owner: Process, at: float) -> bool:
        lives = owner.lives(self._here)
        return abs(self._now() - at) < UNSEEN_S if lives is None else lives

    def _entries(self, since: float) -> tuple[Entry, ...]:
        try:
            if not self._store.exists():
                return ()
            past = self._read(since)
        except JournalError:
            self._past = None
            raise
        return tuple(
            Entry(
                one.action, one.progress, one.at,
                not one.progress.phase.ended and self._alive(one.owner, one.at), one.whole,
                one.gate,
            )
            for one in past.found
            if one.begun >= since or not one.progress.phase.ended
        )  # fmt: skip

    def _read(self, since: float) -> _Past:
        """Read it anew only where somebody has written since: this is asked every few seconds."""
        version = (self._store.version(), self._written)
        past = self._past
        if past is not None and past.version == version and past.since <= since:
            return past
        known = {} if past is None else {one.action.id: one for one in past.found}
        found = []
        for intent in self._intents(since):
            last = self._last_of(intent.action) or intent
            try:
                found.append(_One.of(intent, last, known.get(intent.action)))
            except (KeyError, TypeError, ValueError) as error:
                # One that cannot be read must not hide the others.
                log.warning("audit record %d cannot be read: %r", intent.seq, error)
        self._past = _Past(version, since, tuple(found))
        return self._past

    def _intents(self, since: float) -> list[Record]:
        late = self._store.find("WHERE kind = 'intent' AND at >= ?", (since,))
        still_open = self._store.find(
            "WHERE kind = 'intent' AND NOT EXISTS (SELECT 1 FROM record AS o"
            " WHERE o.action = record.action AND o.kind = 'outcome')"
        )
        both = {record.seq: record for record in (*late, *still_open)}
        return [both[seq] for seq in sorted(both)]
