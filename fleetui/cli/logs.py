"""`fleetui logs REF…`: what containers, or all members of a unit, have written and write."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from fleetui.cli import compose, output
from fleetui.cli.compose import Fleet
from fleetui.cli.describe import found
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.get import keys_of, patience, placed
from fleetui.cli.log_form import JsonForm, TextForm
from fleetui.cli.runner import run
from fleetui.core.errors import NotFound, Unreachable
from fleetui.core.logs.fold import Folder
from fleetui.core.logs.line import NOTE, Level, LogLine, LogQuery, RawLine
from fleetui.core.logs.match import Test, Wanted
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.core.snapshot import SourceKey
from fleetui.engine.engine import Engine
from fleetui.engine.logs import Condition, LogSession, sources_of
from fleetui.engine.once import settle

KINDS = ("containers", "capacity", "services")
_FLUSH_S = 0.1
_DEFAULT_TAIL = 1000
_MOST_WAITING = 200_000


def logs(args: argparse.Namespace) -> int:
    """Print the logs of some things."""
    try:
        wanted = Wanted(Level[args.level.upper()] if args.level else Level.NONE, args.grep).test()
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--grep: {error}") from None
    if not all(text.strip().strip("/") for text in args.refs):
        raise Stop(Exit.USAGE, "REF is empty: try fleetui get containers, or fleetui get capacity")
    if args.previous and args.follow:
        raise Stop(Exit.USAGE, "--previous is over: it cannot be followed")
    tail = args.tail if args.tail is not None or args.since else _DEFAULT_TAIL
    query = LogQuery(
        since=time.time() - args.since if args.since else None,
        tail=tail, follow=args.follow, previous=args.previous, container=args.container,
    )  # fmt: skip
    fleet = compose.gather(args, compose.configure(args))
    return run(_logs(args, fleet, query, wanted))


async def _logs(args: argparse.Namespace, fleet: Fleet, query: LogQuery, wanted: Test) -> int:
    engine = Engine(fleet.providers, now=time.time)
    try:
        keys = tuple(chain.from_iterable(keys_of(engine, kind) for kind in KINDS))
        keys = tuple(key for key in keys if _may_hold(key, args.refs))
        snapshots = await settle(engine, keys, patience(fleet, keys))
        things = [found(text, snapshots) for text in args.refs]
        for snapshot in snapshots:
            if snapshot.fault:
                output.tell(placed(snapshot.fault, snapshot.key).line)
        rows = {row.ref: row for snapshot in snapshots for row in snapshot.rows}
        refs = _members(things, rows.get)
        names = len(refs) > 1 or (args.follow and any(t.ref not in refs for t in things))
        colours = output.coloured(sys.stdout) and args.output == "text"
        form = (
            JsonForm()
            if args.output == "json"
            else TextForm(
                colours=colours,
                timestamps=args.timestamps,
                names=names,
                containers=not args.container,
            )
        )
        printer = Printer(form, wanted, follow=args.follow)
        session = LogSession(engine.providers, query, printer.put, stay=False,
                             hide=fleet.config.logs.hide_secrets)  # fmt: skip
        printer.hold = lambda on: session.hold(on=on)
        session.want(refs)
        try:
            await _print(engine, keys, session, printer, things, follow=args.follow)
        finally:
            session.close()
        return _outcome(session)
    finally:
        await engine.close()


async def _print(
    engine: Engine,
    keys: Sequence[SourceKey],
    session: LogSession,
    printer: Printer,
    things: Sequence[Resource],
    *,
    follow: bool,
) -> None:
    """Print until all is over; a followed unit is not: new members may come."""
    units = [thing for thing in things if follow and not _is_source(thing)]
    subscription = engine.subscribe(keys if units else (), lambda _: None) if units else None
    try:
        while True:
            ended = asyncio.ensure_future(session.wait())
            await asyncio.wait([ended], timeout=_FLUSH_S)
            done = ended.done()
            ended.cancel()
            printer.flush(everything=done)
            if done and not units:
                return
            if done:
                await asyncio.sleep(_FLUSH_S)
            now = [found for unit in units if (found := engine.store.find(unit.ref)) is not None]
            session.want(_members(now, engine.store.find, strict=False))
    finally:
        if subscription is not None:
            subscription.close()


class Printer:
    """Puts lines in the order of their times and together what belongs together, and prints."""

    def __init__(self, form: TextForm | JsonForm, wanted: Test, *, follow: bool) -> None:
        self._form = form
        self._wanted = wanted
        self._follow = follow
        self._folders: dict[tuple[Ref, str], tuple[Folder, LogLine | None]] = {}
        self._waiting: list[LogLine] = []
        self.hold: Callable[[bool], object] = lambda _on: None

    def put(self, lines: Sequence[RawLine]) -> None:
        """Take in lines of one source."""
        for raw in lines:
            if raw.stream == NOTE:
                output.tell(f"{raw.source.name}: {raw.text}")
                continue
            whose = raw.source, raw.container
            folder, last = self._folders.get(whose) or (Folder(), None)
            if folder.continues(raw.text) and last is not None and not last.dropped:
                last.more = last.more or []
                last.more.append(raw.text)
            else:
                last = LogLine(*raw)
                self._waiting.append(last)
            self._folders[whose] = (folder, last)
        if len(self._waiting) > _MOST_WAITING:
            self.flush(everything=False)

    def flush(self, *, everything: bool) -> None:
        """Print what has come, the newest of each source only once nothing can join it."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        waiting.sort(key=lambda line: line.at)
        if not self._follow and not everything and len(waiting) <= _MOST_WAITING:
            # All that is asked for can be put in order first.
            self._waiting = waiting
            return
        for line in waiting:
            # What comes later for it would come too late: it is printed as an entry of its own.
            line.dropped = True
        output.emit(
            text for line in waiting if self._wanted(line) for text in self._form.lines(line)
        )


def _may_hold(key: SourceKey, refs: Iterable[str]) -> bool:
    """Leave out back ends that a ref in full rules out: asking them would only take time."""
    named = [text.split("/")[0] for text in refs if text.count("/") >= 3]
    return len(named) < len(list(refs)) or key.provider in named


def _is_source(thing: Resource) -> bool:
    from fleetui.core.objects import Container

    return isinstance(thing, Container)


def _members(
    things: Iterable[Resource], find: Callable[[Ref], Resource | None], *, strict: bool = True
) -> tuple[Ref, ...]:
    found: dict[Ref, None] = {}
    for thing in things:
        refs = sources_of(thing, find)
        if not refs and strict:
            why = next((c.reason for c in thing.capabilities if c.name == "logs" and c.reason), "")
            why = why or "it has no members that keep logs now"
            raise Stop(Exit.FAILED, f"{thing.ref} has no log: {why}")
        found.update(dict.fromkeys(refs))
    return tuple(found)


def _outcome(session: LogSession) -> Exit:
    failed = [ref for ref, how in session.conditions.items() if how is Condition.FAILED]
    if not failed:
        return Exit.DONE
    codes = {session.faults[ref].code for ref in failed}
    if len(failed) == len(session.conditions) and codes == {Unreachable.code}:
        return Exit.UNREACHABLE
    # What went away while it was followed is no failure of ours.
    gone = session.query.follow and codes == {NotFound.code}
    return Exit.DONE if gone else Exit.FAILED
