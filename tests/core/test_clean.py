"""No text from outside may act on a terminal or mislead a reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.clean import clean, clean_pairs


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("größe 日本 🚀", "größe 日本 🚀"),
        ("a\tb\nc\rd", "a b c d"),
        ("\x1b[2Jgone", "[2Jgone"),
        ("\x9b31mred", "31mred"),
        ("a\u202eb\u2066c", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041", "tag"),
        ("nul\x00\x7f", "nul"),
        ("lone\ud800", "lone"),
        ("[bold]markup[/]", "[bold]markup[/]"),
    ],
)
def test_what_acts_on_a_terminal_is_taken_out(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text())
def test_nothing_that_controls_is_left(text: str) -> None:
    left = {unicodedata.category(c) for c in clean(text)}
    assert not left & {"Cc", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)


def test_long_text_ends_in_an_ellipsis() -> None:
    assert clean("x" * 10, 5) == "xxxx…"
    assert clean("x" * 5, 5) == "xxxxx"


def test_pairs_are_sorted_and_cleaned() -> None:
    assert clean_pairs({"b": "2\x07", "a\n": "1"}) == (("a ", "1"), ("b", "2"))
    assert clean_pairs(None) == ()
