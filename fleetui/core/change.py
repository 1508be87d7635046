"""What a change is: what is asked for, what it would do, and how far it has come.

All of it is plain data that survives a restart, but for a document that was edited: the audit
keeps it as JSON (`change_form`).
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref


class Verb(StrEnum):
    """What can be done to a thing; capabilities, keys and the command line use these words."""

    SCALE = "scale"
    RESIZE = "resize"
    REDEPLOY = "redeploy"
    ROLLBACK = "rollback"
    RESTART = "restart"
    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    KILL = "kill"
    RENAME = "rename"
    REMOVE = "remove"
    PULL = "pull"
    PRUNE = "prune"
    EXEC = "exec"
    DEBUG = "debug"
    SUSPEND = "suspend"
    RESUME = "resume"
    TRIGGER = "trigger"
    CORDON = "cordon"
    UNCORDON = "uncordon"
    DRAIN = "drain"
    FORWARD = "forward"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Document:
    """What a person made of a thing's own document. It may hold secrets: never write it down."""

    text: str = field(repr=False)
    origin: str = field(default="", repr=False)
    """What it was made of; empty where that is not known, as of a file."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a person asks for, of one target.

    Values by name, as text: `count` (`6`, `+2`, `-1`, `x2`), `min`, `max` (the bounds of the
    autoscaler that owns the count), `memory` (`512MiB`), `swap`,
    `cpu` (`1.5`), `restart_policy`, `image`, `name`, `timeout` (`10s`), `revision`, `signal`,
    `force` (`yes`), `volumes` (`yes`: anonymous ones go too), `all` (`yes`), `pull` (`no`),
    `build` (`yes`: the image is built first), `command`, `container`, `requests.memory`,
    `requests.cpu`, `target` (the container that a debug container looks into), `new` (`yes`: one
    more, though one runs there), `cascade` (`background`, `foreground`, `orphan`), `fields` (what
    an edit that is taken back changes, as JSON); of a forward `port` (`80` or its name),
    `local` (`8080`, 0: any that is free) and `address` (`127.0.0.1`).
    """

    verb: Verb
    ref: Ref
    values: tuple[tuple[str, str], ...] = ()
    document: Document | None = None
    """Of an edit. Lives in this process only: the audit keeps what differs, secrets hidden."""

    def value(self, name: str) -> str:
        """Return the value called `name`, or an empty text."""
        return dict(self.values).get(name, "")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What a person should know before; a `grave` one loses data or service."""

    text: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """How it can be taken back: the words for it, and what would be asked; None: it cannot be."""

    words: str
    ask: Ask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an ask would do to one target, as its back end was when it was asked.

    It is made by a writer without changing anything, judged by policy, shown to the person,
    and carried out as it is or not at all.
    """

    ask: Ask
    """With every value worked out: `count` is a number, not `+2`."""
    differences: tuple[Difference, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """What it touches and stands on, as (name, text): `behind it`, `autoscaler`, `room`."""
    cautions: tuple[Caution, ...] = ()
    steps: tuple[str, ...] = ()
    """What will be sent, in order, in words."""
    undo: Undo = Undo("cannot be undone")
    permission: str = ""
    """What it needs to be allowed, and whether it is, where the back end tells."""
    refused: str = ""
    """Why the back end would not do it as things are, with what to do first; empty: it would."""
    amount: int | None = None
    """By how many members it grows (negative: shrinks), for limits; None where it does not."""
    members: int = 1
    """How many members it touches."""
    seen: str = ""
    """What the target was like: where it has changed meanwhile, nothing is carried out."""
    memo: tuple[tuple[str, str], ...] = ()
    """What its writer needs to follow it later, even in another process. Holds no secret."""

    @property
    def ref(self) -> Ref:
        """The target."""
        return self.ask.ref

    @property
    def nothing(self) -> bool:
        """Whether it would leave everything as it is: a scale to the number there is."""
        return self.ask.verb in _OF_FIELDS and not self.differences


INSIDE = frozenset({Verb.EXEC, Verb.DEBUG})
"""What is done in a terminal that is lent to it: a session of its writer does it."""
_OF_FIELDS = frozenset({Verb.SCALE, Verb.RESIZE, Verb.RENAME, Verb.EDIT})


class Phase(StrEnum):
    """How far a change has come."""

    WAITING = "waiting"
    """Its turn has not come: others of the same request go first."""
    SENDING = "sending"
    ROLLING = "rolling"
    """The back end has taken it, and is on it."""
    HOLDING = "holding"
    """It is done, and its gate watches whether it stays well."""
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    ROLLED_BACK = "rolled back"
    UNKNOWN = "unknown"
    """It may have happened: the answer is lost, and the back end does not tell."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self not in _UNDER_WAY


_UNDER_WAY = frozenset({Phase.WAITING, Phase.SENDING, Phase.ROLLING, Phase.HOLDING})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one change has come, in the back end's words."""

    phase: Phase
    reason: str = ""
    """Why it hangs or how it ended."""
    updated: int | None = None
    ready: int | None = None
    total: int | None = None
    half_way: bool = False
    """Whether it has ended with something left that can be finished or put back."""
