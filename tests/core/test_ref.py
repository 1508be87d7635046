"""Refs: any unambiguous ending names a thing, an ambiguous one is refused."""

from __future__ import annotations

import pytest

from fleetui.core.ref import Ref, RefAmbiguousError, RefNotFoundError, resolve

WEB = Ref("aws", "prod/eu-1", "asg", "1", "web")
STAGING = Ref("aws", "staging/eu-1", "asg", "2", "web")
NESTED = Ref("docker", "local", "compose", "3", "shop/web")
ALL = (WEB, STAGING, NESTED)


def test_a_ref_is_written_as_people_type_it() -> None:
    assert str(WEB) == "aws/prod/eu-1/asg/web"
    assert WEB.short == "asg/web"


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("aws/prod/eu-1/asg/web", WEB),
        (" prod/eu-1/asg/web/ ", WEB),
        ("compose/shop/web", NESTED),
        ("shop/web", NESTED),
    ],
)
def test_an_ending_is_enough(text: str, ref: Ref) -> None:
    assert resolve(text, ALL) is ref


def test_an_ambiguous_ending_names_the_candidates() -> None:
    with pytest.raises(RefAmbiguousError, match="aws/prod/eu-1/asg/web, aws/staging") as caught:
        resolve("asg/web", ALL)
    assert caught.value.candidates == (WEB, STAGING)


def test_many_candidates_are_counted() -> None:
    many = [Ref("p", str(n), "k", str(n), "x") for n in range(8)]
    with pytest.raises(RefAmbiguousError, match="and 3 more"):
        resolve("x", many)


@pytest.mark.parametrize("text", ["b", "eb", "nothing"])
def test_a_part_of_a_word_is_no_ending(text: str) -> None:
    with pytest.raises(RefNotFoundError, match="nothing is called"):
        resolve(text, ALL)


def test_a_namesake_is_another_thing() -> None:
    assert Ref("p", "s", "k", "1", "n") != Ref("p", "s", "k", "2", "n")
