"""Lines as pieces, and the cells in which two lines differ."""

from __future__ import annotations

import pytest
from fleet_of_boxes import STYLES
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from fleetui.core.columns import Cell, Tone
from fleetui.ui.table.layout import Slot
from fleetui.ui.table.paint import MARK, STALE_MARK, Palette, Pieces, differing, row_pieces

SLOTS = (Slot(0, 2, 6), Slot(1, 10, 4), Slot(2, 16, 8))
WIDTH = 30
PALETTE = Palette(STYLES)
TEXTS = st.lists(st.text("ab日é[/]", max_size=12), min_size=3, max_size=3)


def line(texts: list[str], **more: object) -> Pieces:
    tone = more.pop("tone", Tone.NORMAL)
    cells = [Cell(text, tone) for text in texts]  # type: ignore[arg-type]
    return row_pieces(cells, SLOTS, (False, True, False), WIDTH, PALETTE, **more)  # type: ignore[arg-type]


def start_of(piece: int) -> int:
    return SLOTS[piece - 1].x if piece else 0


def spans(old: Pieces, new: Pieces) -> list[tuple[int, int]]:
    return differing(old, new, start_of, WIDTH)


def cells(pieces: Pieces) -> list[tuple[str, Style]]:
    """Every cell of a line of narrow characters."""
    return [(char, style) for text, style in pieces for char in text]


@given(TEXTS)
def test_a_line_covers_exactly_its_width_and_each_piece_begins_at_its_slot(
    texts: list[str],
) -> None:
    at = 0
    pieces = line(texts)
    for nth, (text, _style) in enumerate(pieces):
        assert at == start_of(nth)
        at += cell_len(text)
    assert at == WIDTH


@given(
    st.lists(st.text("abc ", max_size=12), min_size=3, max_size=3),
    st.lists(st.text("abc ", max_size=12), min_size=3, max_size=3),
)
def test_cells_outside_the_spans_are_alike(old: list[str], new: list[str]) -> None:
    before, after = line(old), line(new)
    inside = {x for left, right in spans(before, after) for x in range(left, right)}
    pairs = zip(cells(before), cells(after), strict=True)
    different = {x for x, (was, now) in enumerate(pairs) if was != now}
    assert different <= inside
    for left, right in spans(before, after):
        assert left in different
        assert right - 1 in different


def test_one_changed_number_is_one_small_span() -> None:
    assert spans(line(["web", "34 %", "ok"]), line(["web", "35 %", "ok"])) == [(11, 12)]
    assert spans(line(["web", "34 %", "ok"]), line(["web", "34 %", "ok"])) == []


def test_a_wide_character_is_never_painted_by_half() -> None:
    assert spans(line(["日本", "1", ""]), line(["日語", "1", ""])) == [(2, 10)]


def test_the_cursor_lies_over_everything_and_is_marked_with_a_character_too() -> None:
    pieces = line(["web", "1", "ok"], mark="accent", cursor=True, tone=Tone.CRITICAL)
    assert pieces[0][0] == MARK
    assert {str(style.bgcolor.name) for _text, style in pieces if style.bgcolor} == {"#203040"}
    assert pieces[1][1].color == STYLES["critical"].color


def test_a_stale_row_says_so_by_more_than_its_colour() -> None:
    pieces = line(["web", "1", "ok"], stale=True, tone=Tone.WARN, changed=frozenset({0}))
    assert pieces[0][0] == STALE_MARK
    assert {style.color for _text, style in pieces} == {STYLES["stale"].color}


@pytest.mark.parametrize(
    ("signs", "gutter"),
    [
        ({}, "  "),
        ({"mark": "accent", "cursor": True, "stale": True}, "▌◌"),
        ({"mark": "muted", "stale": True}, "▌◌"),
        ({"mark": "accent", "cursor": True, "picked": True}, "▌✓"),
        ({"picked": True, "stale": True}, "◌✓"),
        ({"picked": True}, "✓ "),
        # The ground shows where the cursor is; without it the bar has to.
        ({"mark": "accent", "cursor": True, "stale": True, "picked": True}, "◌✓"),
        ({"mark": "muted", "stale": True, "picked": True}, "▌✓"),
    ],
)
def test_the_gutter_shows_cursor_age_and_mark_beside_each_other(
    signs: dict[str, object], gutter: str
) -> None:
    assert line(["web", "1", "ok"], **signs)[0][0] == gutter


def test_what_changed_is_marked_but_keeps_the_colour_of_what_is_wrong() -> None:
    plain = line(["web", "1", "ok"], changed=frozenset({1}))
    assert [style.color == STYLES["changed"].color for _text, style in plain] == [
        False,
        False,
        True,
        False,
    ]
    wrong = line(["web", "1", "ok"], changed=frozenset({1}), tone=Tone.CRITICAL)
    assert wrong[2][1].color == STYLES["critical"].color
    assert wrong[2][1].bold


def test_hostile_text_stays_text() -> None:
    assert line(["[red]", "[/]", "[@click"])[1][0] == "[red]   "
