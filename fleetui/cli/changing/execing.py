"""`fleetui exec REF -- CMD…` and `debug REF`: inside of a container, in the terminal of ours."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shlex
import sys
import termios
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from fleetui.actions.door import Door
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.who import who
from fleetui.cli import compose, output
from fleetui.cli.changing import asks as asking
from fleetui.cli.changing import confirming, stopping, telling
from fleetui.cli.changing.through import open_for
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.runner import run
from fleetui.core.change import Ask, Phase, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Left

Enter = Callable[[argparse.Namespace, Fleet, Door], Awaitable[int]]
_LEFT = {Phase.DONE: Exit.DONE, Phase.CANCELLED: Exit.INTERRUPTED}
"""How it ends where what runs inside was left."""


def execute(args: argparse.Namespace) -> int:
    """Run a command, and end with its exit code."""
    asking.check_refs([args.ref])
    if not args.argv:
        raise Stop(Exit.USAGE, "run what? write the command behind --",
                   f"  fleetui exec {clean(args.ref)} -- ls -l",
                   f"  fleetui exec -t {clean(args.ref)} -- sh")  # fmt: skip
    if args.tty and not output.is_tty(sys.stdin):
        raise Stop(Exit.USAGE, "-t needs a terminal, and standard input is none: leave it out")
    fleet = compose.gather(args, compose.configure(args))
    with terminal_kept():
        return run(_execute(args, fleet, _enter))


def debug(args: argparse.Namespace) -> int:
    """Add a debug container, and end with its exit code."""
    asking.check_refs([args.ref])
    fleet = compose.gather(args, compose.configure(args))
    with terminal_kept():
        return run(_execute(args, fleet, _debug))


async def _execute(args: argparse.Namespace, fleet: Fleet, enter: Enter) -> int:
    async with open_for(args, fleet, who(), not_begun="nothing was run") as door:
        try:
            return await enter(args, fleet, door)
        except asyncio.CancelledError:
            output.tell("left: a command that had begun may run on")
            raise
        except Left as left:
            output.tell(telling.safe(f"{args.ref}: {left.what}"))
            return _LEFT.get(left.phase, Exit.FAILED)


async def _enter(args: argparse.Namespace, fleet: Fleet, door: Door) -> int:
    ref = await asking.target(args.ref, fleet)
    ask = Ask(Verb.EXEC, ref, (("command", shlex.join(args.argv)),))
    proposal = await door.propose([ask])
    verdict = proposal.verdict
    if not verdict.allowed:
        raise Refused(*verdict.refusals)
    _stop_failed(proposal)
    why = await confirming.reason(args, verdict, door.policy.places.get("reason", ""))
    typed = await confirming.named(args, verdict, proposal.plans)
    return await door.enter(proposal, args.argv, tty=args.tty, typed=typed, reason=why)


async def _debug(args: argparse.Namespace, fleet: Fleet, door: Door) -> int:
    ref = await asking.target(args.ref, fleet)
    values = {"image": args.image, "target": args.target, "new": "yes" if args.new else "",
              "command": shlex.join(args.argv)}  # fmt: skip
    given = tuple((name, text) for name, text in values.items() if text)
    proposal = await door.propose([Ask(Verb.DEBUG, ref, given)])
    _stop_failed(proposal)
    tty = output.is_tty(sys.stdin) and output.is_tty(sys.stdout)
    if args.dry_run or confirming.at_terminal():
        shown = sys.stdout if args.dry_run else sys.stderr
        lines = telling.plan_lines(
            proposal, door.policy.is_production, colours=output.coloured(shown)
        )
        if args.dry_run:
            output.emit(lines)
        else:
            for line in lines:
                output.say(line)
    verdict = proposal.verdict
    if not verdict.allowed:
        raise Refused(*verdict.refusals)
    if args.dry_run:
        return Exit.DONE
    why = await confirming.reason(args, verdict, door.policy.places.get("reason", ""))
    typed = await confirming.confirmed(args, verdict, proposal.plans)
    return await door.enter(proposal, args.argv, tty=tty, typed=typed, reason=why)


def _stop_failed(proposal: Proposal) -> None:
    """Raise Stop where no plan could be made."""
    for _, fault in proposal.failed:
        raise stopping.failed(fault)


@contextlib.contextmanager
def terminal_kept() -> Iterator[None]:
    """Give the terminal back as it was, also where a signal ends us while it is lent."""
    before: list[Any] | None = None
    with contextlib.suppress(OSError, ValueError, AttributeError, termios.error):
        before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        if before is not None:
            # One that was closed cannot be given back.
            with contextlib.suppress(OSError, ValueError, termios.error):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)
