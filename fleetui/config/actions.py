"""Everything that a key does, with the keys it has by itself: the only list of keys.

Bindings, footer, help, palette, `[keys]` of the config and `fleetui keys` are made from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fleetui.config.key_names import label_of
from fleetui.core.lazy_dataclass import dataclass


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
    """`row`, `pane` or `board`: what it acts on; `change`: it changes a row's thing."""
    called: str = ""
    """Its name under `[keys]`, where that is not the action's own."""
    place: str = "board"
    """Where it acts: `board`, `page` or `log`."""

    @property
    def name(self) -> str:
        """What it is called under `[keys]` and in the command line."""
        return self.called or self.action

    @property
    def binding(self) -> str:
        """The id of the binding that it is in force by."""
        if self.action:
            return f"{self.place}.{self.name}"
        widget = "table" if self.place == "board" else "text"
        return f"{widget}.{self.name.replace('_', '-')}"


ACTIONS: tuple[Key, ...] = (
    Key(("s",), "app.change('scale')", "s", "scale: 6, +2, -1 or x2", "scale", "change", "scale"),
    Key(
        ("r",), "app.change('redeploy')", "r", "redeploy: replace the members one after another",
        "redeploy", "change", "redeploy",
    ),
    Key(
        ("R",), "app.change('rollback')", "R", "roll back to an earlier revision", "rollback",
        "change", "rollback",
    ),
    Key(("t",), "app.change('turn')", "t", "stop it, or start it", "stop", "change", "stop_start"),
    Key(("x",), "app.change('exec')", "x", "a shell in it", "shell", "change", "shell"),
    Key(
        ("D",), "app.change('debug')", "D", "a debug container in the pod, and a terminal there",
        "debug", "change", "debug",
    ),
    Key(
        ("f",), "app.change('forward')", "f", "forward a port of it to this machine", "forward",
        "change", "forward",
    ),
    Key(
        ("v",), "app.change('edit')", "v", "edit its YAML in your editor", "edit", "change",
        "edit",
    ),
    Key(("u",), "app.undo", "u", "undo: take the last change back", "undo", "board", "undo"),
    Key((), "app.rollouts", "", "every change, under way and of late", "", "board", "rollouts"),
    Key((), "app.forwards", "", "every port that is forwarded", "", "board", "forwards"),
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
    Key(("c",), "look('ref')", "c", "copy its ref; :copy COLUMN one cell", "", "row", "copy"),
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
    Key((), "app.change('stop')", "", "stop it", "", "change", "stop"),
    Key((), "app.change('start')", "", "start it", "", "change", "start"),
    Key((), "app.change('restart')", "", "restart it", "", "change", "restart"),
    Key((), "app.change('pause')", "", "pause it", "", "change", "pause"),
    Key((), "app.change('unpause')", "", "unpause it", "", "change", "unpause"),
    Key((), "app.change('kill')", "", "kill it at once", "", "change", "kill"),
    Key((), "app.change('rename')", "", "give it another name", "", "change", "rename"),
    Key((), "app.change('resize')", "", "other limits, or another size", "", "change", "resize"),
    Key((), "app.change('remove')", "", "remove it for good", "", "change", "remove"),
    Key((), "app.change('pull')", "", "pull the image anew", "", "change", "pull"),
    Key((), "app.change('prune')", "", "remove all that nothing uses", "", "change", "prune"),
    Key((), "app.change('suspend')", "", "let a CronJob begin no Jobs", "", "change", "suspend"),
    Key((), "app.change('resume')", "", "let a suspended CronJob go on", "", "change", "resume"),
    Key((), "app.change('trigger')", "", "run a CronJob now", "", "change", "trigger"),
    Key((), "app.change('cordon')", "", "let a node take no new pods", "", "change", "cordon"),
    Key((), "app.change('uncordon')", "", "let it take pods again", "", "change", "uncordon"),
    Key((), "app.change('drain')", "", "let all pods leave a node", "", "change", "drain"),
    Key(("X",), "app.cancel", "X", "let a change go no further", "cancel", "change", "cancel"),
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
        "to_shell",
    ),
)  # fmt: skip

# What changes a thing does so wherever one is looked at, too.
_CHANGES: tuple[Key, ...] = tuple(
    key for key in ACTIONS if key.group == "change" or key.name == "undo"
)

