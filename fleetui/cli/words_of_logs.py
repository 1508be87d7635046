"""The words of `fleetui logs`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
EPILOG = """\
grep: words that must all be there, capitals or not; field:value and field>1 of lines that have
fields; level:error; source:NAME; container:NAME; and ! before a term turns it round:
  fleetui logs deploy/checkout --since 10m --level warn --grep '!healthz status>=500'

A unit or a service is the logs of all its members; with -f new members join as they come. Of a
pod with several containers all are read, those for debugging and inits that have not ended well
too; -c NAME reads any one. Stack traces stay with the line they belong to. Notes (an end, a lost
connection, a gap) go to stderr.

forms:
  text  lines as they were written; names of sources where there are several
  json  one object a line: {"time", "ref", "container", "stream", "level", "message", "trace",
        "fields", "text"}; times are ISO 8601 in UTC, null where nobody says, and so is the
        container where a pod has one only

Without --since and --tail the last 1000 lines of each. Exit code 0 also when a followed
container ends; 1 when a log cannot be read, 4 when its back end cannot be reached."""


def add_arguments(
    parser: argparse.ArgumentParser,
    natural: Callable[[str], int],
    length: Callable[[str], float],
) -> None:
    """Add what `fleetui logs` takes."""
    add = parser.add_argument
    add("refs", nargs="+", metavar="REF", help="provider/scope/kind/name, or an ending of it")
    add("-f", "--follow", action="store_true", help="go on with what is written from now on")
    add("--since", type=length, default=0.0, metavar="10m", help="only what is not older")
    add("--tail", type=natural, metavar="N", help="only the last N lines of each source")
    add("--previous", "-p", action="store_true", help="the run before this one")
    add("--container", "-c", default="", metavar="NAME",
        help="only this container of each pod, of whatever sort")  # fmt: skip
    add("--timestamps", "-t", action="store_true", help="write the time before each line")
    add("--grep", default="", metavar="TEXT", help="only what matches")
    add("--level", choices=LEVELS, metavar="LEVEL", help=f"at least: {', '.join(LEVELS)}")
    add("-o", "--output", default="text", choices=("text", "json"), metavar="FORMAT",
        help="text, json")  # fmt: skip
