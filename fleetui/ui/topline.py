"""The top line: whose fleet, how it is, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fleetui.core.humanise import age
from fleetui.ui.line import Piece, cut, width_of
from fleetui.ui.summary import TONES, Summary, worst_first


@dataclass(frozen=True, slots=True)
class Marks:
    """What the top line says of this run, whatever the fleet does."""

    fleet: str = ""
    read_only: bool = False
    screen: str = ""
    """Key and title of the screen, where there is no room to see it otherwise."""


def clock(now: float) -> str:
    """Return the local time of day."""
    return datetime.fromtimestamp(now).astimezone().strftime("%H:%M:%S")


def top_pieces(summary: Summary, marks: Marks, now: float, width: int) -> list[Piece]:
    """Return the line in `width` cells; what matters least leaves first."""
    right: list[Piece] = [(clock(now), "muted"), (" ", "text")]
    parts = [
        (0, _name(marks)),
        (1, _counts(summary)),
        (4, _mark(marks)),
        (5, _providers(summary)),
        (2, _alerts(summary)),
        (3, _expiring(summary, width)),
    ]
    wrong_only = [pair for pair in summary.providers if pair[1] != "●"]
    shown = [part for part in parts if part[1]]
    while len(shown) > 1 and _width(shown) + width_of(right) > width:
        last = max(shown, key=lambda part: part[0])
        shown.remove(last)
        if last[0] == 5 and wrong_only:
            narrow = (6, _chips(worst_first(wrong_only)[:3]))
            shown.append(narrow)
    pieces: list[Piece] = [(" ", "text")]
    for rank, part in shown:
        # The clock and what belongs to time stand right, the rest reads from the left.
        pieces.extend(part)
        pieces.append(("   " if rank else "  ", "text"))
    pieces = cut(pieces, max(0, width - width_of(right)))
    gap = width - width_of(pieces) - width_of(right)
    return [*pieces, (" " * max(0, gap), "text"), *right]


def _width(parts: list[tuple[int, list[Piece]]]) -> int:
    return 1 + sum(width_of(part) + 3 for _rank, part in parts)


def _name(marks: Marks) -> list[Piece]:
    if marks.screen:
        return [(marks.screen, "title")]
    if not marks.fleet:
        return [("fleetui", "title")]
    if marks.fleet == "demo":
        return [("fleetui ", "title"), (" DEMO", "strong")]
    return [("fleetui ", "title"), (" " + marks.fleet, "strong")]


def _counts(summary: Summary) -> list[Piece]:
    count = summary.count
    if not (count.ok or count.degraded or count.failed):
        return []
    pieces: list[Piece] = [("● ", "ok"), (str(count.ok), "text")]
    if count.degraded:
        pieces += [("  ", "text"), (f"▲ {count.degraded}", "warn")]
    if count.failed:
        pieces += [("  ", "text"), (f"✖ {count.failed}", "critical")]
    return pieces


def _mark(marks: Marks) -> list[Piece]:
    return [("READ-ONLY", "muted")] if marks.read_only else []


def _chips(providers: list[tuple[str, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    for name, glyph in providers:
        pieces += [(f"{name} ", "muted"), (glyph, TONES[glyph]), ("  ", "text")]
    return pieces[:-1]


def _providers(summary: Summary) -> list[Piece]:
    return _chips(list(summary.providers))


def _alerts(summary: Summary) -> list[Piece]:
    count = summary.count
    if not count.firing:
        return []
    word = "alert" if count.firing == 1 else "alerts"
    return [(f"⚑ {count.firing} {word}", "critical" if count.critical else "warn")]


def _expiring(summary: Summary, width: int) -> list[Piece]:
    pieces: list[Piece] = []
    for name, left in summary.expiring[: 3 if width >= 120 else 1]:
        if left <= 0:
            pieces.append((f"{name} expired", "critical"))
        else:
            pieces.append((f"{name} {age(left)}", "warn" if left < 3600 else "muted"))
        pieces.append(("  ", "text"))
    return pieces[:-1]
