"""What was opened in a pane, step by step, and the view that Esc comes back to."""

from __future__ import annotations

from dataclasses import dataclass

from fleetui.core.columns import Column
from fleetui.core.objects import Resource
from fleetui.core.snapshot import SourceKey


@dataclass(frozen=True, slots=True)
class View:
    """How the rows are narrowed and ordered: what Enter leaves and Esc comes back to."""

    text: str = ""
    """The filter as it was typed."""
    sort: Column | None = None
    """None: as the pane is sorted by itself."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One row that was opened, and the view that it was opened from."""

    row: Resource | None
    """None: what happened everywhere was opened from a table without rows."""
    view: View
    keys: tuple[SourceKey, ...]
    timeline: str = ""
    """What its timeline is of: `about` the row, or `everywhere`; empty: it shows links."""

    @property
    def label(self) -> str:
        """How the trail calls it."""
        if self.timeline == "everywhere" or self.row is None:
            return "timeline"
        return f"timeline of {self.row.ref.short}" if self.timeline else self.row.ref.short
