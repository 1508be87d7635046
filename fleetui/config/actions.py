"""Everything that a key does, with the keys it has by itself: the only list of keys.

Bindings, footer, help, palette, `[keys]` of the config and `fleetui keys` are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fleetui.config.key_names import label_of


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does."""

    keys: tuple[str, ...]
    """The keys as the terminal layer names them (`slash`); the first is shown."""
    action: str
    """What the board runs; empty where the table itself does it."""
    label: str
    """How the key is written on the screen."""
    does: str
    hint: str = ""
    """The word in the footer; empty: only the help shows it."""
    group: str = "board"
    """`row`, `pane` or `board`: what it acts on."""
    called: str = ""
    """Its name under `[keys]`, where that is not the action's own."""

    @property
    def name(self) -> str:
        """What it is called under `[keys]` and in the command line."""
        return self.called or self.action

    @property
    def binding(self) -> str:
        """The id of the binding that it is in force by."""
        return f"board.{self.name}" if self.action else f"table.{self.name.replace('_', '-')}"


ACTIONS: tuple[Key, ...] = (
    Key(("enter",), "", "Enter", "open what the row links to", "open", "row", "open"),
    Key(
        ("U", "backspace"), "look('owner')", "U Backspace",
        "up to what owns it, or what it is about", "", "row", "owner",
    ),
    Key(
        ("l",), "app.open_log", "l", "logs: its own, or those of all its members", "logs", "row",
        "logs",
    ),
    Key(
        ("d",), "look('describe')", "d", "describe: what it is, and why", "describe", "row",
        "describe",
    ),
    Key(("y",), "look('raw')", "y", "the raw document, secrets hidden", "", "row", "raw"),
    Key(("e",), "look('timeline')", "e", "what happened to it", "timeline", "row", "timeline"),
    Key(("E",), "look('everywhere')", "E", "what happened everywhere", "", "row", "everywhere"),
    Key(("c",), "look('ref')", "c", "copy its ref", "", "row", "copy"),
    Key(("C",), "look('row')", "C", "copy the row", "", "row", "copy_row"),
    Key(("down", "j"), "", "j ↓", "next row", "", "row", "down"),
    Key(("up", "k"), "", "k ↑", "row before", "", "row", "up"),
    Key(("pagedown",), "", "PgDn", "page down", "", "row", "page_down"),
    Key(("pageup",), "", "PgUp", "page up", "", "row", "page_up"),
    Key(("home", "g"), "", "g Home", "first row", "", "row", "first"),
    Key(("end", "G"), "", "G End", "last row", "", "row", "last"),
    Key(("space",), "mark", "Space", "mark the row, or take its mark away", "", "row"),
    Key(
        ("ctrl+@",), "mark(True)", "^Space", "mark from the last mark to here", "",
        "row", "mark_range",
    ),
    Key(
        ("escape",), "back", "Esc", "back: marks, filter, what was opened, wrong only, zoom", "",
        "pane",
    ),
    Key(("slash",), "filter", "/", "filter rows while typing", "filter", "pane"),
    Key(
        ("exclamation_mark",), "wrong_only", "!", "only what is wrong, in every pane",
        "wrong only", "pane",
    ),
    Key(
        ("n",), "next_wrong(1)", "n", "next wrong row, on into the next pane", "", "pane",
        "next_wrong",
    ),
    Key(("N",), "next_wrong(-1)", "N", "wrong row before", "", "pane", "wrong_before"),
    Key(("S",), "sort", "S", "pick the column to sort by; S again turns it round", "sort", "pane"),
    Key(("z",), "zoom", "z", "the pane alone, and back", "zoom", "pane"),
    Key(("tab",), "next_pane(1)", "Tab", "next pane", "pane", "board", "next_pane"),
    Key(("shift+tab",), "next_pane(-1)", "Shift-Tab", "pane before", "", "board", "pane_before"),
    Key(
        ("ctrl+p",), "app.palette", "^P", "find anything by name, and go to it", "find", "board",
        "palette",
    ),
    Key(("colon",), "app.command", ":", "type a command", "command", "board", "command"),
    Key((), "app.messages", "", "what the footer has said so far", "", "board", "messages"),
    Key(("f5", "ctrl+r"), "refresh_now", "F5 ^R", "read again now", "", "board", "refresh"),
    Key(("question_mark",), "help", "?", "this help", "help", "board"),
    Key(("q",), "leave", "q", "quit, from the top only", "quit", "board", "quit"),
    Key(("ctrl+c",), "app.leave", "^C", "quit at once", "", "board", "quit_now"),
    Key(
        ("ctrl+z",), "app.suspend_process", "^Z", "to the shell; fg comes back", "", "board",
        "suspend",
    ),
)  # fmt: skip


def in_force(
    own: Mapping[str, tuple[str, ...]], actions: tuple[Key, ...] = ACTIONS
) -> tuple[Key, ...]:
    """Return the list with a person's own keys, by name, in place of those it has by itself."""
    return tuple(
        replace(key, keys=own[key.name], label=" ".join(map(label_of, own[key.name])))
        if key.name in own and own[key.name] != key.keys
        else key
        for key in actions
    )
