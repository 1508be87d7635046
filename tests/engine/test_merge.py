"""Old rows and new ones, held side by side."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import box, event, ref

from fleetui.core.errors import AuthExpired, Denied, Fault, Invalid, Throttled, Unreachable
from fleetui.engine import merge
from fleetui.engine.backoff import CAP_S, LONGEST_RETRY_AFTER_S, Backoff

boxes = st.lists(
    st.builds(
        lambda name, scope, restarts: box(name, scope=scope, restarts=restarts),
        st.sampled_from("abcdefgh"), st.sampled_from(["east", "west"]), st.integers(0, 2),
    ),
    max_size=12,
    unique_by=lambda row: row.ref,
)  # fmt: skip


def driven(work):
    """Run a calculation to its end; also return how often it paused."""
    pauses = 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, pauses
        pauses += 1


@given(boxes, boxes, st.sampled_from([(), ("east",), ("east", "west")]))
def test_a_merge_is_the_new_list_and_the_difference_explains_it(before, after, kept):
    old = {row.ref: row for row in before}
    (new, difference), _ = driven(merge.replaced(old, after, "containers", kept))
    wanted = {row.ref: row for row in after}

    for key, row in new.items():
        assert row == wanted.get(key, row)
        assert key in wanted or key.scope in kept
        if old.get(key) == row:
            assert row is old[key]
    assert {r.ref for r in difference.appeared} == new.keys() - old.keys()
    assert {r.ref for r in difference.gone} == old.keys() - new.keys()
    assert {a.ref for _, a in difference.changed} == {
        key for key in new.keys() & old.keys() if new[key] != old[key]
    }
    assert all(before is old[before.ref] for before, _ in difference.changed)
    assert list(new)[: len(after)] == [row.ref for row in after]


@given(boxes, boxes)
def test_upserts_and_removals_come_to_the_same_as_a_list(before, after):
    rows = {row.ref: row for row in before}
    merge.upserted(rows, after, "containers")
    merge.removed(rows, {row.ref for row in before} - {row.ref for row in after})

    assert rows == {row.ref: row for row in after}


def test_fifty_thousand_rows_pause_often():
    rows = [box(f"c{n}") for n in range(50_000)]
    (new, difference), pauses = driven(merge.replaced({}, rows, "containers"))

    assert pauses >= 100
    assert len(new) == len(difference.appeared) == 50_000


def test_the_same_thing_twice_in_a_list_is_there_once():
    rows = [box("a", restarts=1), box("a", restarts=2)]
    (new, _), _ = driven(merge.replaced({}, rows, "containers"))

    assert [row.restarts for row in new.values()] == [2]


def test_a_row_of_another_kind_is_refused():
    with pytest.raises(Invalid, match="no image: Container"):
        driven(merge.replaced({}, [box("a")], "images"))


def test_events_are_merged_and_only_what_is_new_is_fresh():
    old = {e.ref: e for e in (event("a", 1.0), event("b", 2.0))}
    rows, fresh = merge.with_events(old, [event("b", 2.0), event("a", 3.0, count=2)])

    assert [e.uid for e in (r.ref for r in rows.values())] == ["a", "b"]
    assert [e.count for e in fresh] == [2]
    assert merge.removed(rows, [ref("nobody")]).gone == []


@given(st.integers(0, 2**32), st.integers(0, 5000))
def test_a_back_off_stays_in_its_bounds_for_ever(seed, failures):
    backoff = Backoff(random.Random(seed))
    backoff.failures = failures
    wait = backoff.delay(Unreachable("no").fault())

    assert 0 < wait <= min(CAP_S, 2 ** min(failures, 10))


def test_full_jitter_uses_the_whole_width():
    backoff = Backoff(random.Random(1))
    waits = [backoff.delay(Unreachable("no").fault()) for _ in range(400)][10:]

    assert min(waits) < CAP_S / 10
    assert max(waits) > CAP_S * 0.9
    backoff.reset()
    assert backoff.delay(Unreachable("no").fault()) <= 1


@pytest.mark.parametrize("asked", [float("nan"), float("inf"), -5.0, 0.0, None])
def test_a_strange_retry_after_counts_for_nothing(asked):
    backoff = Backoff(random.Random(1))

    assert 0 < backoff.delay(Fault("throttled", "no", "", retry_after=asked)) <= 1


def test_retry_after_is_a_lower_bound_within_reason():
    backoff = Backoff(random.Random(1))

    assert 90 <= backoff.delay(Throttled("no", retry_after=90).fault()) <= 99
    assert backoff.delay(Throttled("no", retry_after=1e12).fault()) <= LONGEST_RETRY_AFTER_S * 1.1
    for error in (AuthExpired, Denied):
        assert 60 <= backoff.delay(error("no").fault()) <= 66
