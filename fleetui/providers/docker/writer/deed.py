"""What each verb for each kind of thing is made of. All of it blocks, in the writer's threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from fleetui.core.change import Ask, Phase, Plan, Progress
from fleetui.core.errors import Invalid
from fleetui.providers.docker.wire import Wire
from fleetui.providers.docker.writer.sending import SendingLink
from fleetui.providers.writing import memo_of

__all__ = ["ALLOWED", "Deed", "Job", "Raw", "late", "memo_of", "not_done"]
Raw = dict[str, Any]
ALLOWED = "whoever may reach this engine may do everything on it"
# Where the answer to something is lost, so long it may still be on its way.
GRACE_S = 10.0


class Job:
    """One deed under way: where it tells how far it is, and hears that it is to stop."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self.progress = Progress(Phase.SENDING)
        self.error: Exception | None = None
        self.over = threading.Event()
        self.stop = threading.Event()
        self.why = ""
        self._tell = tell
        self._wire: Wire | None = None

    def tell(self, progress: Progress) -> None:
        """Say how far it is."""
        self.progress = progress
        self._tell(progress)

    def hold(self, wire: Wire) -> None:
        """Keep what a stop has to cut."""
        self._wire = wire
        if self.stop.is_set():
            wire.cut()

    def halt(self, why: str) -> None:
        """Let it go no further."""
        self.why = why
        self.stop.set()
        if self._wire is not None:
            self._wire.cut()


class Deed:
    """One verb for one kind of thing."""

    long = False
    """Whether it takes so long that it is followed, and may be stopped, on its way."""

    def plan(self, link: SendingLink, ask: Ask) -> Plan:
        """Work out what it would do."""
        raise NotImplementedError

    def check(self, link: SendingLink, plan: Plan) -> None:
        """Raise Conflict where the target is not as it was when it was planned."""
        raise NotImplementedError

    def carry_out(self, link: SendingLink, plan: Plan, job: Job) -> Progress:
        """Do it, once."""
        raise NotImplementedError

    def progress(self, link: SendingLink, plan: Plan) -> Progress:
        """Read back how far it has come."""
        raise NotImplementedError

    def halt(self, link: SendingLink, plan: Plan) -> Progress:  # noqa: ARG002
        """Stop what another process has under way."""
        raise Invalid("the engine has taken it: it cannot be stopped any more")

    def left(self, link: SendingLink, plan: Plan) -> Progress | None:  # noqa: ARG002
        """Say what it has left half-way, where it can be finished or put back."""
        return None

    def rest(self, link: SendingLink, plan: Plan, ask: Ask) -> Plan:  # noqa: ARG002
        """Plan the rest of it, or its way back."""
        raise Invalid("nothing of it is half-way")


def late(link: SendingLink, plan: Plan, more_s: float = 0.0) -> bool:
    """Say whether a plan was sent so long ago that the engine would have done it by now."""
    return link.server_now() > float(memo_of(plan, "at") or 0) + GRACE_S + more_s


def not_done(link: SendingLink, plan: Plan, text: str, more_s: float = 0.0) -> Progress:
    """Return what a target that is as it was means: not yet, or not at all."""
    if late(link, plan, more_s):
        return Progress(Phase.FAILED, f"not done: {text}")
    return Progress(Phase.ROLLING, text)
