"""Reads `[filters]`, and checks every filter that a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fleetui.config import document
from fleetui.config.document import Document
from fleetui.config.problems import ConfigErrors, Problem
from fleetui.config.specs import ScreenSpec
from fleetui.config.values import word
from fleetui.core.filter import FilterError, Language, parse
from fleetui.core.lazy_pattern import lazy_pattern
from fleetui.core.tables import TABLES
from fleetui.patterns import compile_pattern

SECTION = "filters"
DOC = "filters with a name: @NAME stands for one wherever a filter may stand"
EXAMPLE = 'broken = "!state:running !state:stopped"'
_NAME = lazy_pattern(r"[A-Za-z0-9_-]+")


def language(filters: dict[str, str], *, fuzzy: bool = False) -> Language:
    """Return what a filter may say where these have names."""
    return Language(filters, compile_pattern, fuzzy)


def read(doc: Document) -> dict[str, str]:
    """Return the named filters of a config file; what is wrong with them is noted."""
    table = doc.data.get(SECTION, {})
    if not isinstance(table, dict):
        doc.add((SECTION,), f"must be a table: [{SECTION}]")
        return {}
    named = dict(_texts(doc, table))
    spoken = language(named)
    for name, text in named.items():
        error = mistake(text, spoken)
        if error is not None:
            doc.add((SECTION, name), _placed(error))
    return named


def _texts(doc: Document, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in table.items():
        if not _NAME.fullmatch(name):
            doc.add((SECTION, name), "a name may have letters, digits, _ and - in it")
        elif not isinstance(text, str):
            doc.add((SECTION, name), f"must be text, not {word(text)}")
        elif not text.strip():
            doc.add((SECTION, name), "is empty: a filter matches something")
        else:
            yield name, text


def mistake(text: str, spoken: Language) -> FilterError | None:
    """Return why a filter fits no kind of thing at all: what came furthest tells most."""
    errors: list[FilterError] = []
    for table in TABLES.values():
        try:
            parse(text, table.columns, spoken)
        except FilterError as error:
            errors.append(error)
        else:
            return None
    if not any("no column" in str(error) for error in errors):
        return errors[0]
    everything = {name: c for table in TABLES.values() for name, c in table.columns.items()}
    try:
        parse(text, everything, spoken)
    except FilterError as error:
        return error
    return max(errors, key=lambda error: error.place.start)


def check_panes(screens: Iterable[ScreenSpec], spoken: Language) -> list[Problem]:
    """Return what is wrong with the filters of panes, now that the names are known."""
    problems: list[Problem] = []
    for screen in screens:
        for pane in screen.panes.values():
            if "@" not in pane.filter or screen.path is None:
                continue
            try:
                parse(pane.filter, TABLES[pane.show].columns, spoken)
            except FilterError as error:
                key = ("pane", pane.name, "filter")
                try:
                    line = document.read(screen.path).line(*key)
                except ConfigErrors:
                    line = 0
                problems.append(Problem(screen.path, line, ".".join(key), _placed(error)))
    return problems


def pane_mistake(text: str, kind: str) -> str:
    """Return what is wrong with a pane's filter; the names in it are checked later."""
    try:
        parse(text, TABLES[kind].columns, Language(_AnyName(), compile_pattern))
    except FilterError as error:
        return _placed(error)
    return ""


class _AnyName(dict[str, str]):
    """Takes every name for that of an empty filter."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> str:
        return ""


def _placed(error: FilterError) -> str:
    return f"{error} (at character {error.place.start + 1})"
