"""Whether a person means it: their words on the command line, or their answer at a terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from fleetui.actions.policy import Confirm, Verdict
from fleetui.cli import output
from fleetui.cli.exits import Exit, Stop
from fleetui.core.change import Plan
from fleetui.core.clean import clean

_LONGEST = 4096
_YES = frozenset({"y", "yes"})


def at_terminal() -> bool:
    """Whether there is a person who can be asked: the question goes to stderr."""
    return output.is_tty(sys.stdin) and output.is_tty(sys.stderr)


async def reason(args: argparse.Namespace, verdict: Verdict, place: str) -> str:
    """Return why it is done, asked for where it must be said. Raises Stop."""
    given: str = args.reason.strip()
    if given or not verdict.needs_reason:
        return given
    where = f"policy.reason, {place}" if place else "policy.reason"
    if at_terminal() and not args.yes:
        given = clean(await ask("reason: "), _LONGEST).strip()
    if not given:
        raise Stop(Exit.REFUSED, f"a reason must be given ({where}): add --reason TEXT")
    return given


async def confirmed(args: argparse.Namespace, verdict: Verdict, plans: Sequence[Plan]) -> str:
    """Return what was typed, or stands for it, where a plan may go ahead. Raises Stop."""
    word = verdict.word or (plans[0].ref.name if len(plans) == 1 else str(len(plans)))
    if args.confirm is not None:
        if args.confirm != word:
            raise _refused(f'--confirm says "{clean(args.confirm)}", and this is {_it(word)}')
        return word
    if verdict.confirm is Confirm.NAME:
        why = "production" if verdict.production else "what is lost here"
        if not at_terminal():
            raise _refused(f"{why} wants the name: add --confirm {clean(word)}")
        if await ask(f"type {clean(word)} to go ahead: ") != word:
            raise _refused("not confirmed")
        return word
    if args.yes:
        return ""
    if not at_terminal():
        raise _refused("nobody can be asked here: add --yes to go ahead, --dry-run to look")
    if (await ask("go ahead? [y/N] ")).lower() not in _YES:
        raise _refused("not confirmed")
    return ""


async def named(args: argparse.Namespace, verdict: Verdict, plans: Sequence[Plan]) -> str:
    """Ask only where a name is wanted: all else is typed out already. Raises Stop."""
    if verdict.confirm is Confirm.NAME or args.confirm is not None:
        return await confirmed(args, verdict, plans)
    return ""


def _it(word: str) -> str:
    return f"{word} targets" if word.isdecimal() else f'"{clean(word)}"'


def _refused(why: str) -> Stop:
    return Stop(Exit.REFUSED, f"nothing was changed: {why}")


async def ask(question: str) -> str:
    """Ask at the terminal and return the line that is typed, empty at its end.

    Nothing blocks and no thread reads: Ctrl-C ends it at once.
    """
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()
    output.draw(question)
    answered: asyncio.Future[bytes] = loop.create_future()

    def typed() -> None:
        if not answered.done():
            try:
                answered.set_result(os.read(descriptor, _LONGEST))
            except OSError:
                # Its window was closed.
                answered.set_result(b"")

    loop.add_reader(descriptor, typed)
    try:
        line = await answered
    except asyncio.CancelledError:
        output.say("")
        raise
    finally:
        loop.remove_reader(descriptor)
    if not line.endswith(b"\n"):
        output.say("")
    return line.decode("utf-8", "replace").strip()
