"""The words of the commands that read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fleetui.cli.parsing.words import command, kind, length, names, natural, output, rotation

FORMATS = ("table", "wide", "json", "csv")
SHELLS = ("bash", "zsh", "fish")


_GET_EPILOG = """\
filter: free words, col:value, col>value, label.app:web, /regex/, col:/regex/, @NAME for one of
[filters] in the config, and ! before a term turns it round; all must match:
  fleetui get compute --filter 'cpu>80 !state:stopped'

forms:
  table, wide  for people; the words and columns may change
  json         {"kind", "items": [...], "sources": [...]}
               an item: ref, provider, scope, kind, name, uid, state, native_state, health,
               reason, labels, created, observed_at, links, capabilities, and its kind's own
               a source: provider, scope, fetched_at, age_s, stale, error, parts, warnings
               times are ISO 8601 in UTC, sizes bytes, CPU a share of one core, null unknown
  csv          the same fields, one row an item, lists joined by blanks, as they are: a
               spreadsheet may take a text that begins with = for a formula

watch:
  table, wide  the whole table again, after an empty line
  json         one object a line: {"change": "added", "changed" or "removed", "item"}, and
               {"change": "source", "source"} when a source fails or answers again

CPU and memory of containers are measured for up to 50 rows, which takes a second or so.
Exit code 1 when a source failed, 4 when all did; a kind that nothing provides is empty and 0."""

_DESCRIBE_EPILOG = """\
REF: any ending of provider/scope/kind/name that only one thing has:  compose/shop/web  or  web

json, yaml: {"ref", "item", "sections": [{"title", "rows": [{"name", "lines"}]}], "raw", "error"};
            item is that of get -o json, raw the back end's own document, error why its back end
            could not be asked

Values of environment variables, and what looks like a secret, are hidden in every form.
Exit code 1 when nothing is called so, or its back end could not be asked; 2 when several are."""

_CHECK_EPILOG = """\
json: {"config", "notes": [...], "providers": [...]}; a provider has provider, scope, reachable,
      identity, version, permissions (what was tried → allowed), expires_at, latency_s, error
      and notes

Exit code 1 when one is degraded: not reachable, expired, or not allowed something; 4 when none
can be reached."""


def _wallboard(commands: Any) -> None:
    made = command(commands, "wallboard", "rotate through screens, read-only, without keys")
    made.add_argument("--screens", type=names, metavar="A,B", help="which, in this order")
    made.add_argument("--rotate", type=rotation, metavar="15s", help="how long each stays")


def _get(commands: Any) -> None:
    made = command(
        commands,
        "get",
        "list one kind of thing once, for pipes",
        epilog=_GET_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("kind", metavar="KIND", type=kind, help="see: fleetui kinds")
    output(made, FORMATS)
    made.add_argument("--filter", default="", metavar="TEXT", help="list only what matches")
    made.add_argument("--sort", default="", metavar="COL", help="by this column; -COL: downwards")
    made.add_argument("--no-header", action="store_true", help="leave out the line of titles")
    made.add_argument("--watch", "-w", action="store_true", help="list again whenever it changes")


def _describe(commands: Any) -> None:
    made = command(
        commands,
        "describe",
        "tell all about one thing, secrets hidden",
        epilog=_DESCRIBE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("ref", metavar="REF", help="provider/scope/kind/name, or how it ends")
    output(made, ("text", "json", "yaml"))


def _logs(commands: Any) -> None:
    from fleetui.cli.words_of_logs import EPILOG, add_arguments

    made = command(
        commands,
        "logs",
        "print the logs of containers, or of all members of a unit",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made, natural=natural, length=length)


def _query(commands: Any) -> None:
    made = command(commands, "query", "ask Prometheus")
    made.add_argument("expr", metavar="EXPR", help="a PromQL expression")
    made.add_argument(
        "--range", type=length, default=0.0, metavar="30m", help="over this long until now"
    )
    made.add_argument("--source", metavar="NAME", help="which Prometheus, where there are several")
    output(made, ("table", "json", "csv"))
    made.add_argument("--no-header", action="store_true", help="leave out the line of titles")


def _audit(commands: Any) -> None:
    from fleetui.cli.words_of_audit import EPILOG, add_arguments

    made = command(
        commands,
        "audit",
        "list what was changed, by whom and why, or prove the record of it",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made, natural=natural, length=length)


def _check(commands: Any) -> None:
    made = command(
        commands,
        "check",
        "say of each provider whether it can be read, and by whom",
        epilog=_CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    output(made, ("table", "json"))


def _init(commands: Any) -> None:
    made = command(commands, "init", "write a config of what is found on this machine")
    made.add_argument("path", nargs="?", type=Path, metavar="PATH", help="where to write it")


def _keys(commands: Any) -> None:
    output(command(commands, "keys", "list every key and what it does"), ("table", "json"))


def _completion(commands: Any) -> None:
    made = command(commands, "completion", "print the completion script of a shell")
    made.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


COMMANDS: dict[str, Callable[[Any], object]] = {
    "wallboard": _wallboard,
    "get": _get,
    "describe": _describe,
    "logs": _logs,
    "query": _query,
    "audit": _audit,
    "check": _check,
    "init": _init,
}
"""What adds each command that reads."""
LISTS: dict[str, Callable[[Any], object]] = {
    "screens": partial(command, name="screens", text="list the screens that there are"),
    "themes": partial(command, name="themes", text="list the themes that there are"),
    "kinds": partial(command, name="kinds", text="list what `get` can list"),
    "keys": _keys,
    "completion": _completion,
}
"""What adds each command that lists what there is."""
