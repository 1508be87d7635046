"""Patterns over refs: whole or by their ending, and those that could never fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetui.core.globs import fits, mistake
from fleetui.core.ref import Ref

DB = Ref("aws", "prod/eu-1", "asg", "u1", "db-main")
NAMES = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("glob", "fit"),
    [
        ("aws/prod/eu-1/asg/db-main", True),
        ("aws/*", True),
        ("aws/prod*", True),
        ("*", True),
        ("asg/db-*", True),
        ("db-*", True),
        ("eu-1/asg/db-?ain", True),
        ("asg/[dw]b-*", True),
        ("b-main", False),
        ("asg", False),
        ("aws/prod", False),
        ("aws/dev/*", False),
        ("ASG/db-*", False),
        ("gcp/*", False),
    ],
)
def test_a_pattern_fits_a_ref_or_an_ending_at_a_slash(glob: str, fit: bool) -> None:
    assert fits(glob, DB) is fit


@given(NAMES, NAMES, NAMES, NAMES)
def test_every_ref_fits_itself_and_its_endings_as_people_type_them(
    provider: str, scope: str, kind: str, name: str
) -> None:
    ref = Ref(provider, scope, kind, "u", name)
    for text in (str(ref), f"{scope}/{kind}/{name}", ref.short, name, f"{provider}/*"):
        assert fits(text, ref)
        assert not mistake(text)
    assert not fits(f"x{name}", ref)


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (" aws/*", "a blank at its end"),
        ("aws/\x1b[0m*", "a character that cannot be seen"),
        ("/aws/*", "a slash too many"),
        ("aws//db", "a slash too many"),
        ("aws/prod/", "a slash too many"),
        ("asg/[db-*", "a [ that is not closed"),
        ("asg/[]", "a [ that is not closed"),
        ("asg/[!]x", "a [ that is not closed"),
        ("[a]/[b", "a [ that is not closed"),
    ],
)
def test_what_could_never_fit_as_it_is_meant_is_told(glob: str, why: str) -> None:
    assert why in mistake(glob)


@pytest.mark.parametrize("glob", ["a[]]b", "a[!]]b", "[ab]/[cd]"])
def test_sets_of_characters_are_read_as_they_are(glob: str) -> None:
    assert mistake(glob) == ""
