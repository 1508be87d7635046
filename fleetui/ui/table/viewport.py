"""Which part of the order is on screen: pure, so that its manners can be tested."""

from __future__ import annotations


def clip(top: int, height: int, count: int) -> int:
    """Return the nearest first row that leaves no hole below the last one."""
    return max(0, min(top, count - height))


def reveal(top: int, height: int, index: int) -> int:
    """Return the first row, moved as little as shows `index`."""
    if index < top:
        return index
    if index >= top + height:
        return index - height + 1
    return top


def follow(top: int, height: int, count: int, before: int, after: int) -> int:
    """Return the first row after the cursor's row went from place `before` to `after`.

    Its line stays where it is on screen. At the head of the list the head stays in view as
    long as the cursor does: that is where the worst appears.
    """
    if top == 0 and after < height:
        return 0
    if not top <= before < top + height:
        # Someone scrolled away from the cursor: leave them where they look.
        return clip(top, height, count)
    return reveal(clip(after - (before - top), height, count), height, after)
