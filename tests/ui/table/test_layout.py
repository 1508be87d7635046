"""Where columns stand at any width, and text on an exact number of cells."""

from __future__ import annotations

from dataclasses import replace

from fleet_of_boxes import AGE, CPU, NAME, WHY, column
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fleetui.core.columns import Column
from fleetui.ui.table.fit import fit
from fleetui.ui.table.layout import GAP, GUTTER, lay_out, natural_width
from fleetui.ui.table.viewport import clip, follow, reveal

COLUMNS = st.lists(
    st.builds(
        lambda name, priority, low, more, right, grow: column(
            name, priority=priority, min_width=low, max_width=low + more, right=right, grow=grow
        ),
        st.text("abcdef", min_size=1, max_size=8),
        st.integers(1, 9),
        st.integers(2, 14),
        st.integers(0, 40),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


@given(COLUMNS, st.lists(st.integers(0, 80), min_size=10, max_size=10), st.integers(0, 220))
def test_the_columns_never_pass_the_width_and_leave_by_priority(
    columns: list[Column], texts: list[int], width: int
) -> None:
    naturals = [natural_width(c, n) for c, n in zip(columns, texts, strict=False)]
    slots = lay_out(columns, naturals, width)
    assert bool(slots) == (width > GUTTER)
    at = GUTTER
    for slot in slots:
        assert slot.x == at
        assert slot.width > 0
        at = slot.x + slot.width + GAP
    assert at - GAP <= width or not slots
    shown = {slot.index for slot in slots}
    ranks = [(columns[i].priority, i) for i in range(len(columns))]
    kept = [rank for rank in ranks if rank[1] in shown]
    left = [rank for rank in ranks if rank[1] not in shown]
    assert not left or not kept or max(kept) < min(left)
    assert [slot.index for slot in slots] == sorted(shown)


def test_the_column_that_grows_takes_what_is_left() -> None:
    slots = lay_out((NAME, CPU, WHY), (8, 5, 10), 60)
    assert [slot.width for slot in slots] == [8, 5, 60 - GUTTER - 8 - 5 - 2 * GAP]


def test_text_shrinks_before_a_column_leaves_and_a_number_never_shrinks() -> None:
    naturals = (20, 6, 10)
    slots = lay_out((NAME, CPU, WHY), naturals, 36)
    assert [slot.index for slot in slots] == [0, 1, 2]
    assert slots[0].width < 20
    assert slots[1].width == 6
    narrower = lay_out((NAME, CPU, WHY), naturals, 30)
    assert [slot.index for slot in narrower] == [0, 1]


def test_a_name_is_cut_before_the_reason_leaves_but_not_for_less() -> None:
    reason = replace(WHY, priority=2, min_width=14)
    slots = lay_out((NAME, reason), (30, 14), 36)
    assert [(slot.index, slot.width) for slot in slots] == [(0, 18), (1, 14)]
    less = replace(reason, priority=5)
    assert [(slot.index, slot.width) for slot in lay_out((NAME, less), (30, 14), 36)] == [(0, 30)]


def test_the_last_column_takes_a_width_that_is_too_small_for_it() -> None:
    (slot,) = lay_out((NAME, CPU), (20, 5), 9)
    assert (slot.index, slot.x, slot.width) == (0, GUTTER, 7)


def test_an_age_has_room_before_it_needs_it() -> None:
    assert natural_width(AGE, 2) == natural_width(AGE, 6) == 6
    assert natural_width(CPU, 2, marked=True) == 4


# Cleaned text holds no joiners, but accents and variation selectors may stand anywhere.
@given(st.text("ab é日本🙂e\u0301❤\ufe0f", max_size=24), st.integers(1, 30), st.booleans())
def test_fitted_text_covers_exactly_its_cells(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, right=right)
    assert cell_len(fitted) == width
    if cell_len(text) <= width:
        assert fitted.strip(" ") == text.strip(" ")
    else:
        assert "…" in fitted


def test_a_wide_character_is_left_out_whole_and_combining_marks_stay() -> None:
    assert fit("日本語", 4) == "日… "
    assert fit("日本語", 5) == "日本…"
    assert fit("e\u0301e\u0301e\u0301", 2) == "e\u0301…"
    assert fit("12", 4, right=True) == "  12"


def test_the_view_moves_no_more_than_it_must() -> None:
    assert reveal(10, 5, 12) == 10
    assert reveal(10, 5, 9) == 9
    assert reveal(10, 5, 15) == 11
    assert clip(50, 10, 30) == 20
    assert clip(5, 10, 3) == 0


@given(st.integers(0, 300), st.integers(1, 50), st.integers(1, 300), st.data())
def test_the_cursors_line_stays_where_it_is_unless_the_list_ends(
    top: int, height: int, count: int, data: st.DataObject
) -> None:
    before = data.draw(st.integers(top, top + height - 1))
    after = data.draw(st.integers(0, count - 1))
    new = follow(top, height, count, before, after)
    assert 0 <= new <= max(0, count - height)
    assert new <= after < new + height
    wanted = after - (before - top)
    if top and wanted == clip(wanted, height, count):
        assert new == wanted


def test_the_head_of_the_list_stays_in_view_while_the_cursor_does() -> None:
    assert follow(0, 10, 100, 2, 8) == 0
    assert follow(0, 10, 100, 2, 12) == 10
    assert follow(40, 10, 100, 2, 70) == 40
