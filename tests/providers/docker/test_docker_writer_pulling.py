"""The lines of a pull, and what a registry's refusal means."""

from __future__ import annotations

import json

import pytest
from docker_recorded import FOLDER

from fleetui.core.change import Progress
from fleetui.core.errors import (
    AuthExpired,
    Denied,
    Invalid,
    NotFound,
    ProviderError,
    Unreachable,
)
from fleetui.providers.docker.writer import pulling

LINES = (FOLDER / "pull.jsonl").read_bytes().splitlines()


def test_layers_and_bytes() -> None:
    told: list[Progress] = []
    pulling.follow(LINES, told.append, lambda: False)
    texts = [one.reason for one in told]
    assert texts[0] == "pulling"
    assert "pulling: 1 of 3 layers, 1.0 MiB of 4.0 MiB" in texts
    assert texts[-1] == "pulling: 3 of 3 layers, 5.0 MiB of 5.0 MiB"
    assert (told[-1].updated, told[-1].total) == (3, 3)
    done = [one.updated or 0 for one in told]
    assert done == sorted(done)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("unauthorized: authentication required", AuthExpired),
        ("Head \"https://r/v2/\": no basic auth credentials", AuthExpired),
        ("pull access denied for shop: denied: requested access is denied", Denied),
        ("manifest for shop:9 not found: manifest unknown", NotFound),
        ("no space left on device", Invalid),
    ],
)  # fmt: skip
def test_what_a_refusal_means(said: str, kind: type[ProviderError]) -> None:
    line = json.dumps({"errorDetail": {"message": said}, "error": said}).encode()
    with pytest.raises(ProviderError) as caught:
        pulling.follow([*LINES[:3], line], lambda _: None, lambda: False)
    assert type(caught.value) is kind
    assert caught.value.what == said


def test_a_secret_in_a_refusal_is_not_told() -> None:
    found = pulling.failure("Get https://ana:hunter2@registry/v2/: dial tcp: no such host")
    assert "hunter2" not in found.what


def test_an_answer_that_breaks_off() -> None:
    with pytest.raises(Unreachable):
        pulling.follow([b'{"status": "Pul'], lambda _: None, lambda: False)


def test_odd_lines_are_passed_over() -> None:
    told: list[Progress] = []
    odd = [b"", b"[]", b"3", b'{"id": 5, "status": null}', b'{"progressDetail": []}']
    pulling.follow(odd, told.append, lambda: False)
    assert {one.reason for one in told} <= {"pulling"}


def test_one_that_is_stopped_says_so() -> None:
    with pytest.raises(Invalid, match="stopped"):
        pulling.follow(LINES, lambda _: None, lambda: True)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("nginx", ("nginx", "latest")),
        ("nginx:1.25", ("nginx", "1.25")),
        ("localhost:5000/shop", ("localhost:5000/shop", "latest")),
        ("localhost:5000/shop:2", ("localhost:5000/shop", "2")),
        ("shop@sha256:abc", ("shop", "sha256:abc")),
    ],
)
def test_names(name: str, parts: tuple[str, str]) -> None:
    assert pulling.split(name) == parts


def test_ids_are_no_names() -> None:
    assert [pulling.is_id(n) for n in ("sha256:" + "a" * 64, "89928f507be7", "nginx", "cafe")] == [
        True, True, False, False,
    ]  # fmt: skip
