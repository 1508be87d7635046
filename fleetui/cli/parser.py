"""The words of the command line. Nothing heavy is imported before they are understood."""

from __future__ import annotations

import argparse
from collections.abc import Container, Sequence

from fleetui.cli.exits import MEANINGS, Exit, Stop
from fleetui.cli.parsing import changing, reading
from fleetui.cli.parsing.words import Parser, everywhere, unexpected

_LENGTHS = frozenset({"--since", "--range", "--rotate"})
_COMMANDS = {**reading.COMMANDS, **changing.COMMANDS, **reading.LISTS}
_DESCRIPTION = "One keyboard-driven terminal for everything a small team runs."


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Raises Stop where it cannot be read, SystemExit after --help and --version.
    """
    try:
        return _parse(build(_named(argv)), argv)
    except Stop:
        # What is said of a mistake may name any command and its options.
        return _parse(build(), argv)


def _named(argv: Sequence[str]) -> Container[str]:
    """Return the commands that a line can mean; all where it may ask for the help of all."""
    if any(word.startswith(("-h", "--h")) for word in argv):
        return _COMMANDS
    return _COMMANDS.keys() & frozenset(argv)


def _parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    argv, inside = changing.split(argv)
    _refuse_unknown(parser, argv)
    args, rest = parser.parse_known_args(_joined(argv))
    rest = changing.late(args, rest)
    if rest:
        parser.error(unexpected(rest[0], options(parser, args.command)))
    given = (args.demo_seed, args.demo_size, args.demo_fault, args.demo_log_rate)
    if any(value is not None for value in given):
        args.demo = True
    if inside:
        args.argv = [*args.argv, *inside]
    return args


def _refuse_unknown(parser: Parser, argv: Sequence[str]) -> None:
    """Name an option that no command has before its value is taken for a command."""
    known = {name for command in (None, *subparsers(parser)) for name in options(parser, command)}
    for word in argv:
        if word == "--":
            return
        if word.startswith("--") and word.partition("=")[0] not in known:
            parser.error(unexpected(word, sorted(known)))


def build(only: Container[str] = _COMMANDS) -> Parser:
    """Return the parser of all commands, or of some: to make them all takes 20 ms."""
    from fleetui import __version__

    parser = Parser(
        prog="fleetui",
        description=f"{_DESCRIPTION} Without a command it opens the board.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fleetui {__version__}")
    everywhere(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, add in _COMMANDS.items():
        if name in only:
            add(commands)
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


def _epilog() -> str:
    codes = "\n".join(f"  {code:<4}{MEANINGS[code]}" for code in Exit)
    return f"exit codes:\n{codes}\n\nTry it without any account: fleetui --demo"
