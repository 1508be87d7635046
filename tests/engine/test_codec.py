"""Bytes and back: nothing is lost, and strangers are refused in words."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.errors import Fault
from fleetui.core.kinds import KINDS
from fleetui.core.objects import Event, Instance, Link, Resource
from fleetui.core.query import Query, QueryResult, Series
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Part, Snapshot, SourceKey
from fleetui.engine import codec

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=True, allow_infinity=True)
refs = st.builds(Ref, text, text, text, text, text)
pairs = st.tuples(text, text)
queries = st.builds(Query, text, st.floats(0, 1e9), st.integers(1, 10_000))
series = st.builds(
    Series,
    st.lists(pairs, max_size=2).map(tuple),
    st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple),
)
results = st.builds(
    QueryResult, queries, text, st.lists(series, max_size=3).map(tuple), numbers, numbers, numbers,
    text, st.lists(text, max_size=2).map(tuple),
)  # fmt: skip
whole = st.integers(-(2**63), 2**63 - 1)
faults = st.builds(Fault, text, text, text, text, st.none() | numbers)
keys = st.builds(SourceKey, text, text, text, st.none() | queries)


def every_field(cls: type[Resource]) -> st.SearchStrategy[Resource]:
    """Build objects of `cls` in which no field keeps its default by design."""
    st.register_type_strategy(str, text)
    st.register_type_strategy(float, numbers)
    st.register_type_strategy(int, whole)
    st.register_type_strategy(Ref, refs)
    hints = get_type_hints(cls)
    return st.builds(cls, **{f.name: st.from_type(hints[f.name]) for f in fields(cls)})


rows = st.one_of([every_field(cls) for cls in KINDS.values()])
parts = st.builds(Part, text, faults, st.none() | numbers)
snapshots = st.builds(
    Snapshot,
    key=keys, generation=whole, rows=st.lists(rows, max_size=4).map(tuple),
    result=st.none() | results, fetched_at=st.none() | numbers, fault=st.none() | faults,
    failing_since=st.none() | numbers, parts=st.lists(parts, max_size=2).map(tuple),
    warnings=st.lists(text, max_size=2).map(tuple), expires_at=st.none() | numbers,
    complete=st.booleans(), took_s=numbers,
)  # fmt: skip


def shape(thing: object) -> str:
    """Every field with its type, those that do not compare and NaN included."""
    return repr(thing)


@given(snapshots)
@settings(max_examples=150, deadline=None)
def test_a_snapshot_with_rows_of_every_kind_survives(snapshot: Snapshot) -> None:
    back = codec.decode(codec.encode(snapshot))

    assert isinstance(back, Snapshot)
    assert shape(back) == shape(snapshot)
    assert [type(row) for row in back.rows] == [type(row) for row in snapshot.rows]
    assert hash(back.key) == hash(snapshot.key)


@given(every_field(Event) | faults)
@settings(max_examples=80, deadline=None)
def test_events_and_faults_survive(thing: Event | Fault) -> None:
    back = codec.decode(codec.encode(thing))

    assert type(back) is type(thing)
    assert shape(back) == shape(thing)


def test_rows_of_several_kinds_keep_their_order() -> None:
    ref = Ref("aws", "prod", "ec2", "i-1", "web-1")
    mixed = (
        Instance(ref=ref, cpu=float("nan"), links=(Link("part_of", ref),)),
        Event(ref=ref, time=2.5, observed_at=7.0),
        Instance(ref=ref, memory=None, disk=float("-inf")),
    )
    back = codec.decode(codec.encode(Snapshot(SourceKey("aws", "prod", "compute"), 3, mixed)))

    assert isinstance(back, Snapshot)
    assert [type(row) for row in back.rows] == [Instance, Event, Instance]
    assert back.rows[1].observed_at == 7.0
    assert back.rows[0].links[0].ref == ref


def test_the_schema_has_every_field_of_a_snapshot_and_every_kind() -> None:
    wire = set(codec._Snapshot.__struct_fields__) - {"runs"} | {"rows"}

    assert wire == {f.name for f in fields(Snapshot)}
    assert set(KINDS.values()) <= set(codec._TYPES.values())


def test_another_schema_is_refused_in_words() -> None:
    data = msgspec.msgpack.encode({"schema": 99, "shape": "unheard of"})

    with pytest.raises(codec.CodecError, match=r"schema 99 .* reads schema 1"):
        codec.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"not a recording",
        msgspec.msgpack.encode({"schema": 1, "what": "a song", "body": None}),
        msgspec.msgpack.encode({"schema": 1, "what": "fault", "body": {"code": 5}}),
        codec.encode(Fault("failed", "what", "where"))[:-3],
    ],
)
def test_strange_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(codec.CodecError):
        codec.decode(data)


def test_what_is_none_of_the_three_is_not_written() -> None:
    with pytest.raises(codec.CodecError, match="Ref"):
        codec.encode(Ref("a", "b", "c", "d", "e"))  # type: ignore[arg-type]


def test_a_number_that_fits_no_message_is_refused_in_words() -> None:
    ref = Ref("aws", "prod", "ec2", "i-1", "web-1")
    vast = Snapshot(SourceKey("aws", "prod", "compute"), 1, (Instance(ref=ref, memory=2**80),))

    with pytest.raises(codec.CodecError, match="cannot be written"):
        codec.encode(vast)
