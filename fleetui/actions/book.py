"""Every change under way and those of late, as rows: a provider of `rollouts` like any other."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from fleetui.actions.action import Action, GateSpec
from fleetui.actions.ports import Entry, Journal, JournalError, Reading
from fleetui.actions.telling import told
from fleetui.core.change import Phase, Plan, Progress, Verb
from fleetui.core.description import Description
from fleetui.core.errors import Invalid, NotFound
from fleetui.core.kinds import ROLLOUTS
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Link, Rollout
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.core.state import State
from fleetui.providers.base import Batch, Change, Report, SourceSpec, Upserted

NAME = "fleetui"
SCOPE = "actions"
KEEP = 500
SHOWN_S = 86_400.0
"""What ended longer ago is for the audit to tell."""
Recall = Callable[[], Awaitable[Sequence[Entry]]]
READINGS = 1800
"""So many readings of a gate are kept for its chart: one each two seconds, for an hour."""
_STATES = {
    Phase.WAITING: State.PENDING,
    Phase.SENDING: State.PENDING,
    Phase.ROLLING: State.PENDING,
    Phase.HOLDING: State.PENDING,
    Phase.DONE: State.RUNNING,
    Phase.FAILED: State.FAILED,
    Phase.TIMED_OUT: State.FAILED,
    Phase.CANCELLED: State.STOPPED,
    Phase.ROLLED_BACK: State.DEGRADED,
    Phase.UNKNOWN: State.UNKNOWN,
}


def row_of(
    action: Action, progress: Progress, gate: str = "", ended: float | None = None
) -> Rollout:
    """Return one action as a row; `gate` is what its gate says now, `ended` when it ended."""
    plan = action.plan
    ref = Ref(NAME, SCOPE, plan.ask.verb.value, action.id, f"{plan.ref.short} {action.id[-4:]}")
    return Rollout(
        ref=ref,
        state=_STATES[progress.phase],
        native_state=progress.phase.value,
        reason=progress.reason,
        created=action.at,
        started=action.at,
        links=(Link("about", plan.ref),),
        action=plan.ask.verb.value,
        subject=str(plan.ref),
        phase=progress.phase.value,
        before=_side(plan, 0),
        after=_side(plan, 1),
        updated=progress.updated,
        ready=progress.ready,
        total=progress.total,
        gate=gate,
        who=str(action.who),
        ended=ended,
        half_way=progress.half_way,
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """An action's gate and what it has said, for the chart: (Unix seconds, value) pairs.

    Where it could not be read there is a gap.
    """

    gate: GateSpec
    readings: tuple[tuple[float, float], ...]
    text: str = ""
    """What it says now, in words."""


def _side(plan: Plan, side: int) -> str:
    """Return one side of what changes: `6`, or `memory 512MiB, cpu 1` where it is more."""
    sides = [(d.name, (d.before, d.after)[side]) for d in plan.differences]
    if len(sides) == 1:
        return sides[0][1]
    return ", ".join(f"{name} {value}" for name, value in sides)


class Book:
    """Keeps the rows and tells whoever watches. Belongs to the loop's thread."""

    name = NAME
    scope = SCOPE

    def __init__(self, now: Callable[[], float] = time.time, recall: Recall | None = None) -> None:
        """`recall` gives what the journal has: also what other processes have done of late."""
        self._now = now
        self._recall = recall
        self._mine: set[str] = set()
        self._rows: dict[str, Rollout] = {}
        self._actions: dict[str, Action] = {}
        self._readings: dict[str, deque[tuple[float, float]]] = {}
        self._gates: dict[str, tuple[GateSpec, str]] = {}
        self._watchers: set[asyncio.Queue[Change]] = set()

    @classmethod
    def of(cls, journal: Journal, now: Callable[[], float] = time.time) -> Book:
        """Return the book of a journal, which need not belong to this process."""
        return cls(now, lambda: journal.entries(now() - SHOWN_S))

    def write(
        self, action: Action, progress: Progress, gate: str = "", at: float | None = None
    ) -> None:
        """Note how far an action has come; `at`: when that was, if it is not now."""
        if at is None:
            self._mine.add(action.id)
        ended = (self._now() if at is None else at) if progress.phase.ended else None
        row = row_of(action, progress, gate, ended)
        before = self._rows.get(action.id)
        if before is not None and replace(before, ended=row.ended) == row:
            return
        self._rows[action.id], self._actions[action.id] = row, action
        while len(self._rows) > KEEP:
            over = (key for key, one in self._rows.items() if one.ended is not None)
            oldest = next(over, next(iter(self._rows)))
            del self._rows[oldest], self._actions[oldest]
            self._mine.discard(oldest)
            self._readings.pop(oldest, None)
            self._gates.pop(oldest, None)
        for queue in self._watchers:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(Upserted((row,)))

    def read(self, action: Action, reading: Reading) -> None:
        """Note what the gate of an action says now."""
        if action.gate is None:
            return
        self._gates[action.id] = (action.gate, reading.text)
        kept = self._readings.setdefault(action.id, deque(maxlen=READINGS))
        if reading.value is not None:
            kept.append((reading.at or self._now(), reading.value))

    def watched(self, action_id: str) -> Watched | None:
        """Return what an action's gate has said in this process; None where it has none."""
        if action_id not in self._gates:
            return None
        gate, text = self._gates[action_id]
        return Watched(gate, tuple(self._readings[action_id]), text)

    def action(self, action_id: str) -> Action | None:
        """Return an action; None where it is not kept."""
        return self._actions.get(action_id)

    def phase(self, action_id: str) -> Phase | None:
        """Return how far an action has come; None where it is not kept."""
        row = self._rows.get(action_id)
        return None if row is None else Phase(row.phase)

    def under_way(self, ref: Ref, but: str = "") -> Rollout | None:
        """Return the newest change of a target that has not ended, other than the action `but`.

        A forward changes nothing of it.
        """
        rows = (
            row for uid, row in reversed(self._rows.items())
            if row.ended is None and uid != but and self._actions[uid].plan.ref == ref
            and self._actions[uid].plan.ask.verb is not Verb.FORWARD
        )  # fmt: skip
        return next(rows, None)

    def rows(self) -> tuple[Rollout, ...]:
        """Return all that are kept, the oldest first."""
        return tuple(self._rows.values())

    # A provider.

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the one source of rollouts."""
        return (SourceSpec(SourceKey(NAME, SCOPE, ROLLOUTS), interval_s=5.0),)

    async def fetch(self, key: SourceKey) -> Batch:  # noqa: ARG002
        """Return all rows, with those of other processes. Raises Invalid where they are lost."""
        if self._recall is not None:
            try:
                entries = await self._recall()
            except JournalError as error:
                raise Invalid(str(error), hint="see the audit's folder") from None
            for entry in entries:
                # What is followed here is known better than what was written down of it.
                if entry.action.id not in self._mine:
                    self.write(entry.action, entry.progress, entry.gate, entry.at)
        return Batch(self.rows())

    async def describe(self, ref: Ref) -> Description:
        """Tell an action whole. Raises NotFound where it is not kept any more."""
        action = self._actions.get(ref.uid)
        if action is None:
            raise NotFound(f"{ref.short} is not kept here", hint="fleetui audit has all of it")
        return told(action, self._rows[ref.uid].gate)

    async def check(self) -> Report:
        """It is always there."""
        return Report(NAME, SCOPE, reachable=True)

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:  # noqa: ARG002
        """Follow the rows; one that falls behind fetches them anew."""
        return self._watch()

    async def _watch(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue(KEEP)
        self._watchers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)

    async def close(self) -> None:
        """Nothing is held."""
