"""What was done, one entry an action: its intent and how it ended, as people ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from fleetui.actions.audit.process import Process, process
from fleetui.actions.audit.record import Kind, Record
from fleetui.actions.audit.store import Store
from fleetui.actions.ports import JournalError
from fleetui.core.change import Phase
from fleetui.core.lazy_dataclass import dataclass
from fleetui.core.ref import Ref

Json = dict[str, Any]
_PAGE = 200
_LEFT = "its process has ended: the next start of fleetui looks what came of it"
_NOT_SENT = "was not sent: its process ended before"


@dataclass(frozen=True, slots=True)
class Deed:
    """One action, from its intent to its outcome."""

    seq: int
    """The number of its intent's record."""
    at: float
    id: str
    intent: Json
    """The intent's data."""
    last: Json
    """The data of its last record: the outcome, or how far it is."""
    ref: Ref
    result: str
    """A phase: `done`, `failed`, `rolling`."""
    why: str
    process: Json
    ended: float | None
    hash: str

    @property
    def duration(self) -> float | None:
        """Seconds from the sending to the end; None where it was not sent, or has not ended."""
        seconds: float | None = self.last.get("duration_s")
        return seconds


def newest(
    store: Store, here: Process, *, since: float | None = None, ref: str = ""
) -> Iterator[Deed]:
    """Yield what was begun since (Unix seconds) to a target, the newest first.

    `ref` is a pattern with `*`, or how the target's ref ends. Raises JournalError.
    """
    below = 2**62
    while page := store.find(
        "WHERE kind = 'intent' AND at >= ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        (-1e300 if since is None else since, below, _PAGE),
    ):
        for record in page:
            try:
                deed = _deed(store, record, here)
            except (KeyError, TypeError, ValueError):
                raise JournalError(
                    f"record {record.seq} of the audit {store.place} is damaged:"
                    " see fleetui audit --verify"
                ) from None
            if fits(deed.ref, ref):
                yield deed
        below = page[-1].seq


def fits(ref: Ref, wanted: str) -> bool:
    """Say whether a ref is `wanted`, ends with it at a slash, or is matched by its pattern."""
    wanted = wanted.strip().strip("/")
    full = str(ref)
    if any(sign in wanted for sign in "*?["):
        return fnmatchcase(full, wanted) or fnmatchcase(full, f"*/{wanted}")
    return not wanted or full == wanted or full.endswith(f"/{wanted}")


def _deed(store: Store, record: Record, here: Process) -> Deed:
    form = record.form
    last = store.find("WHERE action = ? ORDER BY seq DESC LIMIT 1", (record.action,))[0]
    end = last.form
    target = form["data"]["plan"]["ask"]["ref"]
    result, why = end["data"]["phase"], end["data"].get("reason", "")
    if last.kind == Kind.INTENT:
        why = ""
    if last.kind != Kind.OUTCOME and process(end["process"]).lives(here) is False:
        sent = result != Phase.WAITING
        result, why = (Phase.UNKNOWN, _LEFT) if sent else (Phase.FAILED, _NOT_SENT)
    return Deed(
        seq=record.seq,
        at=record.at,
        id=record.action,
        intent=form["data"],
        last=end["data"],
        ref=Ref(**target),
        result=str(result),
        why=why,
        process=form["process"],
        ended=last.at if last.kind == Kind.OUTCOME else None,
        hash=record.hash,
    )
