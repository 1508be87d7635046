"""What a person wants changed, and how a plan of it is made."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from fleetui.actions.action import Action
from fleetui.actions.door import Door
from fleetui.actions.policy import Verdict
from fleetui.actions.proposal import Proposal
from fleetui.actions.resting import propose_rest
from fleetui.core.change import INSIDE, Ask, Verb
from fleetui.core.errors import Fault, Invalid
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.ui.change.targets import Choice
from fleetui.ui.change.values import Asked, Values, asked_of, read, read_forwards

log = logging.getLogger(__name__)


class Wanted(Protocol):
    """Something to be planned: the dialog asks for its value and shows what comes of it."""

    @property
    def title(self) -> str:
        """What is done to what: `scale deploy/web`."""
        ...

    @property
    def refs(self) -> Sequence[Ref]:
        """The targets, as they are known before there is a plan."""
        ...

    @property
    def asked(self) -> Asked | None:
        """What a person must say first."""
        ...

    @property
    def left_out(self) -> tuple[tuple[Ref, str], ...]:
        """Which of the marked are left as they are, and why."""
        ...

    @property
    def inside(self) -> bool:
        """Whether somebody else goes on with it: a command that is lent the terminal, a forward."""
        ...

    async def propose(self, door: Door, text: str, *, ignore_gate: bool = False) -> Proposal:
        """Plan it with this value, or in spite of its gate. Reads only, and raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed and somebody else carries out: a command, or forwards."""

    proposal: Proposal
    typed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb for the things that a person chose."""

    choice: Choice
    text: str = ""
    """The value that came with the command; empty where the dialog asks for it."""

    @property
    def title(self) -> str:
        """What is done to what."""
        rows = self.choice.rows
        if self.choice.verb is Verb.PRUNE:
            # Whichever was under the cursor: all of its kind are meant.
            return f"prune {rows[0].ref.kind}s that nothing uses"
        if len(rows) == 1:
            return f"{self.choice.verb} {rows[0].ref.short}"
        kinds = {row.ref.kind for row in rows}
        what = f"{kinds.pop()}s" if len(kinds) == 1 else "things"
        return f"{self.choice.verb} {len(rows)} {what}"

    @property
    def refs(self) -> Sequence[Ref]:
        """The targets."""
        return [row.ref for row in self.choice.rows]

    @property
    def asked(self) -> Asked | None:
        """The value of the verb, which can be changed where it came with the command, too."""
        return asked_of(self.choice.verb, self.choice.rows)

    @property
    def left_out(self) -> tuple[tuple[Ref, str], ...]:
        """Those of the marked that cannot."""
        return self.choice.left_out

    @property
    def inside(self) -> bool:
        """Whether it is a command or a forward."""
        return self.choice.verb in {Verb.FORWARD, *INSIDE}

    async def propose(self, door: Door, text: str, *, ignore_gate: bool = False) -> Proposal:
        """Plan it; of many, those that would stay as they are take no part."""
        asked = self.asked
        rows: Sequence[Resource] = self.choice.rows
        if not text.strip() and self.choice.verb is Verb.SCALE:
            # What there is now is told while the number is being thought of.
            text = "+0"
        try:
            asks = [
                Ask(self.choice.verb, row.ref, values)
                for row in rows for values in self._values(row, text)
            ]  # fmt: skip
        except Invalid as error:
            return failed(rows[0].ref, error.fault())
        if asked is not None and asked.needed and not any(ask.values for ask in asks):
            return Proposal((), Verdict())
        proposal = await safely(door, asks, ignore_gate=ignore_gate)
        idle = {plan.ref for plan in proposal.plans if plan.nothing}
        if idle and len(idle) < len(proposal.plans):
            busy = [ask for ask in asks if ask.ref not in idle]
            proposal = await safely(door, busy, ignore_gate=ignore_gate)
        return proposal

    def _values(self, row: Resource, text: str) -> list[Values]:
        """Return the values of each ask: a forward has one for each of its ports."""
        if self.choice.verb is Verb.FORWARD:
            return read_forwards(text)
        return [read(self.choice.verb, row, text)]


class Whole:
    """What is all said of one thing: no value is asked for, and nobody is left out."""

    __slots__ = ()

    @property
    def asked(self) -> Asked | None:
        """Nothing."""
        return None

    @property
    def left_out(self) -> tuple[tuple[Ref, str], ...]:
        """Nothing."""
        return ()

    @property
    def inside(self) -> bool:
        """It is none."""
        return False


@dataclass(frozen=True, slots=True)
class Undoing(Whole):
    """Taking an action back."""

    action: Action
    passed: str = ""
    """Which change since then went back by itself, in words."""

    @property
    def title(self) -> str:
        """What is taken back."""
        ask = self.action.plan.ask
        return f"undo: {ask.verb} of {ask.ref.short}"

    @property
    def refs(self) -> Sequence[Ref]:
        """The target."""
        return (self.action.plan.ref,)

    async def propose(
        self,
        door: Door,
        text: str,  # noqa: ARG002
        *,
        ignore_gate: bool = False,  # noqa: ARG002
    ) -> Proposal:
        """Plan to take it back: an undo has no gate."""
        try:
            return await door.propose_undo(self.action, passed=self.passed)
        except Exception as error:
            log.exception("planning an undo failed")
            return failed(self.action.plan.ref, _fault(error))


@dataclass(frozen=True, slots=True)
class Resting(Undoing):
    """Finishing what an action left half-way, or putting it back."""

    back: bool = False

    @property
    def title(self) -> str:
        """What is finished, or put back."""
        ask = self.action.plan.ask
        word = "put back" if self.back else "finish"
        return f"{word}: {ask.verb} of {ask.ref.short}"

    async def propose(
        self,
        door: Door,
        text: str,  # noqa: ARG002
        *,
        ignore_gate: bool = False,
    ) -> Proposal:
        """Plan the rest of it, or its way back."""
        try:
            return await propose_rest(door, self.action, back=self.back, ignore_gate=ignore_gate)
        except Exception as error:
            log.exception("planning the rest failed")
            return failed(self.action.plan.ref, _fault(error))


async def safely(door: Door, asks: Sequence[Ask], *, ignore_gate: bool = False) -> Proposal:
    """Plan; what no one expected is told like any other failure."""
    try:
        return await door.propose(asks, ignore_gate=ignore_gate)
    except Exception as error:
        log.exception("planning failed")
        return failed(asks[0].ref, _fault(error))


def failed(ref: Ref, fault: Fault) -> Proposal:
    """Return a proposal without a plan."""
    return replace(Proposal((), Verdict()), failed=((ref, fault),))


def _fault(error: Exception) -> Fault:
    return Fault("failed", f"no plan: {type(error).__name__}", "", "see the log file")
