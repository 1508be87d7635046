"""From a grid of names to rectangles, and the lines and joints between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.ui.geometry import Area, Grid, Plan, plan, split


def grid(*rows: str) -> Grid:
    return tuple(tuple(row.split()) for row in rows)


def screen(made: Plan, width: int, height: int) -> list[str]:
    """The plan as it would be seen: titles as lines, joints and rules, panes by their letter."""
    cells = [[" "] * width for _ in range(height)]
    for name, area in made.areas.items():
        for y in range(area.y, area.y + area.height):
            for x in range(area.x, area.x + area.width):
                assert cells[y][x] == " ", "two panes in one cell"
                cells[y][x] = "─" if y == area.y else name[0]
        for x, char in made.joints[name].items():
            cells[area.y][area.x + x] = char
    for rule in made.rules:
        for y, char in enumerate(rule.chars, rule.y):
            assert cells[y][rule.x] == " ", "a line through a pane"
            cells[y][rule.x] = char
    return ["".join(row) for row in cells]


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        (("a",), ["─────────", "aaaaaaaaa", "aaaaaaaaa", "aaaaaaaaa"]),
        (("a b",), ["────┬────", "aaaa│bbbb", "aaaa│bbbb", "aaaa│bbbb"]),
        (("a", "b"), ["─────────", "aaaaaaaaa", "─────────", "bbbbbbbbb"]),
        (("a b", "c d"), ["────┬────", "aaaa│bbbb", "────┼────", "cccc│dddd"]),
        (("a b", "c c"), ["────┬────", "aaaa│bbbb", "────┴────", "ccccccccc"]),
        (("a a", "c d"), ["─────────", "aaaaaaaaa", "────┬────", "cccc│dddd"]),
        (("a b", "c b"), ["────┬────", "aaaa│bbbb", "────┤bbbb", "cccc│bbbb"]),
        (("a b", "a c"), ["────┬────", "aaaa│bbbb", "aaaa├────", "aaaa│cccc"]),
    ],
)
def test_neighbours_share_one_line(rows: tuple[str, ...], seen: list[str]) -> None:
    assert screen(plan(grid(*rows), 9, 4), 9, 4) == seen


def test_weights_share_the_room() -> None:
    made = plan(grid("a b", "c b"), 31, 12, widths=(2, 1), heights=(3, 1))
    assert made.areas == {"a": Area(0, 0, 20, 9), "b": Area(21, 0, 10, 12), "c": Area(0, 9, 20, 3)}


@given(st.integers(0, 500), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_a_split_leaves_nothing_over(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(
        abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True)
    )


GRIDS = st.sampled_from(
    [
        grid("a"),
        grid("a b c"),
        grid("a b b", "a c d", "e e d"),
        grid("a a b", "c d b", "c e e"),
        grid("a b", "c d", "e f"),
        grid("a b b", "a b b", "c c d"),
    ]
)


@given(GRIDS, st.integers(20, 220), st.integers(9, 80), st.data())
def test_every_cell_belongs_to_one_pane_or_one_line(
    made_of: Grid, width: int, height: int, data: st.DataObject
) -> None:
    weights = st.integers(1, 5)
    widths = data.draw(st.lists(weights, min_size=len(made_of[0]), max_size=len(made_of[0])))
    heights = data.draw(st.lists(weights, min_size=len(made_of), max_size=len(made_of)))
    seen = screen(plan(made_of, width, height, widths, heights), width, height)
    assert not any(" " in row for row in seen)


@given(GRIDS, st.integers(20, 120), st.integers(12, 60))
def test_lines_meet_where_joints_say_so(made_of: Grid, width: int, height: int) -> None:
    seen = screen(plan(made_of, width, height), width, height)
    reaches = {
        "─": "lr",
        "│": "ud",
        "┬": "lrd",
        "┴": "lru",
        "┼": "lrud",
        "┤": "lud",
        "├": "rud",
    }

    def at(x: int, y: int) -> str:
        inside = 0 <= x < width and 0 <= y < height
        return reaches.get(seen[y][x], "") if inside else ""

    for y, row in enumerate(seen):
        for x, char in enumerate(row):
            ends = reaches.get(char, "")
            if "u" in ends:
                assert "d" in at(x, y - 1)
            if "d" in ends and y + 1 < height:
                assert "u" in at(x, y + 1)
            if "l" in ends and x:
                assert "r" in at(x - 1, y)
            if "r" in ends and x + 1 < width:
                assert "l" in at(x + 1, y)
