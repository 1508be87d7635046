"""The top line: whose fleet, how it is, and what time it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fleetui.core.humanise import age
from fleetui.core.lazy_dataclass import dataclass
from fleetui.ui.line import Piece, spread, width_of
from fleetui.ui.summary import TONES, Summary, worst_first


@dataclass(frozen=True, slots=True)
class Marks:
    """What the top line says of this run, whatever the fleet does."""

    fleet: str = ""
    read_only: bool = False
    screen: str = ""
    """Key and title of the screen, where there is no room to see it otherwise."""
    forwards: int = 0
    """How many ports are forwarded."""
    healing: bool = False
    """Whether one of them has nobody who answers."""


def clock(now: float) -> str:
    """Return the local time of day."""
    return datetime.fromtimestamp(now).astimezone().strftime("%H:%M:%S")


def top_pieces(summary: Summary, marks: Marks, now: float, width: int) -> list[Piece]:
    """Return the line in `width` cells; what matters least leaves first.

    What the fleet is stands left, what calls for somebody right, beside the clock.
    """
    parts: dict[str, list[Piece]] = {
        "name": _name(marks),
        "counts": _counts(summary),
        "providers": _chips(summary.providers),
        "mark": _mark(marks),
        "alerts": _alerts(summary),
        "expiring": _expiring(summary, width),
        "clock": [(clock(now), "muted")],
    }
    wrong = [pair for pair in worst_first(summary.providers) if pair[1] != "●"]
    for less, instead in (
        ("", []),
        ("providers", _chips(wrong)),
        ("mark", []),
        ("expiring", []),
        ("providers", []),
        ("name", []),
    ):
        if less:
            parts[less] = instead
        left = _joined(parts, ("name", "counts", "providers"))
        right = _joined(parts, ("mark", "alerts", "expiring", "clock"))
        if width_of(left) + width_of(right) + 1 <= width:
            break
    return spread(left, right, width, (" ", "text"))


def _joined(parts: dict[str, list[Piece]], names: tuple[str, ...]) -> list[Piece]:
    """Return the parts that say something, with room between and around them."""
    pieces: list[Piece] = [(" ", "text")]
    for name in names:
        if parts[name]:
            pieces += [*parts[name], ("   ", "text")]
    return [*pieces[:-1], (" ", "text")]


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
    if not (count.ok or count.degraded or count.failed or count.stale):
        return []
    pieces: list[Piece] = [("● ", "ok"), (str(count.ok), "text")]
    if count.degraded:
        pieces += [("  ", "text"), (f"▲ {count.degraded}", "warn")]
    if count.failed:
        pieces += [("  ", "text"), (f"✖ {count.failed}", "critical")]
    if count.stale:
        pieces += [("  ", "text"), (f"◌ {count.stale}", "stale")]
    return pieces


def _mark(marks: Marks) -> list[Piece]:
    if marks.forwards:
        word = "forward" if marks.forwards == 1 else "forwards"
        return [(f"⇄ {marks.forwards} {word}", "warn" if marks.healing else "accent")]
    return [("READ-ONLY", "muted")] if marks.read_only else []


def _chips(providers: Sequence[tuple[str, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    for name, glyph in providers:
        pieces += [(f"{name} ", "muted"), (glyph, TONES[glyph]), ("  ", "text")]
    return pieces[:-1]


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
