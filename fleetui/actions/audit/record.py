"""One record: its canonical JSON, the hash over it, and the hash of the record before in it."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

from fleetui.actions.audit.process import Process
from fleetui.core.lazy_dataclass import dataclass

Json = dict[str, Any]
FORM = 1
"""The version of a record's JSON."""
BEGINNING = "0" * 64
"""What stands before the first record."""


class Kind(StrEnum):
    """What a record says of its action."""

    INTENT = "intent"
    NOTE = "note"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the audit, as it is on disk."""

    seq: int
    """1, 2, 3 and so on, without a gap. This is the order: a clock may go back."""
    at: float
    """Unix seconds by the clock of the machine that wrote it."""
    kind: str
    action: str
    body: str
    hash: str

    @property
    def form(self) -> Json:
        """Its JSON: `seq`, `at`, `kind`, `action`, `process`, `data`, `before`, `v`.

        Raises ValueError where it is damaged.
        """
        form = json.loads(self.body)
        if not isinstance(form, dict) or not isinstance(form.get("data"), dict):
            raise ValueError("it is not the JSON of a record")  # noqa: TRY004  as damaged JSON is
        return form


def canonical(form: Json) -> str:
    """Return the one way in which this is written: ASCII, sorted, without blanks."""
    return json.dumps(form, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(body: str) -> str:
    """Return the SHA-256 of a body, in hexadecimal."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def make(
    before: Record | None, kind: Kind, action: str, at: float, process: Process, data: Json
) -> Record:
    """Return the record that follows `before`."""
    seq = 1 if before is None else before.seq + 1
    body = canonical({
        "v": FORM, "seq": seq, "at": at, "kind": kind.value, "action": action,
        "process": process.form(), "data": data,
        "before": BEGINNING if before is None else before.hash,
    })  # fmt: skip
    return Record(seq, at, kind.value, action, body, digest(body))


def fault(record: Record, before: Record | None) -> str:
    """Say what is wrong with a record that should follow `before`; empty where nothing is."""
    wanted = 1 if before is None else before.seq + 1
    if record.seq != wanted:
        return f"record {wanted} is missing"
    if not isinstance(record.body, str) or digest(record.body) != record.hash:
        return "its content is not what was written: the hash differs"
    try:
        form = record.form
    except (ValueError, RecursionError):
        return "its content cannot be read"
    # The columns are there for the index only: they must say what the content says.
    beside = {"seq": record.seq, "at": record.at, "kind": record.kind, "action": record.action}
    for name, value in beside.items():
        if form.get(name) != value:
            return f"its column {name} is not what was written"
    if form.get("before") != (BEGINNING if before is None else before.hash):
        return "it does not follow the record before it"
    return ""
