"""`fleetui query`: one PromQL expression, answered once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

from fleetui.cli import compose, output, write
from fleetui.cli.compose import Fleet
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.get import outcome, patience
from fleetui.cli.parsing.words import unknown
from fleetui.cli.runner import run
from fleetui.cli.write import Field
from fleetui.core import query_text
from fleetui.core.errors import Invalid
from fleetui.core.json_form import answer
from fleetui.core.query import Query, QueryResult
from fleetui.core.snapshot import Snapshot
from fleetui.engine.engine import Engine
from fleetui.engine.once import settle

_POINTS = 120


def query(args: argparse.Namespace) -> int:
    """Ask one Prometheus and print what it answers."""
    if not args.expr.strip():
        raise Stop(Exit.USAGE, "the expression is empty: try fleetui query up")
    fleet = compose.gather(args, compose.configure(args))
    return run(_query(args, fleet))


async def _query(args: argparse.Namespace, fleet: Fleet) -> int:
    engine = Engine(fleet.providers, now=time.time)
    try:
        keys = engine.query_keys(Query(args.expr, args.range, _POINTS))
        names = [key.scope for key in keys]
        if args.source:
            keys = tuple(key for key in keys if key.scope == args.source)
            if not keys:
                raise Stop(Exit.USAGE, f"--source: {unknown('Prometheus', args.source, names)}")
        if not keys:
            path = fleet.config.path or "the config"
            mend = f"add [prometheus.NAME] to {path}, or try it on the demo with --demo"
            raise Stop(Exit.USAGE, f"there is no Prometheus to ask: {mend}")
        if len(keys) > 1:
            which = ", ".join(names)
            raise Stop(Exit.USAGE, f"there are several to ask: choose one with --source: {which}")
        (snapshot,) = await settle(engine, keys, patience(fleet, keys))
        return _print(args, snapshot)
    finally:
        await engine.close()


def _print(args: argparse.Namespace, snapshot: Snapshot) -> int:
    code = outcome((snapshot,))
    result = snapshot.result
    if result is None or snapshot.fault:
        refused = snapshot.fault is not None and snapshot.fault.code == Invalid.code
        return Exit.FAILED if refused else code
    for warning in result.warnings:
        if warning not in snapshot.warnings:
            output.tell(warning)
    output.emit(_lines(args, result))
    return code


def _lines(args: argparse.Namespace, result: QueryResult) -> Iterator[str]:
    first = 1 if args.no_header else 0
    if args.output == "json":
        yield write.json_text(answer(result))
    elif args.output == "csv":
        yield from write.csv_lines(query_text.csv_rows(result)[first:])
    else:
        rows = query_text.table_rows(result)
        labels = len(query_text.label_names(result)) if result.kind != "string" else 1
        table = [
            [Field(text, "muted" if not number else "normal", at >= labels) for at, text in cells]
            for number, cells in ((n, list(enumerate(row))) for n, row in enumerate(rows))
        ]
        yield from write.table(table[first:], colours=output.coloured(sys.stdout))
