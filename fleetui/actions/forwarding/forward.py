"""One forward: a port here that stays open, whoever answers at its other end."""

from __future__ import annotations

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress

from fleetui.actions.action import Action
from fleetui.actions.forwarding.carrying import Carrying, dismiss, is_final
from fleetui.core import humanise
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.forwarding import near_end, url_of
from fleetui.core.objects import Forward, Link
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.providers.forwarding import unbound
from fleetui.providers.writing import Stream, Tunnel

log = logging.getLogger(__name__)
NAME, SCOPE, KIND = "fleetui", "forwards", "forward"
WAIT_S = 10.0
"""How long a connection waits for somebody who answers."""
RETRY_S = 0.5
LOOK_S, LOOK_AGAIN_S = 10.0, 2.0
"""How often it is looked who answers: while all is well, and once nobody does, at first."""
_DOUBLED = 8
TOGETHER = 64
"""So many connections are carried at once; the next ones wait their turn."""
LINGERING = 16
"""So many may wait for answers that nobody may read any more; the oldest go first."""
_FRESH_S = 60.0
"""How long it is told that another answers now."""
Told = Callable[["Forwarding", str, str], None]
"""(the forward, what happened in words, what that means: `accent`, `warn`)."""


class Forwarding:
    """Listens, carries, and heals. Belongs to the loop's thread."""

    def __init__(
        self, action: Action, tunnel: Tunnel, now: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        plan = action.plan
        self.action = action
        self.address = plan.ask.value("address")
        self.local = int(plan.ask.value("local"))
        self.port = int(plan.ask.value("port"))
        self.url = url_of(self.address, self.local, self.port, dict(plan.memo).get("name", ""))
        self.told: Told | None = None
        self._tunnel = tunnel
        self._now = now
        self._changed = changed
        self._started = now()
        self._member = tunnel.member
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._carried: dict[Carrying, None] = {}
        self._room = asyncio.Semaphore(TOGETHER)
        self._total = self._waiting = self._sent = self._received = 0
        self._nobody = ""
        """Why nobody answers; empty where somebody does."""
        self._broke = ""
        """How the last connection came to an end that it should not have."""
        self._healed: tuple[float, str] = (0.0, "")

    # How it begins and ends.

    async def listen(self) -> None:
        """Open the port here. Raises Conflict or Invalid."""
        try:
            self._server = await asyncio.start_server(self._came, self.address, self.local)
        except OSError as error:
            raise unbound(error, self.address, self.local, str(self.port)) from None
        self._keep(asyncio.create_task(self._watch()))

    async def close(self) -> None:
        """Close the port, and break off what is carried."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._tunnel.close()

    @property
    def summary(self) -> str:
        """What came of it, for the audit: `3 connections, 1.2K sent, 40K received`."""
        row = self.row()
        word = "connection" if row.total == 1 else "connections"
        sizes = f"{humanise.size(row.sent)} sent, {humanise.size(row.received)} received"
        return f"{row.total} {word}, {sizes}" if row.total else "no connection came"

    @property
    def line(self) -> str:
        """`http://127.0.0.1:8080 → svc/web:80 (pod web-1)`."""
        ref = self.action.plan.ref
        who = f" ({self._who(self._member)})" if self._member and self._member != ref.name else ""
        return f"{self.url} → {clean(ref.short, 300)}:{self.port}{who}"

    def row(self) -> Forward:
        """Return it as it is now."""
        ref = self.action.plan.ref
        local = near_end(self.address, self.local)
        at, healed = self._healed
        trouble = self._nobody or self._broke
        fresh = healed if self._now() - at < _FRESH_S else ""
        return Forward(
            ref=Ref(NAME, SCOPE, KIND, self.action.id, local),
            state=State.DEGRADED if trouble else State.RUNNING,
            native_state="healing" if self._nobody else "broke off" if trouble else "open",
            reason=trouble or fresh,
            created=self._started,
            started=self._started,
            links=(Link("about", ref),),
            local=local,
            url=self.url,
            to=f"{clean(ref.short, 300)}:{self.port}",
            member=clean(self._member, 253),
            connections=self._waiting + sum(not one.half for one in self._carried),
            total=self._total,
            sent=self._sent + sum(one.sent for one in self._carried),
            received=self._received + sum(one.received for one in self._carried),
            who=str(self.action.who),
        )

    # One connection.

    def _came(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._keep(asyncio.create_task(self._one(reader, writer)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._total += 1
        self._waiting += 1
        self._changed()
        broken = True
        try:
            async with self._room:
                try:
                    stream = await self._answered()
                finally:
                    self._waiting -= 1
                if stream is not None:
                    broken = not await self._carry(stream, reader, writer)
        except Exception:
            log.exception("%s: a connection failed", self.line)
        finally:
            with suppress(asyncio.CancelledError):
                await dismiss(reader, writer, broken=broken)
            self._changed()

    async def _answered(self) -> Stream | None:
        """Wait for somebody who answers, but not for ever."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_S
        while True:
            try:
                async with asyncio.timeout_at(until):
                    stream = await self._tunnel.open()
            except (ProviderError, TimeoutError) as error:
                self._lost(error)
                final = isinstance(error, ProviderError) and is_final(error)
                if final or loop.time() + RETRY_S >= until:
                    return None
            else:
                self._found()
                return stream
            await asyncio.sleep(RETRY_S)

    async def _carry(self, stream: Stream, reader: StreamReader, writer: StreamWriter) -> bool:
        """Carry one connection, and say whether it came to a good end."""
        carrying = Carrying(stream, reader, writer)
        carrying.told = lambda: self._came_through(carrying)
        lingering = [one for one in self._carried if one.half]
        for one in lingering[: max(0, len(lingering) + 1 - LINGERING)]:
            one.hurry()
        self._carried[carrying] = None
        try:
            await carrying.run()
        except ProviderError as error:
            if not carrying.half:
                # Of whoever has sent all and gone, it is nothing to tell.
                self._say_broke(error, carrying.member)
            return False
        else:
            return True
        finally:
            del self._carried[carrying]
            self._sent += carrying.sent
            self._received += carrying.received
            self._changed()

    def _came_through(self, carrying: Carrying) -> None:
        if carrying.received and self._broke:
            self._broke = ""
        self._changed()

    # Who answers.

    async def _watch(self) -> None:
        """Look now and then who answers, so that the row is true before somebody connects."""
        misses = 0
        while True:
            soon = LOOK_AGAIN_S * 2**misses if self._nobody else LOOK_S
            await asyncio.sleep(min(soon, LOOK_S))
            misses = min(misses + 1, _DOUBLED) if self._nobody else 0
            try:
                await self._tunnel.look()
            except ProviderError as error:
                self._lost(error)
            except Exception:
                log.exception("%s: it cannot be seen who answers", self.line)
            else:
                self._found()

    def _lost(self, error: ProviderError | TimeoutError) -> None:
        if isinstance(error, ProviderError):
            why = f"{error.what} · {error.hint}" if error.hint else error.what
        else:
            # What was said before says more.
            why = self._nobody or "no answer in time"
        if why != self._nobody:
            first = not self._nobody
            self._nobody = why
            self._say(f"healing: {why}" if first else why, "warn")
        self._changed()

    def _found(self) -> None:
        """Note who answers now, and tell where that is another or there was nobody."""
        before, member = self._member, self._tunnel.member
        was, self._nobody, self._member = self._nobody, "", member
        if not was and member == before:
            return
        if member != before:
            self._broke = ""
        text = f"{self._who(member)} answers now" if member else "it answers again"
        if before and member != before:
            text += f", in place of {clean(before, 253)}"
        self._healed = self._now(), f"healed: {text}"
        self._say(f"healed: {text}", "accent")
        self._changed()

    def _say_broke(self, error: ProviderError, member: str) -> None:
        why = f"{error.what} · {error.hint}" if error.hint else error.what
        text = f"{self._who(member)}: {why}" if member else why
        if text != self._broke:
            self._broke = text
            self._say(text, "warn")

    def _who(self, member: str) -> str:
        word = dict(self.action.plan.memo).get("word", "")
        return f"{word} {clean(member, 253)}".lstrip()

    def _say(self, text: str, meaning: str) -> None:
        if self.told is not None:
            self.told(self, text, meaning)
