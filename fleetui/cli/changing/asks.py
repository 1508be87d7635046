"""From the words of a command to what is asked of which thing."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence

from fleetui.actions.action import GateSpec
from fleetui.actions.gate_words import GateMistake, gate_of
from fleetui.cli.compose import Fleet
from fleetui.cli.describe import found, read, unread
from fleetui.cli.exits import Exit, Stop
from fleetui.core.change import Ask, Verb
from fleetui.core.clean import clean
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey
from fleetui.engine.engine import Engine

# What of the words is a value of the ask, by its name there.
_VALUES = {
    "count": "count", "memory": "memory", "cpu": "cpu", "size": "size", "image": "image",
    "restart_policy": "restart_policy", "revision": "revision", "grace": "timeout",
    "signal": "signal", "name": "name", "pull": "pull",
    "request_memory": "requests.memory", "request_cpu": "requests.cpu", "container": "container",
    "cascade": "cascade",
}  # fmt: skip
_AMOUNTS = {
    "memory": "memory", "mem": "memory", "limits.memory": "memory", "cpu": "cpu",
    "limits.cpu": "cpu", "requests.memory": "request_memory", "requests.cpu": "request_cpu",
    "container": "container", "size": "size", "restart": "restart_policy",
}  # fmt: skip
"""Words of a resize that stand among its REFs, by the options that they mean."""
_FLAGS = ("force", "volumes", "all")
_LIMITS = ("memory", "cpu", "size", "restart_policy", "request_memory", "request_cpu")


def values(args: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Return what was given, by name. Raises Stop where there is nothing to do."""
    if args.verb == Verb.RESIZE and not any(getattr(args, name) for name in _LIMITS):
        raise Stop(Exit.USAGE, "resize to what? give --memory, --cpu, --restart-policy or --size")
    if args.verb == Verb.SCALE:
        _check_count(args)
    return tuple(_values(args))


def take_amounts(args: argparse.Namespace) -> None:
    """Read `cpu=1.5` among the REFs as --cpu 1.5: so the board's own command is written.

    Raises Stop.
    """
    refs = []
    for text in args.refs:
        name, _, value = text.partition("=")
        word = _AMOUNTS.get(name)
        if word is None or not value:
            refs.append(text)
        elif getattr(args, word) is not None:
            raise Stop(Exit.USAGE, f"{name} is given twice")
        else:
            setattr(args, word, value)
    if not refs:
        raise Stop(Exit.USAGE, "resize what? write a REF before the amounts")
    args.refs = refs


def _values(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for word, name in _VALUES.items():
        text = getattr(args, word, None)
        if word == "count" and text is not None:
            from fleetui.core.amounts import scale_of

            yield from scale_of(text)
        elif text is not None:
            yield name, text
    for flag in _FLAGS:
        if getattr(args, flag, False):
            yield flag, "yes"


def _check_count(args: argparse.Namespace) -> None:
    """Say before anything is read that N is missing, or is none."""
    from fleetui.core.amounts import count_of, scale_of
    from fleetui.core.errors import Invalid

    try:
        # So many that none of -1 is too many: only how it is written is looked at.
        for name, text in scale_of(args.count):
            if name == "count":
                count_of(text, 10**9)
    except Invalid as error:
        raise Stop(Exit.USAGE, f"N: {clean(error.fault().line)}") from None


def gate(args: argparse.Namespace) -> GateSpec | None:
    """Return the gate of the options, and look whether one may be ignored. Raises Stop."""
    try:
        made = gate_of(
            args.gate, high=args.gate_max, low=args.gate_min, hold=args.gate_for,
            roll_back=args.gate_rollback, source=args.gate_source,
        )  # fmt: skip
    except GateMistake as error:
        raise Stop(Exit.USAGE, str(error)) from None
    if args.ignore_gate:
        if made is not None:
            raise Stop(Exit.USAGE, "--ignore-gate is for a gate of the config: leave out --gate")
        if not args.reason.strip() and not args.dry_run:
            raise Stop(Exit.USAGE, "--ignore-gate needs --reason TEXT, which the audit keeps")
    if made is not None and not args.wait:
        raise Stop(Exit.USAGE, "--gate has to be watched: leave out --no-wait")
    return made


def check_refs(texts: Sequence[str]) -> None:
    """Refuse a REF of nothing. Raises Stop."""
    if not all(text.strip().strip("/") for text in texts):
        raise Stop(Exit.USAGE, "REF is empty: try fleetui get containers, or fleetui get capacity")


async def targets(
    texts: Sequence[str], fleet: Fleet, engine: Engine, left: Sequence[Ref] = ()
) -> tuple[Ref, ...]:
    """Return the things that REFs name, each once. Raises Stop.

    Where a list could not be read, a REF must be whole: another of that name may be there.
    `left` are things that are half-way, under names which nothing may have now.
    """
    snapshots = await read(texts, fleet, engine)
    snapshots += _nameless(snapshots, left)
    refs = tuple(dict.fromkeys(found(text, snapshots).ref for text in texts))
    lines = unread(snapshots)
    short = [ref for text, ref in zip(texts, _each(texts, snapshots), strict=True)
             if text.strip().strip("/") != str(ref)]  # fmt: skip
    if lines and short:
        raise Stop(
            Exit.UNREACHABLE,
            "not all was read, and another of that name may be there: write it whole",
            *(f"  {ref}" for ref in short),
            *lines,
        )
    return refs


async def target(text: str, fleet: Fleet) -> Ref:
    """Return the one thing that is meant, with an engine only for that. Raises Stop."""
    engine = Engine(fleet.providers, now=time.time)
    try:
        (ref,) = await targets([text], fleet, engine)
    finally:
        await engine.close()
    return ref


def _nameless(snapshots: Sequence[Snapshot], left: Sequence[Ref]) -> list[Snapshot]:
    """Return those of `left` whose names nothing has, as if they were listed."""
    named = {str(row.ref) for snapshot in snapshots for row in snapshot.rows}
    lost = {str(ref): ref for ref in left if str(ref) not in named}
    rows = tuple(Resource(ref=ref) for ref in lost.values())
    return [Snapshot(SourceKey("fleetui", "half-way", "rollouts"), rows=rows)] if rows else []


def _each(texts: Sequence[str], snapshots: Sequence[Snapshot]) -> Iterator[Ref]:
    return (found(text, snapshots).ref for text in texts)


def asks(args: argparse.Namespace, refs: Sequence[Ref]) -> list[Ask]:
    """Return one ask for each thing."""
    given = values(args)
    return [Ask(Verb(args.verb), ref, given) for ref in refs]


def place(args: argparse.Namespace, places: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return where to prune: what --on says, or the only place there is. Raises Stop."""
    names = {f"{provider}/{scope}": (provider, scope) for provider, scope in places}
    if not names:
        raise Stop(Exit.USAGE, f"nothing that is configured can prune {args.kind}")
    wanted = (args.on or "").strip().strip("/")
    if not wanted and len(names) == 1:
        return next(iter(names.values()))
    fits = [name for name in names if name == wanted or name.endswith(f"/{wanted}")]
    if wanted and len(fits) == 1:
        return names[fits[0]]
    what = f'"{clean(wanted)}" has no {args.kind}' if wanted else f"prune {args.kind} where?"
    raise Stop(Exit.USAGE, f"{what}: add --on", *(f"  --on {name}" for name in names))
