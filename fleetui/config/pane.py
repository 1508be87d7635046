"""Reads one `[pane.NAME]` table of a screen file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetui.config import filters, schema
from fleetui.config.document import Document
from fleetui.config.problems import choice, nearest
from fleetui.config.specs import PROVIDERS, PaneSpec
from fleetui.core.cells import SHORT_PROVIDERS
from fleetui.core.clean import clean
from fleetui.core.kinds import KINDS, QUERY
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.settings import Seconds, setting
from fleetui.core.tables import TABLES, Table

_FOR_TABLES = ("columns", "sort", "filter")
_FOR_QUERIES = ("query", "range", "legend", "unit", "warn", "critical")


@dataclass(frozen=True, slots=True)
class PaneTable:
    """`[pane.NAME]`: what a pane shows and how."""

    show: str = setting("", "a kind such as capacity, or query")
    title: str = setting("", "what its title line says; the kind when empty")
    provider: str = setting("", "only this back end; all when empty")
    scope: str = setting("", "only the back end of this name; all when empty")
    columns: tuple[str, ...] = setting((), "columns from left to right; the kind's own when empty")
    sort: str = setting("", "column to sort by, with - before it for the largest first")
    filter: str = setting("", "show only what matches, in the filter language")
    query: str = setting("", "PromQL to draw, where it shows a query")
    range: Seconds = setting(0.0, "how far back the chart goes; only the value now when 0")
    legend: str = setting("", "label that names each line; all that differ when empty")
    unit: str = setting("", "what the values are", choices=("", "bytes", "percent", "seconds"))
    warn: float | None = setting(None, "from here on a value wants a look")
    critical: float | None = setting(None, "from here on a value wants a hand")


def read(name: str, table: Any, doc: Document) -> PaneSpec | None:
    """Return the pane, or None after noting why not."""
    at = ("pane", name)
    if not isinstance(table, dict):
        doc.add(at, f"must be a table: [pane.{name}]")
        return None
    pane = schema.read(PaneTable, table, at, doc)
    if pane is None:
        return None
    before = len(doc.problems)
    for key, message in _problems(pane, table):
        doc.add((*at, *key), message)
    if len(doc.problems) > before:
        return None
    return PaneSpec(
        name=name,
        show=pane.show,
        title=clean(pane.title),
        columns=pane.columns,
        sort=pane.sort,
        filter=pane.filter,
        provider=pane.provider,
        scope=pane.scope,
        query=pane.query,
        range_s=pane.range,
        legend=pane.legend,
        unit=pane.unit,
        warn=pane.warn,
        critical=pane.critical,
    )


def _problems(
    pane: PaneTable, given: dict[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what the types alone do not say, as (key in the pane, message)."""
    kinds = (*KINDS, QUERY)
    if not pane.show:
        yield (), f"show is missing: one of {', '.join(kinds)}"
    elif pane.show not in kinds:
        yield ("show",), choice(pane.show, kinds)
    if pane.provider and pane.provider not in PROVIDERS:
        yield ("provider",), _provider(pane.provider)
    if pane.show == QUERY:
        for key in _FOR_TABLES:
            if key in given:
                yield (key,), "a pane that shows a query has none"
        if not pane.query.strip():
            yield (), "query is missing: the PromQL to draw"
    elif pane.show in KINDS:
        for key in _FOR_QUERIES:
            if key in given:
                yield (key,), 'only for panes with show = "query"'
        yield from _table_problems(pane, TABLES[pane.show])


def _table_problems(pane: PaneTable, table: Table) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, column in enumerate(pane.columns):
        if column not in table.columns:
            yield ("columns", index), _column(column, pane.show, table)
        elif column in pane.columns[:index]:
            yield ("columns", index), f'"{column}" is there already'
    sort = pane.sort.removeprefix("-")
    if pane.sort and sort not in table.columns:
        yield ("sort",), _column(sort, pane.show, table)
    if message := filters.pane_mistake(pane.filter, pane.show):
        yield ("filter",), message


def _column(name: str, kind: str, table: Table) -> str:
    mend = nearest(name, table.columns) or f": there is {', '.join(sorted(table.columns))}"
    return f'{kind} has no column "{name}"{mend}'


def _provider(word: str) -> str:
    """Name the back end that a short word means, else the nearest."""
    for name, short in SHORT_PROVIDERS.items():
        if word == short:
            return f'no "{word}", did you mean "{name}"?'
    return choice(word, PROVIDERS)
