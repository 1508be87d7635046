"""What goes to the clipboard: clean, and no more than terminals take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import App

from fleetui.core.clean import clean

MOST = 64 * 1024
"""Bytes; many terminals drop a longer OSC 52 without a word."""


def safe(lines: Iterable[str], most: int = MOST) -> tuple[str, bool]:
    """Return lines as one clean text, and whether it was cut to `most` bytes.

    Tabs between cells stay.
    """
    kept: list[str] = []
    room = most
    for line in lines:
        text = "\t".join(clean(cell, most) for cell in line.split("\t"))
        size = len(text.encode("utf-8", "replace")) + 1
        if size > room:
            cut = text.encode("utf-8", "replace")[: max(0, room - 1)].decode("utf-8", "ignore")
            return "\n".join([*kept, cut] if cut else kept), True
        kept.append(text)
        room -= size
    return "\n".join(kept), False


def told(text: str, *, cut: bool, what: str = "") -> str:
    """Return what the footer says of a copy."""
    first = text.split("\n", 1)[0].replace("\t", "  ")
    short = first if len(first) <= 60 else f"{first[:59]}…"
    more = f", the first {MOST // 1024} KiB of it" if cut else ""
    return f"copied {what or short}{more}" if text else "nothing to copy here"


def copy(app: App[Any], lines: Iterable[str], what: str = "") -> str:
    """Copy lines; return what the footer says of it."""
    text, cut = safe(lines)
    app.copy_to_clipboard(text)
    return told(text, cut=cut, what=what)
