"""The keys in force: bindings, footer and help are made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding

from fleetui.config.actions import ACTIONS, LOG, PAGE, PLACES, Key, in_force

BOARD = ACTIONS
__all__ = ["BOARD", "LOG", "PAGE", "Key", "bindings", "in_force", "keymap", "label", "way_out"]

# A key that no terminal sends: the binding of an action whose keys were taken away.
_NEVER = "none"


def _bound(keys: Iterable[str]) -> str:
    """Return keys as Textual binds them: ctrl-space has two names, as terminals go."""
    both = {"ctrl+@": "ctrl+@,ctrl+space"}
    return ",".join(both.get(key, key) for key in keys) or _NEVER


def bindings(keys: tuple[Key, ...] = BOARD) -> list[Binding]:
    """Return what a screen binds; the keys that move are those of the widget in it."""
    return [
        Binding(_bound(key.keys), key.action, key.does, show=False, id=key.binding)
        for key in keys
        if key.action
    ]


def keymap(own: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return which keys each binding has, by its id, where they are not its own."""
    return {
        now.binding: _bound(now.keys)
        for actions in PLACES.values()
        for key, now in zip(actions, in_force(own, actions), strict=True)
        if now.keys != key.keys
    }


def label(keys: Iterable[Key], name: str) -> str:
    """Return how the first key of an action is written; `:name` where it has none."""
    found = next((key.label for key in keys if key.name == name), "")
    return found.split(" ")[0] or f":{name}"


def way_out(keys: Iterable[Key]) -> str:
    """Say how to get to the top, where a key quits."""
    keys = tuple(keys)
    return f"{label(keys, 'back')} goes back; {label(keys, 'quit')} quits from the top"
