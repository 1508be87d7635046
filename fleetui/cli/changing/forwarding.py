"""`fleetui forward REF [LOCAL:]PORT…`: ports here that lead there, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Sequence

from fleetui.actions.action import Who
from fleetui.actions.door import Door
from fleetui.actions.forwarding.forward import Forwarding
from fleetui.actions.forwarding.way_in import way_in
from fleetui.actions.proposal import Proposal, Refused
from fleetui.actions.who import who as who_is_it
from fleetui.cli import compose, output
from fleetui.cli.changing import asks as asking
from fleetui.cli.changing import confirming, stopping, telling
from fleetui.cli.changing.through import open_for
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Interrupted, Stop
from fleetui.cli.runner import run
from fleetui.core.change import Ask, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import Fault, Invalid
from fleetui.core.forwarding import read_address, read_port


def forward(args: argparse.Namespace) -> int:
    """Forward ports, and say what happens to them, until Ctrl-C."""
    asking.check_refs([args.ref])
    wanted = _values(args)
    fleet = compose.gather(args, compose.configure(args))
    opened: list[Forwarding] = []
    try:
        return run(_forward(args, fleet, wanted, opened))
    except Interrupted as interrupted:
        # That is how it is meant to end, once it has begun.
        if opened and interrupted.code == Exit.INTERRUPTED:
            return Exit.DONE
        raise


def _values(args: argparse.Namespace) -> list[tuple[tuple[str, str], ...]]:
    """Return the values of an ask for each port. Raises Stop where one is none."""
    try:
        address = read_address(args.address or "")
        ports = [read_port(text) for text in args.ports or ("",)]
    except Invalid as error:
        raise Stop(Exit.USAGE, clean(error.fault().line)) from None
    return [
        tuple(
            (name, text)
            for name, text in (
                ("local", "" if local is None else str(local)), ("port", port),
                ("address", address),
            )
            if text
        )
        for local, port in ports
    ]  # fmt: skip


async def _forward(
    args: argparse.Namespace,
    fleet: Fleet,
    wanted: Sequence[tuple[tuple[str, str], ...]],
    opened: list[Forwarding],
) -> int:
    me = who_is_it()
    opening = open_for(args, fleet, me, not_begun="nothing was opened", failed=_failed)
    async with opening as door:
        ref = await asking.target(args.ref, fleet)
        opened += await _opened(args, door, [Ask(Verb.FORWARD, ref, one) for one in wanted])
        _tell(opened, me)
        await asyncio.Event().wait()
        return Exit.DONE


async def _opened(
    args: argparse.Namespace, door: Door, asks: Sequence[Ask]
) -> tuple[Forwarding, ...]:
    proposal: Proposal = await door.propose(asks)
    verdict = proposal.verdict
    if not verdict.allowed:
        raise Refused(*verdict.refusals)
    for _, fault in proposal.failed:
        raise _failed(fault)
    for plan in proposal.plans:
        for caution in plan.cautions:
            output.tell(f"mind: {telling.safe(caution.text)}")
    why = await confirming.reason(args, verdict, door.policy.places.get("reason", ""))
    typed = await confirming.named(args, verdict, proposal.plans)
    return await door.forward(proposal, typed=typed, reason=why)


def _failed(fault: Fault) -> Stop:
    # What cannot be meant is the port.
    wrong = fault.code == Invalid.code
    return Stop(Exit.USAGE, telling.safe(fault.line)) if wrong else stopping.failed(fault)


def _tell(opened: Sequence[Forwarding], me: Who) -> None:
    for one in opened:
        one.told = _happened
    output.emit(one.line for one in opened)
    if way := way_in(opened, me, os.environ):
        output.say(f"from your machine: {clean(way)}")
    output.say("Ctrl-C closes it" if len(opened) == 1 else "Ctrl-C closes all of them")


def _happened(one: Forwarding, text: str, meaning: str) -> None:
    del meaning
    output.say(f"{time.strftime('%H:%M:%S')} {one.local} → {clean(one.row().to)}: {clean(text)}")
