"""A command inside of a thing: written down before it begins, and its exit code after."""

from __future__ import annotations

import asyncio
import logging

from fleetui.actions.action import Action
from fleetui.actions.book import Book
from fleetui.actions.ports import Journal, JournalError
from fleetui.core.change import Phase, Progress
from fleetui.core.errors import Left, ProviderError, Unreachable
from fleetui.providers.writing import Session

log = logging.getLogger(__name__)
Streams = tuple[int, int, int]
"""The file descriptors of its standard input, output and error."""
STANDARD: Streams = (0, 1, 2)


async def run_inside(
    action: Action, session: Session, streams: Streams, journal: Journal, book: Book
) -> int:
    """Run it in a thread, to which these streams are lent, and return its exit code.

    Raises JournalError where it cannot be written down, and so is not run; a ProviderError
    where it could not be run, or its end is not known.
    """
    await journal.intend(action)
    book.write(action, Progress(Phase.ROLLING, "it runs"))

    async def end(phase: Phase, reason: str) -> None:
        progress = Progress(phase, reason)
        try:
            await journal.note(action, progress)
        except JournalError as error:
            # It has run, and cannot be unrun: the row says that the record is missing.
            log.exception("%s: not in the audit", action.id)
            progress = Progress(phase, f"{reason} (not in the audit: {error})")
        book.write(action, progress)

    loop = asyncio.get_running_loop()
    try:
        code = await loop.run_in_executor(None, session.run, *streams)
    except asyncio.CancelledError:
        await end(Phase.UNKNOWN, "it was left: it may run on")
        raise
    except Left as error:
        await end(error.phase, error.what)
        raise
    except Unreachable as error:
        await end(Phase.UNKNOWN, f"it may run on: {error.fault().line}")
        raise
    except ProviderError as error:
        await end(Phase.FAILED, f"not done: {error.fault().line}")
        raise
    except Exception as error:
        await end(Phase.UNKNOWN, f"it may run on: {type(error).__name__}, see the log file")
        raise
    await end(Phase.DONE, f"exit code {code}")
    return code
