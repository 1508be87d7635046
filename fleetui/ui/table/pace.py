"""How long work on long tables may take before it gives way to keys, and how it rests for them."""

from __future__ import annotations

from time import perf_counter

AT_ONCE = 2_000
"""Pictures of up to this many rows are taken in at once; longer ones in slices between keys."""
WORK_S = 0.004
"""How long slices may follow each other: giving way costs time too."""
LETTER_S = 0.015
"""How long a filter may work before it gives way: with less to do it is painted with its letter."""
FRAME_S = 0.02
"""How long slices rest after a key, so that its answer is painted first."""


class Pace:
    """Tells whoever works in slices how long to rest: a key takes many steps to its paint."""

    def __init__(self) -> None:
        self._until = 0.0

    def key(self) -> None:
        """A key has come."""
        self._until = perf_counter() + FRAME_S

    def go_on(self) -> None:
        """The work is itself what the key asked for."""
        self._until = 0.0

    def rest(self) -> float:
        """Return how long to rest now, in seconds; 0 where no key is on its way."""
        return max(0.0, self._until - perf_counter())
