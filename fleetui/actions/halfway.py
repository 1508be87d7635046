"""What was left half-way: which change it was, and whether anything of it is there yet.

The journal says which it may be, the back end whether it is. Nothing is finished by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from fleetui.actions.action import Action
from fleetui.actions.ports import Entry, Journal, JournalError
from fleetui.core.change import Ask, Phase, Plan, Verb
from fleetui.core.errors import ProviderError
from fleetui.core.ref import Ref
from fleetui.providers.writing import Resumable, Writer

log = logging.getLogger(__name__)
WITHIN_S = 30 * 86_400.0
_FINISH = {
    Verb.REDEPLOY: Verb.REDEPLOY, Verb.ROLLBACK: Verb.REDEPLOY, Verb.DRAIN: Verb.DRAIN,
}  # fmt: skip
_BACK = {Verb.REDEPLOY: Verb.ROLLBACK, Verb.ROLLBACK: Verb.ROLLBACK, Verb.DRAIN: Verb.UNCORDON}
_OF_NODES = frozenset({Verb.DRAIN, Verb.CORDON, Verb.UNCORDON})


def rest_of(verb: Verb, *, back: bool) -> Verb:
    """Return what is asked for to finish a change of this verb, or to put it back."""
    return (_BACK if back else _FINISH).get(verb, verb)


class HalfWay:
    """Finds what was left, for whoever asks for the same again or to go back."""

    def __init__(
        self,
        journal: Journal,
        writers: Mapping[tuple[str, str], Writer],
        now: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._writers = writers
        self._now = now

    async def rest(self, ask: Ask) -> Plan | None:
        """Return the plan that finishes what was left, or puts it back; None: nothing was.

        Raises a ProviderError.
        """
        found = await self._left(ask)
        return None if found is None else await found[0].rest(found[1], ask)

    async def is_left(self, action: Action) -> bool:
        """Say whether anything of it is half-way. Raises a ProviderError."""
        return await self._left(_back(action)) is not None

    async def way_back(self, action: Action) -> Ask | None:
        """Return what to ask for to put back what cannot be undone once it is done."""
        ask = _back(action)
        try:
            return ask if await self.is_left(action) else None
        except ProviderError:
            # It is asked again for a plan, and says then what is wrong.
            return ask

    async def refs(self) -> tuple[Ref, ...]:
        """Return the targets of which something may be half-way, as their plans name them.

        Where nothing has a name any more, this is how a person can name it.
        """
        return tuple(dict.fromkeys(plan.ref for plan in await self._suspects()))

    async def _left(self, ask: Ask) -> tuple[Resumable, Plan] | None:
        writer: object = self._writers.get(ask.ref.place)
        meant = {verb for verb in _FINISH if ask.verb in {_FINISH[verb], _BACK[verb]}}
        if not meant or not isinstance(writer, Resumable):
            return None
        for plan in await self._suspects():
            fits = plan.ask.verb in meant and _same(plan.ref, ask.ref)
            if fits and await writer.left(plan) is not None:
                return writer, plan
        return None

    async def _suspects(self) -> list[Plan]:
        """Return what may have left something, the newest first."""
        try:
            entries = await self._journal.entries(self._now() - WITHIN_S)
        except JournalError as error:
            # Nothing can be begun without it either: what is planned is only looked at.
            log.warning("what was left half-way is not known: %s", error)
            return []
        found: list[Plan] = []
        settled: set[str] = set()
        for entry in reversed(entries):
            plan = entry.action.plan
            # A node that is closed now, and was opened since, was closed for something else.
            over = plan.ask.verb in _OF_NODES and str(plan.ref) in settled
            if _may_have_left(entry) and not over:
                found.append(plan)
            if plan.ask.verb in _OF_NODES and entry.progress.phase is Phase.DONE:
                settled.add(str(plan.ref))
        return found


def _back(action: Action) -> Ask:
    return Ask(rest_of(action.plan.ask.verb, back=True), action.plan.ref)


def _may_have_left(entry: Entry) -> bool:
    phase = entry.progress.phase
    open_ = not phase.ended and not entry.alive
    told = entry.progress.half_way or phase is Phase.UNKNOWN or open_
    return entry.action.plan.ask.verb in _FINISH and entry.whole and told


def _same(one: Ref, other: Ref) -> bool:
    return (one.place, one.kind) == (other.place, other.kind) and (
        one.uid == other.uid or one.name == other.name
    )
