"""Loads what only keys open, once the first rows are there: no key has to wait for it.

A key that comes sooner imports what it needs by itself. What is listed here is imported by name
where its screen is opened, and by nothing that the first rows need: a test holds that.
"""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module

log = logging.getLogger(__name__)

AFTER_S = 2.0
"""So long after the first frame the first rows are there, or wait for a back end."""
_PAUSE_S = 0.05
"""Between two modules, for keys and rows: an import holds Python's lock for most of its time."""

MODULES = (
    "fleetui.ui.page.screen",
    "fleetui.ui.change.dialog",
    "fleetui.ui.logs.screen",
    "fleetui.ui.help",
    "fleetui.ui.sort_picker",
    "fleetui.ui.command_line",
    "fleetui.ui.palette",
    "fleetui.ui.aside",
    "fleetui.ui.goto",
    "fleetui.ui.messages_page",
    "fleetui.ui.change.editing",
    "fleetui.ui.chart_pane",
    "fleetui.ui.change.page",
)
"""What is loaded, the likeliest first."""


async def load() -> None:
    """Import them one by one in a thread; raises nothing."""
    for name in MODULES:
        await asyncio.to_thread(_load, name)
        await asyncio.sleep(_PAUSE_S)


def _load(name: str) -> None:
    try:
        import_module(name)
    except Exception:
        # Whoever presses the key hears of it; until then nothing is missing.
        log.exception("%s was not loaded", name)
