"""The door of a command that enters or forwards: open as long as it lasts."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fleetui.actions.action import Who
from fleetui.actions.door import Door
from fleetui.actions.ports import JournalError
from fleetui.actions.proposal import Refused
from fleetui.cli.changing import stopping, telling
from fleetui.cli.compose import Fleet
from fleetui.cli.door import open_door
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.keeping import journal
from fleetui.core.clean import clean
from fleetui.core.errors import Fault, ProviderError


@asynccontextmanager
async def open_for(
    args: argparse.Namespace,
    fleet: Fleet,
    who: Who,
    *,
    not_begun: str,
    failed: Callable[[Fault], Stop] = stopping.failed,
) -> AsyncIterator[Door]:
    """Open the door, and shut it at the end. Raises Stop for whatever is refused or fails.

    `not_begun` says what has not happened where it cannot be written down first.
    """
    audit = journal(args)
    entrance = open_door(args, fleet, audit, who)
    try:
        if entrance.door is None:
            line = entrance.rule.line if entrance.rule else "nothing is changed from here"
            raise Stop(Exit.REFUSED, f"refused: {telling.safe(line)}")
        yield entrance.door
    except JournalError as error:
        raise Stop(Exit.FAILED, f"{not_begun}: {clean(str(error))}") from None
    except Refused as refused:
        raise stopping.refused(refused) from None
    except ProviderError as error:
        raise failed(error.fault()) from None
    finally:
        await entrance.close()
        await audit.close()
