"""Ports that are forwarded from the board: opened once they are confirmed, told of, listed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fleetui.actions.forwarding.way_in import way_in
from fleetui.actions.ports import JournalError
from fleetui.actions.proposal import Refused
from fleetui.config.specs import PaneSpec
from fleetui.core.change import Verb
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.kinds import FORWARDS
from fleetui.ui.change.lending import Lending
from fleetui.ui.change.wanted import Confirmed

if TYPE_CHECKING:
    from fleetui.actions.door import Door
    from fleetui.actions.forwarding.forward import Forwarding


class Forwards(Lending):
    """What the app does with forwards."""

    def carry_on(self, confirmed: Confirmed) -> None:
        """Do what was confirmed and is not sent: open forwards, or lend the terminal."""
        door = self.door
        if door is None:
            return
        if confirmed.proposal.plans[0].ask.verb is Verb.FORWARD:
            self.run_worker(
                self._open(door, confirmed), group="forward", description="open forwards"
            )
        else:
            self.lend(confirmed)

    async def _open(self, door: Door, confirmed: Confirmed) -> None:
        try:
            opened = await door.forward(
                confirmed.proposal, typed=confirmed.typed, reason=confirmed.reason
            )
        except Refused as refused:
            self.say(str(refused), "warn")
        except JournalError as error:
            self.say(f"not opened: {error}", "warn")
        except ProviderError as error:
            self.say(f"not opened: {error.fault().line}", "critical")
        else:
            for one in opened:
                one.told = self._happened
            words = [one.line for one in opened]
            if way := way_in(opened, opened[0].action.who, os.environ):
                words.append(f"from your machine: {way}")
            self.say(clean(" · ".join(words), 800))

    def _happened(self, one: Forwarding, text: str, meaning: str) -> None:
        if self.is_running:
            self.tell(clean(f"{one.row().local} → {one.row().to}: {text}", 800), meaning)

    def tell(self, text: str, meaning: str) -> None:
        """Say how something ended, wherever the person is."""
        if self.over is not None:
            self.context.messages.add(text, meaning, self.context.engine.now())
        self.say(text, meaning)

    def action_forwards(self) -> None:
        """Show every port that is forwarded."""
        if self.board is not None:
            self.lay_over(PaneSpec("get", FORWARDS, title="forwards"), "", "")

    def lay_over(self, pane: PaneSpec, text: str, sort: str) -> None:
        """Open one pane over the board."""
        raise NotImplementedError

    @property
    def forwarded(self) -> str:
        """How many ports are forwarded and what becomes of them at the end; empty: none is."""
        number = len(self.door.forwards) if self.door is not None else 0
        if not number:
            return ""
        if number == 1:
            return "1 forward is open: it closes"
        return f"{number} forwards are open: they close"
