"""A row of pieces: what is cut, what is spread, and which cells are painted."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region

from fleetui.ui.line import Line, Piece, cut, differences, differing, spread, width_of

RED, BLUE = Style(color="#ff0000"), Style(color="#0000ff")
STYLES = {"text": Style(color="#c0c0c0"), "warn": RED}
PIECES = st.lists(
    st.tuples(st.text("ab日é", min_size=1, max_size=9), st.sampled_from(["text", "warn"])),
    max_size=5,
)
SEGMENTS = st.lists(
    st.tuples(st.text("ab ", min_size=1, max_size=6), st.sampled_from([RED, BLUE])).map(
        lambda piece: Segment(*piece)
    ),
    max_size=5,
)


def cells(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    return [(char, segment.style) for segment in segments for char in segment.text]


@given(PIECES, st.integers(0, 40))
def test_a_cut_row_never_passes_its_width_and_says_that_it_was_cut(
    pieces: list[Piece], width: int
) -> None:
    kept = cut(pieces, width)
    assert width_of(kept) <= width
    if width_of(pieces) <= width:
        assert kept == pieces
    elif width:
        assert kept[-1][0].endswith("…")


@given(PIECES, PIECES, st.integers(0, 80))
def test_what_is_right_stays_whole(left: list[Piece], right: list[Piece], width: int) -> None:
    row = spread(left, right, width, ("─", "line"))
    assert row[len(row) - len(right) :] == right
    if width >= width_of(left) + width_of(right):
        assert width_of(row) == width


@given(SEGMENTS, SEGMENTS)
def test_cells_outside_the_differences_are_alike(old: list[Segment], new: list[Segment]) -> None:
    before, after = cells(old), cells(new)
    spans = differences(old, new, join=3)
    assert (differing(old, new) is None) == (before == after) == (not spans)
    if len(before) == len(after) and spans:
        inside = {x for left, right in spans for x in range(left, right)}
        different = {
            x for x, (was, now) in enumerate(zip(before, after, strict=True)) if was != now
        }
        assert different <= inside
        assert (spans[0][0], spans[-1][1]) == differing(old, new)
        assert all(b[0] - a[1] >= 3 for a, b in pairwise(spans))


def test_a_change_of_style_alone_is_a_difference() -> None:
    assert differing([Segment("ab", RED)], [Segment("a", RED), Segment("b", BLUE)]) == (1, 2)


async def test_it_paints_only_the_cells_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(STYLES)

    class Shell(App[None]):
        def compose(self) -> ComposeResult:
            yield line

    async with Shell().run_test(size=(30, 3)) as pilot:
        line.show([("12:00:01 ", "text"), ("[/red]", "warn")])
        await pilot.pause()
        assert line.render_line(0).text == "12:00:01 [/red]".ljust(30)
        painted: list[tuple[Region, ...]] = []
        refresh = Line.refresh

        def note(one: Line, *regions: Region, **more: Any) -> Line:
            painted.append(regions)
            return refresh(one, *regions, **more)

        monkeypatch.setattr(Line, "refresh", note)
        line.show([("12:00:02 ", "text"), ("[/red]", "warn")])
        line.show([("12:00:02 ", "text"), ("[/red]", "warn")])
        assert painted == [(Region(7, 0, 1, 1),)]
        line.set_styles_by_meaning(STYLES | {"warn": BLUE})
        assert painted[-1] == ()
        assert any(segment.style == BLUE for segment in line.render_line(0))
