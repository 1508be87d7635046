"""Carries one action out and follows it to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fleetui.actions.action import Action
from fleetui.actions.book import Book
from fleetui.actions.ports import Gatekeeper, Journal, JournalError, Reading
from fleetui.core import humanise
from fleetui.core.change import Phase, Progress
from fleetui.core.errors import ProviderError, Throttled, Unreachable
from fleetui.core.lazy_dataclass import dataclass
from fleetui.providers.writing import Resumable, Writer

log = logging.getLogger(__name__)
ASK_EVERY_S = 2.0
READ_BACK_S = 60.0
SURE_S = 10.0
"""How long a lost request may still be on its way: before, a `not done` is asked again."""
LEFT_S = 1.0
"""How long what was left half-way must have stayed as it is."""
NOT_SENT = "not sent"
TIMEOUT_S = 1800.0
RollBack = Callable[[Action, str], Awaitable[Progress]]
"""(action, why) → how taking it back ended."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run works with."""

    journal: Journal
    book: Book
    roll_back: RollBack
    gatekeeper: Gatekeeper | None = None
    timeout_s: float = TIMEOUT_S
    every_s: float = ASK_EVERY_S


class Run:
    """One action on its way. Sends once, whatever happens after."""

    def __init__(self, action: Action, writer: Writer, tools: Tools) -> None:
        self.action = action
        self.progress = Progress(Phase.WAITING)
        self.reading: Reading | None = None
        self.unwritten: Progress | None = None
        """What is not in the audit, because it could not be written."""
        self._writer = writer
        self._tools = tools
        self._written: Phase | None = None
        self._cancelled = asyncio.Event()
        self._tell(self.progress)

    @property
    def settled(self) -> bool:
        """Whether it has ended, and the audit has all of it."""
        written = self._written is None or self._written.ended
        return self.progress.phase.ended and written and self.unwritten is None

    def cancel(self) -> None:
        """Let it go no further: what waits is not sent, what is on its way is stopped if it can."""
        self._cancelled.set()

    async def intend(self) -> bool:
        """Write the intent down; False where it cannot be, and so nothing will be sent."""
        if self.progress.phase.ended:
            return False
        if self._written is None:
            try:
                await self._tools.journal.intend(self.action, Phase.WAITING)
            except JournalError as error:
                self._tell(Progress(Phase.FAILED, f"{NOT_SENT}: {error}"))
                return False
            self._written = Phase.WAITING
        return True

    async def go(self) -> Progress:
        """Write the intent down, send it, and follow it to its end.

        Cancelling the task leaves it open in the journal, to be picked up by the next start.
        """
        if self._cancelled.is_set():
            return await self._not_sent()
        if not await self.intend():
            return self.progress
        reading = await self._read_gate()
        if reading is not None and not reading.holds:
            return await self._end(Progress(Phase.FAILED, f"{NOT_SENT}: gate: {reading.text}"))
        if self._cancelled.is_set():
            return await self._not_sent()
        try:
            # From here on a program that dies may have sent it.
            await self._tools.journal.note(self.action, Progress(Phase.SENDING), reading)
        except JournalError as error:
            return await self._end(Progress(Phase.FAILED, f"{NOT_SENT}: {error}"))
        self._written = Phase.SENDING
        self._tell(Progress(Phase.SENDING))
        return await self._follow(await self._send())

    async def _not_sent(self) -> Progress:
        cancelled = Progress(Phase.CANCELLED, NOT_SENT)
        return self._tell(cancelled) if self._written is None else await self._end(cancelled)

    async def pick_up(
        self, progress: Progress, back: Awaitable[Progress] | None = None, why: str = ""
    ) -> Progress:
        """Go on with one that an earlier process began: it is never sent again.

        `back`: how what takes it back ends, where that was begun, and `why` it was.
        """
        self._written = progress.phase
        self._tell(progress)
        if back is not None:
            return await self._end(taken_back(why, await back))
        left = await self._find_left()
        if left is not None:
            return await self._end(left)
        if progress.phase is Phase.SENDING:
            lost = "the program ended while it was sent"
            progress = await self._read_back(lost, self._tools.timeout_s)
        return await self._follow(progress)

    async def _find_left(self) -> Progress | None:
        """Ask what an ended process has left half-way, until it stays so.

        Its last request may still be on its way.
        """
        writer: object = self._writer
        if not isinstance(writer, Resumable):
            return None
        loop, before, since = asyncio.get_running_loop(), None, 0.0
        while True:
            try:
                found = await writer.left(self.action.plan)
            except Exception as error:  # noqa: BLE001  whatever it is: it is asked again
                log.info("%s: what it left is not known: %s", self.action.id, error)
                return None
            if found is None or not found.phase.ended:
                return None
            if found != before:
                before, since = found, loop.time()
            elif loop.time() - since >= LEFT_S:
                return found
            self._tell(replace(found, phase=Phase.ROLLING, half_way=False))
            await asyncio.sleep(self._tools.every_s)

    async def _send(self) -> Progress:
        bound = self._tools.timeout_s
        try:
            async with asyncio.timeout(bound):
                return await self._writer.carry_out(self.action.plan, self._told)
        except Unreachable as error:
            return await self._read_back(error.fault().line)
        except TimeoutError:
            return await self._read_back(f"no answer for {bound:.0f} s")
        except ProviderError as error:
            return Progress(Phase.FAILED, f"not done: {error.fault().line}")
        except Exception as error:
            log.exception("%s: carrying out failed", self.action.id)
            return await self._read_back(f"{type(error).__name__}, see the log file")

    async def _read_back(self, why: str, patience_s: float = READ_BACK_S) -> Progress:
        """The answer is lost: ask how the world is, for a while."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            try:
                progress = await self._writer.progress(self.action.plan)
            except (Unreachable, Throttled) as error:
                now = error.fault().line
            except ProviderError as error:
                return Progress(Phase.UNKNOWN, f"{why}; and now: {error.fault().line}")
            except Exception as error:
                log.exception("%s: reading back failed", self.action.id)
                now = f"{type(error).__name__}, see the log file"
                return Progress(Phase.UNKNOWN, f"it may have been done: {why}; and now: {now}")
            else:
                if progress.phase is not Phase.FAILED or loop.time() - began >= SURE_S:
                    return replace(progress, reason=progress.reason or f"read back: {why}")
                now = progress.reason
            if loop.time() - began >= patience_s:
                return Progress(Phase.UNKNOWN, f"it may have been done: {why}; and now: {now}")
            self._tell(Progress(Phase.SENDING, f"the answer is lost: {why}; now: {now}"))
            await asyncio.sleep(self._tools.every_s)

    async def _follow(self, progress: Progress) -> Progress:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._tools.timeout_s
        taken = False
        while not progress.phase.ended and progress.phase is not Phase.HOLDING:
            taken = True
            await self._note(progress)
            await self._pause()
            if self._cancelled.is_set():
                return await self._end(await self._halt(Phase.CANCELLED, "cancelled"))
            reading = await self._read_gate()
            if reading is not None and reading.value is not None and not reading.holds:
                return await self._end(await self._gate_failed(progress, reading))
            progress = await self._ask(progress)
            if loop.time() >= end and not progress.phase.ended:
                late = f"not done after {self._tools.timeout_s:.0f} s"
                why = f"{late}: {progress.reason}" if progress.reason else late
                return await self._end(replace(progress, phase=Phase.TIMED_OUT, reason=why))
        gate = self.action.watched
        if gate is not None and progress.phase in {Phase.DONE, Phase.HOLDING}:
            progress = await self._hold(progress)
        elif gate is not None and gate.roll_back and taken and progress.phase is Phase.FAILED:
            # Its back end has given up on it, which is no better than what the gate watches for.
            progress = await self._take_back(progress, progress.reason or "it failed")
        return await self._end(progress)

    async def _ask(self, before: Progress) -> Progress:
        try:
            return await self._writer.progress(self.action.plan)
        except ProviderError as error:
            return replace(before, reason=f"cannot be asked now: {error.fault().line}")
        except Exception as error:
            log.exception("%s: asking failed", self.action.id)
            text = f"cannot be asked now: {type(error).__name__}, see the log file"
            return replace(before, reason=text)

    async def _hold(self, done: Progress) -> Progress:
        """Watch the gate until it has held long enough without a break.

        Where it cannot be read the time begins anew: what was not seen was not well.
        """
        gate = self.action.watched
        assert gate is not None  # noqa: S101  the caller looked
        done = replace(done, phase=Phase.DONE)
        loop = asyncio.get_running_loop()
        end = loop.time() + gate.hold_s + self._tools.timeout_s
        whole = humanise.duration(gate.hold_s)
        since: float | None = None
        while True:
            reading = await self._read_gate()
            text = reading.text if reading else ""
            if reading is not None and reading.value is not None and not reading.holds:
                return await self._gate_failed(done, reading)
            if self._cancelled.is_set():
                return replace(done, reason="done; its gate was not waited for")
            if reading is None or reading.value is None:
                since = None
            else:
                since = loop.time() if since is None else since
                if loop.time() - since >= gate.hold_s:
                    return replace(done, reason=f"gate held for {whole}: {text}")
            if loop.time() >= end:
                why = f"done, but its gate never held for {whole}: {text}{self._left()}"
                return replace(done, phase=Phase.TIMED_OUT, reason=why)
            note = f"gate: {text}"
            if since is not None:
                note = f"gate holds, {humanise.duration(loop.time() - since)} of {whole}: {text}"
            await self._note(replace(done, phase=Phase.HOLDING, reason=note))
            await self._pause()

    async def _gate_failed(self, before: Progress, reading: Reading) -> Progress:
        """Stop what is still under way, and take it back where the gate is to do that."""
        why = f"gate: {reading.text}"
        if before.phase is Phase.DONE:
            stopped = replace(before, phase=Phase.FAILED, reason=f"done, and then {why}")
        else:
            stopped = await self._halt(Phase.FAILED, why)
        if stopped.phase is Phase.ROLLED_BACK:
            return stopped
        gate = self.action.watched
        if gate is None or not gate.roll_back:
            left = f"{stopped.reason}{self._left()}"
            return replace(stopped, phase=Phase.FAILED, reason=left)
        return await self._take_back(stopped, why)

    async def _take_back(self, stopped: Progress, why: str) -> Progress:
        await self._note(replace(stopped, phase=Phase.ROLLING, reason=f"{why}: taking it back"))
        try:
            back = await self._tools.roll_back(self.action, why)
        except Exception as error:
            log.exception("%s: taking back failed", self.action.id)
            back = Progress(Phase.FAILED, f"{type(error).__name__}, see the log file")
        return taken_back(why, back)

    def _left(self) -> str:
        """Say that it stays as it is, and what could be done."""
        can = ": undo can take it back" if self.action.plan.undo.ask is not None else ""
        return f"; it is left so{can}"

    async def _halt(self, phase: Phase, why: str) -> Progress:
        try:
            halted = await self._writer.halt(self.action.plan)
        except ProviderError as error:
            return Progress(phase, f"{why}; it could not be stopped: {error.fault().line}")
        except Exception as error:
            log.exception("%s: stopping failed", self.action.id)
            text = f"{type(error).__name__}, see the log file"
            return Progress(phase, f"{why}; it could not be stopped: {text}")
        left = f"{why}; {halted.reason}" if halted.reason else why
        # What was done before it could be stopped, or has gone back by itself, is so.
        kept = halted.phase in {Phase.DONE, Phase.FAILED, Phase.ROLLED_BACK}
        return replace(halted, phase=halted.phase if kept else phase, reason=left)

    async def _read_gate(self) -> Reading | None:
        gate = self.action.watched
        if gate is None:
            return None
        if self._tools.gatekeeper is None:
            self.reading = Reading(False, text="no Prometheus is configured to read it")
        else:
            try:
                self.reading = await self._tools.gatekeeper.read(gate)
            except Exception as error:
                # Whatever it is: no answer is never a pass.
                log.exception("%s: the gate cannot be read", self.action.id)
                self.reading = Reading(False, text=f"{type(error).__name__}, see the log file")
        self._tools.book.read(self.action, self.reading)
        return self.reading

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._tools.every_s):
                await self._cancelled.wait()
        except TimeoutError:
            return

    def _told(self, progress: Progress) -> None:
        self._tell(progress)

    def _tell(self, progress: Progress) -> Progress:
        self.progress = progress
        self._tools.book.write(self.action, progress, self.reading.text if self.reading else "")
        return progress

    async def _note(self, progress: Progress) -> None:
        """Show it, and write it down where the phase is another one."""
        self._tell(progress)
        if progress.phase is self._written:
            return
        try:
            await self._tools.journal.note(self.action, progress, self.reading)
        except JournalError as error:
            # It is under way and cannot be unsent: the row says that the record is missing.
            log.exception("%s: not in the audit", self.action.id)
            self.unwritten = progress
            self._tell(replace(progress, reason=f"{progress.reason} (not in the audit: {error})"))
        else:
            self.unwritten = None
            self._written = progress.phase

    async def write_again(self) -> None:
        """Write down what could not be: a disk that was full may have room again."""
        if self.unwritten is not None:
            progress, self.unwritten = self.unwritten, None
            await self._note(progress)

    async def _end(self, progress: Progress) -> Progress:
        await self._note(progress)
        return self.progress


def taken_back(why: str, back: Progress) -> Progress:
    """Return how an action ends that was taken back, or was not, for what its gate said."""
    if back.phase is Phase.DONE:
        return Progress(Phase.ROLLED_BACK, why, back.updated, back.ready, back.total)
    return Progress(Phase.FAILED, f"{why}; not taken back: {back.reason or back.phase}")
