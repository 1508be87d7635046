"""What can be done to a thing now, and why not."""

from __future__ import annotations

import pytest

from fleetui.providers.docker import capabilities
from fleetui.providers.docker.writer.deeds import DEEDS


def reasons(state: str) -> dict[str, str]:
    return {c.name: c.reason for c in capabilities.of_container(state, "json-file")}


@pytest.mark.parametrize(
    ("state", "name", "reason"),
    [
        ("running", "redeploy", ""),
        ("restarting", "redeploy", ""),
        ("exited", "redeploy", "it is not running: start it first"),
        ("paused", "redeploy", "it is paused: unpause it first"),
        ("running", "kill", ""),
        ("exited", "kill", "it is not running"),
        ("exited", "rename", ""),
        ("removing", "rename", "it is being removed"),
        ("dead", "remove", ""),
    ],
)
def test_containers(state: str, name: str, reason: str) -> None:
    assert reasons(state)[name] == reason


def test_images_and_their_like() -> None:
    tagged = {c.name: c.reason for c in capabilities.of_image(2, True)}
    assert tagged == {"remove": "2 containers use it", "prune": "", "describe": "", "pull": ""}
    nameless = {c.name: c.reason for c in capabilities.of_image(0, False)}
    assert nameless["pull"] == "it has no tag that a registry could know"


@pytest.mark.parametrize("state", ["running", "exited", "paused", "dead"])
def test_every_deed_of_a_container_is_a_capability(state: str) -> None:
    deeds = {verb.value for kind, verb in DEEDS if kind == "container"}
    assert deeds <= reasons(state).keys()
