"""Every key of the log view in one place: bindings, footer and help are made from it."""

from __future__ import annotations

from fleetui.core.logs.line import Level
from fleetui.ui.keys import Key
from fleetui.ui.line import Piece

LOG: tuple[Key, ...] = (
    Key(("down", "j"), "go(1)", "j ↓", "next entry", "", "row"),
    Key(("up", "k"), "go(-1)", "k ↑", "entry before; following stops", "", "row"),
    Key(("pagedown",), "page(1)", "PgDn", "page down", "", "row"),
    Key(("pageup",), "page(-1)", "PgUp", "page up", "", "row"),
    Key(("home", "g"), "first", "g Home", "the oldest that is kept", "", "row"),
    Key(("end", "G"), "last", "G End", "the newest, and follow", "end", "row"),
    Key(("right",), "side(8)", "→", "the rest of long lines", "sideways", "row"),
    Key(("left",), "side(-8)", "←", "back to the left", "", "row"),
    Key(("shift+right",), "side_page(1)", "Shift-→", "a page to the right", "", "row"),
    Key(("shift+left",), "side_page(-1)", "Shift-←", "a page to the left", "", "row"),
    Key(("0",), "side_start", "0", "where lines begin", "", "row"),
    Key(("dollar_sign",), "side_end", "$", "where the longest line ends", "", "row"),
    Key(
        ("enter", "f"),
        "fold",
        "Enter f",
        "a trace's lines, or all fields, and back",
        "unfold",
        "row",
    ),
    Key(("t",), "trace", "t", "only this line's trace, over all sources", "trace", "row"),
    Key(("c",), "copy", "c", "copy the entry", "", "row"),
    Key(("slash",), "search", "/", "search and highlight", "search", "pane"),
    Key(("n",), "match(1)", "n", "next match", "", "pane"),
    Key(("N",), "match(-1)", "N", "match before", "", "pane"),
    Key(("ampersand",), "filter", "&", "show only what matches", "filter", "pane"),
    Key(("v",), "level", "v", "level: all, info, warn, error", "level", "pane"),
    Key(("P",), "pause", "P", "pause: lines wait, none is lost", "pause", "pane"),
    Key(("w",), "wrap", "w", "wrap long lines", "wrap", "pane"),
    Key(("T",), "timestamps", "T", "times on and off", "times", "pane"),
    Key(("o",), "open", "o", "open from: 10m, 500 lines, all", "from", "pane"),
    Key(("p",), "previous", "p", "the run before this one, and back", "previous", "pane"),
    Key(("ctrl+s",), "save", "^S", "save what is shown to a file", "save", "pane"),
    Key(("escape",), "back", "Esc", "back: trace, filter, search, the board", "back", "board"),
    Key(("question_mark",), "help", "?", "this help", "help", "board"),
    Key(("q",), "quit_not", "q", "quits from the top only", "", "board"),
    Key(("ctrl+c",), "app.leave", "^C", "quit at once", "", "board"),
    Key(("ctrl+z",), "app.suspend_process", "^Z", "to the shell; fg comes back", "", "board"),
)
LEVELS = (Level.NONE, Level.INFO, Level.WARN, Level.ERROR)
_FILTER = (
    ("timeout", "the line, its trace or message holds it"),
    ("status:502 path:/cart", "a field holds it"),
    ("status>=500", "a field is more or less"),
    ("level:error source:api", "its level, its source"),
    ("!term", "the contrary"),
    ('"two words"', "held together"),
)


def filter_lines() -> list[list[Piece]]:
    """Return what the filter of a log can say, as lines of pieces."""
    lines: list[list[Piece]] = [[("filter", "strong")]]
    lines += [[(f"  {term:<24}", "key"), (does, "text")] for term, does in _FILTER]
    return lines
