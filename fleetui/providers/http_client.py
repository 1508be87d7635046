"""Loads the HTTP client, which takes a while: late, and in a thread."""

from __future__ import annotations

import logging
import sys

# Its command line would bring in two more libraries, a third of the time it takes to load.
_UNUSED = "httpx._main"


def load() -> None:
    """Import httpx, so that the event loop finds it there; blocks for some 50 ms."""
    if "httpx" not in sys.modules:
        # To an import, None means that there is no such module, for which httpx is prepared.
        sys.modules.setdefault(_UNUSED, None)  # type: ignore[arg-type]
    import httpx  # noqa: F401

    for name in ("httpx", "httpcore"):
        # They tell of every request, with its address; ours is the only log of faults.
        logging.getLogger(name).setLevel(logging.WARNING)
