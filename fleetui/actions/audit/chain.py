"""Walks the whole audit and proves that it is as it was written, or finds the first fault."""

from __future__ import annotations

from fleetui.actions.audit.record import Record, fault
from fleetui.actions.audit.store import Store
from fleetui.actions.ports import JournalError
from fleetui.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Broken:
    """The first record that is not as it was written."""

    seq: int
    why: str
    at: float | None = None
    """When it was written, as far as it still says; Unix seconds."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found."""

    records: int
    """How many are whole, counted from the first."""
    head: str = ""
    """The hash of the last whole one: noted elsewhere, it proves later that none was cut off."""
    broken: Broken | None = None


def verify(store: Store) -> Chain:
    """Walk all records. Raises JournalError where the file cannot be read at all.

    It finds what was changed, taken out, put in or put elsewhere. Who can write to the file
    can write a whole chain anew: against that stands only a head that was noted elsewhere.
    """
    before: Record | None = None
    records = 0

    def chain(broken: Broken | None = None) -> Chain:
        return Chain(records, before.hash if before else "", broken)

    # Asked before the walk: others may go on writing.
    highest = store.highest()
    try:
        for record in store.walk():
            if why := fault(record, before):
                return chain(Broken(record.seq, why, record.at))
            before = record
            records += 1
        if highest > records:
            return chain(Broken(records + 1, f"it is missing, and all after it up to {highest}"))
        if why := store.sound():
            return chain(Broken(records + 1, f"the file is damaged: {why}"))
    except JournalError as error:
        return chain(Broken(records + 1, str(error)))
    return chain()
