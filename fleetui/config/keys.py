"""Reads `[keys]`: which key does what, where a person wants another."""

from __future__ import annotations

from typing import Any

from fleetui.config.actions import NAMED, PLACES, in_force
from fleetui.config.document import Document
from fleetui.config.key_names import KNOWN, UnknownKeyError, read_key, written
from fleetui.config.problems import nearest
from fleetui.config.values import shown, word

DOC = "keys: the key of each action, or a list of keys; [] for none"


_WHERE = {"board": "", "page": " on pages", "log": " in logs"}


def read_keys(doc: Document) -> dict[str, tuple[str, ...]]:
    """Return the keys of each action that is named, after noting all that is wrong."""
    table = doc.data.get("keys", {})
    if not isinstance(table, dict):
        doc.add(("keys",), "must be a table: [keys]")
        return {}
    own: dict[str, tuple[str, ...]] = {}
    for name, raw in table.items():
        if name not in NAMED:
            doc.add(("keys", name), f"no such action{nearest(name, NAMED) or ': ' + _SEE}")
            continue
        keys = _keys(name, raw, doc)
        if keys is not None:
            own[name] = keys
    _clashes(own, doc)
    return own


_SEE = "`fleetui keys` lists them"
# Screens are changed on the board only: elsewhere a digit is a key like any other.
_ELSEWHERE = frozenset(NAMED) - {key.name for key in PLACES["board"]}


def _keys(name: str, raw: Any, doc: Document) -> tuple[str, ...] | None:
    """Return the keys of one action; None after noting why they cannot be read."""
    items = raw if isinstance(raw, list) else [raw]
    found: list[str] = []
    before = len(doc.problems)
    for index, item in enumerate(items):
        at = ("keys", name, index) if isinstance(raw, list) else ("keys", name)
        if not isinstance(item, str):
            doc.add(at, f"must be a key or a list of keys, not {word(item)}")
        elif not item:
            doc.add(at, "is empty: [] takes its key away")
        else:
            key = _key(item, at, doc, on_board=name not in _ELSEWHERE)
            if key:
                found.append(key)
    return tuple(dict.fromkeys(found)) if len(doc.problems) == before else None


def _key(text: str, at: tuple[str | int, ...], doc: Document, *, on_board: bool) -> str:
    try:
        key = read_key(text)
    except UnknownKeyError as error:
        if error.word:
            mend = nearest(error.word, KNOWN) or ': a key is "f", "/", "ctrl-r", "f5", "pgdn"'
            doc.add(at, f"no key {shown(text)}{mend}")
        else:
            doc.add(at, str(error))
        return ""
    if key.isdecimal() and on_board:
        doc.add(at, f'"{key}" opens a screen: `key` in the screen\'s file says which')
        return ""
    return key


def _clashes(own: dict[str, tuple[str, ...]], doc: Document) -> None:
    """Note every key that would do two things in one place, at the line that made it so."""
    told: set[tuple[str, str]] = set()
    for place, actions in PLACES.items():
        holders: dict[str, str] = {}
        # What was not touched comes first: the person's own line is the one to be told.
        for entry in sorted(in_force(own, actions), key=lambda entry: entry.name in own):
            for key in entry.keys:
                holder = holders.setdefault(key, entry.name)
                if holder == entry.name or (entry.name, key) in told:
                    continue
                told.add((entry.name, key))
                mend = "take it from one of them" if holder in own else f"give {holder} another"
                where = f"{holder}{_WHERE[place]}"
                doc.add(("keys", entry.name), f'"{written(key)}" is the key of {where}: {mend}')
    if own and not any(entry.keys for entry in in_force(own) if entry.name in {"quit", "quit_now"}):
        doc.add(("keys", "quit"), "quit and quit_now have no key: nothing would quit")
