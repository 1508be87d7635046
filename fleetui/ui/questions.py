"""What the prompt asks: a filter, which acts while it is typed."""

from __future__ import annotations

import re
from typing import Protocol

from fleetui.core.filter import FilterError
from fleetui.core.lazy_dataclass import dataclass
from fleetui.ui.table_pane import TablePane

FILTER_HELP = "words  col:value  !term  /regex/  cpu>80  age<2h  label.app:web · Enter keeps"
_NAME = re.compile(r"(?:^|\s)!*(?P<word>@[A-Za-z0-9_-]*)$")
_COLUMN = re.compile(r"(?:^|\s)!*(?P<word>[a-z_]+)$")


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

    def complete(self, text: str, at: int) -> tuple[str, int]:
        """Return the text with the word before `at` completed, and where to go on typing."""
        ...

    def cancel(self) -> None:
        """Take it back."""
        ...

    def end(self) -> None:
        """It is answered, one way or the other."""
        ...


def _beginning(words: list[str]) -> str:
    """Return what all words begin with."""
    if not words:
        return ""
    least, most = min(words), max(words)
    same = next((n for n, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), None)
    return least if same is None else least[:same]


class FilterQuestion:
    """Which rows: the filter language, applied with each letter that makes sense."""

    label = "/"

    def __init__(self, pane: TablePane) -> None:
        self.pane = pane
        self.text = pane.view.text
        self._lead = 0
        pane.table.read_ahead(on=True)

    def changed(self, text: str) -> Hint:
        """Filter, or say where the text is wrong; the rows shown stay as they are then."""
        self._lead = len(text) - len(text.lstrip())
        names = self._names(text)
        try:
            self.pane.filter(text.strip())
        except FilterError as error:
            hint = self.hint(error)
            if names and str(error).startswith(("no filter", "@ needs")):
                return Hint(f"{'  '.join(names)} · Tab completes", hint.at, hint.length)
            return hint
        return Hint(f"{names[0]} = {self._filters[names[0][1:]]}" if names else FILTER_HELP)

    def hint(self, error: FilterError) -> Hint:
        """Return what is said under the text where it is wrong."""
        place = error.place
        return Hint(str(error), place.start + self._lead, place.end - place.start)

    def complete(self, text: str, at: int) -> tuple[str, int]:
        """Return the text with the word before `at` completed, and where to go on typing.

        A name of a filter where it begins with @, else the name of a column.
        """
        names = self._names(text[:at])
        found = _NAME.search(text[:at]) if names else _COLUMN.search(text[:at])
        if found is None:
            return text, at
        word = found["word"]
        known = names or [f"{n}:" for n in sorted(self.pane.columns) if n.startswith(word)]
        whole = _beginning(known)
        if len(whole) <= len(word):
            return text, at
        start = found.start("word")
        return text[:start] + whole + text[at:], start + len(whole)

    def cancel(self) -> None:
        """Show all rows again."""
        self.pane.filter("")

    def end(self) -> None:
        """Let the texts of the rows go."""
        self.pane.table.read_ahead(on=False)

    @property
    def _filters(self) -> dict[str, str]:
        return dict(self.pane.language.filters)

    def _names(self, text: str) -> list[str]:
        """Return the filters whose names begin as the last word does; the one itself first."""
        found = _NAME.search(text)
        if found is None:
            return []
        return sorted(f"@{name}" for name in self._filters if f"@{name}".startswith(found["word"]))
