"""What `get` lists: rows that match, in order, and how they are written."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator

from fleetui.cli import csv_form, write
from fleetui.cli.exits import Exit, Stop
from fleetui.cli.parsing.words import unknown
from fleetui.cli.write import Field
from fleetui.core.columns import Column, Look, sort_key
from fleetui.core.filter import FilterError, Language, Predicate, parse
from fleetui.core.json_form import listing
from fleetui.core.kinds import KINDS
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.objects import Resource
from fleetui.core.secrets import redact
from fleetui.core.snapshot import Snapshot
from fleetui.core.tables import TABLES

_MEASURED = frozenset({"cpu", "mem"})


@dataclass(frozen=True, slots=True)
class Picture:
    """The words of one `get`, checked."""

    kind: str
    form: str
    filter: str
    predicate: Predicate
    sort: Column
    descending: bool
    columns: tuple[Column, ...]
    header: bool
    measures: bool
    """Whether it is filtered or sorted by what must be measured first."""

    def choose(self, rows: Iterable[Resource], now: float) -> list[Resource]:
        """Return the rows that match, sorted; those without a value come last either way.

        Raises Stop where the filter gives up.
        """
        try:
            found = sorted((r for r in rows if self.predicate(r, now)), key=lambda r: r.ref)
        except FilterError as error:
            raise _mistake(error, self.filter) from None
        key = sort_key(self.sort)
        known = [row for row in found if key(row)[0] == 0]
        known.sort(key=key, reverse=self.descending)
        return known + [row for row in found if key(row)[0]]

    def lines(
        self, rows: list[Resource], sources: list[Snapshot], look: Look, *, colours: bool
    ) -> Iterator[str]:
        """Yield what is printed."""
        if self.form == "json":
            yield write.json_text(listing(self.kind, rows, sources, look.now))
        elif self.form == "csv":
            head = [csv_form.header(KINDS[self.kind])] if self.header else []
            yield from write.csv_lines([*head, *(csv_form.record(row) for row in rows)])
        else:
            yield from write.table(self._table(rows, look), colours=colours)

    def _table(self, rows: list[Resource], look: Look) -> Iterator[list[Field]]:
        if self.header:
            yield write.titles((column.title, column.right) for column in self.columns)
        for row in rows:
            cells = ((column, column.cell(row, look)) for column in self.columns)
            yield [
                Field(redact(cell.text.strip()), cell.tone, column.right) for column, cell in cells
            ]


def picture(args: argparse.Namespace, language: Language) -> Picture:
    """Check the words of `get` before anything is read. Raises Stop."""
    table = TABLES[args.kind]
    sort = args.sort or table.sort
    name = sort.removeprefix("-")
    if name not in table.columns:
        raise Stop(Exit.USAGE, f"--sort: {unknown('column', name, sorted(table.columns))}")
    used: set[str] = {name}
    try:
        predicate = parse(args.filter, _Noting(table.columns, used), language)
    except FilterError as error:
        raise _mistake(error, args.filter) from None
    names = table.wide if args.output == "wide" else table.shown
    return Picture(
        kind=args.kind,
        form=args.output,
        filter=args.filter,
        predicate=predicate,
        sort=table.columns[name],
        descending=sort.startswith("-"),
        columns=tuple(table.columns[n] for n in names),
        header=not args.no_header,
        measures=bool(used & _MEASURED),
    )


def _mistake(error: FilterError, text: str) -> Stop:
    """Return the end of a run over a filter, with its place underlined."""
    mark = " " * error.place.start + "^" * max(1, error.place.end - error.place.start)
    return Stop(Exit.USAGE, f"--filter: {error}", f"  {text}", f"  {mark}")


class _Noting(dict[str, Column]):
    """Columns that note which of them a filter asks for."""

    def __init__(self, columns: dict[str, Column], used: set[str]) -> None:
        super().__init__(columns)
        self._used = used

    def __getitem__(self, name: str) -> Column:
        self._used.add(name)
        return super().__getitem__(name)
