"""`fleetui completion SHELL`: what a shell needs to complete our words."""

from __future__ import annotations

import argparse

import shtab

from fleetui.assets import bundled
from fleetui.cli import output, parser
from fleetui.cli.exits import Exit
from fleetui.config.screens import toml_files
from fleetui.core.kinds import KINDS

_FILES = ("config", "log_file", "path")


def completion(args: argparse.Namespace) -> int:
    """Print the script."""
    output.emit([script(args.shell)])
    return Exit.DONE


def script(shell: str) -> str:
    """Return the completion script of a shell."""
    words = parser.build()
    for one in (words, *parser.subparsers(words).values()):
        _teach(one)
    made: str = shtab.complete(words, shell=shell)
    return made.rstrip("\n")


def _teach(one: argparse.ArgumentParser) -> None:
    """Say of each argument which words it takes, where the parser checks them otherwise."""
    known = {
        "kind": tuple(KINDS),
        "screen": tuple(path.stem for path in toml_files(bundled("screens"))),
        "theme": tuple(path.stem for path in toml_files(bundled("themes"))),
    }
    for action in one._actions:
        if action.dest in known and action.choices is None:
            action.choices = known[action.dest]
        elif action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
