"""Every key of the board in one place: bindings, footer and help are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does."""

    keys: tuple[str, ...]
    """Textual's names; the first is shown."""
    action: str
    label: str
    """How the key is written on the screen."""
    does: str
    hint: str = ""
    """The word in the footer; empty: only the help shows it."""
    group: str = "board"


BOARD: tuple[Key, ...] = (
    Key(("enter",), "", "Enter", "open what the row links to", "open", "row"),
    Key(("l",), "app.open_log", "l", "logs: its own, or those of all its members", "logs", "row"),
    Key(("d",), "look('describe')", "d", "describe: what it is, and why", "describe", "row"),
    Key(("y",), "look('raw')", "y", "the raw document, secrets hidden", "", "row"),
    Key(("e",), "look('timeline')", "e", "what happened to it", "timeline", "row"),
    Key(("E",), "look('everywhere')", "E", "what happened everywhere", "", "row"),
    Key(("c",), "look('ref')", "c", "copy its ref", "", "row"),
    Key(("C",), "look('row')", "C", "copy the row", "", "row"),
    Key(("down", "j"), "", "j ↓", "next row", "", "row"),
    Key(("up", "k"), "", "k ↑", "row before", "", "row"),
    Key(("pagedown",), "", "PgDn", "page down", "", "row"),
    Key(("pageup",), "", "PgUp", "page up", "", "row"),
    Key(("home", "g"), "", "g Home", "first row", "", "row"),
    Key(("end", "G"), "", "G End", "last row", "", "row"),
    Key(("space",), "mark", "Space", "mark the row, or take its mark away", "", "row"),
    Key(
        ("ctrl+@", "ctrl+space"),
        "mark(True)",
        "^Space",
        "mark from the last mark to here",
        "",
        "row",
    ),
    Key(
        ("escape",),
        "back",
        "Esc",
        "back: marks, filter, what was opened, wrong only, zoom",
        "",
        "pane",
    ),
    Key(("slash",), "filter", "/", "filter rows while typing", "filter", "pane"),
    Key(
        ("exclamation_mark",),
        "wrong_only",
        "!",
        "only what is wrong, in every pane",
        "wrong only",
        "pane",
    ),
    Key(("n",), "next_wrong(1)", "n", "next wrong row, on into the next pane", "", "pane"),
    Key(("N",), "next_wrong(-1)", "N", "wrong row before", "", "pane"),
    Key(("S",), "sort", "S", "pick the column to sort by; S again turns it round", "sort", "pane"),
    Key(("z",), "zoom", "z", "the pane alone, and back", "zoom", "pane"),
    Key(("tab",), "next_pane(1)", "Tab", "next pane", "pane", "board"),
    Key(("shift+tab",), "next_pane(-1)", "Shift-Tab", "pane before", "", "board"),
    Key(("f5", "ctrl+r"), "refresh_now", "F5 ^R", "read again now", "", "board"),
    Key(("question_mark",), "help", "?", "this help", "help", "board"),
    Key(("q",), "leave", "q", "quit, from the top only", "quit", "board"),
    Key(("ctrl+c",), "app.leave", "^C", "quit at once", "", "board"),
    Key(("ctrl+z",), "app.suspend_process", "^Z", "to the shell; fg comes back", "", "board"),
)


def bindings(keys: tuple[Key, ...] = BOARD) -> list[Binding]:
    """Return what the board binds; keys of a row are the table's own."""
    return [
        Binding(",".join(key.keys), key.action, key.does, show=False) for key in keys if key.action
    ]
