"""The words of `fleetui audit`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

FORMATS = ("table", "json", "csv")
NEWEST = 100
EPILOG = f"""\
Every change is written down before it is sent, and how it ended after. The oldest stands first.
TO is what was asked for, RESULT how it ended; `unknown`: its process ended before it could say.

REF: any ending of provider/scope/kind/name (web, compose/shop/web), or a pattern: 'docker/*/web-*'

forms:
  table  for people; the words and columns may change; the newest {NEWEST} without --limit
  json   {{"audit", "actions": [...]}}; an action: seq, id, request, at, who (user, host, origin),
         verb, ref, uid, values, changes ([{{name, before, after}}]), reason, gate, reading, undoes,
         result, why, ended_at, duration_s, process, plan, hash
         times are ISO 8601 in UTC; gate and reading null without a gate; ended_at null and
         result a phase (waiting, sending, rolling, holding) while it is under way
  csv    the same without process and plan, one row an action

verify: walks all records, each of which holds the hash of the one before, and says `ok: N records`
        with the hash of the last, or the first that is not as it was written, and exits with 1.
        A hash noted elsewhere proves later that nothing before it was changed or cut off.
  json   {{"audit", "ok", "records", "head", "broken"}}; broken null, or {{seq, at, why}}

What looks like a secret was hidden before it was written. Exit code 1 where the audit cannot be
read; an audit that is not there yet is no failure."""


def add_arguments(
    parser: argparse.ArgumentParser,
    natural: Callable[[str], int],
    length: Callable[[str], float],
) -> None:
    """Add what `fleetui audit` takes."""
    add = parser.add_argument
    add("--since", type=length, metavar="7d", help="only what was begun in this time until now")
    add("--ref", default="", metavar="REF", help="only what was done to this, or to what fits")
    add("--limit", type=natural, metavar="N", help="only the newest N; 0: all")
    add("-o", "--output", default="table", choices=FORMATS, metavar="FORMAT",
        help=", ".join(FORMATS))  # fmt: skip
    add("--no-header", action="store_true", help="leave out the line of titles")
    add("--verify", action="store_true", help="prove that nothing was changed since")
