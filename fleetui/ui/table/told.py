"""What a table tells whoever holds it. Each is posted as one of the table's own messages."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

from fleetui.core.filter import FilterError, Predicate
from fleetui.core.objects import Resource
from fleetui.core.ref import Ref


class Activated(Message, namespace="resource_table"):
    """Enter was pressed on a row."""

    def __init__(self, resource: Resource) -> None:
        super().__init__()
        self.resource = resource


class CursorMoved(Message, namespace="resource_table"):
    """The cursor is on another thing; None where there is none."""

    def __init__(self, resource: Resource | None) -> None:
        super().__init__()
        self.resource = resource


class ViewportMoved(Message, namespace="resource_table"):
    """Other rows are on screen."""

    def __init__(self, refs: tuple[Ref, ...]) -> None:
        super().__init__()
        self.refs = refs


class Arranged(Message, namespace="resource_table"):
    """A long picture that was given a while ago is now the one shown and counted."""


class Refused(Message, namespace="resource_table"):
    """The filter gave up over the rows; `settled` is the one that is in force again."""

    def __init__(self, table: Widget, error: FilterError, settled: Predicate | None) -> None:
        super().__init__()
        self.table = table
        self.error = error
        self.settled = settled
