"""The filter language."""

from __future__ import annotations

import pytest

from fleetui.core.filter import FilterError, Place, duration, parse, size
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.state import Health, State
from fleetui.core.tables import TABLES

NOW = 1_700_000_000.0
COLUMNS = TABLES["containers"].columns
THING = Container(
    ref=Ref("docker", "bastion", "container", "u", "web-1"),
    state=State.RUNNING,
    native_state="Up 2 hours",
    health=Health.UNHEALTHY,
    reason="check fails",
    labels=(("app", "Shop"),),
    created=NOW - 7200,
    image="registry.example/shop:9",
    cpu=0.81,
    memory=2 * 1024**3,
    restarts=3,
)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "WEB", "shop", "bastion", "running", "check",
        "name:web", "state:run", "state:unhealthy", "image:shop", "cpu>80", "cpu>=81%", "cpu<1000",
        "mem>=2GiB", "mem<2.1g", "mem=2GiB", "age>1h30m", "age<3h", "restarts=3", "kind=container",
        "label.app:shop", "!label.app:other", "!state:stopped", "web cpu>80 !paused",
        '"check fails"', 'image:"registry.example/shop"',
    ],
)  # fmt: skip
def test_matches(text: str) -> None:
    assert parse(text, COLUMNS)(THING, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "db", "!web", "name:db", "state:stopped", "cpu>82", "mem>2GiB", "age<1h", "restarts>3",
        "label.app:x", "label.env:shop", "web db", "limit>1", "exit=0", "kind=contain",
    ],
)  # fmt: skip
def test_does_not_match(text: str) -> None:
    assert not parse(text, COLUMNS)(THING, NOW)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("web cpy>80", "did you mean cpu", Place(4, 10)),
        ("zzz:1", "there are age,", Place(0, 5)),
        ("cpu>lots", "cpu cannot be compared with 'lots': try 80", Place(0, 8)),
        ("age<5", "try 2h or 1h30m", Place(0, 5)),
        ("mem>2x", "try 512MiB or 2GiB", Place(0, 6)),
        ("restarts>1h", "try 80", Place(0, 11)),
        ("name>a", "name is text: use name:a", Place(0, 6)),
        ("cpu>", "cpu> needs a value", Place(0, 4)),
        ("label.:x", "label. needs a name after it: label.app:web", Place(0, 7)),
        ("web label.=x", "label. needs a name after it", Place(4, 11)),
        ("label.app>3", "a label has no order: use label.app: or label.app=", Place(0, 10)),
        ("web @", "@ needs a name after it: [filters] in the config gives names", Place(4, 5)),
        ("web !", "! needs a term", Place(4, 5)),
        ('name:"x', "a quote is not closed", Place(5, 7)),
    ],
)
def test_mistakes_say_what_and_where(text: str, message: str, place: Place) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, COLUMNS)
    assert message in str(caught.value)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("1w", 604800),
     ("", None), ("5", None), ("h", None), ("5 m", None), ("1h x", None)],
)  # fmt: skip
def test_durations(text: str, seconds: float | None) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "count"),
    [("512", 512), ("2GiB", 2 * 1024**3), ("2gb", 2e9), ("1.5k", 1536), ("x", None), ("5q", None)],
)
def test_sizes(text: str, count: float | None) -> None:
    assert size(text) == count
