"""The filter language on whatever a person may type: it never breaks, and it keeps its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.filter import FilterError, Language, Place, parse
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import State
from fleetui.core.tables import TABLES
from fleetui.patterns import compile_pattern

NOW = 1_700_000_000.0
COLUMNS = TABLES["containers"].columns
LANGUAGE = Language({"busy": "cpu>80", "web": "web !@busy"}, compile_pattern)
THINGS = [
    Container(
        ref=Ref("docker", "bastion", "container", f"u{n}", name),
        state=state,
        labels=(("app", "Shop"),),
        created=NOW - 3600 * n,
        image="registry.example/shop:9",
        cpu=0.3 * n,
        reason="check fails" if n == 2 else "",
    )
    for n, (name, state) in enumerate(
        [("web-1", State.RUNNING), ("db", State.STOPPED), ("web-2", State.FAILED),
         ("Worker", State.RUNNING)]
    )
]  # fmt: skip
WORDS = st.sampled_from(
    ["web", "w1", "state:run", "cpu>=30", "age<90m", "label.app:shop", "/^web-[12]$/",
     "image:/:9$/",
     "@busy", "@web", '"check fails"', "!web", "label.app=shop", "NAME:DB", '"/x"', "restarts=3"]
)  # fmt: skip
# What the language gives a meaning to comes up more often than it would by chance.
TEXTS = st.lists(
    st.one_of(
        WORDS,
        st.sampled_from(list('!/":><=@. \\([{*+?^$|')),
        st.text(max_size=6),
        st.sampled_from(["cpu", "label.", "state", "name"]),
    ),
    max_size=8,
).map("".join)


@given(TEXTS)
def test_any_text_is_a_filter_or_a_mistake_with_its_place(text: str) -> None:
    error = None
    try:
        found = parse(text, COLUMNS, LANGUAGE)
        assert {found(thing, NOW) for thing in THINGS} <= {True, False}
    except FilterError as caught:
        error = caught
    if error is not None:
        assert 0 <= error.place.start < error.place.end <= len(text)
        assert str(error)


@given(WORDS)
def test_twice_turned_round_is_the_same(word: str) -> None:
    plain, once, twice = (parse("!" * n + word, COLUMNS, LANGUAGE) for n in range(3))
    for thing in THINGS:
        assert plain(thing, NOW) is twice(thing, NOW) is (not once(thing, NOW))


@given(st.lists(WORDS, max_size=4))
def test_all_terms_must_match(words: list[str]) -> None:
    whole = parse(" ".join(words), COLUMNS, LANGUAGE)
    parts = [parse(word, COLUMNS, LANGUAGE) for word in words]
    for thing in THINGS:
        assert whole(thing, NOW) is all(part(thing, NOW) for part in parts)


@given(st.lists(WORDS, max_size=3), st.text(" \t", max_size=4))
def test_blanks_around_it_change_nothing(words: list[str], blanks: str) -> None:
    text = " ".join(words)
    for thing in THINGS:
        plain = parse(text, COLUMNS, LANGUAGE)(thing, NOW)
        assert parse(f"{blanks}{text}{blanks}", COLUMNS, LANGUAGE)(thing, NOW) is plain


def matching(text: str, language: Language = LANGUAGE) -> list[str]:
    found = parse(text, COLUMNS, language)
    return [thing.name for thing in THINGS if found(thing, NOW)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/^web-\\d$/", ["web-1", "web-2"]),
        ("/WEB-1|^db$/", ["web-1", "db"]),
        ("!/^web/", ["db", "Worker"]),
        ("/check fails/", ["web-2"]),
        ("name:/er$/", ["Worker"]),
        ("label.app:/^shop$/", ["web-1", "db", "web-2", "Worker"]),
        ("state:/^(failed|stopped)$/", ["db", "web-2"]),
        # A pattern never reaches from one fact into the next.
        ("/web-1.*bastion/", []),
        (r"/web-1\s+container/", []),
        ("/registry.example/shop/", ["web-1", "db", "web-2", "Worker"]),
        ("@busy", ["Worker"]),
        ("!@busy", ["web-1", "db", "web-2"]),
        ("@web state:failed", ["web-2"]),
        ("container/db", ["db"]),
        ('"@busy"', []),
        ("label.app=sho", []),
        ("label.app=shop name=DB", ["db"]),
        ("wrk", []),
    ],
)
def test_what_it_finds(text: str, names: list[str]) -> None:
    assert matching(text) == names


def test_fuzzy_words_skip_letters_of_the_name_alone() -> None:
    fuzzy = Language(fuzzy=True)
    assert matching("wrk", fuzzy) == ["Worker"]
    assert matching("w2", fuzzy) == ["web-2"]
    assert matching("bastn", fuzzy) == []


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("web /^a", 'ends with / before a blank; for the text itself put it in quotes: "/^a"',
         Place(4, 7)),
        ("/var/lib x", 'in quotes: "/var/lib"', Place(0, 10)),
        ("name:/", "a pattern ends with /", Place(5, 6)),
        ("//", "needs something between its slashes", Place(0, 2)),
        ("web /a(b/", "the pattern: missing )", Place(8, 9)),
        ("/a{3,1}/", "the pattern: min repeat greater than max repeat", Place(3, 8)),
        ("/[a/", "the pattern: unterminated character set", Place(3, 4)),
        (f"/{'a' * 201}/", "the pattern: is longer than 200 characters", Place(201, 203)),
        ("/(a{50}){50}/", "the pattern: repeats more than 2,000 times", Place(8, 13)),
        ("web @bsy", "no filter is called 'bsy': did you mean @busy?", Place(4, 8)),
        ("@zzz", "no filter is called 'zzz': there is @busy, @web", Place(0, 4)),
        ("!@", "@ needs a name after it", Place(1, 2)),
        ("!!", "! needs a term", Place(0, 2)),
        ('"x', "a quote is not closed", Place(0, 2)),
        ("nme:/x/", "no column is called 'nme': did you mean name?", Place(0, 7)),
    ],
)  # fmt: skip
def test_mistakes(text: str, message: str, place: Place) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, COLUMNS, LANGUAGE)
    assert message in str(caught.value)
    assert caught.value.place == place


def test_names_that_lead_nowhere_are_told_where_they_stand() -> None:
    language = Language({"a": "@b", "b": "@a", "bad": "nme:x", "none": "web"})
    for text, message in (
        ("@a", "@a: @b: @a leads back to itself"),
        ("web @bad", "@bad: no column is called 'nme'"),
    ):
        with pytest.raises(FilterError, match=message) as caught:
            parse(text, COLUMNS, language)
        assert caught.value.place.end == len(text)
    with pytest.raises(FilterError, match=r"\[filters\] in the config gives names"):
        parse("@x", COLUMNS)
    with pytest.raises(FilterError, match="no pattern can be used here"):
        parse("/x/", COLUMNS)
