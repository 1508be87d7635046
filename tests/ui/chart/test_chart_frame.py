"""A whole chart at many sizes: legend, limits, axis, and what was left out."""

from __future__ import annotations

import math
import re

import pytest
from answers import matrix, meanings, series, texts, vector, widths
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetui.core.query import Query, QueryResult
from fleetui.ui.chart.colours import Colours
from fleetui.ui.chart.frame import Draft, draw, points_for
from fleetui.ui.chart.legend import Limits
from fleetui.ui.chart.listing import NO_DATA, NO_NUMBER, is_list, listing

FLAT = [1.0] * 10


def codes(count: int) -> QueryResult:
    return matrix(*(series(*[n + 1.0] * 10, code=str(200 + n)) for n in range(count)))


def test_the_largest_now_comes_first_with_its_name_and_value() -> None:
    rows = draw(Draft(codes(3), 90.0, label="code"), 80, 10)
    legend = [line[-9:].split() for line in texts(rows)[:3]]
    assert legend == [["─", "202", "3"], ["─", "201", "2"], ["─", "200", "1"]]
    assert meanings(rows, "─ ") == {"series1", "series2", "series3"}
    assert widths(rows) == {80}


def test_the_axis_says_how_much_and_how_long() -> None:
    lines = texts(draw(Draft(matrix(series(*FLAT, a="b")), 91.0, unit="percent"), 60, 9))
    assert lines[0].startswith("100 % ┤")
    assert lines[-2].startswith("  0 % ┼")
    assert lines[-1].split() == ["-1m30s", "now"]
    old = texts(draw(Draft(matrix(series(*FLAT, a="b")), 390.0), 60, 9))
    assert old[-1].split() == ["-1m30s", "-5m"]


@pytest.mark.parametrize("size", [(100, 12), (60, 5), (40, 9), (24, 4), (20, 4)])
def test_series_that_do_not_fit_are_counted(size: tuple[int, int]) -> None:
    lines = texts(draw(Draft(codes(18), 90.0, label="code"), *size))
    said = " ".join(lines)
    listed = [n for n in range(200, 218) if f"─ {n}" in said]
    assert listed
    assert f"+{18 - len(listed)}" in said
    assert listed[-1] == 217


def test_a_value_past_a_limit_says_so_by_tone_and_glyph() -> None:
    result = matrix(series(*[10.0] * 10, a="x"), series(*[7.0] * 10, a="y"), series(*FLAT, a="z"))
    rows = draw(Draft(result, 90.0, limits=Limits(5, 9)), 80, 12)
    assert [line.split()[-2:] for line in texts(rows)[:2]] == [["10", "✖"], ["7", "▲"]]
    assert meanings(rows, "✖") == {"critical"}
    assert meanings(rows, "▲") == {"warn"}
    assert meanings(rows, "┈") == {"warn.faint", "critical.faint"}


def test_limits_may_fall() -> None:
    limits = Limits(warn=0.99, critical=0.95)
    assert [limits.tone(value).value for value in (1.0, 0.98, 0.9)] == [
        "normal",
        "warn",
        "critical",
    ]
    assert Limits(warn=5).tone(math.nan).value == "muted"


def test_a_series_that_ended_is_muted_and_comes_last() -> None:
    result = matrix(series(*[9.0] * 5, a="gone"), series(*FLAT, a="here"))
    rows = draw(Draft(result, 90.0, limits=Limits(5)), 80, 10)
    assert [line.split()[-2] for line in texts(rows)[:2]] == ["here", "gone"]
    assert meanings(rows, "9  ") == {"muted"}


def test_names_are_the_labels_that_differ() -> None:
    result = matrix(
        series(*FLAT, job="api", code="200", __name__="up"),
        series(*FLAT, job="api", code="500", __name__="up"),
    )
    said = " ".join(texts(draw(Draft(result, 90.0), 80, 10)))
    assert "─ 200 1" in said
    assert "api" not in said
    alone = " ".join(texts(draw(Draft(matrix(series(*FLAT)), 90.0), 80, 10)))
    assert "─ value 1" in alone


def test_a_gap_stays_a_gap() -> None:
    whole = texts(draw(Draft(matrix(series(*FLAT, a="b")), 90.0), 40, 4))[0]
    broken = matrix(series(*FLAT, a="b", skip=(4, 5)))
    part = texts(draw(Draft(broken, 90.0), 40, 4))[0]
    assert whole.count("⠉") > part.count("⠉") > 0
    assert re.search("[⠉⠁] +[⠈⠉]", part)


@given(
    st.integers(1, 130),
    st.integers(1, 40),
    st.lists(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=10),
        min_size=1,
        max_size=9,
    ),
    st.text("ab日本", max_size=50),
)
@settings(max_examples=150, deadline=None)
def test_any_answer_fills_any_size_exactly(
    width: int, height: int, values: list[list[float]], name: str
) -> None:
    found = [series(*those, name=f"{name}{n}") for n, those in enumerate(values)]
    rows = draw(Draft(matrix(*found), 90.0, limits=Limits(1, 2)), width, height)
    assert len(rows) == height
    assert widths(rows) == {width}
    for result in (vector(*found), matrix()):
        rows = listing(result, "bytes", "", Limits(), width, height)
        assert len(rows) == height
        assert widths(rows) == {width}


def test_values_of_this_moment_are_a_list() -> None:
    result = vector(series(3.0, a="x"), series(7.0, a="y"), series(math.nan, a="z"))
    assert is_list(result)
    lines = texts(listing(result, "", "", Limits(warn=5), 40, 5))
    assert [line.split() for line in lines[:3]] == [["y", "7", "▲"], ["x", "3"], ["z", "NaN"]]
    short = texts(listing(result, "", "", Limits(), 40, 2))
    assert [line.split() for line in short] == [["y", "7"], ["+2", "more"]]


def test_a_scalar_and_a_string_are_text() -> None:
    scalar = QueryResult(Query("1"), "scalar", (series(42.0),))
    assert texts(listing(scalar, "", "", Limits(), 20, 2))[0].split() == ["42"]
    string = QueryResult(Query("'x'"), "string", text="[b]hello")
    assert texts(listing(string, "", "", Limits(), 20, 2))[0] == "  [b]hello          "


def test_nothing_is_said_in_words() -> None:
    assert texts(listing(matrix(), "", "", Limits(), 50, 2))[0].strip() == NO_DATA
    blank = matrix(series(math.nan, math.nan, a="b"))
    assert is_list(blank)
    assert texts(listing(blank, "", "", Limits(), 50, 2))[0].strip() == NO_NUMBER


def test_a_colour_stays_with_its_series() -> None:
    colours = Colours(3)
    assert colours.of(["a", "b", "c"]) == {"a": 0, "b": 1, "c": 2}
    assert colours.of(["c", "a"]) == {"a": 0, "c": 2}
    assert colours.of(["d", "c", "a"]) == {"d": 1, "a": 0, "c": 2}


def test_a_chart_asks_for_as_many_points_as_it_has_dots_across() -> None:
    assert points_for(120) == 2 * (120 - 28 - 7)
    assert points_for(3) == 20
