"""`fleetui keys`: every key in force."""

from __future__ import annotations

import argparse

from fleetui.cli import compose, output, write
from fleetui.cli.exits import Exit
from fleetui.cli.lists import print_table
from fleetui.config.actions import ACTIONS, Key, in_force
from fleetui.config.key_names import written


def keys(args: argparse.Namespace) -> int:
    """List each action with its keys, as the config has them."""
    config = compose.configure(args)
    now = in_force(config.keys)
    if args.output == "json":
        form = {
            "config": str(config.path) if config.path else None,
            "keys": [_form(key, own) for key, own in zip(now, ACTIONS, strict=True)],
        }
        output.emit([write.json_text(form)])
        return Exit.DONE
    print_table(
        ("ACTION", "KEYS", "DOES", "FROM"),
        (
            (key.name, _words(key), key.does, "default" if key.keys == own.keys else "config")
            for key, own in zip(now, ACTIONS, strict=True)
        ),
    )
    return Exit.DONE


def _words(key: Key) -> str:
    return " ".join(map(written, key.keys))


def _form(key: Key, own: Key) -> dict[str, object]:
    return {
        "action": key.name,
        "keys": list(map(written, key.keys)),
        "default": list(map(written, own.keys)),
        "does": key.does,
    }
