"""`fleetui rollouts`: the changes under way and those of late, whoever began them."""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from fleetui.actions.book import SHOWN_S, Book
from fleetui.actions.ports import Journal, JournalError
from fleetui.actions.who import who
from fleetui.cli import compose
from fleetui.cli.changing import settling
from fleetui.cli.compose import Fleet
from fleetui.cli.door import open_door
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.get import list_with
from fleetui.cli.keeping import journal
from fleetui.cli.picture import Picture, picture
from fleetui.cli.runner import run
from fleetui.core.clean import clean
from fleetui.core.kinds import ROLLOUTS
from fleetui.core.objects import Rollout
from fleetui.core.snapshot import SourceKey
from fleetui.providers.base import Batch, Change, Report, SourceSpec


def rollouts(args: argparse.Namespace) -> int:
    """List them, once or again and again."""
    if args.watch and args.output == "csv":
        raise Stop(Exit.USAGE, "--watch writes table, wide or json, not csv")
    args.kind, args.filter, args.sort = ROLLOUTS, "", ""
    config = compose.configure(args)
    shown = picture(args, compose.language(config))
    return run(_rollouts(args, shown, compose.gather(args, config)))


async def _rollouts(args: argparse.Namespace, shown: Picture, fleet: Fleet) -> int:
    audit = journal(args)
    entrance = open_door(args, fleet, audit, who())
    try:
        if entrance.door is not None:
            await settling.picked_up(entrance.door)
        await _recall(entrance.book, audit, args.since)
        recent = Recent(entrance.book, args.since)
        return await list_with(shown, fleet, (recent,), watch=args.watch)
    except JournalError as error:
        raise Stop(Exit.FAILED, clean(str(error))) from None
    finally:
        await entrance.close()
        await audit.close()


async def _recall(book: Book, audit: Journal, since_s: float) -> None:
    """Write what is older than a book holds of itself into it."""
    if since_s <= SHOWN_S:
        return
    for entry in await audit.entries(time.time() - since_s):
        if book.phase(entry.action.id) is None:
            book.write(entry.action, entry.progress, entry.gate, entry.at)


class Recent:
    """A book's rows that are under way, or were begun within so many seconds."""

    def __init__(self, book: Book, since_s: float) -> None:
        self._book = book
        self._since_s = since_s
        self.name = book.name
        self.scope = book.scope

    def sources(self) -> tuple[SourceSpec, ...]:
        """Return the book's source."""
        return self._book.sources()

    async def fetch(self, key: SourceKey) -> Batch:
        """Return those rows. Raises Invalid where the journal cannot be read."""
        batch = await self._book.fetch(key)
        begin = time.time() - self._since_s
        rows = tuple(
            row for row in batch.rows
            if isinstance(row, Rollout) and (row.ended is None or (row.started or 0.0) >= begin)
        )  # fmt: skip
        return replace(batch, rows=rows)

    async def check(self) -> Report:
        """Return the book's own."""
        return await self._book.check()

    def watch(self, key: SourceKey) -> AsyncIterator[Change] | None:
        """Follow the book."""
        return self._book.watch(key)

    async def close(self) -> None:
        """Nothing is held."""
