"""Turns a screen's grid of names into rectangles of cells and the lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from fleetui.core.lazy_dataclass import dataclass

Grid = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in cells. A pane's title is its first row."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line: one character for each row from `y` downwards."""

    x: int
    y: int
    chars: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything stands. `joints` are characters that a pane's title line must bear."""

    areas: dict[str, Area]
    rules: tuple[Rule, ...]
    joints: dict[str, dict[int, str]]


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` cells by weight, with nothing left over."""
    whole = sum(weights)
    edges = [total * upto // whole for upto in accumulate(weights)]
    return [edge - before for edge, before in zip(edges, [0, *edges], strict=False)]


def plan(
    grid: Grid, width: int, height: int, widths: Sequence[int] = (), heights: Sequence[int] = ()
) -> Plan:
    """Lay the grid out on `width` × `height` cells.

    `widths` and `heights` are weights for the grid's columns and rows; all alike when empty.
    Neighbours share one line: the upper one's last row touches the lower one's title.
    """
    rows, columns = len(grid), len(grid[0])
    column_cells = split(width - (columns - 1), widths or (1,) * columns)
    row_cells = split(height, heights or (1,) * rows)
    # Each grid column begins one cell after the line that parts it from the one before.
    lefts = [0, *(right + c + 1 for c, right in enumerate(accumulate(column_cells)))]
    tops = [0, *accumulate(row_cells)]

    areas: dict[str, Area] = {}
    for name in dict.fromkeys(name for row in grid for name in row):
        cells = [(r, c) for r in range(rows) for c in range(columns) if grid[r][c] == name]
        (r0, c0), (r1, c1) = cells[0], cells[-1]
        areas[name] = Area(
            lefts[c0], tops[r0], lefts[c1] + column_cells[c1] - lefts[c0], tops[r1 + 1] - tops[r0]
        )
    rules: list[Rule] = []
    joints: dict[str, dict[int, str]] = {name: {} for name in areas}
    for c in range(1, columns):
        _follow_boundary(grid, c, lefts[c] - 1, tops, areas, rules, joints)
    return Plan(areas, tuple(rules), joints)


def _follow_boundary(
    grid: Grid,
    c: int,
    x: int,
    tops: list[int],
    areas: dict[str, Area],
    rules: list[Rule],
    joints: dict[str, dict[int, str]],
) -> None:
    """Walk down the boundary before column `c`, collecting its lines and joints."""
    parted = [row[c - 1] != row[c] for row in grid]
    chars, begun = "", 0
    for r, row in enumerate(grid):
        above = r > 0 and parted[r - 1]
        if not parted[r]:
            if above:
                rules.append(Rule(x, begun, chars))
                joints[row[c]][x - areas[row[c]].x] = "┴"
            chars = ""
            continue
        if not above:
            begun = tops[r]
        left = r == 0 or grid[r - 1][c - 1] != row[c - 1]
        right = r == 0 or grid[r - 1][c] != row[c]
        # A row may have been given no cell at all.
        cells = tops[r + 1] - tops[r]
        chars += (_joint(above, left, right) + "│" * cells)[:cells]
    if chars:
        rules.append(Rule(x, begun, chars))


def _joint(up: bool, left: bool, right: bool) -> str:
    """Return the character where a line that goes on downwards meets title lines."""
    if not up:
        return "┬"
    if left and right:
        return "┼"
    return "┤" if left else "├" if right else "│"
