"""How long a long table may work before it gives way to keys."""

from __future__ import annotations

AT_ONCE = 2_000
"""Pictures of up to this many rows are taken in at once; longer ones in slices between keys."""
WORK_S = 0.004
"""How long slices may follow each other: giving way costs time too."""
LETTER_S = 0.015
"""How long a filter may work before it gives way: with less to do it is painted with its letter."""
FRAME_S = 0.02
"""How long the sorting of a long picture rests after a key, so that its answer is painted first."""
