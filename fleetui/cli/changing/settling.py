"""Takes up what an ended process left, for as long as a command can wait for it."""

from __future__ import annotations

from fleetui.actions.door import Door

_PATIENCE_S = 4.0
"""Long enough for each to be asked once how far it is; what takes longer is still under way."""


async def picked_up(door: Door) -> None:
    """Follow what is left, and wait a moment until it is known how that ended.

    Sends nothing. Raises JournalError.
    """
    await door.settle(await door.pick_up(), _PATIENCE_S)
