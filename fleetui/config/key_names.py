"""How people write keys (`/`, `ctrl-r`, `PgDn`), and how the terminal layer names them."""

from __future__ import annotations

import unicodedata

# What people call a key → what it is called inside.
_NAMED: dict[str, str] = {
    "enter": "enter",
    "return": "enter",
    "esc": "escape",
    "escape": "escape",
    "tab": "tab",
    "space": "space",
    "backspace": "backspace",
    "del": "delete",
    "delete": "delete",
    "ins": "insert",
    "insert": "insert",
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "home": "home",
    "end": "end",
    "pgup": "pageup",
    "pageup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pagedown": "pagedown",
    "page_down": "pagedown",
} | {f"f{number}": f"f{number}" for number in range(1, 25)}
_LABELS: dict[str, str] = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}
_WORDS = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at",
          "hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore"}  # fmt: skip
_MODIFIERS = {"ctrl": "ctrl", "c": "ctrl", "shift": "shift", "alt": "alt", "meta": "alt"}
# A terminal sends these for the same key: they cannot be told apart.
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket":
         "escape", "ctrl+space": "ctrl+@", "ctrl+at": "ctrl+@"}  # fmt: skip
KNOWN: tuple[str, ...] = tuple(_NAMED)
"""Every key that has a name of its own."""


class UnknownKeyError(ValueError):
    """No key is written so; `word` is the part that is not known, empty where none is."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


def read_key(text: str) -> str:
    """Return the key that people write so: a character, a name, or one with ctrl-, alt- or shift-.

    Raises UnknownKeyError.
    """
    word = text.strip() or text[:1]
    if len(word) == 1:
        return _character(word)
    if len(word) == 2 and word[0] == "^":
        word = f"ctrl-{word[1]}"
    head, parts = word, []
    while len(head) > 2 and (cut := _modifier(head)):
        parts.append(_MODIFIERS[head[:cut].lower()])
        head = head[cut + 1 :]
    if len(head) == 1:
        return _modified(head, parts)
    known = _NAMED.get(head.lower()) or _by_inner_name(head)
    if known is None:
        raise UnknownKeyError(f'no key "{head}"', head)
    return _joined(parts, known)


def _modifier(word: str) -> int:
    """Return where the `-` or `+` behind a modifier stands; 0 where there is none."""
    for at, char in enumerate(word):
        if char in "-+":
            return at if word[:at].lower() in _MODIFIERS else 0
    return 0


def _modified(char: str, parts: list[str]) -> str:
    if "shift" in parts:
        if not char.isalpha():
            raise UnknownKeyError(f"keyboards differ in shift and {char}: write what it types")
        parts = [part for part in parts if part != "shift"]
        char = char if parts else char.upper()
    # With ctrl a terminal sends the same for a small and a capital letter.
    return _joined(parts, _character(char.lower() if "ctrl" in parts else char))


def _joined(parts: list[str], key: str) -> str:
    ordered = [part for part in ("alt", "ctrl", "shift") if part in parts]
    made = "+".join((*ordered, key))
    return _SAME.get(made, made)


def _by_inner_name(word: str) -> str | None:
    """Return the key of a name such as `slash` or `question_mark`, as footers of others say."""
    lowered = word.lower()
    return lowered if lowered in _CHARACTERS else None


def _character(char: str) -> str:
    if char == " ":
        return "space"
    if not char.isprintable():
        raise UnknownKeyError("holds a character that no key types")
    if char.isalnum():
        return char
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    return _WORDS.get(name, name)


_CHARACTERS: dict[str, str] = {
    _character(char): char for char in map(chr, range(33, 127)) if not char.isalnum()
}


def written(key: str) -> str:
    """Return a key as people write it: `/` for `slash`, `ctrl-r` for `ctrl+r`."""
    if key == "ctrl+@":
        return "ctrl-space"
    *parts, name = key.split("+") if len(key) > 1 else [key]
    return "-".join((*parts, _CHARACTERS.get(name, name)))


def label_of(key: str) -> str:
    """Return a key as the screen writes it: `^R`, `PgDn`, `/`."""
    text = written(key)
    if len(text) == 1:
        return text
    *parts, name = key.replace("@", "space").split("+")
    shown = _LABELS.get(name) or _CHARACTERS.get(name) or (name if len(name) == 1 else name.upper())
    if parts == ["ctrl"] and len(shown) == 1:
        return f"^{shown.upper()}"
    return "-".join((*(part.capitalize() for part in parts), shown))
