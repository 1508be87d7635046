"""Takes up what an ended process left, for as long as a command can wait for it."""

from __future__ import annotations

import asyncio

from fleetui.actions.door import Door

_PATIENCE_S = 4.0
"""Long enough for each to be asked once how far it is."""


async def picked_up(door: Door) -> None:
    """Follow what is left, and wait a moment until it is known how that ended.

    Sends nothing. Raises JournalError.
    """
    left = await door.pick_up()
    changes = door.book.watch(door.book.sources()[0].key)
    if changes is None or not left:
        return
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while any(_open(door, entry.action.id) for entry in left):
                await anext(changes)
    except TimeoutError:
        # It is still under way, and told as that.
        return


def _open(door: Door, action_id: str) -> bool:
    phase = door.book.phase(action_id)
    return phase is not None and not phase.ended
