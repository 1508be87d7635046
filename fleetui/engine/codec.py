"""Snapshots, events and faults as bytes and back, without loss.

A recording and a shared poll stand on it, so every message names the version of its schema.
Plain dataclasses carry no tag of their own: rows travel in runs of one kind, each with the
kind's word, and a run is decoded by the decoder of its kind.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import msgspec

from fleetui.core.errors import Fault
from fleetui.core.kinds import KINDS
from fleetui.core.objects import Event, Resource, Rollout
from fleetui.core.query import QueryResult
from fleetui.core.snapshot import Part, Snapshot, SourceKey

SCHEMA = 1
_TYPES: dict[str, type[Resource]] = {
    **{cls.__name__.lower(): cls for cls in KINDS.values()},
    "rollout": Rollout,
    "resource": Resource,
}
_WORDS = {cls: word for word, cls in _TYPES.items()}


class CodecError(ValueError):
    """These bytes cannot be read, or this object cannot be written; the message says why."""


class _Run(msgspec.Struct, array_like=True):
    kind: str
    rows: msgspec.Raw


class _Snapshot(msgspec.Struct):
    key: SourceKey
    generation: int
    runs: list[_Run]
    result: QueryResult | None
    fetched_at: float | None
    fault: Fault | None
    failing_since: float | None
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]
    expires_at: float | None
    complete: bool
    took_s: float


class _Version(msgspec.Struct):
    schema: int


class _Envelope(msgspec.Struct):
    schema: int
    what: str
    body: msgspec.Raw


_encoder = msgspec.msgpack.Encoder()
_row_decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}
# Everything of a snapshot but its rows, which travel as runs.
_PLAIN = tuple(name for name in _Snapshot.__struct_fields__ if name != "runs")


def encode(thing: Snapshot | Event | Fault) -> bytes:
    """Return `thing` as bytes."""
    try:
        if isinstance(thing, Snapshot):
            facts = {name: getattr(thing, name) for name in _PLAIN}
            return _packed("snapshot", _Snapshot(runs=_runs(thing.rows), **facts))
        if isinstance(thing, Event):
            return _packed("event", thing)
        if isinstance(thing, Fault):
            return _packed("fault", thing)
    except (TypeError, OverflowError, UnicodeEncodeError, msgspec.MsgspecError) as error:
        raise CodecError(f"this {type(thing).__name__} cannot be written: {error}") from error
    raise CodecError(f"a {type(thing).__name__} is not written: only snapshots, events and faults")


def decode(data: bytes) -> Snapshot | Event | Fault:
    """Return what `encode` was given. Raises CodecError for anything else."""
    try:
        # The version alone first: another one may have another envelope.
        version = msgspec.msgpack.decode(data, type=_Version).schema
        if version != SCHEMA:
            raise CodecError(
                f"written with schema {version} by another fleetui; this one reads schema {SCHEMA}"
            )
        envelope = msgspec.msgpack.decode(data, type=_Envelope)
        if envelope.what == "snapshot":
            return _snapshot(msgspec.msgpack.decode(envelope.body, type=_Snapshot))
        if envelope.what == "event":
            return msgspec.msgpack.decode(envelope.body, type=Event)
        if envelope.what == "fault":
            return msgspec.msgpack.decode(envelope.body, type=Fault)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CodecError(f"these bytes are no recording of fleetui: {error}") from error
    raise CodecError(f"these bytes hold an unknown {envelope.what!r}")


def _packed(what: str, body: object) -> bytes:
    raw = msgspec.Raw(_encoder.encode(body))
    return _encoder.encode(_Envelope(SCHEMA, what, raw))


def _runs(rows: tuple[Resource, ...]) -> list[_Run]:
    runs = []
    for kind, group in groupby(rows, key=type):
        word = _WORDS.get(kind)
        if word is None:
            raise CodecError(f"a {kind.__name__} has no word in the schema")
        runs.append(_Run(word, msgspec.Raw(_encoder.encode(list(group)))))
    return runs


def _snapshot(wire: _Snapshot) -> Snapshot:
    rows: list[Resource] = []
    for run in wire.runs:
        rows += _decoder(run.kind).decode(run.rows)
    facts = {name: getattr(wire, name) for name in _PLAIN}
    return Snapshot(rows=tuple(rows), **facts)


def _decoder(kind: str) -> msgspec.msgpack.Decoder[Any]:
    decoder = _row_decoders.get(kind)
    if decoder is None:
        if kind not in _TYPES:
            raise CodecError(f"these bytes hold rows of an unknown kind {kind!r}")
        row_type: Any = _TYPES[kind]
        decoder = msgspec.msgpack.Decoder(list[row_type])
        _row_decoders[kind] = decoder
    return decoder
