"""A pane's title line: what, how many, how many of them wrong, how old, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from fleetui.core.humanise import duration
from fleetui.core.lazy_dataclass import dataclass
from fleetui.ui.line import Piece, cut, spread, width_of
from fleetui.ui.picture import Picture, source_word


@dataclass(frozen=True, slots=True)
class Title:
    """What a pane knows of itself, for its title line."""

    tab: str
    """A short name, for a line of tabs."""
    trail: tuple[str, ...]
    """The pane's name, and what was drilled into since."""
    total: int | None = None
    matching: int = 0
    degraded: int = 0
    failed: int = 0
    marks: tuple[str, ...] = ()
    """Filter, sort and the like, where they are not the pane's own."""
    picture: Picture = field(default_factory=Picture)
    range_s: float = 0.0
    focused: bool = False


def seconds_old(since: float | None, now: float) -> float | None:
    """Return an age in steps of five seconds, in which it is shown.

    A line that changes each second costs a slow link more than it tells.
    """
    if since is None:
        return None
    return float(int(max(0.0, now - since) // 5) * 5)


def age_word(age: float | None) -> str:
    """Return `now`, `10s`, `4m 10s`; dots before the first answer."""
    if age is None:
        return "…"
    return duration(age) if age else "now"


def age_pieces(picture: Picture, now: float) -> list[Piece]:
    """Return `now` or `10s`, and `◌ 4m 10s` where something is older than it should be."""
    if picture.stale:
        old = seconds_old(picture.stale_at, now)
        return [("◌ never" if old is None else f"◌ {duration(old)}", "stale")]
    if not picture.complete:
        return [("◐ reading", "accent")]
    old = seconds_old(picture.fetched_at, now)
    return [(age_word(old), "muted")]


def wrong_pieces(degraded: int, failed: int) -> list[Piece]:
    """Return `▲ 2 ✖ 1`, or nothing."""
    pieces: list[Piece] = []
    if degraded:
        pieces.append((f"▲ {degraded}", "warn"))
    if failed:
        pieces += [(" ", "line")] * bool(pieces) + [(f"✖ {failed}", "critical")]
    return pieces


def title_pieces(
    title: Title, now: float, width: int, joints: dict[int, str] | None = None
) -> list[Piece]:
    """Return the line in `width` cells, with the frame's joints where it bears them."""
    dash: Piece = ("─", "line")
    left: list[Piece] = [dash, (" ", "line"), *_trail(title)]
    left += _counts(title)
    for mark in title.marks:
        left += [("  ", "line"), (mark, "accent")]
    left.append((" ", "line"))
    right: list[Piece] = [(" ", "line")]
    if title.range_s:
        right += [(f"{duration(title.range_s)} · ", "muted")]
    right += [*age_pieces(title.picture, now), (" ", "line"), dash]
    room = width - width_of(left) - width_of(right)
    fault = _fault(title.picture)
    if fault and room < 30:
        left = _short(left, max(12, width - width_of(right) - 32))
        room = width - width_of(left) - width_of(right)
    if fault and room > 14:
        left += [dash, (" ", "line"), *cut([fault], room - 4), (" ", "line")]
    if width_of(left) + width_of(right) > width:
        left = _short(left, max(0, width - width_of(right)))
    fill = width - width_of(left) - width_of(right)
    if fill < 0:
        return cut(left, width)
    return with_joints([*left, ("─" * fill, "line"), *right], joints or {})


def _short(pieces: Sequence[Piece], width: int) -> list[Piece]:
    return [*cut(pieces, width - 1), (" ", "line")] if width > 1 else []


def _trail(title: Title) -> list[Piece]:
    pieces: list[Piece] = []
    name = "title" if title.focused else "text"
    for step in title.trail[:-1]:
        pieces += [(step, "muted"), (" › ", "muted")]
    return [*pieces, (title.trail[-1], name)]


def _counts(title: Title) -> list[Piece]:
    if title.total is None:
        return []
    number = str(title.total)
    if title.matching != title.total:
        number = f"{title.matching} of {number}"
    pieces: list[Piece] = [("  ", "line"), (number, "muted")]
    wrong = wrong_pieces(title.degraded, title.failed)
    return [*pieces, (" · ", "muted"), *wrong] if wrong else pieces


def _fault(picture: Picture) -> Piece | None:
    """Return the first failure in words, and how many more there are."""
    if picture.faults:
        more = len({fault.line for fault in picture.faults}) - 1
        return (picture.faults[0].line + (f" · and {more} more" if more else ""), "stale")
    if picture.waiting and (picture.rows or picture.fetched_at is not None):
        return (f"waiting for {words(source_word(key) for key in picture.waiting)}", "muted")
    if picture.warnings:
        return (picture.warnings[0], "muted")
    return None


def words(names: Iterable[str]) -> str:
    """Return `a, b and c`, of more than three only how many more."""
    found = list(dict.fromkeys(names))
    if len(found) > 3:
        return f"{', '.join(found[:3])} and {len(found) - 3} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def with_joints(pieces: Iterable[Piece], joints: dict[int, str]) -> list[Piece]:
    """Put joints where the frame's line runs; text that stands there is left alone."""
    done: list[Piece] = []
    x = 0
    for text, meaning in pieces:
        if meaning == "line" and set(text) == {"─"}:
            chars = [joints.get(x + i, char) for i, char in enumerate(text)]
            done.append(("".join(chars), meaning))
        else:
            done.append((text, meaning))
        x += width_of([(text, meaning)])
    return done


def tab_pieces(titles: Sequence[Title], current: int, now: float, width: int) -> list[Piece]:
    """Return all panes as tabs in one line, the one that is shown in capitals.

    Where not all fit, whole tabs are left out, and a mark says on which side.
    """
    right: list[Piece] = [(" ", "text"), *age_pieces(titles[current].picture, now), (" ", "text")]
    tabs = [_tab(title, index == current) for index, title in enumerate(titles)]
    room = width - width_of(right)
    between = " │ " if _tabs_width(tabs, 3) <= room else "│"
    first, last = 0, len(tabs)
    while last > current + 1 and _tabs_width(tabs[first:last], len(between)) > room:
        last -= 1
    while first < current and _tabs_width(tabs[first:last], len(between)) > room:
        first += 1
    left: list[Piece] = [("‹" if first else " ", "muted")]
    for index, tab in enumerate(tabs[first:last]):
        left += [(between, "line")] * bool(index) + tab
    if last < len(tabs):
        left.append(("›", "muted"))
    return spread(left, right, width, (" ", "text"))


def _tabs_width(tabs: Sequence[Sequence[Piece]], between: int) -> int:
    """Return the cells that tabs need, with a mark at either end."""
    return 2 + sum(width_of(tab) + between for tab in tabs) - between


def _tab(title: Title, current: bool) -> list[Piece]:
    name = title.tab
    pieces: list[Piece] = [(name.upper() if current else name, "title" if current else "text")]
    worst = "✖" if title.failed else "▲" if title.degraded else ""
    number = title.failed or title.degraded
    if worst:
        pieces.append((f" {worst}{number}", "critical" if title.failed else "warn"))
    if title.picture.stale:
        pieces.append((" ◌", "stale"))
    return pieces
