"""Refs in the command line: which one is meant, and how it goes on."""

from __future__ import annotations

import pytest

from fleetui.core.objects import Resource
from fleetui.core.ref import Ref
from fleetui.ui.mistake import Mistake
from fleetui.ui.refs import MOST, Completer, meant

WEB = Resource(ref=Ref("docker", "box", "container", "1", "web"))
SHOP = Resource(ref=Ref("docker", "box", "compose", "2", "shop/web"))
OTHER = Resource(ref=Ref("docker", "nas", "container", "3", "web"))
RULE = Resource(ref=Ref("prometheus", "main", "rule", "4", "two words"))
ALL = [WEB, SHOP, WEB, RULE]


def test_an_ending_is_enough_where_it_is_one_thing_alone() -> None:
    assert meant("container/web", 0, ALL) is WEB
    assert meant("shop/web", 0, ALL) is SHOP
    assert meant("two words", 0, ALL) is RULE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("container/web",
         "2 things, say more of it: docker/box/container/web, docker/nas/container/web"),
        ("containr/web",
         'nothing that is known is called "containr/web", did you mean container/web?'),
        ("zzz", 'nothing that is known is called "zzz"'),
    ],
)  # fmt: skip
def test_what_is_not_one_thing_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(Mistake) as caught:
        meant(text, 9, [*ALL, OTHER])
    assert (str(caught.value), caught.value.start, caught.value.length) == (told, 9, len(text))


def completions(word: str, things: list[Resource]) -> list[str]:
    return Completer(lambda: things).completions(word)


def test_a_name_a_kind_or_a_provider_goes_on() -> None:
    assert completions("we", ALL) == ["web"]
    assert completions("compose/", ALL) == ["compose/shop/web"]
    assert completions("con", ALL) == ["container/web"]
    assert completions("docker/box/", ALL) == ["docker/box/compose/shop/web",
                                               "docker/box/container/web"]  # fmt: skip
    assert completions("two", ALL) == []


def test_a_word_that_goes_on_is_looked_for_where_it_was_found() -> None:
    many = [Resource(ref=Ref("d", "b", "c", str(n), f"n{n}")) for n in range(3 * MOST)]
    reads = 0

    def things() -> list[Resource]:
        nonlocal reads
        reads += 1
        return many

    completer = Completer(things)
    assert len(completer.completions("n")) == MOST
    assert len(completer.completions("n1")) == MOST
    assert completer.completions("n14") == ["n14", *(f"n{n}" for n in range(140, 150))]
    assert reads == 3
    assert completer.completions("n149") == ["n149"]
    assert completer.completions("n1499") == []
    assert completer.completions("n14999") == []
    assert reads == 3
    # Another word is looked for everywhere again.
    assert completer.completions("c/n12") == ["c/n12", *(f"c/n{n}" for n in range(120, 130))]
    assert reads == 4
