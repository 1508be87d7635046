"""Fits text into an exact number of terminal cells, without ever halving a wide character."""

from __future__ import annotations

from rich.cells import cell_len, get_character_cell_size, split_graphemes

ELLIPSIS = "…"


def cells_of(text: str) -> int:
    """Return how many cells the text covers."""
    return len(text) if text.isascii() else cell_len(text)


def is_single(text: str) -> bool:
    """Whether each character covers one cell, so that cells and characters are the same."""
    return text.isascii() or all(get_character_cell_size(char) == 1 for char in text)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text on exactly `width` cells: padded, or cut with an ellipsis at its end."""
    if width <= 0:
        return ""
    size = cells_of(text)
    if size > width:
        text = cut(text, width)
        size = cells_of(text)
    padding = " " * (width - size)
    return padding + text if right else text + padding


def cut(text: str, width: int) -> str:
    """Return what fits `width` cells of a text that does not fit."""
    if is_single(text):
        return text[: width - 1] + ELLIPSIS
    room, end = width - 1, 0
    for _start, stop, cells in split_graphemes(text)[0]:
        room -= cells
        if room < 0:
            break
        end = stop
    return text[:end] + ELLIPSIS
