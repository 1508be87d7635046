"""Lets the threads that read keys and write frames have their turn soon."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# A thread that wants Python's lock waits this long before it may take it from one that works.
# A key needs a dozen such turns; by Python's own measure, five milliseconds, it came to a fifth
# of a second while a long table was put in order.
_TURN_S = 0.001


@contextmanager
def quick_turns() -> Iterator[None]:
    """Change hands quickly; as ever when it ends."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
