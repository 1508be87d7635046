"""What a back end can change: the other half of a provider, never made where all is read-only.

Only `actions/` calls a writer. A back end's writer lives in a module of its own (`writer`),
which nothing imports but the registry, when a process may change things.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from fleetui.core.change import Ask, Plan, Progress, Verb
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref

Tell = Callable[[Progress], None]
"""Told how far it is, from the loop's own thread."""


@runtime_checkable
class Writer(Protocol):
    """A configured back end that can be changed. One object for each `[provider.scope]`."""

    @property
    def name(self) -> str:
        """The back end's word: `docker`."""
        ...

    @property
    def scope(self) -> str:
        """The name it was given in the config."""
        ...

    def verbs(self, kind: str) -> frozenset[Verb]:
        """Return what this writer can do to things of a ref's kind. No I/O."""
        ...

    async def plan(self, ask: Ask) -> Plan:
        """Work out what it would do. Reads only.

        Raises a ProviderError: NotFound where the target is gone or another thing has its
        name, Invalid for a value that cannot be meant, with how to write it.
        """
        ...

    async def carry_out(self, plan: Plan, tell: Tell) -> Progress:
        """Send it, once, and return what the back end made of it: ended or under way.

        First it looks whether the target is as it was `seen`, and raises Conflict where it is
        not. Any ProviderError but Unreachable means that nothing has been changed; Unreachable
        means that it may have been. Where some of several steps were done, it returns FAILED
        and says what is left as it is now.
        """
        ...

    async def progress(self, plan: Plan) -> Progress:
        """Say how far a plan that was sent has come: ended, under way, or UNKNOWN. Reads only.

        Another process may have sent it: `plan.memo` is all that is known of it. Raises a
        ProviderError where the back end cannot be asked.
        """
        ...

    async def halt(self, plan: Plan) -> Progress:
        """Stop what can be stopped of a plan under way, and say where that leaves it.

        Raises Invalid where it cannot be stopped any more.
        """
        ...

    async def close(self) -> None:
        """Give back sockets and threads; must not wait for a back end."""
        ...


@runtime_checkable
class Shellable(Protocol):
    """A writer that runs commands inside of things."""

    def command(self, ref: Ref, argv: Sequence[str], *, tty: bool) -> Session:
        """Return what runs `argv` in a container, not begun. `tty`: a terminal of its own."""
        ...


@runtime_checkable
class Debuggable(Protocol):
    """A writer that adds a container to look round with beside those of a thing."""

    def debugger(self, plan: Plan, argv: Sequence[str], *, tty: bool) -> Session:
        """Return what carries a DEBUG out and leads the terminal to it, not begun.

        `argv`: what the container runs; empty: its image's own command.
        """
        ...


@runtime_checkable
class Editable(Protocol):
    """A writer whose things have documents that a person can edit."""

    async def document(self, ref: Ref) -> str:
        """Return a thing's document as YAML, as its back end has it now. Reads only.

        It may hold secrets: it is for the editor of whoever asked, and nothing else. What comes
        of it is asked for as an EDIT. Raises a ProviderError.
        """
        ...


@runtime_checkable
class Tethered(Protocol):
    """A writer some of whose changes are made step by step from here, not by its back end."""

    def tethered(self, plan: Plan) -> bool:
        """Say whether this process has to stay until a plan's end. No I/O."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A writer whose changes can be left half-way, and finished or put back by whoever comes."""

    async def left(self, plan: Plan) -> Progress | None:
        """Say what a plan that nobody is at any more has left half-way. Reads only.

        None: nothing. What still moves by itself is under way. Raises a ProviderError.
        """
        ...

    async def rest(self, plan: Plan, ask: Ask) -> Plan:
        """Plan what is to be done of it yet, or, for a rollback or an undo, its way back.

        Reads only. Raises Invalid where nothing is half-way.
        """
        ...


@runtime_checkable
class Forwardable(Protocol):
    """A writer that carries connections to a port of a thing."""

    def tunnel(self, plan: Plan) -> Tunnel:
        """Return the way that a forward was planned by, not begun. Belongs to the loop."""
        ...


class Tunnel(Protocol):
    """The way to a port of a thing, whoever of its members answers there. Opens no port here."""

    @property
    def member(self) -> str:
        """Who answers now: a pod's name; empty where nobody does, or the thing itself does."""
        ...

    async def look(self) -> None:
        """Find out who answers, and let go of streams to those who are gone for good.

        Raises a ProviderError where nobody does, with why.
        """
        ...

    async def open(self) -> Stream:
        """Connect to who answers; who has failed of late comes last. Raises a ProviderError."""
        ...

    async def close(self) -> None:
        """Let all go."""
        ...


class Stream(Protocol):
    """One connection to a port of a thing."""

    @property
    def member(self) -> str:
        """Who is at its other end."""
        ...

    async def receive(self) -> bytes:
        """Return what came, some 64 KiB at most; empty at its end.

        Raises a ProviderError where it broke off or was refused, with why.
        """
        ...

    async def send(self, data: bytes) -> None:
        """Send, and wait until there is room for more. Raises a ProviderError."""
        ...

    async def close(self) -> None:
        """End it; may be called more than once, and never raises a ProviderError."""
        ...


class Session(Protocol):
    """A command in a container. Blocking: the terminal is lent to it."""

    def run(self, stdin: int, stdout: int, stderr: int) -> int:
        """Run it on these file descriptors to its end and return its exit code.

        With a terminal of its own it follows the size of ours. Raises a ProviderError; `Left`
        where it ended before the command did, and something was begun that stays.
        """
        ...


def memo_of(plan: Plan, name: str) -> str:
    """Return what a writer keeps in its plan under a name, nothing where it keeps none."""
    return dict(plan.memo).get(name, "")


@dataclass(frozen=True, slots=True)
class WriterHalf:
    """What a back end's `writer` module offers as its `WRITER`."""

    name: str
    create: Callable[[str, Any], Writer]
    """(scope, settings) → a writer. Does no I/O and imports no SDK."""
