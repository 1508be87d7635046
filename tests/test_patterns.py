"""No pattern takes long, whatever it is: it is given up and stays given up."""

from __future__ import annotations

import time

import pytest

from fleetui.core.filter import FilterError, Language, PatternError, Place, SlowPatternError, parse
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.tables import TABLES
from fleetui.patterns import compile_pattern

HOSTILE = ["(x+x+)+y", "(?P<a>(?&a)x|x)", "(x|xx)+(x|xx)+y$"]


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_pattern_is_given_up(source: str) -> None:
    pattern = compile_pattern(source)
    text = "x" * 4000
    began = time.thread_time()

    def search_until_it_gives_up() -> None:
        # A pattern that is merely slow must run out of credit before anybody waits.
        while time.thread_time() - began < 20:
            pattern.search_lines(text)

    with pytest.raises(SlowPatternError, match="takes too long: make it simpler"):
        search_until_it_gives_up()
    with pytest.raises(SlowPatternError):
        pattern.search("a")


def test_a_filter_that_gives_up_says_so_with_its_place() -> None:
    language = Language({"bad": "/(x+x+)+y/"}, compile_pattern)
    thing = Container(ref=Ref("docker", "h", "container", "u", "x" * 4000))
    for text, place, lead in (
        ("web /(x+x+)+y/", Place(4, 14), ""),
        ("!@bad", Place(1, 5), "@bad: "),
    ):
        found = parse(text.replace("web", "x"), TABLES["containers"].columns, language)
        with pytest.raises(FilterError) as caught:
            found(thing, 0.0)
        assert str(caught.value) == f"{lead}/(x+x+)+y/ takes too long: make it simpler"
        shift = len(text) - len(text.replace("web", "x"))
        assert caught.value.place == Place(place.start - shift, place.end - shift)


@pytest.mark.parametrize("source", ["(", "a{9999}", "((a{40}){40}){40}", "*", r"\L<x>", "a" * 300])
def test_what_cannot_be_read_is_refused_at_once(source: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(source)


def test_lines_are_searched_apart() -> None:
    assert compile_pattern("^b$").search_lines("a\nb\nc")
    assert not compile_pattern("a[^x]b").search_lines("a\nb")
    assert compile_pattern("a[^x]b").search_lines("a\nb\na b")
    assert not compile_pattern(r"a(?=\nb)").search_lines("a\nb")
    assert compile_pattern(r"\Ab").search_lines("a\nb")
