"""What the door needs of others: a journal that never forgets, and somebody who reads gates."""

from __future__ import annotations

from typing import Protocol

from fleetui.actions.action import Action, GateSpec
from fleetui.core.change import Phase, Progress
from fleetui.core.lazy_dataclass import dataclass


class JournalError(Exception):
    """Nothing can be written down, so nothing may be done; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An action and how far it had come when it was last written down."""

    action: Action
    progress: Progress
    at: float
    """When it was written."""
    alive: bool
    """Whether a process that lives still follows it."""
    whole: bool = True
    """Whether the plan is all there; False where it held a secret, which is not kept."""
    gate: str = ""
    """What its gate said when it was written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gate says now. Without a value it is no pass, whatever the cause."""

    holds: bool
    value: float | None = None
    text: str = ""
    """`3.8 % > 1 %`, or why there is no value."""
    at: float = 0.0


class Journal(Protocol):
    """The audit, as the door uses it. Every call returns after it is on disk.

    All raise JournalError.
    """

    async def intend(self, action: Action, phase: Phase = Phase.SENDING) -> None:
        """Write down that this will be sent now, or, as WAITING, once SENDING is noted."""
        ...

    async def note(
        self, action: Action, progress: Progress, reading: Reading | None = None
    ) -> None:
        """Write down how far it has come; an ended phase closes it for good."""
        ...

    async def claim(self, action: Action) -> bool:
        """Take over what an ended process left; False where another has, or it has ended."""
        ...

    async def entries(self, since: float) -> tuple[Entry, ...]:
        """Return the actions that are under way, whatever their age, and those begun since.

        `since` is in Unix seconds; the oldest comes first.
        """
        ...


class Gatekeeper(Protocol):
    """Asks the back end that answers queries."""

    async def read(self, gate: GateSpec) -> Reading:
        """Evaluate a gate now. Never raises a ProviderError: no answer is a reading, too."""
        ...
