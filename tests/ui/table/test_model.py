"""The order that a table shows, and the cursor that stays on its row."""

from __future__ import annotations

import math
from dataclasses import replace

from fleet_of_boxes import CPU, NAME, box, ref
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.filter import Filter, Language, parse
from fleetui.core.objects import Container, Resource
from fleetui.core.tables import TABLES
from fleetui.ui.table import chunk
from fleetui.ui.table import model as model_module
from fleetui.ui.table.chunk import identity
from fleetui.ui.table.model import JUDGE_AGAIN_S, Model

VALUES = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.5, math.nan]), st.floats(0, 9))
ROWS = st.lists(
    st.builds(
        lambda name, cpu, uid: box(name, cpu=cpu, uid=uid),
        st.sampled_from(["web", "api", "db", "cache"]),
        VALUES,
        st.text("abc123", min_size=1, max_size=4),
    ),
    max_size=40,
    unique_by=lambda row: (row.ref.name, row.ref.uid),
)


def arrange(model: Model, rows: list[Container], now: float = 0.0) -> list[Resource]:
    for _slice in model.arrange(rows, now):
        pass
    return model.order


def expected(rows: list[Container], *, descending: bool) -> list[Container]:
    by_identity = sorted(rows, key=lambda row: identity(row.ref))
    known = [row for row in by_identity if row.cpu is not None and not math.isnan(row.cpu)]
    others = [row for row in by_identity if row not in known]
    return sorted(known, key=lambda row: row.cpu or 0.0, reverse=descending) + others


@given(st.lists(ROWS, min_size=1, max_size=4), st.booleans())
def test_every_picture_of_many_is_sorted_as_sorted_would(
    pictures: list[list[Container]], descending: bool
) -> None:
    model = Model(CPU, descending=descending)
    for rows in pictures:
        assert arrange(model, rows) == expected(rows, descending=descending)


@given(ROWS, ROWS, st.data())
@settings(max_examples=60)
def test_slices_do_not_change_the_order(
    first: list[Container], second: list[Container], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, 7))
    was = chunk.SIZE
    model_module.SIZE = size
    try:
        model = Model(CPU)
        assert arrange(model, first) == expected(first, descending=False)
        kept = data.draw(st.permutations(first)) + [r for r in second if r not in first]
        kept = list({identity(row.ref): row for row in kept}.values())
        assert arrange(model, kept) == expected(kept, descending=False)
    finally:
        model_module.SIZE = was


@given(ROWS)
def test_a_filter_keeps_what_matches_and_counts_all(rows: list[Container]) -> None:
    model = Model(CPU)
    model.predicate = lambda row, _now: row.name == "web"
    arrange(model, rows)
    assert model.order == [r for r in expected(rows, descending=False) if r.name == "web"]
    assert len(model.rows) == len(rows)


@given(ROWS, st.integers(0, 39), ROWS)
def test_the_cursor_stays_on_its_row_or_takes_one_that_was_near(
    before: list[Container], index: int, after: list[Container]
) -> None:
    model = Model(CPU)
    arrange(model, before)
    model.place(index)
    cursor, order = model.cursor, [row.ref for row in model.order]
    arrange(model, after)
    left = {row.ref for row in after}
    if cursor in left:
        assert model.cursor == cursor
    elif cursor is not None and left & set(order):
        at = order.index(cursor)
        distance = {ref: abs(n - at) for n, ref in enumerate(order) if ref in left}
        assert model.cursor is not None
        assert distance[model.cursor] == min(distance.values())
    elif after:
        assert model.cursor in left
    else:
        assert model.cursor is None


def test_a_row_that_a_filter_hides_hands_the_cursor_to_the_next_one() -> None:
    model = Model()
    rows = [box(name) for name in "abcdef"]
    arrange(model, rows)
    model.place(2)
    model.predicate = lambda row, _now: row.name in "abef"
    arrange(model, rows)
    assert model.cursor == ref("b")
    model.predicate = lambda row, _now: row.name in "aef"
    arrange(model, rows)
    assert model.cursor == ref("e")


def test_the_row_below_takes_over_before_the_one_above() -> None:
    model = Model()
    arrange(model, [box(name) for name in "abc"])
    model.place(1)
    arrange(model, [box("a"), box("c")])
    assert model.cursor == ref("c")


def test_a_cursor_that_nobody_placed_is_on_the_first_row() -> None:
    model = Model()
    arrange(model, [box("m")])
    arrange(model, [box("m"), box("a")])
    assert model.cursor == ref("a")


def test_an_empty_picture_between_does_not_lose_the_cursor() -> None:
    model = Model()
    rows = [box(name) for name in "abc"]
    arrange(model, rows)
    model.place(1)
    arrange(model, [])
    assert model.cursor is None
    arrange(model, rows)
    assert model.cursor == ref("b")


