"""`fleetui screens`, `themes` and `kinds`: what there is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from fleetui.assets import bundled
from fleetui.cli import compose, output, write
from fleetui.cli.exits import Exit
from fleetui.cli.write import Field
from fleetui.config import paths
from fleetui.config.problems import ConfigErrors


def screens(args: argparse.Namespace) -> int:
    """List the screens: name, key, title, and whose they are."""
    from fleetui.config.screens import load_screens

    folder = paths.config_dir(args.config)
    try:
        found = load_screens(folder)
    except ConfigErrors as errors:
        raise compose.wrong(errors.problems) from None
    print_table(
        ("NAME", "KEY", "TITLE", "FROM"),
        ((one.name, one.key, one.title, _from(one.path)) for one in found.values()),
    )
    return Exit.DONE


def themes(args: argparse.Namespace) -> int:
    """List the themes: name, dark or light, and whose they are."""
    from fleetui.config.themes import load_themes

    found, warnings = load_themes(paths.config_dir(args.config))
    print_table(
        ("NAME", "GROUND", "FROM"),
        ((one.name, "dark" if one.dark else "light", _from(one.path)) for one in found.values()),
    )
    output.tell(*warnings)
    return Exit.DONE


def kinds(_args: argparse.Namespace) -> int:
    """List the kinds, what one of them is, and who provides it."""
    from fleetui.core.kinds import KINDS, WORDS
    from fleetui.providers import registry

    able = {name: registry.backend(name).kinds for name in registry.BACKENDS}
    print_table(
        ("KIND", "ONE IS A", "FROM"),
        (
            (kind, WORDS[kind], ", ".join(name for name in able if kind in able[name]))
            for kind in KINDS
        ),
    )
    return Exit.DONE


def _from(path: Path | None) -> str:
    """Return `bundled`, or the person's own file."""
    if path is None or path.is_relative_to(bundled("screens").parent):
        return "bundled"
    return str(path)


def print_table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print rows under their titles."""
    titles = write.titles((name, False) for name in names)
    table = [titles, *([Field(text) for text in row] for row in rows)]
    output.emit(write.table(table, colours=output.coloured(sys.stdout)))
