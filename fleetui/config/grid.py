"""Reads a screen's grid: rows of names, where each name covers one rectangle."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fleetui.config.problems import nearest

Grid = tuple[tuple[str, ...], ...]
Found = tuple[tuple[str | int, ...], str]
"""(key within the screen's table, what is wrong there)."""


def parse(rows: tuple[str, ...]) -> Grid:
    """Return the names of each row."""
    return tuple(tuple(row.split()) for row in rows)


def check(grid: Grid, panes: Collection[str]) -> Iterator[Found]:
    """Yield everything that keeps the grid from being drawn with these panes."""
    if not grid:
        yield ("grid",), 'must have a row of pane names at least: grid = ["compute alerts"]'
        return
    yield from _names(grid, panes)
    width = len(grid[0])
    ragged = [index for index, row in enumerate(grid) if len(row) != width]
    for index in ragged:
        yield ("grid", index), f"has {_names_in(len(grid[index]))}, the first row has {width}"
    if not ragged:
        yield from _rectangles(grid)


def _names_in(count: int) -> str:
    return "1 name" if count == 1 else f"{count} names"


def _names(grid: Grid, panes: Collection[str]) -> Iterator[Found]:
    """Yield names without a pane, each where it stands first, and panes without a place."""
    met: set[str] = set()
    for index, row in enumerate(grid):
        for name in row:
            if name not in met and name not in panes:
                near = nearest(name, panes)
                yield ("grid", index), f'no [pane.{name}] for "{name}"{near}'
            met.add(name)
    for name in panes:
        if name not in met:
            yield ("pane", name), "is not in the grid"


def _rectangles(grid: Grid) -> Iterator[Found]:
    """Yield names whose cells do not fill a rectangle."""
    cells: dict[str, set[tuple[int, int]]] = {}
    for r, row in enumerate(grid):
        for c, name in enumerate(row):
            cells.setdefault(name, set()).add((r, c))
    for name, own in cells.items():
        rows, columns = {r for r, _ in own}, {c for _, c in own}
        box = {
            (r, c)
            for r in range(min(rows), max(rows) + 1)
            for c in range(min(columns), max(columns) + 1)
        }
        if gaps := box - own:
            yield ("grid", min(gaps)[0]), f'"{name}" does not cover a rectangle'
