"""A Docker engine as a writer: each verb is a deed, run in threads of its own."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from fleetui.core.change import Ask, Phase, Plan, Progress, Verb
from fleetui.core.errors import Invalid, ProviderError, Unreachable
from fleetui.core.ref import Ref
from fleetui.providers.docker.containers import PROVIDER
from fleetui.providers.docker.faults import EngineFailed
from fleetui.providers.docker.settings import DockerSettings
from fleetui.providers.docker.writer.deed import Deed, Job, memo_of
from fleetui.providers.docker.writer.deeds import DEEDS, RESTS
from fleetui.providers.docker.writer.halfway import REST
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.docker.writer.shell import DockerSession
from fleetui.providers.threads import DaemonPool
from fleetui.providers.writing import Tell

T = TypeVar("T")
THREADS = 4
JOBS = 4
MARK = "mark"
"""The name of a plan among others. The audit keeps it, as it would not keep a `token`."""


class DockerWriter:
    """One engine that can be changed. Has its own connections, apart from the reader's."""

    name = PROVIDER

    def __init__(self, scope: str, settings: DockerSettings) -> None:
        self.scope = scope
        self._link = SendingLink(scope, settings)
        self._pool = DaemonPool(THREADS, f"docker-{scope}-write")
        self._long = DaemonPool(JOBS, f"docker-{scope}-work")
        self._jobs: dict[str, Job] = {}
        self._sent: dict[str, float] = {}

    def verbs(self, kind: str) -> frozenset[Verb]:
        """Return what can be done to things of a kind."""
        return frozenset(verb for of, verb in DEEDS if of == kind)

    async def plan(self, ask: Ask) -> Plan:
        """Work out what it would do. Reads only."""
        deed = self._deed(ask.ref, ask.verb)
        return self._marked(await self._run(self._pool, deed.plan, self._link, ask))

    async def left(self, plan: Plan) -> Progress | None:
        """Say what a plan that nobody is at any more has left half-way. Reads only."""
        return await self._run(self._pool, self._deed_of(plan).left, self._link, plan)

    async def rest(self, plan: Plan, ask: Ask) -> Plan:
        """Plan what is to be done of it yet, or its way back. Reads only."""
        deed = self._deed_of(plan)
        return self._marked(await self._run(self._pool, deed.rest, self._link, plan, ask))

    def _marked(self, plan: Plan) -> Plan:
        return replace(plan, memo=(*plan.memo, (MARK, secrets.token_hex(4))))

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        """Look whether the target is as it was seen, then send, once."""
        deed = self._deed_of(plan)
        loop = asyncio.get_running_loop()

        def told(progress: Progress) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody is left to tell
                loop.call_soon_threadsafe(tell, progress)

        # What is long is asked for its progress: told from two sides it would go back and forth.
        job = Job((lambda _progress: None) if deed.long else told)
        await self._run(self._pool, deed.check, self._link, plan)
        plan = self._stamped(plan)
        if not deed.long:
            return await self._run(self._pool, self._do, deed, plan, job)
        self._jobs[memo_of(plan, MARK)] = job
        self._long.submit(self._work, deed, plan, job)
        return Progress(Phase.ROLLING, "begun")

    def _do(self, deed: Deed, plan: Plan, job: Job) -> Progress:
        try:
            return deed.carry_out(self._link, plan, job)
        except EngineFailed as error:
            # It answered, so there is no need to guess: look at once what has become of it.
            now = deed.progress(self._link, plan)
            if now.phase is Phase.DONE:
                return now
            return Progress(Phase.FAILED, f"{error.what}; {now.reason}".rstrip("; "))

    def _work(self, deed: Deed, plan: Plan, job: Job) -> None:
        """Do what is long. Runs in a thread of the jobs."""
        try:
            job.progress = self._do(deed, plan, job)
        except Exception as error:  # noqa: BLE001  whoever follows it gets whatever it was
            job.error = error
        finally:
            job.over.set()

    async def progress(self, plan: Plan) -> Progress:
        """Say how far a plan has come: from its job where it is ours, else from the engine."""
        job = self._jobs.get(memo_of(plan, MARK))
        if job is not None and not job.over.is_set():
            return job.progress
        if job is not None:
            del self._jobs[memo_of(plan, MARK)]
            if job.error is None:
                return job.progress
            if isinstance(job.error, ProviderError) and not isinstance(job.error, Unreachable):
                phase = Phase.CANCELLED if job.stop.is_set() else Phase.FAILED
                return Progress(phase, f"not done: {job.error.fault().line}")
        deed = self._deed_of(plan)
        now = await self._run(self._pool, deed.progress, self._link, self._stamped(plan))
        if job is None or job.error is None:
            return now
        # Nobody is at it any more: what is not done now never will be.
        phase = Phase.FAILED if now.phase is Phase.ROLLING else now.phase
        return replace(now, phase=phase, reason=f"{job.error}; {now.reason}".rstrip("; "))

    async def halt(self, plan: Plan) -> Progress:
        """Stop what can be stopped, and wait until it says where that leaves things."""
        deed = self._deed_of(plan)
        job = self._jobs.get(memo_of(plan, MARK))
        if job is None or job.over.is_set():
            return await self._run(self._pool, deed.halt, self._link, plan)
        job.halt("stopped")
        await self._run(self._pool, job.over.wait)
        return await self.progress(plan)

    def _stamped(self, plan: Plan) -> Plan:
        """Return the plan with when it was sent, by the engine's clock.

        One that another process sent is taken as sent when it is first asked about: a plan may
        have been read for long before.
        """
        at = self._sent.setdefault(memo_of(plan, MARK), self._link.server_now())
        return replace(plan, memo=(*plan.memo, ("at", f"{at:.3f}")))

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> DockerSession:
        """Return what runs a command in a container, not begun."""
        if ref.kind != "container":
            raise Invalid(f"a {ref.kind} has no shell of its own", where=str(ref))
        return DockerSession(self._link, ref, tuple(argv), tty=tty)

    def tethered(self, plan: Plan) -> bool:
        """Say whether it is done step by step from here, as a redeploy is."""
        return self._deed_of(plan).long

    async def close(self) -> None:
        """Let go of all threads and connections. What is under way is left as it is."""
        self._pool.shutdown()
        self._long.shutdown()
        # Ending an SSH connection may write to a network that is gone.
        threading.Thread(target=self._link.close, name="docker-close", daemon=True).start()

    def _deed_of(self, plan: Plan) -> Deed:
        """Return what carries a plan out: of one that goes on with another, its own."""
        rest = RESTS.get((plan.ref.kind, memo_of(plan, REST)))
        return rest or self._deed(plan.ref, plan.ask.verb)

    def _deed(self, ref: Ref, verb: Verb) -> Deed:
        deed = DEEDS.get((ref.kind, verb))
        if deed is None:
            raise Invalid(f"there is no {verb} for a {ref.kind}", where=f"{PROVIDER}/{self.scope}")
        return deed

    async def _run(self, pool: DaemonPool, work: Callable[..., T], *args: object) -> T:
        try:
            return await pool.run(work, *args)
        except ProviderError as error:
            error.where = error.where or f"{PROVIDER}/{self.scope}"
            raise
        except RuntimeError as error:
            raise Unreachable("closed", where=f"{PROVIDER}/{self.scope}") from error
