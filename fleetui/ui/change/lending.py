"""Lends the terminal to a command inside of a thing, and takes it back."""

from __future__ import annotations

import shlex
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from textual.app import SuspendNotSupported

from fleetui.actions.door import Door
from fleetui.actions.ports import JournalError
from fleetui.actions.proposal import Refused
from fleetui.core.change import Phase, Verb
from fleetui.core.errors import Left, ProviderError
from fleetui.ui.change.wanted import Confirmed
from fleetui.ui.over import Over

T = TypeVar("T")
SHELL = ("sh",)
"""What every image with a shell has; `:shell bash` asks for another."""
STREAMS = (0, 1, 1)
"""Our standard error goes to the log while the board is up: the terminal is the output."""


class Lending(Over):
    """What the app does with the terminal while a command has it."""

    lent = False
    """Whether nothing of ours may be drawn now."""

    @property
    def door(self) -> Door | None:
        """Through which everything is changed."""
        return self.context.options.door

    def lend(self, confirmed: Confirmed) -> None:
        """Run the command that was confirmed; what is read goes on meanwhile, unseen."""
        door = self.door
        if door is None:
            return
        self.run_worker(
            self._run_inside(door, confirmed), group="shell", exclusive=True,
            description="run a command inside",
        )  # fmt: skip

    async def lent_to(self, work: Coroutine[Any, Any, T]) -> T:
        """Lend the terminal until the work has ended, however it ends. Raises what it raises."""
        failure: BaseException = SuspendNotSupported()
        try:
            # What is raised in there would leave the terminal as it is: it is raised behind.
            with self.suspend():
                self.lent = True
                try:
                    return await work
                except BaseException as error:  # noqa: BLE001  it is raised below
                    failure = error
                finally:
                    self.lent = False
        finally:
            work.close()
        raise failure

    async def _run_inside(self, door: Door, confirmed: Confirmed) -> None:
        (plan,) = confirmed.proposal.plans
        debugs = plan.ask.verb is Verb.DEBUG
        what = f"{plan.ask.value('command') or ('debugger' if debugs else 'shell')} in"
        what = f"{what} {plan.ref.short}"
        try:
            # An image that is brought along has a command of its own.
            argv = () if debugs else _argv(plan.ask.value("command"))
            code = await self.lent_to(
                door.enter(
                    confirmed.proposal, argv, tty=True, streams=STREAMS,
                    typed=confirmed.typed, reason=confirmed.reason,
                )
            )  # fmt: skip
        except Refused as refused:
            self.say(str(refused), "warn")
        except (JournalError, ValueError) as error:
            self.say(f"not run: {error}", "warn")
        except Left as left:
            meaning = "accent" if left.phase is Phase.DONE else "warn"
            self.say(f"{plan.ref.short}: {left.what}", meaning)
        except ProviderError as error:
            self.say(f"{what}: {error.fault().line}", "critical")
        except SuspendNotSupported:
            self.say("this terminal cannot be lent to a command", "warn")
        else:
            self.say(f"{what}: exit code {code}", "accent" if code == 0 else "warn")
        self.screen.refresh(layout=True)


def _argv(command: str) -> Sequence[str]:
    """Return a command as its words; a shell where none is named. Raises ValueError."""
    return shlex.split(command) or SHELL
