"""`fleetui keys`: every key in force."""

from __future__ import annotations

import argparse

from fleetui.cli import compose, output, write
from fleetui.cli.exits import Exit
from fleetui.cli.lists import print_table
from fleetui.config.actions import PLACES, Key, in_force
from fleetui.config.key_names import written


def keys(args: argparse.Namespace) -> int:
    """List each action with its keys and where it acts, as the config has them."""
    config = compose.configure(args)
    now = [
        (key, own)
        for actions in PLACES.values()
        for key, own in zip(in_force(config.keys, actions), actions, strict=True)
    ]
    if args.output == "json":
        form = {
            "config": str(config.path) if config.path else None,
            "keys": [_form(key, own) for key, own in now],
        }
        output.emit([write.json_text(form)])
        return Exit.DONE
    print_table(
        ("ACTION", "KEYS", "WHERE", "DOES", "FROM"),
        (
            (
                key.name, _words(key), key.place, key.does,
                "default" if key.keys == own.keys else "config",
            )
            for key, own in now
        ),
    )  # fmt: skip
    return Exit.DONE


def _words(key: Key) -> str:
    return " ".join(map(written, key.keys))


def _form(key: Key, own: Key) -> dict[str, object]:
    return {
        "action": key.name,
        "where": key.place,
        "keys": list(map(written, key.keys)),
        "default": list(map(written, own.keys)),
        "does": key.does,
    }
