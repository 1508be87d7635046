"""Lines of a page: broken to a width, searched, coloured, and quick whatever their number."""

from __future__ import annotations

import json

import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fleetui.core.secrets import HIDDEN
from fleetui.ui.clipboard import safe
from fleetui.ui.page.highlight import pieces
from fleetui.ui.page.lines import Lines, marked, part, places_of
from fleetui.yaml_form import as_json, as_yaml


@given(st.lists(st.text(alphabet="ab 漢é", max_size=60), min_size=1), st.integers(6, 40))
def test_breaking_loses_nothing_and_fits(texts: list[str], width: int) -> None:
    lines = Lines(texts)
    lines.fit(width)
    spans = [lines.row(n) for n in range(lines.count)]
    for number, text in enumerate(texts):
        mine = [span for span in spans if span[0] == number]
        assert "".join(text[start:stop] for _line, start, stop in mine) == text
        for _line, start, stop in mine:
            indent = lines.indent(number, width) if start else 0
            assert indent + cell_len(text[start:stop].rstrip()) <= width
        assert lines.row(lines.row_of(number))[:2] == (number, 0)


def test_a_line_of_ten_megabytes_is_bounded_and_many_lines_are_cheap() -> None:
    lines = Lines(["x" * 10_000_000, *("short" for _ in range(100_000))])
    lines.fit(80)
    assert lines.count < 101_000
    assert lines.row(lines.count - 1) == (100_000, 0, 5)


def test_words_stay_whole_where_there_is_room() -> None:
    lines = Lines(["  name  several words that go on"], [8])
    lines.fit(20)
    rows = [lines.row(n) for n in range(lines.count)]
    assert [lines.texts[0][a:b] for _n, a, b in rows] == [
        "  name  several ",
        "words that ",
        "go on",
    ]


def test_marks_and_parts() -> None:
    line = [("  name ", "muted"), ("web-web", "text")]
    places = places_of("  name web-web", "web")
    assert places == [(7, 10), (11, 14)]
    assert marked(line, places, "found") == [
        ("  name ", "muted"), ("web", "found"), ("-", "text"), ("web", "found"),
    ]  # fmt: skip
    assert part(line, 2, 8) == [("name ", "muted"), ("w", "text")]
    assert places_of("Web", "web") == [(0, 3)]
    assert places_of("web", "Web") == []
    assert places_of("İİweb", "web") == [(2, 5)]


@given(st.text(max_size=200))
def test_colours_change_no_letter(line: str) -> None:
    assert "".join(text for text, _meaning in pieces(line)) == line


def test_colours_are_quiet() -> None:
    assert pieces("  Memory: 512") == [
        ("  ", "muted"),
        ("Memory", "key"),
        (":", "muted"),
        (" 512", "accent"),
    ]
    assert pieces(f"  - A={HIDDEN}")[-1] == (f"  - A={HIDDEN}", "muted")
    assert pieces('  "Name": "/web",')[-1] == (' "/web",', "text")
    assert pieces("Empty: null")[-1] == (" null", "muted")


DOCUMENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z", "S"))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc:# -'\"", max_size=6), inner),
    max_leaves=15,
)


@given(DOCUMENT)
def test_both_forms_say_the_same(document: object) -> None:
    assert json.loads(as_json(document)) == document
    assert yaml.safe_load(as_yaml(document)) == document


def test_forms_are_safe_for_a_terminal() -> None:
    evil = {"k\x1b": "\x1b]52;c;A\x07\u202e\x9b", "lines": "a\n\x1b[2Jb"}
    for text in (as_yaml(evil), as_json(evil)):
        assert not set(text) & set("\x1b\x07\u202e\x9b")
    assert as_yaml({"a": "one\ntwo"}) == "a: |-\n  one\n  two"


def test_what_is_copied_is_clean_and_short() -> None:
    assert safe(["a\tb\x1b[31m", "\u202ec\nd"]) == ("a\tb[31m\nc d", False)
    text, cut = safe(["漢" * 100], most=31)
    assert cut
    assert text == "漢" * 10
    text, cut = safe(["x" * 50] * 3000, most=1000)
    assert cut
    assert len(text) <= 1000
