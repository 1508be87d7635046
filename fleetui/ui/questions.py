"""What the prompt asks: a filter, or a column to sort by. Each acts while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fleetui.core.columns import Column, Unit
from fleetui.core.filter import FilterError
from fleetui.ui.table_pane import TablePane

FILTER_HELP = "words  col:value  !term  cpu>80  age<2h  label.app:web · Enter keeps · Esc clears"


@dataclass(frozen=True, slots=True)
class Hint:
    """What the line under the prompt says; `at` is None where it points at no place."""

    text: str
    at: int | None = None
    length: int = 0

    @property
    def wrong(self) -> bool:
        """Whether it says what is wrong with the text."""
        return self.at is not None


class Question(Protocol):
    """Something that the prompt asks of one pane."""

    label: str
    text: str

    def changed(self, text: str) -> Hint:
        """Act on what has been typed so far."""
        ...

    def cancel(self) -> None:
        """Take it back."""
        ...


class FilterQuestion:
    """Which rows: the filter language, applied with each letter that makes sense."""

    label = "/"

    def __init__(self, pane: TablePane) -> None:
        self._pane = pane
        self.text = pane.view.text

    def changed(self, text: str) -> Hint:
        """Filter, or say where the text is wrong; the rows shown stay as they are then."""
        try:
            self._pane.filter(text.strip())
        except FilterError as error:
            lead = len(text) - len(text.lstrip())
            start, end = error.place.start + lead, error.place.end + lead
            return Hint(str(error), start, end - start)
        return Hint(FILTER_HELP)

    def cancel(self) -> None:
        """Show all rows again."""
        self._pane.filter("")


class SortQuestion:
    """Which order: a column's name or the beginning of it, `-` before it for largest first."""

    label = "sort"

    def __init__(self, pane: TablePane) -> None:
        self._pane = pane
        self._before = pane.view
        self.text = ""

    def changed(self, text: str) -> Hint:
        """Sort by the column meant, or say which there are."""
        word = text.strip()
        name = word.removeprefix("-").lower()
        if not name:
            self._pane.sort(None)
            return Hint(f"a column, - before it turns it round: {', '.join(self._names())}")
        meant = [column for column in self._pane.columns.values() if column.name.startswith(name)]
        if not meant:
            names = ", ".join(self._names())
            return Hint(f"no column begins so: {names}", text.index(word), len(word))
        column = next((c for c in meant if c.name == name), meant[0])
        self._pane.sort(column, descending=word.startswith("-") != largest_first(column))
        order = "largest first" if word.startswith("-") != largest_first(column) else "least first"
        return Hint(f"{column.name}, {order}: {column.doc} · Enter keeps · Esc as before")

    def cancel(self) -> None:
        """Sort as before."""
        self._pane.sort(self._before.sort, descending=self._before.descending)

    def _names(self) -> list[str]:
        shown = [column.name for column in self._pane.shown_columns]
        return list(dict.fromkeys((*shown, *sorted(self._pane.columns))))


def largest_first(column: Column) -> bool:
    """Say whether a person who sorts by this column wants its largest values on top."""
    return column.unit in {Unit.BYTES, Unit.COUNT} or column.name == "cpu"
