"""The words of the command line. Nothing heavy is imported before they are understood."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from fleetui.cli.exits import MEANINGS, Exit, Stop

FORMATS = ("table", "wide", "json", "csv")
SHELLS = ("bash", "zsh", "fish")
FAULT_NAMES = ("throttled", "expired", "hanging", "partial", "garbage", "slow")
_LEAST = 20
"""Below so many things the demo's story has no room."""
_LENGTHS = frozenset({"--since", "--range", "--rotate"})
_DESCRIPTION = "One keyboard-driven terminal for everything a small team runs."


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


class Parser(argparse.ArgumentParser):
    """An argument parser that names the nearest word and leaves through Stop."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 and where to read more."""
        message = message.removeprefix("argument ").replace(
            "expected one argument", "takes a value"
        )
        raise Stop(Exit.USAGE, message, f"see: {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            what = action.metavar if isinstance(action.metavar, str) else action.dest
            raise argparse.ArgumentError(None, unknown(what.lower(), str(value), action.choices))


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return `no command "gte": did you mean "get"?`, or all there are where none is near."""
    names = list(known)
    near = get_close_matches(word.lower(), names, n=1)
    mend = f'did you mean "{near[0]}"?' if near else f"there is {', '.join(names)}"
    return f'no {what} "{word}": {mend}'


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Raises Stop where it cannot be read, SystemExit after --help and --version.
    """
    parser = build()
    _refuse_unknown(parser, argv)
    args, rest = parser.parse_known_args(_joined(argv))
    if rest:
        parser.error(_unexpected(rest[0], options(parser, args.command)))
    given = (args.demo_seed, args.demo_size, args.demo_fault, args.demo_log_rate)
    if any(value is not None for value in given):
        args.demo = True
    return args


def _refuse_unknown(parser: Parser, argv: Sequence[str]) -> None:
    """Name an option that no command has before its value is taken for a command."""
    known = {name for command in (None, *subparsers(parser)) for name in options(parser, command)}
    for word in argv:
        if word == "--":
            return
        if word.startswith("--") and word.partition("=")[0] not in known:
            parser.error(_unexpected(word, sorted(known)))


def build() -> Parser:
    """Return the parser of all commands."""
    from fleetui import __version__

    parser = Parser(
        prog="fleetui",
        description=f"{_DESCRIPTION} Without a command it opens the board.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fleetui {__version__}")
    _everywhere(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for add in (_wallboard, _get, _describe, _logs, _query, _audit, _check, _init):
        add(commands)
    for name, text in (
        ("screens", "list the screens that there are"),
        ("themes", "list the themes that there are"),
        ("kinds", "list what `get` can list"),
    ):
        _command(commands, name, text)
    _output(_command(commands, "keys", "list every key and what it does"), ("table", "json"))
    completion = _command(commands, "completion", "print the completion script of a shell")
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    return parser


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command by its name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options(parser: argparse.ArgumentParser, command: str | None) -> list[str]:
    """Return every long option that may be given with `command`."""
    found = list(parser._option_string_actions)
    if command:
        found += subparsers(parser)[command]._option_string_actions
    return sorted({name for name in found if name.startswith("--")})


def _everywhere(parser: argparse.ArgumentParser, *, top: bool) -> None:
    """Add what may stand before or after the command.

    After it the default is left out, so that it does not undo what stood before.
    """
    group = parser.add_argument_group("everywhere")

    def add(name: str, default: Any, **more: Any) -> None:
        group.add_argument(name, default=default if top else argparse.SUPPRESS, **more)

    add(
        "--config",
        None,
        type=Path,
        metavar="FILE",
        help="use this config file; the demo reads no other",
    )
    add("--read-only", False, action="store_true", help="refuse whatever would change something")
    add("--screen", None, metavar="NAME", help="screen to open first")
    add("--theme", None, metavar="NAME", help="colours to use")
    add("--log-file", None, type=Path, metavar="FILE", help="write the log here")
    add("--demo", False, action="store_true", help="use the demo fleet: no account, no network")
    add("--demo-seed", None, type=_natural, metavar="N", help="another demo fleet, repeatable")
    add("--demo-size", None, type=_size, metavar="N", help="demo fleet of N objects, from 20 on")
    rate = "each container of the demo writes N lines a second, up to 50000"
    add("--demo-log-rate", None, type=_log_rate, metavar="N", help=rate)
    faults = f"let it misbehave: {', '.join(FAULT_NAMES)}"
    add("--demo-fault", None, choices=FAULT_NAMES, metavar="FAULT", help=faults)


def _command(commands: Any, name: str, text: str, **more: Any) -> Parser:
    made: Parser = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False, **more
    )
    _everywhere(made, top=False)
    return made


def _wallboard(commands: Any) -> None:
    made = _command(commands, "wallboard", "rotate through screens, read-only, without keys")
    made.add_argument("--screens", type=_names, metavar="A,B", help="which, in this order")
    made.add_argument("--rotate", type=_rotation, metavar="15s", help="how long each stays")


def _get(commands: Any) -> None:
    made = _command(
        commands,
        "get",
        "list one kind of thing once, for pipes",
        epilog=_GET_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("kind", metavar="KIND", type=_kind, help="see: fleetui kinds")
    _output(made, FORMATS)
    made.add_argument("--filter", default="", metavar="TEXT", help="list only what matches")
    made.add_argument("--sort", default="", metavar="COL", help="by this column; -COL: downwards")
    made.add_argument("--no-header", action="store_true", help="leave out the line of titles")
    made.add_argument("--watch", "-w", action="store_true", help="list again whenever it changes")


def _describe(commands: Any) -> None:
    made = _command(
        commands,
        "describe",
        "tell all about one thing, secrets hidden",
        epilog=_DESCRIBE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("ref", metavar="REF", help="provider/scope/kind/name, or how it ends")
    _output(made, ("text", "json", "yaml"))


def _logs(commands: Any) -> None:
    from fleetui.cli.words_of_logs import EPILOG, add_arguments

    made = _command(
        commands,
        "logs",
        "print the logs of containers, or of all members of a unit",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made, natural=_natural, length=_length)


def _query(commands: Any) -> None:
    made = _command(commands, "query", "ask Prometheus")
    made.add_argument("expr", metavar="EXPR", help="a PromQL expression")
    made.add_argument(
        "--range", type=_length, default=0.0, metavar="30m", help="over this long until now"
    )
    made.add_argument("--source", metavar="NAME", help="which Prometheus, where there are several")
    _output(made, ("table", "json", "csv"))
    made.add_argument("--no-header", action="store_true", help="leave out the line of titles")


def _audit(commands: Any) -> None:
    from fleetui.cli.words_of_audit import EPILOG, add_arguments

    made = _command(
        commands,
        "audit",
        "list what was changed, by whom and why, or prove the record of it",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made, natural=_natural, length=_length)


def _check(commands: Any) -> None:
    made = _command(
        commands,
        "check",
        "say of each provider whether it can be read, and by whom",
        epilog=_CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _output(made, ("table", "json"))


def _init(commands: Any) -> None:
    made = _command(commands, "init", "write a config of what is found on this machine")
    made.add_argument("path", nargs="?", type=Path, metavar="PATH", help="where to write it")


def _output(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    parser.add_argument(
        "-o",
        "--output",
        default=formats[0],
        choices=formats,
        metavar="FORMAT",
        help=", ".join(formats),
    )


def _kind(word: str) -> str:
    from fleetui.core.kinds import KINDS

    if word not in KINDS:
        raise argparse.ArgumentTypeError(unknown("kind", word, KINDS))
    return word


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _size(text: str) -> int:
    size = _natural(text)
    if size < _LEAST:
        raise argparse.ArgumentTypeError(f"{text!r} is too small: {_LEAST} is the least")
    return size


def _log_rate(text: str) -> int:
    rate = _natural(text)
    if not 1 <= rate <= 50_000:
        raise argparse.ArgumentTypeError(f"{text!r} is out of bounds: 1 to 50000 lines a second")
    return rate


def _length(text: str) -> float:
    from fleetui.core.filter import duration

    seconds = duration(text)
    if not seconds:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of time: try 30m or 1h30m")
    return seconds


def _rotation(text: str) -> float:
    seconds = _length(text)
    if seconds < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is too short: 2s is the least")
    return seconds


def _joined(argv: Sequence[str]) -> list[str]:
    """Join `--sort -cpu` and `--since -5m` to one word: argparse would take it for an option."""
    joined: list[str] = []
    for word in argv:
        before = joined[-1] if joined else ""
        if (before == "--sort" and not word.startswith("--")) or (
            before in _LENGTHS and word.startswith("-") and word[1:2].isdigit()
        ):
            joined[-1] = f"{before}={word}"
        else:
            joined.append(word)
    return joined


def _unexpected(word: str, known: list[str]) -> str:
    if not word.startswith("-"):
        return f'"{word}" is one word too many'
    name = word.partition("=")[0]
    near = get_close_matches(name, known, n=1)
    return f"no option {name}" + (f": did you mean {near[0]}?" if near else "")


def _epilog() -> str:
    codes = "\n".join(f"  {code:<4}{MEANINGS[code]}" for code in Exit)
    return f"exit codes:\n{codes}\n\nTry it without any account: fleetui --demo"