def test_a_namesake_with_another_id_is_another_row() -> None:
    model = Model()
    arrange(model, [box("web", uid="1"), box("web", uid="2"), box("web", uid="3")])
    model.place(1)
    arrange(model, [box("web", uid="3"), box("web", uid="1"), box("web", uid="9")])
    assert model.cursor == ref("web", "3")


def test_a_thing_looked_for_gets_the_cursor_when_it_arrives() -> None:
    model = Model()
    arrange(model, [box("a")])
    model.seek(ref("z"))
    assert model.cursor == ref("a")
    arrange(model, [box("a"), box("z"), box("m")])
    assert model.cursor == ref("z")


def test_values_of_mixed_kinds_still_have_an_order() -> None:
    mixed = NAME.__class__("mixed", "MIXED", lambda r: {"a": 1, "b": "x"}.get(r.name), NAME.cell)
    model = Model(mixed)
    assert [row.name for row in arrange(model, [box("c"), box("b"), box("a")])] == ["a", "b", "c"]


def test_the_same_rows_are_not_worked_out_again() -> None:
    asked: list[str] = []

    def value(row: Container) -> float:
        asked.append(row.name)
        return float(len(row.name))

    model = Model(replace(CPU, value=value))
    rows = [box(name) for name in ("a", "bb", "ccc")]
    arrange(model, rows)
    assert model.is_current(list(rows), 1.0)
    asked.clear()
    changed = [rows[0], box("dddd"), rows[2]]
    assert not model.is_current(changed, 1.0)
    assert [row.name for row in arrange(model, changed)] == ["a", "ccc", "dddd"]
    assert asked == ["dddd"]


def test_a_filter_on_an_age_is_judged_again_after_a_while() -> None:
    model = Model()
    model.predicate = lambda row, now: now - (row.created or 0) < 10
    rows = [box("a", created=0.0), box("b", created=8.0)]
    assert len(arrange(model, rows, 9.0)) == 2
    assert not model.is_current(rows, 9.0 + JUDGE_AGAIN_S)
    assert [row.name for row in arrange(model, rows, 9.0 + JUDGE_AGAIN_S)] == ["b"]


def test_no_row_of_an_older_picture_is_held() -> None:
    import gc
    import weakref

    class Held(Container):
        __slots__ = ("__weakref__",)

    model = Model(CPU)
    old = Held(ref=ref("old"), cpu=1.0)
    gone = weakref.ref(old)
    arrange(model, [old, box("b")])
    model.place(0)
    del old
    arrange(model, [box("b"), box("c")])
    gc.collect()
    assert gone() is None


WORDS = st.sampled_from(
    ["", "w", "we", "web", "web a", "b", "!w", "!we", "cpu>1", "cpu>1 a", "age<2h", "age<2h a",
     "name:a", "name:ap", "!name:ap", "state:run", "state:running w"]
)  # fmt: skip


@given(
    ROWS,
    st.lists(st.tuples(WORDS, st.booleans(), st.booleans()), min_size=1, max_size=6),
    st.booleans(),
)
@settings(deadline=None)
def test_typing_on_leaves_what_the_whole_text_alone_leaves(
    rows: list[Container], typed: list[tuple[str, bool, bool]], fuzzy: bool
) -> None:
    language = Language(fuzzy=fuzzy)
    columns = TABLES["containers"].columns
    model = Model(CPU)
    model.read = True
    arrange(model, rows)
    for text, descending, another in typed:
        if another and rows:
            rows = [replace(rows[0], cpu=3.0), *rows[1:]]
        model.predicate = parse(text, columns, language) if text else None
        model.descending = descending
        arrange(model, rows)
        fresh = Model(CPU, descending=descending)
        fresh.predicate = model.predicate
        assert model.order == arrange(fresh, rows)


def test_a_longer_word_looks_only_at_what_matched_before() -> None:
    columns = TABLES["containers"].columns
    asked: list[str] = []

    def tell(word: str) -> Filter:
        made = parse(word, columns)

        def judge(thing: Resource, now: float, texts: str) -> bool:
            asked.append(thing.ref.name)
            return made.judge(thing, now, texts)

        return replace(made, judge=judge, word=None)

    model = Model(NAME)
    model.predicate = tell("ap")
    rows = [box("web"), box("api"), box("cache")]
    arrange(model, rows)
    assert sorted(asked) == ["api", "cache", "web"]
    asked.clear()
    model.predicate = tell("api")
    assert [row.ref.name for row in arrange(model, rows)] == ["api"]
    assert "web" not in asked
