"""The footer: the keys of what has focus, or the line that a person should read now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fleetui.config.actions import WANTED
from fleetui.core.snapshot import Snapshot
from fleetui.ui.keys import Key
from fleetui.ui.line import Piece, cut, width_of
from fleetui.ui.picture import source_word
from fleetui.ui.titles import age_word, seconds_old


def key_pieces(
    keys: Iterable[Key], screens: str, width: int, unread: int = 0, mark: str = ""
) -> list[Piece]:
    """Return the keys that have a word in the footer; those that do not fit are left out.

    The most wanted are chosen first, and stand in the order of the list: the help has them all.
    Before them stands what holds for the whole run, behind them how many notes nobody has read.
    """
    pieces: list[Piece] = [(" ", "text"), *([(f"{mark}  ", "strong")] if mark else [])]
    hints = [(key.label.split(" ")[0], key.hint, key.name) for key in keys if key.hint and key.keys]
    if screens:
        hints.insert(0, (screens, "screens", ""))
    if unread:
        hints.append((str(unread), "unread: :messages", "help"))
    helped = [hint for hint in hints if hint[2] == "help"]
    room = width - width_of(pieces) - sum(map(_width, helped)) - 1
    shown = _chosen([h for h in hints if h not in helped], room)
    for label, hint, _name in [*(h for h in hints if h in shown), *helped]:
        pieces += [(label, "key"), (f" {hint}  ", "muted")]
    pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
    return pieces


_Hint = tuple[str, str, str]
"""A key, its word, and the name of what it does."""


def _width(hint: _Hint) -> int:
    label, word, _name = hint
    return width_of([(label, "key"), (f" {word}  ", "muted")])


def _chosen(hints: Sequence[_Hint], room: int) -> list[_Hint]:
    """Return those that fit, by how much they are wanted."""
    if sum(map(_width, hints)) <= room:
        return list(hints)
    rank = {name: at for at, name in enumerate(WANTED)}
    shown = []
    for hint in sorted(hints, key=lambda one: rank.get(one[2], len(rank))):
        if _width(hint) <= room:
            shown.append(hint)
            room -= _width(hint)
    return shown


def note_pieces(text: str, meaning: str, width: int) -> list[Piece]:
    """Return a line for the person, cut to fit."""
    return cut([(f" {text}", meaning)], width)


def hint_pieces(at: int | None, length: int, text: str, width: int) -> list[Piece]:
    """Return carets under what is wrong with a text above, and why; a plain hint at no place."""
    if at is None:
        return note_pieces(text, "muted", width)
    meaning = "warn"
    at = min(at, max(0, width - 2))
    carets = "^" * max(1, min(length, width - at))
    if at + len(carets) + 2 + len(text) <= width or at < len(text) + 2:
        line: list[Piece] = [(" " * at, "text"), (carets, meaning), (f"  {text}", meaning)]
    else:
        line = [(text.rjust(at - 2) + "  ", meaning), (carets, meaning)]
    return cut(line, width)


def ages_pieces(snapshots: Iterable[Snapshot], now: float, width: int) -> list[Piece]:
    """Return each source's age, the stalest first: the wallboard's bar."""
    oldest: dict[str, tuple[bool, float]] = {}
    for snapshot in snapshots:
        if snapshot.key.provider == "fleetui":
            continue
        age = seconds_old(snapshot.fetched_at, now)
        name = source_word(snapshot.key)
        mine = (snapshot.stale or bool(snapshot.parts), float("inf") if age is None else age)
        oldest[name] = max(oldest.get(name, (False, -1.0)), mine)
    pieces: list[Piece] = [(" ", "text")]
    ordered = sorted(oldest.items(), key=lambda item: (not item[1][0], item[0]))
    for nth, (name, (stale, age)) in enumerate(ordered):
        word = age_word(None if age == float("inf") else age)
        one = [(f"{name} ", "muted"), (f"{'◌ ' if stale else ''}{word}", _tone(stale))]
        left = len(ordered) - nth
        reserve = len(f"+{left - 1} more") + 3 if left > 1 else 0
        if width_of(pieces) + width_of(one) + reserve > width:
            pieces.append((f"+{left} more", "muted"))
            break
        pieces += [*one, ("   ", "text")]
    return cut(pieces, width)


def _tone(stale: bool) -> str:
    return "stale" if stale else "text"
