"""`fleetui get KIND`: one list on stdout."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import replace

from fleetui.cli import compose, measuring, output
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.picture import Picture, picture
from fleetui.cli.runner import run
from fleetui.core.columns import Look
from fleetui.core.errors import Fault
from fleetui.core.kinds import FORWARDS, ROLLOUTS, WORDS
from fleetui.core.objects import Resource
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.once import settle
from fleetui.providers import registry
from fleetui.providers.base import Provider

_MARGIN_S = 1.0
_LEAST_S = 5.0


def get(args: argparse.Namespace) -> int:
    """List one kind of thing, once or again and again."""
    if args.watch and args.output == "csv":
        raise Stop(Exit.USAGE, "--watch writes table, wide or json, not csv")
    if args.kind == FORWARDS:
        raise Stop(Exit.USAGE, "forwards are listed where they were opened, by :forwards",
                   "those of other processes: fleetui rollouts, or fleetui audit")  # fmt: skip
    config = compose.configure(args)
    shown = picture(args, compose.language(config))
    fleet = compose.gather(args, config)
    if shown.kind == ROLLOUTS:
        return run(_changes(args, shown, fleet))
    return run(list_with(shown, fleet, watch=args.watch))


async def _changes(args: argparse.Namespace, shown: Picture, fleet: Fleet) -> int:
    """List what was changed: our own audit tells it, beside what back ends know themselves."""
    from fleetui.actions.book import Book
    from fleetui.cli.keeping import journal

    audit = journal(args)
    try:
        return await list_with(shown, fleet, (Book.of(audit),), watch=args.watch)
    finally:
        await audit.close()


async def list_with(
    shown: Picture, fleet: Fleet, own: tuple[Provider, ...] = (), *, watch: bool
) -> int:
    engine = Engine((*fleet.providers, *own), now=time.time)
    try:
        keys = keys_of(engine, shown.kind)
        if not keys:
            output.tell(nobody(shown.kind, fleet))
        if watch and keys:
            from fleetui.cli.watch import watch as follow

            return await follow(shown, engine, fleet, keys)
        snapshots = await settle(engine, keys, patience(fleet, keys))
        rows = await _rows(shown, fleet, snapshots, engine.now())
        look = Look(engine.now(), production=fleet.production)
        colours = output.coloured(sys.stdout)
        output.emit(shown.lines(rows, list(snapshots), look, colours=colours))
        return outcome(snapshots)
    finally:
        await engine.close()


def keys_of(engine: Engine, kind: str) -> tuple[SourceKey, ...]:
    """Return the sources of a kind that are back ends': a run of `get` has seen nothing itself."""
    names = {(provider.name, provider.scope) for provider in engine.providers}
    return tuple(key for key in engine.keys(kind) if (key.provider, key.scope) in names)


def patience(fleet: Fleet, keys: Iterable[SourceKey]) -> float:
    """Return how long to wait for these: as long as the slowest of them may take."""
    wanted = set(keys)
    bounds = [
        spec.timeout_s
        for provider in fleet.providers
        for spec in provider.sources()
        if spec.key in wanted
    ]
    return max([_LEAST_S, *bounds]) + _MARGIN_S


def nobody(kind: str, fleet: Fleet) -> str:
    """Say that nothing configured has this kind, and what would."""
    able = [name for name in registry.BACKENDS if kind in registry.backend(name).kinds]
    where = fleet.config.path or "the config"
    mend = (
        f"add {' or '.join(f'[{name}.NAME]' for name in able)} to {where}"
        if able
        else "this version has no back end that does"
    )
    return f"nothing that is configured lists {kind}, so there is no {WORDS[kind]}: {mend}"


async def _rows(
    shown: Picture, fleet: Fleet, snapshots: tuple[Snapshot, ...], now: float
) -> list[Resource]:
    """Return the rows to be listed, measured where they are few."""
    everything = [row for snapshot in snapshots for row in snapshot.rows]
    chosen = shown.choose(everything, now)
    lacking = measuring.lacking(
        everything if shown.measures else chosen, snapshots, fleet.providers
    )
    number = sum(len(refs) for refs in lacking.values())
    if number > measuring.MOST:
        output.tell(
            f"CPU and memory of {number} rows are not measured, {measuring.MOST} are the most: "
            "take fewer with --filter"
        )
        return chosen
    if not number:
        return chosen
    usages = await measuring.measure(lacking)
    return shown.choose((measuring.filled(row, usages.get(row.ref)) for row in everything), now)


def outcome(snapshots: tuple[Snapshot, ...]) -> Exit:
    """Tell on stderr what failed, and return the exit code that says so."""
    failed = [snapshot for snapshot in snapshots if snapshot.fault]
    for snapshot in snapshots:
        if snapshot.fault:
            output.tell(placed(snapshot.fault, snapshot.key).line)
        for part in snapshot.parts:
            output.tell(placed(part.fault, snapshot.key).line)
        for warning in snapshot.warnings:
            output.tell(f"{snapshot.key.provider}/{snapshot.key.scope}: {warning}")
    if failed and len(failed) == len(snapshots):
        return Exit.UNREACHABLE
    if failed or any(snapshot.parts for snapshot in snapshots):
        return Exit.FAILED
    return Exit.DONE


def placed(fault: Fault, key: SourceKey) -> Fault:
    """Return the fault with the name of its back end, where it has no other place."""
    return fault if fault.where else replace(fault, where=f"{key.provider}/{key.scope}")
