"""Makes a line of a log fit to be shown: no control sequence, and never too long."""

from __future__ import annotations

from fleetui.core.clean import clean
from fleetui.core.lazy_pattern import lazy_pattern

KEPT = 16_384
"""Characters of one line that are kept; of more it is only told how many."""
# CSI, then OSC, DCS and the like up to their ends, then all two-character sequences.
_SEQUENCES = lazy_pattern(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)


def scrub(text: str, more: int = 0) -> str:
    """Return a line without control sequences, cut at KEPT characters.

    `more` says how many bytes of it were left out before.
    """
    if len(text) > KEPT:
        more += len(text) - KEPT
        text = text[:KEPT]
    if not text.isprintable():
        if "\x1b" in text or not text.isascii():
            text = _SEQUENCES.sub("", text)
        if "\r" in text:
            # A terminal would have written over it; a progress bar is what came last.
            text = text.rstrip("\r").rpartition("\r")[2]
        text = clean(text.replace("\t", "    ") if "\t" in text else text, KEPT * 4)
    return f"{text}… +{more:,} more" if more else text


def scrub_value(text: str) -> str:
    """Return the value of a field: it may have several lines, each of them clean."""
    if text.isprintable():
        return text
    return "\n".join(scrub(line) for line in text[:KEPT].split("\n"))
