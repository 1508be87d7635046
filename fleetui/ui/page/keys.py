"""The keys of a page, for its bindings, its footer and its help."""

from __future__ import annotations

from fleetui.ui.keys import Key

PAGE: tuple[Key, ...] = (
    Key(("down", "j"), "", "j ↓", "next line", "", "row"),
    Key(("up", "k"), "", "k ↑", "line before", "", "row"),
    Key(("pagedown",), "", "PgDn", "page down", "", "row"),
    Key(("pageup",), "", "PgUp", "page up", "", "row"),
    Key(("home", "g"), "", "g Home", "first line", "", "row"),
    Key(("end", "G"), "", "G End", "last line", "", "row"),
    Key(("escape",), "back", "Esc", "back: what is sought, then the page", "back", "pane"),
    Key(("slash",), "search", "/", "search this page", "search", "pane", "filter"),
    Key(("n",), "next_hit(1)", "n", "next line that holds it", "", "pane"),
    Key(("N",), "next_hit(-1)", "N", "line before that holds it", "", "pane"),
    Key(("d",), "view('describe')", "d", "describe: by sections", "", "pane", "describe"),
    Key(
        ("y",), "view('raw')", "y", "the raw document: YAML, and again: JSON", "raw", "pane", "raw"
    ),
    Key(("e",), "timeline", "e", "what happened to it", "timeline", "pane"),
    Key(("c",), "copy_line", "c", "copy the line", "copy line", "pane", "copy"),
    Key(("C",), "copy_page", "C", "copy the page", "copy all", "pane", "copy_row"),
    Key(("f5", "ctrl+r"), "ask_again", "F5 ^R", "ask its back end again", "", "board", "refresh"),
    Key(("question_mark",), "help", "?", "this help", "help", "board"),
    Key(("q",), "leave", "q", "quit, from the top only", "", "board", "quit"),
    Key(
        ("ctrl+z",),
        "app.suspend_process",
        "^Z",
        "to the shell; fg comes back",
        "",
        "board",
        "suspend",
    ),
)
