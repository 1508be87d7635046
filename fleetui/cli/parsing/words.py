"""What every command's words are made of: the parser itself, and the values it reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from fleetui.cli.exits import Exit, Stop

FAULT_NAMES = ("throttled", "expired", "hanging", "partial", "garbage", "slow")
_LEAST = 20
"""Below so many things the demo's story has no room."""


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


def unexpected(word: str, known: list[str]) -> str:
    """Say that nobody takes a word, and the nearest option where it is one."""
    if not word.startswith("-"):
        return f'"{word}" is one word too many'
    name = word.partition("=")[0]
    near = get_close_matches(name, known, n=1)
    return f"no option {name}" + (f": did you mean {near[0]}?" if near else "")


def everywhere(parser: argparse.ArgumentParser, *, top: bool) -> None:
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
    add("--demo-seed", None, type=natural, metavar="N", help="another demo fleet, repeatable")
    add("--demo-size", None, type=size, metavar="N", help="demo fleet of N objects, from 20 on")
    rate = "each container of the demo writes N lines a second, up to 50000"
    add("--demo-log-rate", None, type=log_rate, metavar="N", help=rate)
    faults = f"let it misbehave: {', '.join(FAULT_NAMES)}"
    add("--demo-fault", None, choices=FAULT_NAMES, metavar="FAULT", help=faults)


def command(commands: Any, name: str, text: str, **more: Any) -> Parser:
    """Add a command, with what may stand everywhere."""
    made: Parser = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False, **more
    )
    everywhere(made, top=False)
    return made


def output(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """Add `-o`; the first form is the one without it."""
    parser.add_argument(
        "-o",
        "--output",
        default=formats[0],
        choices=formats,
        metavar="FORMAT",
        help=", ".join(formats),
    )


def kind(word: str) -> str:
    """Return a kind that `get` can list."""
    from fleetui.core.kinds import KINDS

    if word not in KINDS:
        raise argparse.ArgumentTypeError(unknown("kind", word, KINDS))
    return word


def names(text: str) -> tuple[str, ...]:
    """Return names that commas part."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


def natural(text: str) -> int:
    """Return a whole number of 0 or more."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def size(text: str) -> int:
    """Return how many objects the demo has."""
    many = natural(text)
    if many < _LEAST:
        raise argparse.ArgumentTypeError(f"{text!r} is too small: {_LEAST} is the least")
    return many


def log_rate(text: str) -> int:
    """Return lines a second."""
    rate = natural(text)
    if not 1 <= rate <= 50_000:
        raise argparse.ArgumentTypeError(f"{text!r} is out of bounds: 1 to 50000 lines a second")
    return rate


def length(text: str) -> float:
    """Return seconds, of `30m` or `1h30m`."""
    from fleetui.core.filter import duration

    seconds = duration(text)
    if not seconds:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of time: try 30m or 1h30m")
    return seconds


def rotation(text: str) -> float:
    """Return how many seconds a screen stays."""
    seconds = length(text)
    if seconds < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is too short: 2s is the least")
    return seconds
