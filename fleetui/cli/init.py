"""`fleetui init`: a first config, of what is found on this machine."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from fleetui.cli import compose, output
from fleetui.cli.discover import discover
from fleetui.cli.exits import Exit, Stop
from fleetui.config import paths
from fleetui.config.example import written
from fleetui.providers import registry


def init(args: argparse.Namespace) -> int:
    """Write the file, never over one that is there."""
    if args.demo:
        raise Stop(Exit.USAGE, "the demo needs no config: fleetui --demo")
    path = (args.path or paths.config_file(args.config)).expanduser()
    if path.is_dir():
        path /= "config.toml"
    if os.path.lexists(path):
        raise _there(path)
    found = discover()
    text = written(
        compose.settings_of,
        registry.BACKENDS,
        list(zip(found.providers, found.words, strict=True)),
        found.unread,
    )
    _create(path, text)
    lines = [f"wrote {path}"]
    for one, how in zip(found.providers, found.words, strict=True):
        lines.append(f"  [{one.provider}.{one.scope}] {how}")
    lines += [f"  not read by this version: {line}" for line in found.unread]
    if not found.providers:
        lines.append("  nothing was found to put into it: every key in it is a comment")
    usual = path == paths.config_file()
    option = "" if usual else f"--config {path} "
    output.emit([*lines, f"see whether it works: fleetui {option}check"])
    return Exit.DONE


def _create(path: Path, text: str) -> None:
    """Create the file, readable by its owner alone, all of it or nothing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise Stop(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Stop(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from None


def _there(path: Path) -> Stop:
    return Stop(Exit.FAILED, f"{path} is there already, and stays as it is")
