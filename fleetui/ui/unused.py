"""Keeps the toolkit's own command palette out of a start that never shows it.

Textual imports it wherever there is an app, and with it every widget that it is made of: more
than half of what `import textual.app` takes. `ENABLE_COMMAND_PALETTE = False` keeps it shut, not
out; ours is fleetui/ui/palette.py. Nothing of Textual but what opens the palette uses these names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_PALETTE = "textual.command"


class _Unused(ModuleType):
    """Has an empty class for every name that is imported from it."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextmanager
def without_palette() -> Iterator[None]:
    """Import Textual without its palette; who imports that afterwards has the real one."""
    if _PALETTE in sys.modules:
        yield
        return
    sys.modules[_PALETTE] = _Unused(_PALETTE)
    try:
        yield
    finally:
        del sys.modules[_PALETTE]
