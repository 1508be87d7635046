"""`fleetui edit REF`: a thing's document in an editor, or from a file, through the same door."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from fleetui.actions.door import Door
from fleetui.actions.editing import NotEdited, Sheet, editor, fill, opening
from fleetui.actions.policy import Verdict
from fleetui.actions.proposal import Proposal, Refused
from fleetui.cli import output
from fleetui.cli.changing import asks as asking
from fleetui.cli.changing import stopping, telling
from fleetui.cli.changing.commands import fleet_of, go
from fleetui.cli.changing.execing import terminal_kept
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.runner import run
from fleetui.core.change import Ask, Document, Verb
from fleetui.core.clean import clean
from fleetui.core.errors import ProviderError
from fleetui.core.ref import Ref
from fleetui.engine.engine import Engine

STREAMS = (0, 1, 2)
_LARGEST = 4_000_000
"""Bytes; no server takes so many."""


def edit(args: argparse.Namespace) -> int:
    """Plan what a person made of a document, and carry it out once it is confirmed."""
    asking.check_refs(args.refs)
    gate = asking.gate(args)
    given = None if args.file is None else _given(args.file)
    if given is None and not (output.is_tty(sys.stdin) and output.is_tty(sys.stdout)):
        raise Stop(Exit.USAGE, "an editor needs a terminal: give the document with --file")
    fleet = fleet_of(args)
    sheets: list[Sheet] = []

    async def propose(door: Door, engine: Engine) -> Proposal:
        (ref,) = await asking.targets(args.refs, fleet, engine)
        refusal = door.refusal(ref, Verb.EDIT)
        if refusal is not None:
            return Proposal((), Verdict((refusal,)))
        document = given or await _edited(door, ref, sheets)
        ask = Ask(Verb.EDIT, ref, document=document)
        return await door.propose([ask], gate=gate, ignore_gate=args.ignore_gate)

    with terminal_kept():
        code: int | None = None
        try:
            code = run(go(args, fleet, propose))
        finally:
            _leave(sheets, applied=code == Exit.DONE and not args.dry_run)
    return code


def _given(name: str) -> Document:
    """Return the document in a file. Raises Stop."""
    try:
        data = sys.stdin.buffer.read(_LARGEST) if name == "-" else Path(name).read_bytes()
        return Document(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Stop(Exit.USAGE, f"--file {clean(name)} is not UTF-8") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Stop(Exit.USAGE, f"--file {clean(name)} cannot be read: {why}") from None


async def _edited(door: Door, ref: Ref, sheets: list[Sheet]) -> Document:
    """Have the person edit it. Raises Stop where nothing came of that."""
    try:
        words = editor(os.environ)
        origin = await door.document(ref)
        sheet = Sheet(ref)
        sheets.append(sheet)
        return await asyncio.to_thread(fill, sheet, ref, origin, opening(words, STREAMS))
    except NotEdited as error:
        raise Stop(Exit.FAILED if error.failed else Exit.DONE, telling.safe(str(error))) from None
    except Refused as refused:
        raise stopping.refused(refused) from None
    except ProviderError as error:
        raise stopping.failed(error.fault()) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Stop(Exit.FAILED, f"no file to edit in: {why}") from None


def _leave(sheets: list[Sheet], *, applied: bool) -> None:
    """Remove the file of what was applied, or say where the other is."""
    for sheet in sheets:
        if applied or not sheet.kept:
            sheet.discard()
        else:
            output.tell(sheet.words, "go on with it: fleetui edit REF --file FILE")
