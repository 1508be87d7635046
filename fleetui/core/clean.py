"""Makes text from outside safe to show: no control sequence gets past here."""

from __future__ import annotations

import re

from fleetui.core.lazy_pattern import lazy_pattern

# C0 and DEL, C1, bidi controls and isolates, zero-width and line separators, tag characters,
# and the interlinear marks: all of them change what the terminal does or what a person reads.
UNSAFE = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_BLANKS = {"\t": " ", "\n": " ", "\r": " "}


def _replace(match: re.Match[str]) -> str:
    return _BLANKS.get(match.group(), "")


def clean(text: str, limit: int = 4096) -> str:
    """Return `text` on one line without control, bidi or invisible characters.

    Tabs and line ends become blanks; past `limit` characters it ends in an ellipsis.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    # Most text is plain: isprintable() answers in C and is false for all that is unsafe.
    if text.isprintable():
        return text
    return UNSAFE.sub(_replace, text)


def clean_pairs(pairs: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Return labels as cleaned pairs in order of their names."""
    if not pairs:
        return ()
    return tuple(sorted((clean(str(k)), clean(str(v))) for k, v in pairs.items()))