_CHANGING = frozenset(key.name for key in _CHANGES)


# On a page about one thing. A name that the board has too has the same keys of a person's own.
PAGE: tuple[Key, ...] = tuple(
    replace(key, place="page")
    for key in (
        Key(("down", "j"), "", "j ↓", "next line", "", "row", "down"),
        Key(("up", "k"), "", "k ↑", "line before", "", "row", "up"),
        Key(
            ("pagedown", "ctrl+f", "space"), "", "PgDn Space", "page down", "", "row",
            "page_down",
        ),
        Key(("pageup", "ctrl+b"), "", "PgUp ^B", "page up", "", "row", "page_up"),
        Key(("home", "g"), "", "g Home", "first line", "", "row", "first"),
        Key(("end", "G"), "", "G End", "last line", "", "row", "last"),
        Key(("tab",), "next_link(1)", "Tab", "next link", "link", "row", "next_link"),
        Key(("shift+tab",), "next_link(-1)", "Shift-Tab", "link before", "", "row", "link_before"),
        Key(
            ("enter",), "app.follow", "Enter", "open what the link leads to; Esc comes back",
            "open", "row", "open",
        ),
        Key(("escape",), "back", "Esc", "back: what is sought, then the page", "back", "pane"),
        Key(("slash",), "search", "/", "search this page", "search", "pane", "filter"),
        Key(("n",), "next_hit(1)", "n", "next line that holds it", "", "pane", "next_hit"),
        Key(("N",), "next_hit(-1)", "N", "line before that holds it", "", "pane", "hit_before"),
        Key(("d",), "view('describe')", "d", "describe: by sections", "", "pane", "describe"),
        Key(
            ("y",), "view('raw')", "y", "the raw document: YAML, and again: JSON", "raw", "pane",
            "raw",
        ),
        Key(
            ("e",), "app.look('timeline')", "e", "what happened to it", "timeline", "pane",
            "timeline",
        ),
        Key(
            ("l",), "app.look('logs')", "l", "logs: its own, or those of all its members",
            "logs", "pane", "logs",
        ),
        Key(("c",), "copy_line", "c", "copy the line", "copy line", "pane", "copy"),
        Key(("C",), "copy_page", "C", "copy the page", "copy all", "pane", "copy_row"),
        Key(
            ("f5", "ctrl+r"), "ask_again", "F5 ^R", "ask its back end again", "", "board",
            "refresh",
        ),
    )
)  # fmt: skip
LOG: tuple[Key, ...] = tuple(
    replace(key, place="log")
    for key in (
        Key(("down", "j"), "go(1)", "j ↓", "next entry", "", "row", "down"),
        Key(("up", "k"), "go(-1)", "k ↑", "entry before; following stops", "", "row", "up"),
        Key(("pagedown",), "page(1)", "PgDn", "page down", "", "row", "page_down"),
        Key(("pageup",), "page(-1)", "PgUp", "page up", "", "row", "page_up"),
        Key(("home", "g"), "first", "g Home", "the oldest that is kept", "", "row"),
        Key(("end", "G"), "last", "G End", "the newest, and follow", "end", "row"),
        Key(("right",), "side(8)", "→", "the rest of long lines", "sideways", "row", "log_right"),
        Key(("left",), "side(-8)", "←", "back to the left", "", "row", "log_left"),
        Key(
            ("shift+right",), "side_page(1)", "Shift-→", "a page to the right", "", "row",
            "log_page_right",
        ),
        Key(
            ("shift+left",), "side_page(-1)", "Shift-←", "a page to the left", "", "row",
            "log_page_left",
        ),
        Key(("0",), "side_start", "0", "where lines begin", "", "row", "log_line_start"),
        Key(
            ("dollar_sign",), "side_end", "$", "where the longest line ends", "", "row",
            "log_line_end",
        ),
        Key(
            ("enter", "f"), "fold", "Enter f", "a trace's lines, or all fields, and back",
            "unfold", "row", "log_unfold",
        ),
        Key(
            ("t",), "trace", "t", "only this line's trace, over all sources", "trace", "row",
            "log_trace",
        ),
        Key(("c",), "copy", "c", "copy the entry", "", "row"),
        Key(
            ("d",), "app.look_at_line", "d", "describe what wrote this line", "describe", "row",
            "describe",
        ),
        Key(("slash",), "search", "/", "search and highlight", "search", "pane", "filter"),
        Key(("n",), "match(1)", "n", "next match", "", "pane", "next_hit"),
        Key(("N",), "match(-1)", "N", "match before", "", "pane", "hit_before"),
        Key(
            ("ampersand",), "filter", "&", "show only what matches", "filter", "pane",
            "log_filter",
        ),
        Key(("v",), "level", "v", "level: all, info, warn, error", "level", "pane", "log_level"),
        Key(("P",), "pause", "P", "pause: lines wait, none is lost", "pause", "pane", "log_pause"),
        Key(("w",), "wrap", "w", "wrap long lines", "wrap", "pane", "log_wrap"),
        Key(("T",), "timestamps", "T", "times on and off", "times", "pane", "log_times"),
        Key(("o",), "open", "o", "open from: 10m, 500 lines, all", "from", "pane", "log_from"),
        Key(
            ("p",), "previous", "p", "the run before this one, and back", "previous", "pane",
            "log_previous",
        ),
        Key(
            ("i",), "container", "i", "one container of a pod, or all", "container", "pane",
            "log_container",
        ),
        Key(("ctrl+s",), "save", "^S", "save what is shown to a file", "save", "pane", "log_save"),
        Key(("escape",), "back", "Esc", "back: trace, filter, search, the board", "back", "board"),
    )
)  # fmt: skip


