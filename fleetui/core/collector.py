"""Keeps Python's collector of cycles out of the way where it would find nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Rows are immutable and hold no cycles: reference counts free them. A collection walks all
# fifty thousand of them to find nothing, which takes longer than a person should wait for a key.
# The toolkit's own caches are cycles, though: about once an hour all of it is walked.
_THRESHOLDS = (50_000, 5, 10)


@contextmanager
def paused() -> Iterator[None]:
    """Collect nothing while modules load: all that they make stays, and there is much of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        _enable(was)


@contextmanager
def seldom() -> Iterator[None]:
    """Collect seldom, and never what was there before; as ever when it ends. Ends a pause."""
    was, before = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        _enable(was)
        gc.unfreeze()
        gc.set_threshold(*before)


def _enable(wanted: bool) -> None:
    (gc.enable if wanted else gc.disable)()
