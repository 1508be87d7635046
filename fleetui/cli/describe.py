"""`fleetui describe REF`: one thing by sections on stdout, secrets hidden."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from fleetui import yaml_form
from fleetui.cli import compose, output, write
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.get import patience, placed
from fleetui.cli.narrowing import narrowed
from fleetui.cli.runner import run
from fleetui.core.clean import clean
from fleetui.core.describe import known
from fleetui.core.description import Description, form, merged, text_lines
from fleetui.core.errors import Fault
from fleetui.core.json_form import item, plain
from fleetui.core.objects import Resource
from fleetui.core.ref import RefAmbiguousError, RefNotFoundError, resolve
from fleetui.core.secrets import masked
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.looking import look_into, story
from fleetui.engine.once import settle

_CANDIDATES = 20
_WHERE = "see: fleetui kinds, and fleetui get KIND for the names"


def describe(args: argparse.Namespace) -> int:
    """Tell all about one thing."""
    if not args.ref.strip().strip("/"):
        raise Stop(Exit.USAGE, "REF is empty: try fleetui get containers -o json, or fleetui kinds")
    fleet = compose.gather(args, compose.configure(args))
    return run(_describe(args, fleet))


async def _describe(args: argparse.Namespace, fleet: Fleet) -> int:
    engine = Engine(fleet.providers, now=time.time)
    try:
        snapshots = await read((args.ref,), fleet, engine)
        thing = found(args.ref, snapshots)
        answer = await look_into(fleet.providers, thing.ref)
        remembered = answer.events if isinstance(answer, Description) else ()
        happened = story(thing, engine.store, engine.timeline, remembered)
        told = known(thing, engine.now(), happened.events, happened.past)
        fault = answer if isinstance(answer, Fault) else None
        if isinstance(answer, Description):
            told = merged(told, answer)
        output.emit(_lines(args.output, thing, told, fault))
        for line in unread(snapshots):
            output.tell(f"not all was read: {line}: another of this name may be there")
        if fault is not None:
            output.tell(f"{fault.line}: this is what its list tells")
        return Exit.FAILED if fault else Exit.DONE
    finally:
        await engine.close()


async def read(texts: Sequence[str], fleet: Fleet, engine: Engine) -> list[Snapshot]:
    """Return what may hold things: what REFs point at, and all else where one is not there."""
    keys = [spec.key for provider in fleet.providers for spec in provider.sources()]
    keys = [key for key in keys if key.kind != "events"]
    if not keys:
        raise Stop(Exit.USAGE, f"nothing is configured that could hold {clean(texts[0])}",
                   compose.TRY_THE_DEMO)  # fmt: skip
    pointed = [narrowed(text, keys) for text in texts]
    first = tuple(dict.fromkeys(key for some in pointed for key in some))
    snapshots = list(await settle(engine, first, patience(fleet, first)) if first else ())
    pairs = zip(texts, pointed, strict=True)
    if not all(_holds(text, _of(some, snapshots)) for text, some in pairs):
        rest = [key for key in keys if key not in first]
        snapshots += await settle(engine, rest, patience(fleet, rest))
    return snapshots


def _of(keys: Iterable[SourceKey], snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    wanted = set(keys)
    return [snapshot for snapshot in snapshots if snapshot.key in wanted]


def _holds(text: str, snapshots: Iterable[Snapshot]) -> bool:
    try:
        resolve(text, (row.ref for snapshot in snapshots for row in snapshot.rows))
    except RefNotFoundError:
        return False
    except RefAmbiguousError:
        return True
    return True


def unread(snapshots: Iterable[Snapshot]) -> list[str]:
    """Return a line for each failure of the lists that were read."""
    return list(dict.fromkeys(placed(s.fault, s.key).line for s in snapshots if s.fault))


def found(text: str, snapshots: Sequence[Snapshot]) -> Resource:
    """Return the one thing that is meant. Raises Stop."""
    rows = {row.ref: row for snapshot in snapshots for row in snapshot.rows}
    try:
        return rows[resolve(text, rows)]
    except RefAmbiguousError as error:
        refs = [f"  {ref}" for ref in error.candidates[:_CANDIDATES]]
        more = len(error.candidates) - len(refs)
        if more:
            refs.append(f"  and {more} more")
        count = len(error.candidates)
        raise Stop(Exit.USAGE, f'"{clean(text)}" could be {count} things: say more of it',
                   *refs) from None  # fmt: skip
    except RefNotFoundError:
        faults = unread(snapshots)
        near = _near(text, rows.values())
        mend = [f"did you mean {' or '.join(near)}?" if near else _WHERE]
        lacking = [f"{line}: it may be there" for line in faults]
        everything = bool(snapshots) and all(s.fault for s in snapshots)
        code = Exit.UNREACHABLE if everything else Exit.FAILED
        raise Stop(code, f'nothing is called "{clean(text)}"', *mend, *lacking) from None


def _near(text: str, rows: Iterable[Resource]) -> list[str]:
    """Return the refs whose endings are spelt most like a text."""
    endings: dict[str, str] = {}
    for row in rows:
        full = str(row.ref)
        for ending in (row.name, row.ref.short, full):
            endings.setdefault(ending.lower(), full)
    near = get_close_matches(text.strip().strip("/").lower(), endings, n=3, cutoff=0.6)
    return list(dict.fromkeys(endings[one] for one in near))


def document(thing: Resource, told: Description, fault: Fault | None) -> dict[str, Any]:
    """Return what -o json and -o yaml print."""
    return {
        "ref": str(thing.ref),
        "item": masked(item(thing)),
        "sections": form(told),
        "raw": told.raw,
        "error": None if fault is None else plain(fault),
    }


def _lines(how: str, thing: Resource, told: Description, fault: Fault | None) -> Iterator[str]:
    if how == "json":
        yield write.json_text(document(thing, told, fault))
        return
    if how == "yaml":
        yield yaml_form.as_yaml(document(thing, told, fault))
        return
    colours = output.coloured(sys.stdout)
    yield output.paint(clean(str(thing.ref)), "accent", colours=colours)
    for heading, line in text_lines(told):
        if heading:
            yield from ("", output.paint(clean(line.text), "accent", colours=colours))
        elif line.pieces:
            painted = (
                output.paint(clean(p.text), p.tone.value, colours=colours) for p in line.pieces
            )
            yield "".join(painted).rstrip()