def _with(key: Key, keys: tuple[str, ...]) -> Key:
    if keys == key.keys:
        return key
    return replace(key, keys=keys, label=" ".join(map(label_of, keys)))


def _free(keys: tuple[Key, ...], others: tuple[Key, ...]) -> Iterator[Key]:
    """Yield keys, without those that others have: these act by their name alone."""
    taken = {key for other in others for key in other.keys}
    for key in keys:
        left = tuple(one for one in key.keys if one not in taken)
        yield _with(key, left)


# What does the same wherever a person is.
_EVERYWHERE = ("palette", "command", "help", "quit", "quit_now", "to_shell")
PAGE = tuple(replace(key, place="page") for key in _CHANGES) + PAGE
LOG += tuple(replace(key, place="log") for key in _free(_CHANGES, LOG))
PAGE += tuple(replace(key, place="page") for key in ACTIONS if key.name in _EVERYWHERE)
LOG += tuple(replace(key, place="log") for key in ACTIONS if key.name in _EVERYWHERE)
PLACES: dict[str, tuple[Key, ...]] = {"board": ACTIONS, "page": PAGE, "log": LOG}
"""Every key by where it acts."""
NAMED: tuple[str, ...] = tuple(dict.fromkeys(key.name for keys in PLACES.values() for key in keys))
"""Every name that `[keys]` may have."""

WANTED: tuple[str, ...] = (
    "scale", "redeploy", "rollback", "stop_start", "cancel", "undo", "open", "logs", "back",
    "filter", "search", "describe", "shell", "forward", "edit", "next_link", "log_filter",
    "log_level", "log_pause", "last", "log_unfold", "command", "palette", "timeline", "raw", "sort",
    "zoom",
)  # fmt: skip
"""Which words stay in a footer that has no room for all, the most wanted first."""


def in_force(
    own: Mapping[str, tuple[str, ...]], actions: tuple[Key, ...] = ACTIONS
) -> tuple[Key, ...]:
    """Return the list with a person's own keys, by name, in place of those it has by itself.

    On pages and in logs, a key that an action has beside another gives way to a person's own,
    and what changes things to all that these views have of their own.
    """
    taken = {key for action in actions for key in own.get(action.name, ())}
    now = tuple(_with(key, _keys_now(key, own, taken)) for key in actions)
    changes = tuple(key for key in now if _gives_way(key))
    others = tuple(key for key in now if not _gives_way(key))
    free = {key.name: key for key in _free(changes, others)}
    return tuple(free[key.name] if _gives_way(key) else key for key in now)


def _gives_way(key: Key) -> bool:
    return key.place != "board" and key.name in _CHANGING


def _keys_now(key: Key, own: Mapping[str, tuple[str, ...]], taken: set[str]) -> tuple[str, ...]:
    if key.name in own:
        return own[key.name]
    left = tuple(one for one in key.keys if one not in taken)
    return left if left and key.place != "board" else key.keys
