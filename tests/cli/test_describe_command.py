"""`fleetui describe`: what it prints, what it finds, and what it hides."""

from __future__ import annotations

import json

import pytest
import yaml
from command_line import Run

from fleetui.cli.describe import found
from fleetui.cli.exits import Exit, Stop
from fleetui.core.errors import Fault
from fleetui.core.kinds import KINDS, OWN
from fleetui.core.objects import Container
from fleetui.core.ref import Ref
from fleetui.core.snapshot import Snapshot, SourceKey


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"events", *OWN}])
def test_every_kind_of_the_demo_in_every_form(fleetui: Run, kind: str) -> None:
    _, out, _ = fleetui("--demo", "get", kind, "-o", "json")
    ref = json.loads(out)["items"][0]["ref"]
    code, text, err = fleetui("--demo", "describe", ref)
    assert (code, err) == (0, "")
    assert text.startswith(f"{ref}\n\nstate\n")
    assert "\x1b" not in text
    _, out, _ = fleetui("--demo", "describe", ref, "-o", "json")
    form = json.loads(out)
    assert set(form) == {"ref", "item", "sections", "raw", "error"}
    assert form["raw"]
    assert form["error"] is None
    _, out, _ = fleetui("--demo", "describe", ref, "-o", "yaml")
    assert set(yaml.safe_load(out)) == set(form)


def test_secrets_of_the_demo_are_in_no_form(fleetui: Run) -> None:
    for how in ("text", "json", "yaml"):
        _, out, _ = fleetui("--demo", "describe", "compose/shop/web", "-o", how)
        assert "PAYMENTS_API_KEY" in out
        assert "sk_live" not in out
        assert "postgres://shop:" not in out


def test_an_ending_is_enough_and_an_ambiguous_one_is_refused(fleetui: Run) -> None:
    code, out, _ = fleetui("--demo", "describe", "alert/DiskFilling")
    assert code == Exit.DONE
    assert out.startswith("prometheus/main/alert/DiskFilling\n")
    code, out, err = fleetui("--demo", "describe", "bridge")
    assert (code, out) == (Exit.USAGE, "")
    assert "could be 2 things: say more of it" in err
    assert "docker/bastion/network/bridge" in err
    assert "docker/ci/network/bridge" in err


def test_a_name_that_is_not_there_names_the_nearest(fleetui: Run) -> None:
    code, out, err = fleetui("--demo", "describe", "alert/DiskFiling")
    assert (code, out) == (Exit.FAILED, "")
    assert 'nothing is called "alert/DiskFiling"' in err
    assert "did you mean prometheus/main/alert/DiskFilling" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("describe",), "REF"),
        (("describe", " / "), "REF is empty"),
        (("describe", "web", "-o", "csv"), "csv"),
        (("describe", "web", "more"), '"more" is one word too many'),
        (("describe", "web", "--outputs"), "no option --outputs: did you mean --output?"),
        (("descirbe", "web"), 'did you mean "describe"?'),
    ],
)
def test_wrong_words(fleetui: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = fleetui("--demo", *words)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err


def test_hostile_words_are_told_clean(fleetui: Run) -> None:
    code, _, err = fleetui("--demo", "describe", "\x1b]52;c;AAAA\x07web\u202e")
    assert code == Exit.FAILED
    assert not set(err) & set("\x1b\x07\u202e")


def test_what_could_not_be_read_is_told_beside() -> None:
    key = SourceKey("docker", "a", "containers")
    fault = Fault("unreachable", "connection refused", "docker/a")
    row = Container(ref=Ref("docker", "b", "container", "1", "web"))
    good = Snapshot(SourceKey("docker", "b", "containers"), 1, (row,))
    with pytest.raises(Stop) as stop:
        found("nothing", (Snapshot(key, 1, fault=fault), good))
    assert stop.value.code == Exit.FAILED
    assert "docker/a: connection refused: it may be there" in stop.value.lines
    with pytest.raises(Stop) as stop:
        found("nothing", (Snapshot(key, 1, fault=fault),))
    assert stop.value.code == Exit.UNREACHABLE
